"""Recognised lines as subtitles and as markers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from bridge.schema.cue_json import parse_cues
from bridge.schema.cues import CueSheet, Line, Speech
from bridge.writing.cue_sheet import cues_json
from bridge.writing.otio import otio_bytes
from bridge.writing.srt import srt_bytes
from tests.writing.make import make_cues, make_form, make_timeline

LINES = (Line(24, 60, "Where\n\nwere you?", "1"), Line(60, 90, "At sea.", "2"))


def talking(*lines: Line) -> CueSheet:
    speech = Speech(20, 100, "1: Where were you? 2: At sea.", lines, heard=True)
    return replace(make_cues(), speech=(speech,))


def test_subtitles_are_timed_from_the_timelines_first_frame() -> None:
    cues = replace(talking(*LINES), rate=Fraction(24), start_timecode_frames=86400)
    assert srt_bytes(cues).decode() == (
        "1\n00:00:01,000 --> 00:00:02,500\n1: Where were you?\n\n"
        "2\n00:00:02,500 --> 00:00:03,750\n2: At sea.\n"
    )


def test_one_voice_is_not_named_and_hours_are_counted() -> None:
    cues = replace(talking(Line(90_000, 90_001, "Land.", "1")), rate=Fraction(25))
    assert srt_bytes(cues).decode() == "1\n01:00:00,000 --> 01:00:00,040\nLand.\n"


def test_without_words_there_are_no_subtitles() -> None:
    assert srt_bytes(talking()) == b""


def test_lines_are_markers_on_the_marked_timeline() -> None:
    cues = talking(*LINES)
    data = otio_bytes(Path("a.otio"), make_timeline(cues), cues, make_form(cues), "a.mid")
    made = otio.adapters.read_from_string(data.decode(), "otio_json")
    said = [mark for mark in made.tracks.markers if mark.metadata["cuebridge"]["kind"] == "speech"]
    spans = [(mark.marked_range.start_time.value, mark.marked_range.duration.value) for mark in said]
    assert spans == [(24, 36), (60, 30)]
    assert said[1].name == "2: At sea." and said[1].metadata["cuebridge"]["speaker"] == "2"


def test_lines_come_back_from_the_cue_sheet() -> None:
    cues = talking(*LINES)
    edited = parse_cues(cues_json(cues, make_form(cues), "a").decode())
    assert edited.speech == cues.speech
