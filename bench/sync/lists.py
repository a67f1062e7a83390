"""The benchmark's cut lists, read from fixed files, and the same as cue sheets. README.md has the format."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.schema.cues import CueSheet, Hit, HitKind, Label, MoodCurves, Plot, Weight

HERE = Path(__file__).parent
FORMAT = "cuebridge-sync 1"
WINDOWS_FRAMES = {"must": (Fraction(-1, 2), Fraction(1, 2)), "want": (Fraction(-1), Fraction(2))}


@dataclass(frozen=True)
class CutList:
    """Edit points in frames from the cue's first frame, each one kept or not, a must or not.

    `plots`: (start frame, end frame, energy from 0 to 1). `mean_s` is 0 for a real edit.
    """

    id: str
    name: str
    rate: Fraction
    length_frames: int
    edits: tuple[int, ...]
    kept: tuple[int, ...]
    musts: tuple[int, ...]
    plots: tuple[tuple[int, int, float], ...]
    mean_s: float
    seed: int

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return float(self.length_frames / self.rate)

    @property
    def plot_starts(self) -> tuple[int, ...]:
        """Hits at which a plot starts; the cue's own start is no hit."""
        return tuple(start for start, _, _ in self.plots if start)

    def cue_sheet(self) -> CueSheet:
        """Hits, plots and a flat mood."""
        kept, musts, starts = set(self.kept), set(self.musts), set(self.plot_starts)
        hits: list[Hit] = []
        last = ""
        for index, frame in enumerate(self.edits):
            name = f"hit-{index + 1:03d}"
            if frame not in kept:
                window = WINDOWS_FRAMES["want"]
                hits.append(Hit(name, frame, Weight.NICE, HitKind.CUT, *window, grouped_with=last))
                continue
            last = name
            weight = Weight.MUST if frame in musts else Weight.WANT
            kind = HitKind.PLOT if frame in starts else HitKind.CUT
            window = WINDOWS_FRAMES[weight.value]
            hits.append(Hit(name, frame, weight, kind, *window, downbeat=frame in starts))
        curve = (self.plots[0][2],) * (int(self.length_frames / self.rate) + 1)
        return CueSheet(
            name=self.name,
            rate=self.rate,
            drop_frame=False,
            start_timecode_frames=0,
            cue_start_frame=0,
            cue_end_frame=self.length_frames,
            hits=tuple(hits),
            plots=tuple(
                Plot(f"plot-{k + 1}", start, end, Label.DEVELOPMENT, energy=energy)
                for k, (start, end, energy) in enumerate(self.plots)
            ),
            mood=MoodCurves(curve, curve, curve, curve, curve),
        )


def _load(name: str) -> list[CutList]:
    return [
        CutList(
            id=entry["id"],
            name=entry["name"],
            rate=Fraction(*entry["rate"]),
            length_frames=entry["length_frames"],
            edits=tuple(entry["edits"]),
            kept=tuple(entry["kept"]),
            musts=tuple(entry["musts"]),
            plots=tuple((start, end, energy) for start, end, energy in entry["plots"]),
            mean_s=entry["mean_tenths_s"] / 10,
            seed=entry["seed"],
        )
        for entry in json.loads((HERE / name).read_text(encoding="utf-8"))["lists"]
    ]


def simulated() -> list[CutList]:
    """300 lists: three means, five rates, twenty seeds."""
    return _load("simulated.json")


def real() -> list[CutList]:
    """Edit points of real timelines and films; each list in the file names its source and licence."""
    return _load("edits.json")
