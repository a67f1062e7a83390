"""The benchmark's cut lists as cue sheets. The lists are fixed files of integers; the rules are here.

- Kept hits: all cuts less those within a second after a kept one, whatever the tempo.
- Every 16th kept hit starts a plot; every eighth, and every plot start, is a `must` (±½ frame), the rest
  `want` (−1/+2 frames).
- Energy, at which the tempo aims, runs over the lists from 0.2 to 0.8 by seed, and ±0.05 from plot to plot.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.schema.cues import CueSheet, Hit, HitKind, Label, MoodCurves, Plot, Weight

HERE = Path(__file__).parent
PLOT_EVERY, MUST_EVERY = 16, 8
_MUST, _WANT = (Fraction(-1, 2), Fraction(1, 2)), (Fraction(-1), Fraction(2))


@dataclass(frozen=True)
class CutList:
    """Edit points in frames from the cue's first frame. `mean_s` is 0 for a real edit."""

    name: str
    rate: Fraction
    length_frames: int
    edits: tuple[int, ...]
    mean_s: float
    seed: int

    def kept(self) -> list[int]:
        """Edit points that are at least a second after the last kept one."""
        found: list[int] = []
        for frame in self.edits:
            if not found or Fraction(frame - found[-1]) / self.rate >= 1:
                found.append(frame)
        return found

    def cue_sheet(self) -> CueSheet:
        """Hits, plots and a flat mood, by the rules above."""
        kept = set(self.kept())
        hits: list[Hit] = []
        bounds, last, order = [0], "", 0
        for index, frame in enumerate(self.edits):
            name = f"hit-{index + 1:03d}"
            if frame not in kept:
                hits.append(Hit(name, frame, Weight.NICE, HitKind.CUT, *_WANT, grouped_with=last))
                continue
            order += 1
            last = name
            plot = order % PLOT_EVERY == 0
            must = order % MUST_EVERY == 0
            if plot:
                bounds.append(frame)
            weight, window = (Weight.MUST, _MUST) if must else (Weight.WANT, _WANT)
            kind = HitKind.PLOT if plot else HitKind.CUT
            hits.append(Hit(name, frame, weight, kind, *window, downbeat=plot))
        bounds.append(self.length_frames)
        level = 0.2 + 0.6 * (self.seed % 10) / 9
        plots = tuple(
            Plot(f"plot-{k + 1}", a, b, Label.DEVELOPMENT, energy=level + (0.05 if k % 2 else -0.05))
            for k, (a, b) in enumerate(zip(bounds, bounds[1:]))
        )
        curve = (level,) * (int(self.length_frames / self.rate) + 1)
        return CueSheet(
            name=self.name,
            rate=self.rate,
            drop_frame=False,
            start_timecode_frames=0,
            cue_start_frame=0,
            cue_end_frame=self.length_frames,
            hits=tuple(hits),
            plots=plots,
            mood=MoodCurves(curve, curve, curve, curve, curve),
        )


def _load(name: str) -> list[CutList]:
    return [
        CutList(
            name=entry["name"],
            rate=Fraction(*entry["rate"]),
            length_frames=entry["length_frames"],
            edits=tuple(entry["edits"]),
            mean_s=entry.get("mean_tenths_s", 0) / 10,
            seed=entry.get("seed", index),
        )
        for index, entry in enumerate(json.loads((HERE / name).read_text(encoding="utf-8")))
    ]


def simulated() -> list[CutList]:
    """300 lists: three means, five rates, twenty seeds."""
    return _load("simulated.json")


def real() -> list[CutList]:
    """Edit points of real timelines and films: Netflix Open Content, Resolve exports, Blender films."""
    return _load("edits.json")
