"""What stands on a score's markers, and where: the same words in the MIDI file and the REAPER project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from bridge.schema.cues import CueSheet, Hit, Label, Plot
from bridge.schema.tempo import HitResult, TempoMap
from bridge.timebase import can_drop, frames_to_timecode, timecode_to_frames

END_WORDS = "End of the picture"
_ORIGIN = re.compile(r"Tick 0 is (\S+) at (\d+)/(\d+)( drop frame)? frames a second")
_LABELS = "|".join(label.value for label in Label)
_PLOT = re.compile(rf"(\S+) (?:{_LABELS})(?: \(no music\))?(?::|$)")


@dataclass(frozen=True)
class Origin:
    """Where tick 0 lies: a frame of the timeline's timecode (0 is 00:00:00:00) at an exact rate."""

    frame: int
    rate: Fraction
    drop_frame: bool

    def label(self, after_s: Fraction = Fraction(0)) -> str:
        """The timecode so many seconds after tick 0."""
        return frames_to_timecode(self.frame + round(after_s * self.rate), self.rate, self.drop_frame)


def origin_words(cues: CueSheet) -> str:
    """Where tick 0 lies, in words that `origin_in` understands."""
    drop = cues.drop_frame and can_drop(cues.rate)
    origin = Origin(cues.start_timecode_frames + cues.cue_start_frame, cues.rate, drop)
    kind = " drop frame" if drop else ""
    rate = f"{cues.rate.numerator}/{cues.rate.denominator}"
    return f"Tick 0 is {origin.label()} at {rate}{kind} frames a second"


def origin_in(texts: Iterable[str]) -> Origin | None:
    """The origin that a file's texts tell. Inverse of `origin_words`."""
    for match in filter(None, map(_ORIGIN.fullmatch, texts)):
        label, numerator, denominator, drop = match.groups()
        rate = Fraction(int(numerator), int(denominator))
        return Origin(timecode_to_frames(label, rate), rate, drop is not None)
    return None


def plot_starts(markers: Iterable[tuple[int, str]]) -> list[tuple[str, int]]:
    """(id, tick) of the plots among a file's markers, rising in tick. Inverse of `plot_words`."""
    found = [(match[1], tick) for tick, text in markers if (match := _PLOT.match(text))]
    return sorted(found, key=lambda plot: plot[1])


def plot_words(plot: Plot) -> str:
    """`p2 climax (no music): words`."""
    words = f"{plot.id} {plot.label.value}" + ("" if plot.music else " (no music)")
    return f"{words}: {plot.words}" if plot.words else words


def hit_words(hit: Hit, result: HitResult | None, cues: CueSheet) -> str:
    """`h003 cut 01:00:04:12 +0.21 frames`, or what became of it."""
    timecode = frames_to_timecode(cues.start_timecode_frames + hit.frame, cues.rate, cues.drop_frame)
    if result is not None and result.met:
        fate = f"{round(result.error_frames, 2) + 0.0:+.2f} frames"  # + 0.0: no -0.00
    elif hit.grouped_with:
        fate = f"grouped with {hit.grouped_with}"
    else:
        fate = "left"
    words = f"{hit.id} {hit.kind.value} {timecode} {fate}"
    return f"{words}: {hit.words}" if hit.words else words


def music_tick(result: HitResult | None) -> int | None:
    """Where the music meets a hit; None when it does not."""
    return result.tick if result is not None and result.met else None


def picture_tick(tempo_map: TempoMap, cues: CueSheet, frame: int) -> int:
    """The tick nearest to a timeline frame, none before tick 0."""
    return max(0, round(tempo_map.tick_at_s(cues.cue_s(frame))))
