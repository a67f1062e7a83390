"""The hits of a cue sheet as the solver sees them, split into spans in which music sounds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bridge.config import Settings
from bridge.errors import CueSheetError
from bridge.schema.cues import CueSheet, Hit, HitKind, Plot, Weight

HALF = Fraction(1, 2)
# Two hits closer than this cannot both be beats at any tempo a user may ask for (300 bpm).
DENSE_S = Fraction(1, 5)


@dataclass(frozen=True)
class Target:
    """One hit to chase. Times in seconds from the cue's first frame, window in frames around `time_s`."""

    hit: Hit
    time_s: Fraction
    early_frames: Fraction
    late_frames: Fraction
    weight: float
    must: bool
    downbeat: bool
    plot: int  # index of the plot that starts here, else -1


@dataclass(frozen=True)
class Span:
    """Plots [first_plot, last_plot) that follow each other without a silence, and the hits in them.

    Where the tempo may take another character inside music, the span before `runs_on` into the next one.
    `base_bpm` is the base tempo of all its plots, None where the solver chooses.
    """

    start_s: Fraction
    end_s: Fraction
    first_plot: int
    last_plot: int
    targets: tuple[Target, ...]
    base_bpm: float | None = None
    runs_on: bool = False


def weight_of(hit: Hit, settings: Settings) -> float:
    """The hit's weight by the settings."""
    table = {
        Weight.MUST: settings.hits.must_weight,
        Weight.WANT: settings.hits.want_weight,
        Weight.NICE: settings.hits.nice_weight,
    }
    return float(table[hit.weight])


def window_of(hit: Hit, settings: Settings) -> tuple[Fraction, Fraction]:
    """Early and late limits in frames; a must, and every hit in exact mode, is held to half a frame."""
    early, late = min(hit.early_frames, Fraction(0)), max(hit.late_frames, Fraction(0))
    if hit.weight is Weight.MUST:
        tight = settings.hits.must_window_frames
        early, late = max(early, tight[0]), min(late, tight[1])
    if settings.tempo.exact:
        narrow = settings.hits.window_frames
        early, late = max(early, -HALF, narrow[0]), min(late, HALF, narrow[1])
    return early, late


def targets_of(cues: CueSheet, settings: Settings) -> tuple[Target, ...]:
    """All hits worth chasing, rising in time: not grouped, inside the cue, and not impossibly dense."""
    starts = {plot.start_frame: index for index, plot in enumerate(cues.plots)}
    found: list[Target] = []
    for hit in sorted(cues.hits, key=lambda h: h.frame):
        if hit.grouped_with or not cues.cue_start_frame <= hit.frame <= cues.cue_end_frame:
            continue
        early, late = window_of(hit, settings)
        target = Target(
            hit=hit,
            time_s=cues.cue_s(hit.frame),
            early_frames=early,
            late_frames=late,
            weight=weight_of(hit, settings),
            must=hit.weight is Weight.MUST,
            downbeat=hit.downbeat or hit.frame in starts,
            plot=starts.get(hit.frame, -1),
        )
        crowded = found and target.time_s - found[-1].time_s < DENSE_S
        if crowded and not target.must and found[-1].weight >= target.weight:
            continue
        found.append(target)
    return tuple(found)


def anchor(time_s: Fraction, weight: float) -> Target:
    """A bar line at an instant that is no hit of the sheet, wanted as a `must` is."""
    hit = Hit("", 0, Weight.MUST, HitKind.PLOT)
    return Target(hit, time_s, Fraction(0), Fraction(0), weight, True, True, -1)


def _plots(cues: CueSheet) -> tuple[Plot, ...]:
    if cues.plots:
        return cues.plots
    raise CueSheetError(
        "the cue sheet has no plots", where=cues.name, remedy="Give it at least one, over the whole cue"
    )


def changes_at(plots: tuple[Plot, ...], index: int) -> bool:
    """Whether the tempo may take another character where a plot begins that music leads into."""
    return plots[index].tempo_change or plots[index].tempo_bpm != plots[index - 1].tempo_bpm


def spans_of(cues: CueSheet, targets: tuple[Target, ...], settings: Settings) -> tuple[Span, ...]:
    """Runs of plots with music and one character of tempo. Silences part them: there all is free."""
    spans: list[Span] = []
    plots = _plots(cues)
    first = 0
    while first < len(plots):
        if not plots[first].music:
            first += 1
            continue
        last = first + 1
        while last < len(plots) and plots[last].music and not changes_at(plots, last):
            last += 1
        start_s, end_s = cues.cue_s(plots[first].start_frame), cues.cue_s(plots[last - 1].end_frame)
        spans.append(
            Span(
                start_s,
                end_s,
                first,
                last,
                targets=tuple(t for t in targets if start_s <= t.time_s <= end_s),
                base_bpm=plots[first].tempo_bpm or settings.tempo.target_bpm,
                runs_on=last < len(plots) and plots[last].music,
            )
        )
        first = last
    return tuple(spans)
