"""Reading: a timeline file becomes a `Timeline`. Source time and OpenTimelineIO stay in this room."""

from __future__ import annotations

from bridge.reading.given import GivenMusic, read_given
from bridge.reading.marker_list import check_markers, gone_frames, with_markers
from bridge.reading.midi_map import read_tempo_map
from bridge.reading.retimed import retimed
from bridge.reading.score import read_score
from bridge.reading.timeline import SUFFIXES, read_timeline

__all__ = [
    "SUFFIXES",
    "GivenMusic",
    "check_markers",
    "gone_frames",
    "read_given",
    "read_score",
    "read_tempo_map",
    "read_timeline",
    "retimed",
    "with_markers",
]
