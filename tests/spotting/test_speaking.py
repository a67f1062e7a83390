"""Markers have the last word over what was heard."""

from __future__ import annotations

from bridge.schema.cues import Line, Speech
from bridge.spotting.directions import Directions, Span
from bridge.spotting.speaking import known_speech


def test_marked_and_heard_speech_are_one() -> None:
    marked = Directions(speech=(Speech(50, 80, "dialogue"),))
    found = known_speech(marked, [Speech(10, 20, heard=True), Speech(70, 90, heard=True)])
    assert found == (Speech(10, 20, heard=True), Speech(50, 90, "dialogue"))


def test_a_marker_denies_what_was_heard() -> None:
    denied = Directions(unspoken=(Span(30, 60, "no dialogue"),))
    lines = (Line(10, 28, "Hello."), Line(40, 50, "There."), Line(65, 80, "Bye."))
    heard = [Speech(10, 80, "", lines, heard=True), Speech(35, 50, heard=True)]
    found = known_speech(denied, heard)
    assert [(span.start_frame, span.end_frame) for span in found] == [(10, 30), (60, 80)]
    assert [[line.words for line in span.lines] for span in found] == [["Hello."], ["Bye."]]
