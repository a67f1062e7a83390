"""Revisions: what stays is the same note for note, what is asked is done, and every joint holds."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge import pipeline, timing
from bridge.config import Revision, Settings
from bridge.errors import Cancelled, CueSheetError, InputError, SettingsError
from bridge.progress import Progress
from bridge.schema.cues import Label, Weight
from bridge.schema.record import ScoreFiles
from bridge.schema.tempo import GivenMap, Metre, MetreEvent
from tests.composing.forms import Scene, build
from tests.pipeline.conftest import Heard, hear, scored
from tests.pipeline.revisions import again, base, inside, places, revised

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def check_outside(
    before: Heard,
    after: Heard,
    spans: list[tuple[int, int]],
    locked: frozenset[str] = frozenset(),
    *,
    conductor: bool = True,
) -> int:
    """Every note that starts outside, or is locked, is there and the same; how many there are."""
    if conductor:
        assert [event for event in after.conductor if "key_signature" not in event[1]] == [
            event for event in before.conductor if "key_signature" not in event[1]
        ]
    count = 0
    for name in {*before.notes, *after.notes}:
        old, new = before.notes.get(name, []), after.notes.get(name, [])
        if name in locked:
            assert new == old, name
            continue
        outside = [note for note in old if not inside(note[0], spans)]
        count += len(outside)
        kept = [note for note in new if not inside(note[0], spans)]
        assert [(n[0], n[2], n[3]) for n in kept] == [(n[0], n[2], n[3]) for n in outside], name
        for was, now in zip(outside, kept):
            joints = [start for start, _ in spans if was[0] < start < was[0] + was[1]]
            assert now[1] == (min(joints) - was[0] if joints else was[1]), name
    return count


@given(
    seed=st.sampled_from([3, 4]),
    plots=st.sets(st.sampled_from(["p0", "p1", "p3", "p5"]), min_size=1),
    brief=st.sampled_from(["", "less strings, more tension", "no bass, louder", "more harp", "calm, sparse"]),
    lock=st.sampled_from([(), ("melody",), ("bass",), ("chords",)]),
    again_seed=st.sampled_from([None, 3, 9]),
)
@FEW
def test_what_lies_outside_is_the_same_whatever_is_asked(
    seed: int, plots: set[str], brief: str, lock: tuple[str, ...], again_seed: int | None
) -> None:
    files = base(seed)
    before = hear(files.midi)
    document = json.loads(files.cues_json)["score"]
    locked = frozenset(part["name"] for part in document["parts"] if part["role"] in lock)
    asked = lock if locked or lock == ("chords",) else ()
    new = revised(files, *plots, brief=brief, lock=asked, seed=again_seed)
    spans = [span for plot_id, span in places(files).items() if plot_id in plots]
    assert check_outside(before, hear(new["mid"]), spans, locked) > 0
    after = json.loads(new["cues.json"])
    assert after["tempo"] == json.loads(files.cues_json)["tempo"]
    assert after["score"]["bars"] == document["bars"]


def test_the_plots_named_are_new_and_the_hits_in_them_are_met() -> None:
    files = base()
    new = revised(files, "1", "p3")
    spans = [span for plot_id, span in places(files).items() if plot_id in ("p1", "p3")]
    before, after = hear(files.midi), hear(new["mid"])

    def within(heard: Heard) -> set[tuple[str, int, int]]:
        return {(k, n[0], n[2]) for k, notes in heard.notes.items() for n in notes if inside(n[0], spans)}

    assert len(within(after) & within(before)) < 0.5 * len(within(after))
    onsets = {tick for _, tick, _ in within(after)}
    met = [hit["tick"] for hit in json.loads(new["cues.json"])["hits"] if hit["met"]]
    assert {tick for tick in met if inside(tick, spans)} <= onsets
    assert len({tick for tick in met if inside(tick, spans)}) >= 3


def test_a_rest_of_all_music_stays_one() -> None:
    """The form's rest before a hit is read back, and what is composed anew rests too."""
    resting = Scene(
        4, Label.DEVELOPMENT, energy=0.6, density=0.7,
        marks={1: {"airs": ((1440, 2200),), "accents": (2200,)}}, hits=((3840 + 2200, Weight.WANT),),
    )  # fmt: skip
    files = scored(build(resting, resting))
    new = revised(files, "p1", seed=5)
    for data in (files.midi, new["mid"]):
        notes = [note for part in hear(data).notes.values() for note in part]
        for start in (3840, 5 * 3840):
            first, last = start + 1440, start + 2200
            assert not [note for note in notes if note[0] < last - 40 and note[0] + note[1] > first + 40]
            assert any(abs(note[0] - last) < 40 for note in notes)
    assert hear(files.midi).notes != hear(new["mid"]).notes
    bars = [json.loads(text)["score"]["bars"] for text in (files.cues_json, new["cues.json"])]
    assert bars[0] == bars[1] and [bar["airs"] for bar in bars[0] if bar.get("airs")]


def test_the_new_bars_know_what_follows_them() -> None:
    """The last chord of the plot closes into the first chord that stays, and nothing new rings over it."""
    files = base()
    span = places(files)["p3"]
    first = next(c for c in json.loads(files.cues_json)["score"]["chords"] if c["end_tick"] > span[1])
    leads = 0
    for seed in range(5):
        new = revised(files, "p3", seed=seed)
        chords = json.loads(new["cues.json"])["score"]["chords"]
        last = [chord for chord in chords if chord["tick"] < span[1]][-1]
        # A fifth above, or below, is what `cadence_into` ends on; a plot of a single bar has no room for it.
        leads += (last["root_pc"] - first["root_pc"]) % 12 in (7, 5)
        for notes in hear(new["mid"]).notes.values():
            assert all(n[0] + n[1] <= span[1] for n in notes if span[0] <= n[0] < span[1])
    assert leads == 5


def test_controllers_outside_hold_what_they_held() -> None:
    files = base()
    spans = [places(files)["p1"]]
    before, after = hear(files.midi), hear(revised(files, "p1", brief="louder")["mid"])

    def held(rows: list[tuple[int, int, int]], number: int, tick: int) -> int | None:
        own = [row for row in rows if row[1] == number]
        at = bisect_right([row[0] for row in own], tick) - 1
        return own[at][2] if at >= 0 else None

    looked = 0
    for name, notes in before.notes.items():
        for tick in (note[0] for note in notes if not inside(note[0], spans)):
            for number in (7, 11, 64):
                was = held(before.controls.get(name, []), number, tick)
                looked += was is not None
                now = held(after.controls[name], number, tick)
                assert now == was or (was is None and (number, now) in ((64, 0), (11, 127))), (name, tick)
    assert looked > 50
    assert all(after.programs[name] == program for name, program in before.programs.items())


def test_a_locked_melody_stays_with_its_chords_and_the_rest_changes() -> None:
    files = base()
    document = json.loads(files.cues_json)["score"]
    melody = {part["name"] for part in document["parts"] if part["role"] == "melody"}
    assert melody
    new = revised(files, "p3", lock=("melody",), seed=77)
    before, after = hear(files.midi), hear(new["mid"])
    assert all(after.notes[name] == before.notes[name] for name in melody)
    span = places(files)["p3"]
    names = [
        [c["name"] for c in chords if span[0] <= c["tick"] < span[1]]
        for chords in (document["chords"], json.loads(new["cues.json"])["score"]["chords"])
    ]
    assert names[0] == names[1]
    assert any(after.notes.get(name) != notes for name, notes in before.notes.items())


def test_the_motif_that_the_cue_has_is_recalled() -> None:
    """A plot of a label that stays elsewhere opens with that one's rhythm, in most of some seeds."""
    scene = Scene(8, Label.DEVELOPMENT, 0.6, 0.5, 0.3, 0.6, 0.5, layers=("line", "pad"), palette="strings")
    files = scored(build(scene, scene, scene), 6)
    melody = [
        part["name"] for part in json.loads(files.cues_json)["score"]["parts"] if part["role"] == "melody"
    ]
    spans = places(files)

    def opening(data: bytes, plot_id: str) -> list[list[int]]:
        """Onsets in the first two bars of a plot that are sung, in sixteenths."""
        start, end = spans[plot_id]
        bars: dict[int, list[int]] = {}
        for tick in sorted(n[0] for name in melody for n in hear(data).notes[name] if start <= n[0] < end):
            bars.setdefault((tick - start) // 3840, []).append(round((tick - start) % 3840 / 240))
        return list(bars.values())[:2]

    known = opening(files.midi, "p0")
    same = [opening(revised(files, "p1", seed=seed)["mid"], "p1") == known for seed in range(4)]
    assert sum(same) >= 3


def test_a_revision_of_a_revision_keeps_what_both_kept_and_tells_both() -> None:
    files = base()
    first = revised(files, "p1", brief="calmer, no such word as flurb")
    second = revised(again(files, first), "p3", brief="brighter")
    check_outside(hear(first["mid"]), hear(second["mid"]), [places(files)["p3"]])
    sheet = json.loads(second["cues.json"])
    assert [(c["of"], c["plots"]) for c in sheet["score"]["changes"]] == [
        ("film", ["p1"]),
        ("film.v002", ["p3"]),
    ]
    told = "\n".join(sheet["notes"])
    assert "Composed anew: p1 of film" in told
    assert "Understood: calmer" in told
    assert "flurb" in told
    assert "Notes there:" in told


def test_asking_twice_gives_two_takes_and_a_seed_the_same_one() -> None:
    files = base()
    first = revised(files, "p3")
    second = revised(again(files, first), "p3")
    assert first["mid"] != second["mid"]
    assert revised(files, "p3", seed=5) == revised(files, "p3", seed=5)


def test_revising_every_plot_is_allowed_and_loses_nothing_of_the_form() -> None:
    files = base()
    new = revised(files, "p0", "1", "p3", "p4", "5", seed=8)
    assert json.loads(new["cues.json"])["tempo"] == json.loads(files.cues_json)["tempo"]
    assert sum(map(len, hear(new["mid"]).notes.values())) > 50


def test_an_edited_mood_is_obeyed_and_edited_notes_are_kept() -> None:
    """The pair on disk counts, as its user left it."""
    files = base()
    sheet = json.loads(files.cues_json)
    for plot in sheet["plots"]:
        if plot["id"] == "p3":
            plot["energy"], plot["density"] = 0.95, 0.95
    edited = ScoreFiles(files.name, files.source, files.midi, json.dumps(sheet))
    busy = json.loads(revised(edited, "p3", seed=1)["cues.json"])
    assert next(p for p in busy["plots"] if p["id"] == "p3")["energy"] == 0.95


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"plots": ("9",)}, "there is no plot 9"),
        ({"plots": ("p2",)}, "nothing sounds in p2"),
        ({"plots": ("1",), "lock": ("kazoo",)}, "there is no part kazoo"),
        ({"plots": ("1",), "brief": "slower please"}, "keeps the tempo map"),
        ({"plots": ()}, "no plot is named"),
        ({"plots": ("1",), "seed": -1}, "out of range"),
    ],
)
def test_what_cannot_be_had_is_said(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        pipeline.revise(base(), Revision(**asked), (), Progress())


def test_files_that_do_not_go_together_are_refused() -> None:
    files = base()
    sheet = json.loads(files.cues_json)
    other = scored(build(Scene(8), bpm=90), 1)
    with pytest.raises(InputError, match="tempo map"):
        revised(ScoreFiles("a", files.source, other.midi, files.cues_json), "1")
    with pytest.raises(CueSheetError, match="cannot be revised"):
        revised(ScoreFiles("a", files.source, files.midi, json.dumps({**sheet, "score": None})), "1")
    with pytest.raises(InputError, match="not a MIDI file"):
        revised(ScoreFiles("a", files.source, b"RIFF", files.cues_json), "1")


def kept_map() -> ScoreFiles:
    """A cue inside somebody's own tempo map: whatever its hits, its bars are those."""
    scene = Scene(8, valence=0.6, energy=0.5, hits=((1920 + 100, Weight.WANT), (3840 * 3, Weight.MUST)))
    cues, form = build(scene, scene, scene)
    given = GivenMap(form.tempo_map, (MetreEvent(0, Metre(4, 4)),))
    return scored((cues, timing.solve(cues, Settings(), Progress(), given)), 2)


def test_changed_hits_make_the_form_anew_and_the_other_plots_stay() -> None:
    files = kept_map()
    sheet = json.loads(files.cues_json)
    moved = next(hit for hit in sheet["hits"] if hit["frame"] >= sheet["plots"][1]["start_frame"])
    moved["frame"] += 11
    edited = ScoreFiles(files.name, files.source, files.midi, json.dumps(sheet))
    new = revised(edited, "p1", seed=9)
    check_outside(hear(files.midi), hear(new["mid"]), [places(files)["p1"]], conductor=False)
    document = json.loads(new["cues.json"])
    assert "tempo map was made anew" in "\n".join(document["notes"])
    told = {hit["id"]: hit for hit in document["hits"]}[moved["id"]]
    assert told["frame"] == moved["frame"]
    assert told["error_frames"] != moved["error_frames"]
    # What came of it is a score like any other.
    assert revised(again(files, new), "p2")["mid"]


def test_hits_that_ask_for_other_bars_elsewhere_are_refused_with_their_plots() -> None:
    files = base()
    sheet = json.loads(files.cues_json)
    sheet["hits"][-1]["frame"] += 30
    edited = ScoreFiles(files.name, files.source, files.midi, json.dumps(sheet))
    with pytest.raises(SettingsError, match="other bars in p1, p2"):
        revised(edited, "p5")


def test_cancelling_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        pipeline.revise(base(), Revision(("1",)), (), progress)
