"""What stands on a score's markers, and where: the same words in the MIDI file and the REAPER project."""

from __future__ import annotations

from bridge.schema.cues import CueSheet, Hit, Plot
from bridge.schema.tempo import HitResult, TempoMap
from bridge.timebase import frames_to_timecode

END_WORDS = "End of the picture"


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
