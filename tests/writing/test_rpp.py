"""The REAPER project, read by a parser nobody here wrote, compared with the score event by event."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import GivenMap, Metre, MetreEvent, TempoEvent
from bridge.schema.timeline import Knot, MediaSpan, Timeline
from bridge.writing.events import part_events
from bridge.writing.midi import midi_bytes, read_back
from bridge.writing.rpp import rpp_bytes
from scripts.project_reader import blocks, messages, project_map, statements, value
from scripts.project_reader import project as read_project
from tests.writing.make import make_cues, make_form, make_performance, make_timeline

CUES = make_cues(start=48)
FORM = make_form(CUES)
PLAYED = make_performance(FORM)
TIMELINE = make_timeline(CUES)


def project(
    cues: Any = CUES, form: Any = FORM, played: Any = PLAYED, timeline: Any = None, name: str = "n"
) -> Any:
    timeline = make_timeline(cues) if timeline is None else timeline
    return read_project(rpp_bytes(played, form, cues, timeline, name))


def tracks(root: Any) -> list[Any]:
    return blocks(root, "TRACK")


def items(track: Any) -> list[Any]:
    return blocks(track, "ITEM")


def source(item: Any) -> Any:
    return item.find("SOURCE")


def test_every_message_stands_on_its_tick() -> None:
    root = project()
    folder, *parts = tracks(root)[1:]
    assert value(folder, "NAME") == ["SCORE"]
    assert len(parts) == len(PLAYED.tracks) > 1
    for track, part in zip(parts, PLAYED.tracks):
        (item,) = items(track)
        wanted = [(e.tick, e.data.ljust(3, b"\0")) for e in part_events(part, part.channel)]
        *heard, (end, last) = messages(item)
        assert heard == wanted
        assert (end, last) == (FORM.bars[-1].end_tick, b"\xb0\x7b\0")
        assert value(source(item), "HASDATA") == ["1", "960", "QN"]
        assert value(source(item), "IGNTEMPO")[0] == "0"
        assert value(item, "POSITION") == ["0.00000000000000"]
        length = float(FORM.tempo_map.s_at_tick(end))
        assert float(value(item, "LENGTH")[0]) == pytest.approx(length, abs=1e-12)


def test_it_holds_the_notes_of_the_midi_file() -> None:
    back = read_back(midi_bytes(PLAYED, FORM, CUES, "n"))
    for track, midi in zip(tracks(project())[2:], back.tracks):
        (item,) = items(track)
        starts = [(tick, m[1], m[2]) for tick, m in messages(item) if m[0] >> 4 == 9]
        assert starts == [(n.tick, n.pitch, n.velocity) for n in midi.notes]


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(25), Fraction(60_000, 1001)])
def test_every_note_lies_where_our_map_says(rate: Fraction) -> None:
    tempo = tuple(TempoEvent(tick, 500_000 + (tick * 7919) % 90_000) for tick in range(0, 480_000, 960))
    cues = make_cues(rate=rate, length=round(270 * rate), cuts=(60, 97, 190, 330))
    form = make_form(cues, tempo)
    played = make_performance(form)
    root = project(cues, form, played)
    times = project_map(root)
    ticks = {tick for track in tracks(root)[2:] for item in items(track) for tick, _ in messages(item)}
    assert len(ticks) > 500
    worst = max(
        abs(times.s_at_beats(tick / 960) - float(form.tempo_map.s_at_tick(tick))) for tick in sorted(ticks)
    )
    assert worst < 1e-8  # half a tick is more than a quarter of a millisecond


def test_tempo_points_are_the_midi_files_own() -> None:
    points = statements(project().find("TEMPOENVEX"), "PT")
    by_tick = {}
    for point in points:
        tick = FORM.tempo_map.tick_at_s(Fraction(point[1]))
        assert abs(tick - round(tick)) < Fraction(1, 10**6)
        by_tick[round(tick)] = round(60e6 / float(point[2]))
    for event in FORM.tempo_map.events:
        assert by_tick[event.tick] == event.us_per_quarter
    assert all(us == FORM.tempo_map.us_per_quarter_at(tick) for tick, us in by_tick.items())


def test_metres_stand_on_the_bars_that_bring_them() -> None:
    points = [p for p in statements(project().find("TEMPOENVEX"), "PT") if len(p) > 4]
    found = []
    for point in points:
        denominator, numerator = divmod(int(point[4]), 1 << 16)
        found.append((round(FORM.tempo_map.tick_at_s(Fraction(point[1]))), Metre(numerator, denominator)))
        assert point[6] == "1"
    wanted = [
        (b.tick, b.metre) for a, b in zip((None, *FORM.bars), FORM.bars) if a is None or a.metre != b.metre
    ]
    assert found == wanted
    assert value(project(), "TEMPO") == ["120", "4", "4"]


def test_a_bar_that_a_given_map_cuts_short_is_allowed_to_be() -> None:
    metres = tuple(MetreEvent(tick, Metre(n, 4)) for tick, n in ((0, 4), (7680, 3), (9120, 4), (12_960, 4)))
    form = replace(FORM, given=GivenMap(FORM.tempo_map, metres))
    points = [p for p in statements(project(form=form).find("TEMPOENVEX"), "PT") if len(p) > 4]
    assert [point[6] for point in points] == ["1", "1", "5", "1"]  # 3/4 after a quarter and a half of it


def test_plots_are_regions_and_hits_are_markers() -> None:
    lines = statements(project(), "MARKER")
    regions = [line for line in lines if line[4] == "1"]
    for plot, first, last in zip(CUES.plots, regions[::2], regions[1::2], strict=True):
        assert first[1] == last[1] == plot.id[1:]
        assert first[3].startswith(f"{plot.id} {plot.label.value}") and last[3] == ""
        assert float(first[2]) == pytest.approx(float(CUES.cue_s(plot.start_frame)), abs=1e-12)
        assert float(last[2]) == pytest.approx(float(CUES.cue_s(plot.end_frame)), abs=1e-12)
    markers = [line for line in lines if line[4] == "0"]
    assert [int(m[1]) for m in markers] == list(range(1, len(CUES.hits) + 2))
    assert markers[-1][3] == "End of the picture"
    results = {result.hit_id: result for result in FORM.hits}
    for hit, marker in zip(CUES.hits, markers):
        result = results[hit.id]
        met = result.met and result.tick is not None
        at_s = FORM.tempo_map.s_at_tick(result.tick) if met and result.tick else CUES.cue_s(hit.frame)
        assert marker[3].startswith(f"{hit.id} {hit.kind.value}")
        assert float(marker[2]) == pytest.approx(float(at_s), abs=1e-12)


@pytest.mark.parametrize(
    ("rate", "drop", "fields"),
    [
        (Fraction(24_000, 1001), False, ["24", "2"]),
        (Fraction(25), False, ["25", "0"]),
        (Fraction(30_000, 1001), True, ["30", "1"]),
        (Fraction(30_000, 1001), False, ["30", "2"]),
        (Fraction(30), False, ["30", "0"]),
    ],
)
def test_the_project_starts_at_the_cues_timecode(rate: Fraction, drop: bool, fields: list[str]) -> None:
    cues = make_cues(rate=rate, drop=drop, start=101, start_timecode=107_892)
    root = project(cues, make_form(cues), timeline=make_timeline(cues))
    assert value(root, "TIMEMODE")[3:5] == fields
    start_s = float(value(root, "PROJOFFS")[0])
    assert round(start_s * rate) == 107_892 + 101
    assert start_s == pytest.approx(float((107_892 + 101) / rate), abs=1e-11)
    assert float(value(root, "SMPTESYNC")[1]) == pytest.approx(float(rate), rel=1e-11)


def test_tracks_are_coloured_and_lie_in_a_folder() -> None:
    video, folder, *parts = tracks(project())
    assert [value(t, "ISBUS") for t in (video, folder)] == [["0", "0"], ["1", "1"]]
    assert [value(t, "ISBUS") for t in parts] == [*([["0", "0"]] * (len(parts) - 1)), ["2", "-1"]]
    assert [value(t, "NAME") for t in parts] == [[part.name] for part in PLAYED.tracks]
    colors = {int(value(t, "PEAKCOL")[0]) for t in parts}
    assert len(colors) == len(parts) and all(color & 0x100_0000 for color in colors)
    assert 0x100_0000 | 0xD5 | 0x5E << 8 in colors  # the melody's vermilion, red in the lowest byte
    # The picture keeps its time under an edited tempo map, the music its beats.
    assert [value(t, "BEAT") for t in (video, folder, *parts)] == [["0"], *([["1"]] * (len(parts) + 1))]


def span(path: str, *knots: tuple[int, int]) -> MediaSpan:
    return MediaSpan(Path(path), tuple(Knot(Fraction(a), Fraction(b)) for a, b in knots))


def with_media(*media: MediaSpan | None) -> Timeline:
    """Shots of ten seconds each at 25 frames a second."""
    cues = make_cues(
        rate=Fraction(25), length=250 * len(media), cuts=tuple(250 * i for i in range(1, len(media)))
    )
    timeline = make_timeline(cues)
    shots = tuple(replace(shot, media=m) for shot, m in zip(timeline.shots, media, strict=True))
    return replace(timeline, shots=shots)


def picture(timeline: Timeline) -> list[Any]:
    cues = make_cues(rate=timeline.rate, length=timeline.cue_frames, cuts=())
    return items(tracks(project(cues, make_form(cues), timeline=timeline))[0])


def test_a_shot_is_a_video_item_at_its_place_in_the_file() -> None:
    first, second = picture(
        with_media(span("/a/ü 1.mov", (0, 7), (10, 17)), span("/b.mp4", (0, 0), (10, 20)))
    )
    assert value(source(first), "FILE") == ["/a/ü 1.mov"]
    assert source(first).attrib == ["VIDEO"]
    assert [float(value(first, n)[0]) for n in ("POSITION", "LENGTH", "SOFFS", "PLAYRATE")] == [0, 10, 7, 1]
    assert [float(value(second, n)[0]) for n in ("POSITION", "LENGTH", "SOFFS", "PLAYRATE")] == [10, 10, 0, 2]


def test_a_film_that_is_cut_nowhere_is_one_item() -> None:
    spans = [span("/film.mp4", (0, 10 * i), (10, 10 * i + 10)) for i in range(4)]
    (item,) = picture(with_media(*spans))
    assert float(value(item, "LENGTH")[0]) == 40
    jumped = [*spans[:2], span("/film.mp4", (0, 25), (10, 35)), spans[3]]
    assert len(picture(with_media(*jumped))) == 3


def test_a_change_of_speed_is_two_items_and_what_reaper_cannot_play_says_why() -> None:
    media = span("/a.mov", (0, 0), (4, 4), (6, 4), (8, 8), (10, 2))
    played, still, fast, backwards = picture(with_media(media))
    assert [float(value(i, "LENGTH")[0]) for i in (played, still, fast, backwards)] == [4, 2, 2, 2]
    assert [float(value(fast, n)[0]) for n in ("SOFFS", "PLAYRATE")] == [4, 2]
    for item, words in ((still, "stands still"), (backwards, "runs backwards")):
        assert source(item) is None
        assert words in str(item.find("NOTES"))


def test_missing_media_and_numbered_images_are_named() -> None:
    images = replace(span("/r/f.%04d.exr", (0, 0), (10, 10)), pattern_rate=Fraction(25))
    offline, numbered = picture(with_media(None, images))
    assert "no file to play" in str(offline.find("NOTES"))
    assert "/r/f.%04d.exr" in str(numbered.find("NOTES"))


@pytest.mark.parametrize(
    "name",
    ["", "a b", 'say "no"', "it's", "\"'", "\"'`", "Ein schöner Film · 東京", "> |\n<TRACK", "\udce9"],
)
def test_any_name_stays_one_token(name: str) -> None:
    part = Track(name, PartRole.MELODY, 0, 0, (PlayedNote(0, 960, 60, 80),), (Controller(0, 11, 90),))
    root = project(played=Performance((part,)), name=name)
    assert len(tracks(root)) == 3
    (said,) = value(tracks(root)[2], "NAME")
    shown = " ".join(name.split()).replace("\udce9", "?")
    assert said == (shown.replace("`", "'") if {'"', "'", "`"} <= set(name) else shown)


def test_the_bytes_follow_from_the_score_alone() -> None:
    data = rpp_bytes(PLAYED, FORM, CUES, TIMELINE, "n")
    assert data == rpp_bytes(PLAYED, FORM, CUES, TIMELINE, "n")
    other = make_performance(FORM, parts=2)
    ids = [value(items(t)[0], "IGUID") for t in tracks(project())[2:]]
    assert len({tuple(i) for i in ids}) == len(ids)
    changed = replace(other.tracks[0], notes=other.tracks[0].notes[:-1])
    (track,) = tracks(project(played=Performance((changed,))))[2:]
    assert value(items(track)[0], "IGUID") not in ids


def test_a_silent_cue_without_pictures_is_a_project_still() -> None:
    cues = make_cues(cuts=())
    form = make_form(cues)
    root = project(cues, form, Performance(()), replace(make_timeline(cues), shots=()))
    assert tracks(root) == []
    assert statements(root.find("TEMPOENVEX"), "PT")
