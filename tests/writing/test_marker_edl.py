from __future__ import annotations

import json
import re
from fractions import Fraction

import opentimelineio as otio
import pytest

from bridge.reading.marker_edl import entries
from bridge.reading.markers import is_ours
from bridge.schema.cues import CueSheet
from bridge.timebase import timecode_to_frames
from bridge.writing.cue_sheet import cues_json
from bridge.writing.marker_edl import marker_edl
from tests.writing.make import make_cues, make_form

NTSC_30 = Fraction(30_000, 1001)
_LINE = re.compile(r"[^|]* \|C:ResolveColor(\w+) \|M:([^|]*) \|D:(\d+)$")


def edl(cues: CueSheet, title: str = "cut") -> list[str]:
    sheet = json.loads(cues_json(cues, make_form(cues), "n"))
    return marker_edl(sheet, title).decode().split("\r\n")


def marks(lines: list[str], rate: Fraction) -> dict[int, tuple[str, str, int]]:
    """(colour, name, length) by frame of timecode."""
    found = {}
    for event, marker in zip(lines, lines[1:]):
        if re.match(r"\d{3,} ", event):
            times = event.split()[-4:]
            assert times[:2] == times[2:]
            first, last = (timecode_to_frames(time, rate) for time in times[:2])
            assert last == first + 1
            color, name, length = _LINE.fullmatch(marker).groups()  # type: ignore[union-attr]
            found[first] = (color, name, int(length))
    return found


@pytest.mark.parametrize(
    ("rate", "drop", "start"),
    [(Fraction(24), False, 86_400), (Fraction(24_000, 1001), False, 86_400), (NTSC_30, True, 107_892),
     (NTSC_30, False, 108_000), (Fraction(60), False, 36_000 * 60), (Fraction(25), False, 0)],
)  # fmt: skip
def test_every_plot_and_hit_stands_on_its_frame(rate: Fraction, drop: bool, start: int) -> None:
    cues = make_cues(rate=rate, drop=drop, start=48, start_timecode=start)
    lines = edl(cues)
    assert lines[1] == f"FCM: {'DROP' if drop else 'NON-DROP'} FRAME"
    found = marks(lines, rate)
    for plot in cues.plots:
        _, name, length = found[start + plot.start_frame]
        assert name.startswith(f"Score {plot.id}: {plot.label.value}")
        assert length == plot.end_frame - plot.start_frame
    kept = [hit for hit in cues.hits if not hit.grouped_with]
    assert all(hit.id in found[start + hit.frame][1] for hit in kept)
    assert len(found) == len({hit.frame for hit in kept} | {plot.start_frame for plot in cues.plots})


def test_a_hit_on_a_plots_first_frame_shares_its_marker() -> None:
    cues = make_cues(rate=Fraction(24), cuts=(60, 97, 240, 330), length=480)
    found = marks(edl(cues), Fraction(24))
    assert cues.plots[1].start_frame == 240
    assert found[86_400 + 240][1].startswith("Score p2: development, no music, h003: ")


def test_a_later_reading_knows_them_all_for_ours() -> None:
    cues = make_cues()
    found = marks(edl(cues), cues.rate)
    assert all(is_ours(name, color) for color, name, _ in found.values())


def test_what_became_of_a_hit_stands_in_its_note() -> None:
    lines = [line for line in edl(make_cues()) if "|M:Score h" in line]
    assert any(re.match(r"[+-]\d\.\d\d frames, by tempo \|C", line) for line in lines)
    assert any(line.startswith("no beat in reach |C") for line in lines)


def test_our_own_reading_finds_them_where_they_are() -> None:
    cues = make_cues(rate=NTSC_30, drop=True, start_timecode=107_892)
    text = "\r\n".join(edl(cues))
    found = {entry.timecode: entry for entry in entries(text)}
    assert found["01:00:00;00"].name.startswith("Score p1: ")
    assert len(found) == text.count("|M:")


def test_names_hold_no_bar_and_no_line_break() -> None:
    lines = edl(make_cues(), title="a\nb|c ü")
    assert lines[0] == "TITLE: a b|c ü"
    assert all(line.count("|") == 3 for line in lines if "|C:" in line)


def test_otio_reads_as_many_events() -> None:
    cues = make_cues(rate=Fraction(24))
    read = otio.adapters.read_from_string("\n".join(edl(cues)), "cmx_3600", rate=24)
    clips = list(read.find_clips())
    assert len(clips) == len(marks(edl(cues), Fraction(24)))
