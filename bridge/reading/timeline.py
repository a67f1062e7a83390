"""The room's one door: a timeline file becomes a `Timeline`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from bridge.config import Settings
from bridge.errors import CuebridgeError, InputError, TimecodeError, TimelineError
from bridge.progress import Progress
from bridge.reading.adapters import SUFFIXES, Document, load
from bridge.reading.cue import cut_edits, cut_markers, cut_shots, cut_sounds
from bridge.reading.fingerprint import fingerprint
from bridge.reading.kinds import Look
from bridge.reading.layout import Layer, Mark
from bridge.reading.marker_list import Place, marker_list
from bridge.reading.markers import stack_marks, unique
from bridge.reading.paths import Locator
from bridge.reading.rates import MAX_HOURS, frame_rate, frames
from bridge.reading.shots import shots_of
from bridge.reading.sounds import lay_sounds, own_sounds, sounds_of
from bridge.reading.tracks import Context, lay_out
from bridge.reading.tree import Node, node, nodes, text
from bridge.reading.visible import Stretch, edit_points, merge_through_edits, paint, visible_fades
from bridge.schema.timeline import Marker, Timeline
from bridge.timebase import can_drop, cue_bounds, frames_to_timecode, parse_rate

__all__ = ["SUFFIXES", "read_timeline"]
_STAGE = "reading"
_START = "Set its start timecode to a value under 24 hours"


def read_timeline(path: Path, settings: Settings, progress: Progress) -> Timeline:
    """Read a timeline: .otio, .otioz, .xml (FCP 7), .fcpxml or .edl (CMX 3600).

    The cue is the whole picture, or what lies between `settings.mark_in` and `settings.mark_out`, which
    are timecodes of the timeline or plain frame numbers from its first frame; Out is the first frame
    after the cue.
    `settings.fps` is needed for an EDL; any other format knows its rate, and a different one given is
    ignored with a warning.

    Raises:
        TimelineError: the file cannot be read, is no timeline, has no picture, or makes no sense.
        TimecodeError: a mark or rate that makes no sense.
        Cancelled: the user asked to stop.
    """
    progress.report(_STAGE, 0, 4, path.name)
    document = load(path, settings.fps, progress.check)
    progress.report(_STAGE, 1, 4, path.name)
    try:
        return _read(document, path, settings, progress)
    except CuebridgeError as error:
        if isinstance(error, (TimelineError, TimecodeError)) and not error.where:
            raise type(error)(error.what, where=path.name, remedy=error.remedy) from None
        raise


def _read(document: Document, path: Path, settings: Settings, progress: Progress) -> Timeline:
    timeline = document.timeline
    rate = document.rate or frame_rate(timeline, settings.fps)
    if rate is None:
        raise _no_picture()
    stack = node(timeline, "tracks") or {}
    resolve = wrote_resolve(timeline)
    context = Context(
        rate, Locator(document.folder or path.resolve().parent), resolve, document.edl, progress
    )
    context.warnings += document.warnings
    start = start_timecode(timeline, rate, context.warnings)
    layers = lay_out(stack, context)
    sound = lay_sounds(stack, context)
    if document.edl:
        first = min((layer.pieces[0].start for layer in layers if layer.pieces), default=Fraction(0))
        layers, sound = [layer.moved(-first) for layer in layers], [layer.moved(-first) for layer in sound]
        start = round(first)
    progress.report(_STAGE, 2, 4, path.name)

    stretches, kept = merge_through_edits(paint(layers))
    if not stretches:
        raise _no_picture()
    if kept:
        context.warnings.append(
            f"{kept} joins run on in one film without a jump; they are taken for its cuts, because the "
            "timeline consists of little else"
        )
    end = stretches[-1].end
    if end <= 0:
        raise TimelineError("the timeline has no length", remedy="Put picture on it and export it again")
    points = edit_points(stretches, visible_fades(stretches, layers))
    sound_end = round(max((layer.end for layer in sound), default=Fraction(0)))
    if sound_end - end > rate:
        context.warnings.append(
            f"sound runs on {float((sound_end - end) / rate):.1f} s after the last picture; "
            "the cue ends with the picture"
        )
    progress.report(_STAGE, 3, 4, path.name)

    length = max(Fraction(end), *(layer.length for layer in layers))
    drop = document.drop_frame
    if drop is None:
        drop = settings.fps.strip().lower().endswith(" df") or looks_drop_frame(start, rate)
    _check_rate(settings.fps, rate, context.warnings)
    cue = cue_bounds(settings.mark_in, settings.mark_out, rate, start, drop, end, context.warnings)
    if settings.markers_text:
        own = marker_list(settings.markers_text, Place(rate, start, end))
    else:
        own = stack_marks(stack, rate, Fraction(start), length)
    marks = _marks(own, layers, sound, stretches, context)
    shots = cut_shots(shots_of(stretches, points, rate), *cue, rate)
    edits = cut_edits(points, *cue)
    markers = cut_markers(marks, *cue)
    sounds = cut_sounds(sounds_of(sound, rate) or own_sounds(stack, shots), *cue, rate)
    progress.report(_STAGE, 4, 4, path.name)
    return Timeline(
        name=text(timeline, "name") or path.stem,
        rate=rate,
        drop_frame=drop and can_drop(rate),
        start_timecode_frames=start,
        duration_frames=max(end, sound_end),
        cue_start_frame=cue[0],
        cue_end_frame=cue[1],
        shots=shots,
        edit_points=edits,
        markers=markers,
        sounds=sounds,
        source=path,
        fingerprint=fingerprint(rate, cue, shots, edits, markers, sounds),
        warnings=tuple(dict.fromkeys(context.warnings)),
    )


def _no_picture() -> TimelineError:
    return TimelineError(
        "the timeline has no picture", remedy="Put at least one clip on a video track that is switched on"
    )


def wrote_resolve(timeline: Node, depth: int = 0) -> bool:
    """Whether Resolve wrote it: its notes stand on the timeline, on a track or on a clip."""
    if "Resolve_OTIO" in (node(timeline, "metadata") or {}):
        return True
    below = nodes(node(timeline, "tracks") or timeline, "children")[:50]
    return depth < 3 and any(wrote_resolve(child, depth + 1) for child in below)


def start_timecode(timeline: Node, rate: Fraction, warnings: list[str]) -> int:
    """Frame number of the timeline's first frame.

    Raises:
        TimelineError: over 100 hours, or no time that can be.
    """
    time = node(timeline, "global_start_time")
    if time is None:
        return 0
    try:
        start = round(frames(time, rate))
    except InputError as error:
        raise TimelineError(f"the timeline's start time is wrong: {error.what}", remedy=_START) from None
    if abs(start) > MAX_HOURS * 3600 * rate:
        raise TimelineError(
            f"the timeline starts at {float(start / rate) / 3600:.0f} hours",
            remedy=_START,
        )
    if start < 0:
        warnings.append(
            f"the timeline starts at {frames_to_timecode(start, rate)}, before zero; "
            "it is read as starting at 00:00:00:00"
        )
        return 0
    return start


def looks_drop_frame(start: int, rate: Fraction) -> bool:
    """Whether a start is a full minute in drop frame only: 107892 frames are 01:00:00;00 at 29.97, and
    00:59:56:12 otherwise. OTIO itself does not say.
    """
    if not can_drop(rate) or start == 0:
        return False
    return frames_to_timecode(start, rate, True).endswith(":00;00") and not frames_to_timecode(
        start, rate
    ).endswith(":00:00")


def _check_rate(fps: str, rate: Fraction, warnings: list[str]) -> None:
    if fps.strip() and parse_rate(fps) != rate:
        warnings.append(f"the timeline runs at {float(rate):.6g} frames a second; --fps {fps} is ignored")


def _marks(
    own: list[Mark],
    layers: list[Layer],
    sound: list[Layer],
    stretches: list[Stretch],
    context: Context,
) -> list[Marker]:
    """The timeline's own markers and its clips', but those on clips that another picture hides there."""
    marks = [*own, *(mark for layer in sound for mark in layer.marks)]
    for number, layer in enumerate(layers):
        for mark in layer.marks:
            if not _hidden(mark, number, stretches):
                marks.append(mark)
            else:
                context.dropped_marks += 1
    if context.dropped_marks:
        context.warnings.append(
            f"{context.dropped_marks} clip markers are left out: their frames are cut away or covered"
        )
    return [
        Marker(round(mark.start), round(mark.length), mark.name, mark.note, mark.color)
        for mark in unique(marks)
    ]


def _hidden(mark: Mark, number: int, stretches: list[Stretch]) -> bool:
    frame = round(mark.start)
    low, high = 0, len(stretches)
    while low < high:
        middle = (low + high) // 2
        if stretches[middle].end <= frame:
            low = middle + 1
        else:
            high = middle
    if low == len(stretches) or stretches[low].start > frame:
        return False
    over = stretches[low]
    return over.layer > number and over.piece.look is Look.PICTURE
