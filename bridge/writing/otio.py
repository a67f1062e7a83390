"""The timeline as OpenTimelineIO with plots and hits as markers and the music on a track of its own.

It is built from what was read, so that an EDL, an XML and a bare film come out alike: one video track of
the shots a viewer sees, with transitions, and an audio track "SCORE". Markers stand on the timeline
itself (`tracks.markers`), where NLEs keep timeline markers; ours are known by `metadata.cuebridge`, so
that they can be found and removed, and Resolve finds each note in `metadata.Resolve_OTIO.Note`. Media
are named as this machine spells them, the music by its bare file name beside the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from bridge import __version__
from bridge.schema.cues import CueSheet, Hit, Line, Plot, TransitionPoint
from bridge.schema.tempo import Form, HitResult
from bridge.schema.timeline import EditKind, EditPoint, MediaSpan, Shot, Timeline
from bridge.writing.text import utf8

KEY = "cuebridge"
SCORE_TRACK = "SCORE"
# Blue-green and red-orange tell met from left without red against green.
_MET, _LEFT, _GROUPED, _PLOT, _SILENT, _SAID = "CYAN", "RED", "YELLOW", "PURPLE", "PINK", "WHITE"


def otio_bytes(source: Path, timeline: Timeline, cues: CueSheet, form: Form, midi_name: str) -> bytes:
    """The marked timeline as `.otio` (JSON, UTF-8).

    Args:
        source: the file that was read; only its name is kept.
        timeline: shots, edit points and the cue's place.
        cues: plots and hits.
        form: how each hit fared, and the tempo.
        midi_name: the MIDI file's name, beside the `.otio`.
    """
    writer = _Writer(timeline.rate)
    total = max(timeline.duration_frames, timeline.cue_end_frame)
    written = otio.schema.Timeline(name=utf8(timeline.name or source.stem))
    written.global_start_time = writer.time(timeline.start_timecode_frames)
    written.metadata[KEY] = {
        "generator": f"cuebridge {__version__}",
        "source": utf8(source.name),
        "fps": f"{timeline.rate.numerator}/{timeline.rate.denominator}",
        "drop_frame": timeline.drop_frame,
        "cue_start_frame": timeline.cue_start_frame,
        "cue_end_frame": timeline.cue_end_frame,
    }
    written.tracks.append(writer.picture(timeline, total))
    written.tracks.append(writer.music(timeline, form, midi_name, total))
    results = {result.hit_id: result for result in form.hits}
    turns = {point.frame: point for point in cues.transitions}
    for plot in cues.plots:
        written.tracks.markers.append(writer.plot(plot, turns.get(plot.start_frame)))
    for span in cues.speech:
        for line in span.lines:
            written.tracks.markers.append(writer.line(line))
    for hit in cues.hits:
        written.tracks.markers.append(writer.hit(hit, results.get(hit.id)))
    text: str = otio.adapters.write_to_string(written, "otio_json", indent=2)
    return (text.rstrip("\n") + "\n").encode("utf-8", "replace")


def otio_with_audio(data: bytes, wave: Path, origin_frames: int, length_s: float) -> bytes:
    """A marked timeline of ours whose music is a WAV file, so that an NLE brings it in with the picture.

    Args:
        data: what `otio_bytes` wrote.
        wave: the mix, by the path it will have; Resolve looks for media there first, then by name.
        origin_frames: timecode of the cue's first frame, in frames, as the file is stamped.
        length_s: the file's length; whole frames of it are used.

    Raises:
        ValueError: it is no timeline of ours.
    """
    made = otio.adapters.read_from_string(data.decode(), "otio_json")
    track = next((track for track in made.tracks if track.name == SCORE_TRACK), None)
    clip = next((item for item in track or () if isinstance(item, otio.schema.Clip)), None)
    if track is None or clip is None:
        raise ValueError("there is no music track in the timeline")
    rate = clip.source_range.duration.rate
    total = sum(_frames(item) for item in track)
    # What rings out takes its time from the gap behind it.
    del track[track.index(clip) + 1 :]
    frames = int(length_s * Fraction(made.metadata[KEY]["fps"]))
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(origin_frames, rate), otio.opentime.RationalTime(frames, rate)
    )
    clip.name = utf8(wave.name)
    clip.media_reference = otio.schema.ExternalReference(target_url=utf8(str(wave)), available_range=span)
    clip.source_range = span
    rest = total - sum(_frames(item) for item in track)
    if rest > 0:
        track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(rest, rate)))
    text: str = otio.adapters.write_to_string(made, "otio_json", indent=2)
    return (text.rstrip("\n") + "\n").encode("utf-8", "replace")


@dataclass(frozen=True)
class _Writer:
    """OTIO objects at one exact rate, which OTIO takes as the nearest float."""

    rate: Fraction

    def time(self, frames: float) -> Any:
        return otio.opentime.RationalTime(frames, float(self.rate))

    def span(self, start: float, length: float) -> Any:
        return otio.opentime.TimeRange(self.time(start), self.time(length))

    def gap(self, frames: int) -> Any:
        return otio.schema.Gap(source_range=self.span(0, frames))

    def picture(self, timeline: Timeline, total: int) -> Any:
        """Shots as clips, gaps where nothing is seen, transitions over the joins they soften."""
        track = otio.schema.Track(name="Video 1", kind=otio.schema.TrackKind.Video)
        joins: list[tuple[int, Any]] = []  # (frame where the item starts, item)
        now = 0
        for shot in sorted(timeline.shots, key=lambda s: (s.start_frame, s.end_frame)):
            start = max(shot.start_frame, now)
            if shot.end_frame <= start:
                continue
            if start > now:
                joins.append((now, self.gap(start - now)))
            joins.append((start, self.clip(shot, start)))
            now = shot.end_frame
        if total > now:
            joins.append((now, self.gap(total - now)))
        softened = self._softened(timeline.edit_points, [frame for frame, _ in joins])
        for frame, item in joins:
            if frame in softened:
                track.append(softened[frame])
            track.append(item)
        return track

    def _softened(self, points: tuple[EditPoint, ...], joins: list[int]) -> dict[int, Any]:
        """Transitions by the join they lie over; of several joins inside one, the nearest to its middle."""
        found = {}
        for point in points:
            inside = [join for join in joins if point.start_frame <= join <= point.end_frame]
            if point.kind is not EditKind.TRANSITION or not inside or point.end_frame <= point.start_frame:
                continue
            join = min(inside, key=lambda frame: abs(frame - point.frame))
            found[join] = otio.schema.Transition(
                name=utf8(point.style),
                transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
                in_offset=self.time(join - point.start_frame),
                out_offset=self.time(point.end_frame - join),
                metadata={KEY: {"style": utf8(point.style)}},
            )
        return found

    def clip(self, shot: Shot, start: int) -> Any:
        """One shot; `start` is later than its own where another shot covers its head."""
        skipped, length = start - shot.start_frame, shot.end_frame - start
        clip = otio.schema.Clip(name=utf8(shot.name))
        clip.metadata[KEY] = {"id": shot.id}
        if shot.problem:
            clip.metadata[KEY]["problem"] = utf8(shot.problem)
        if shot.media is None:
            clip.media_reference = otio.schema.MissingReference()
            clip.source_range = self.span(skipped, length)
            return clip
        knots, speed = shot.media.knots, _speed(shot.media)
        clip.media_reference = self.media(shot.media)
        begin_s = knots[0].media_s + (speed or 0) * Fraction(skipped) / self.rate
        clip.source_range = self.span(float(begin_s * self.rate), length)
        if speed is None or speed != 1:
            clip.metadata[KEY]["time_map"] = [[str(k.offset_s), str(k.media_s)] for k in knots]
        if speed == 0:
            clip.effects.append(otio.schema.FreezeFrame())
        elif speed is not None and speed != 1:
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))
        return clip

    def media(self, media: MediaSpan) -> Any:
        """A file, or a numbered sequence whose frame 0 is its first picture."""
        path = utf8(str(media.path))
        if media.pattern_rate is None or "%" not in media.path.name:
            return otio.schema.ExternalReference(target_url=path)
        prefix, _, rest = media.path.name.partition("%")
        digits, _, suffix = rest.partition("d")
        rate = float(media.pattern_rate)
        last = max(knot.media_s for knot in media.knots) * media.pattern_rate
        return otio.schema.ImageSequenceReference(
            target_url_base=utf8(str(media.path.parent)),
            name_prefix=utf8(prefix),
            name_suffix=utf8(suffix),
            start_frame=media.first_number,
            frame_zero_padding=int(digits or 0),
            rate=rate,
            available_range=otio.opentime.TimeRange(
                otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(int(last) + 1, rate)
            ),
        )

    def music(self, timeline: Timeline, form: Form, midi_name: str, total: int) -> Any:
        """The score: a clip over the cue that names the MIDI file."""
        track = otio.schema.Track(name=SCORE_TRACK, kind=otio.schema.TrackKind.Audio)
        track.metadata[KEY] = {"role": "score"}
        start, length = timeline.cue_start_frame, timeline.cue_end_frame - timeline.cue_start_frame
        if start > 0:
            track.append(self.gap(start))
        reference = otio.schema.ExternalReference(
            target_url=utf8(midi_name),
            available_range=self.span(0, length),
            metadata={KEY: {"media": "MIDI"}},
        )
        clip = otio.schema.Clip(
            name=utf8(midi_name), media_reference=reference, source_range=self.span(0, length)
        )
        clip.metadata[KEY] = {
            "role": "score",
            "first_bpm": form.tempo_map.events[0].bpm,
            "tempo_events": len(form.tempo_map.events),
            "tick_0_frame": start,
        }
        track.append(clip)
        if total > start + length:
            track.append(self.gap(total - start - length))
        return track

    def plot(self, plot: Plot, turn: TransitionPoint | None) -> Any:
        """A marker over the plot's range; its note says what turns there and why music starts or stops."""
        about = plot.entrance or (turn.reason if turn is not None else "")
        name = f"{plot.id} {plot.label.value}" + ("" if plot.music else " (no music)")
        return self._marker(
            name,
            self.span(plot.start_frame, plot.end_frame - plot.start_frame),
            _PLOT if plot.music else _SILENT,
            ". ".join(filter(None, (plot.words, about))),
            {
                "kind": "plot",
                "id": plot.id,
                "label": plot.label.value,
                "reason": utf8(plot.reason),
                "turn": turn.kind.value if turn is not None else "",
                "strength": turn.strength if turn is not None else 0.0,
                "music": plot.music,
                "valence": plot.valence,
                "energy": plot.energy,
                "tension": plot.tension,
                "palette": utf8(plot.palette),
            },
        )

    def hit(self, hit: Hit, result: HitResult | None) -> Any:
        """A marker of one frame: an instant, in the only way an NLE has."""
        met = result is not None and result.met
        if met and result is not None:
            color, fate = _MET, f"{round(result.error_frames, 2) + 0.0:+.2f} frames, by {result.rung.value}"
        elif hit.grouped_with:
            color, fate = _GROUPED, f"grouped with {hit.grouped_with}"
        else:
            color, fate = _LEFT, "left: " + (result.reason if result is not None else "not timed")
        about = {
            "kind": "hit",
            "id": hit.id,
            "of": hit.kind.value,
            "weight": hit.weight.value,
            "met": met,
            "error_frames": result.error_frames if result is not None else 0.0,
            "rung": result.rung.value if result is not None else "none",
        }
        words = f"{hit.words}. {fate}" if hit.words else fate
        return self._marker(f"{hit.id} {hit.kind.value}", self.span(hit.frame, 1), color, words, about)

    def line(self, line: Line) -> Any:
        """A marker over a line of recognised speech, its words and its voice."""
        name = f"{line.speaker}: {line.words}" if line.speaker else line.words
        about = {"kind": "speech", "speaker": utf8(line.speaker)}
        span = self.span(line.start_frame, line.end_frame - line.start_frame)
        return self._marker(utf8(name), span, _SAID, line.words, about)

    def _marker(self, name: str, span: Any, color: str, note: str, about: dict[str, Any]) -> Any:
        note = utf8(note)
        metadata = {KEY: about, "Resolve_OTIO": {"Keywords": [], "Note": note}}
        return otio.schema.Marker(name=name, marked_range=span, color=color, comment=note, metadata=metadata)


def _frames(item: Any) -> int:
    frames: int = round(item.duration().value)
    return frames


def _speed(media: MediaSpan) -> Fraction | None:
    """Media seconds a timeline second where that is constant, else None."""
    speeds = {
        (after.media_s - before.media_s) / (after.offset_s - before.offset_s)
        for before, after in zip(media.knots, media.knots[1:])
        if after.offset_s > before.offset_s
    }
    if len(speeds) > 1:
        return None
    return speeds.pop() if speeds else Fraction(1)
