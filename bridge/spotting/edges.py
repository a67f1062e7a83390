"""Edges: instants where a plot may begin, and how much each one looks like the place for it.

What a viewer takes for the end of a scene is said by the edit before anything is measured: films keep fades
and dips for a change of scene, mostly dissolves too, while most cuts go on within one. An editor's marker is
a hint, a pause in the talk is one, and nobody begins a section of music in the middle of a sentence when
another edit point is near. How strong each hint is, is our own judgement, in nats of log odds against a cut
in silence: 2 makes a boundary some seven times as likely, -2 as much less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.schema.cues import Speech
from bridge.schema.timeline import EditKind, EditPoint, Timeline

# By a word of the transition's style, the first that is in it; any other gradual change is as a dissolve.
_STYLES = {"dip": 3.0, "fade": 3.0, "iris": 3.0, "wipe": 2.0, "dissolve": 2.0}
_OTHER_STYLE = 2.0
_MARKER = 1.0
_PAUSE = 1.0
_SENTENCE = -4.0
WITHIN_A_SHOT = -2.0
"""An instant that is no edit point, in a shot longer than a plot may be."""
# Speech detectors put a span's ends some tenths of a second around the words.
_SPEECH_SLACK_S = 0.3
# A pause that a listener takes for the end of what was said, not for breath.
PAUSE_S = 2.0
_PAUSE_REACH_S = 2.0


@dataclass(frozen=True)
class Edge:
    """An instant where a plot may begin, or, if `forced`, where one must.

    `frame` is on the timeline, `favour` the log odds of a boundary there against a cut in silence.
    """

    frame: int
    favour: float = 0.0
    forced: bool = False


def find_edges(timeline: Timeline, speech: Sequence[Speech], forced: Sequence[int]) -> tuple[Edge, ...]:
    """Every edit point and every forced frame inside the cue, rising, one a frame.

    Args:
        timeline: its edit points and markers.
        speech: spans in which somebody speaks, rising, on timeline frames.
        forced: frames at which a plot must begin.
    """
    start, end = timeline.cue_start_frame, timeline.cue_end_frame
    marked = {marker.frame for marker in timeline.markers}
    edges: dict[int, Edge] = {}
    for point in timeline.edit_points:
        favour = of_transition(point) + of_speech(timeline, speech, point.frame)
        first, last = (
            (point.frame,) * 2 if point.kind is EditKind.CUT else (point.start_frame, point.end_frame)
        )
        if any(first <= frame <= last for frame in marked):
            favour += _MARKER
        edges[point.frame] = Edge(point.frame, favour)
    edges |= {frame: Edge(frame, edges[frame].favour if frame in edges else 0.0, True) for frame in forced}
    return tuple(edges[frame] for frame in sorted(edges) if start < frame < end)


def of_transition(point: EditPoint) -> float:
    """How much its kind speaks for a change of scene; 0 for a cut."""
    if point.kind is EditKind.CUT:
        return 0.0
    style = point.style.lower()
    return next((favour for word, favour in _STYLES.items() if word in style), _OTHER_STYLE)


def of_speech(timeline: Timeline, speech: Sequence[Speech], frame: int) -> float:
    """Against an instant in the middle of what somebody says, for one at the end of it or in a pause."""
    if not speech:
        return 0.0
    at = bisect_right([span.start_frame for span in speech], frame) - 1
    slack, pause = _SPEECH_SLACK_S * timeline.rate, PAUSE_S * timeline.rate
    said = speech[at] if at >= 0 else None
    following = speech[at + 1].start_frame if at + 1 < len(speech) else timeline.cue_end_frame + pause
    if said is not None and said.start_frame + slack < frame < said.end_frame - slack:
        return _SENTENCE
    quiet_from = timeline.cue_start_frame - pause if said is None else said.end_frame
    if following - quiet_from < pause:
        return 0.0
    near = min(abs(frame - quiet_from), abs(following - frame))
    return _PAUSE if near <= _PAUSE_REACH_S * timeline.rate else 0.0
