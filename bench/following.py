"""What `--tempo-follows mood` moves and costs: `python -m bench.following [--trials 40]`.

Simulated cut lists of 45 s (`bench.sync.lists`) in which every cut is a hit, each with the energy low and
high throughout, solved both ways.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.sync.lists import simulated
from bench.textures import trimmed
from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import TICKS_PER_QUARTER, Form, Rung
from bridge.tempo_settings import FOLLOWED
from bridge.timing import solve

SECONDS = 45
ENERGIES = (0.3, 0.81)
"""Film excerpts rated sad and angry: Eerola & Vuoskoski 2011."""
ON_BEATS = (Rung.TEMPO, Rung.METRE, Rung.RITARD)


@dataclass
class Tally:
    """Changes of tempo between the two energies, in bpm, and hits on beats of all that are chased."""

    changes: list[float]
    on_beats: int = 0
    hits: int = 0


def tempo(form: Form) -> float:
    """Quarters a minute, over the whole form."""
    return form.end_tick / TICKS_PER_QUARTER / float(form.tempo_map.s_at_tick(form.end_tick)) * 60


def sheets(trials: int) -> list[CueSheet]:
    """Cut lists evenly spread over the simulated ones."""
    lists = simulated()
    chosen = [lists[(2 * trial + 1) * len(lists) // (2 * trials)] for trial in range(trials)]
    return [trimmed(edits.cue_sheet(), round(SECONDS * edits.rate)) for edits in chosen]


def in_energy(sheet: CueSheet, energy: float) -> CueSheet:
    """The sheet with one energy in every plot."""
    return replace(sheet, plots=tuple(replace(plot, energy=energy) for plot in sheet.plots))


def run(trials: int) -> dict[str, Tally]:
    """Both ways over the lists."""
    out = {follows: Tally([]) for follows in FOLLOWED}
    for number, sheet in enumerate(sheets(trials)):
        chased = {hit.id for hit in sheet.hits if not hit.grouped_with}
        for follows, tally in out.items():
            settings = Settings(seed=number, tempo=TempoSettings(follows=follows))
            forms = [solve(in_energy(sheet, energy), settings, Progress()) for energy in ENERGIES]
            tally.changes.append(tempo(forms[1]) - tempo(forms[0]))
            for form in forms:
                results = [result for result in form.hits if result.hit_id in chased]
                tally.on_beats += sum(each.met and each.rung in ON_BEATS for each in results)
                tally.hits += len(results)
        print(f"{number + 1}/{trials}", file=sys.stderr, end="\r", flush=True)
    return out


def table(found: dict[str, Tally]) -> str:
    """The tallies as Markdown."""
    rows = [
        "| the tempo follows | rises in | falls in | mean change, bpm | hits on beats |",
        "|---|---|---|---|---|",
    ]
    for follows, tally in found.items():
        count = len(tally.changes)
        rows.append(
            f"| {follows} | {sum(change > 1e-6 for change in tally.changes)} of {count}"
            f" | {sum(change < -1e-6 for change in tally.changes)} | {sum(tally.changes) / count:+.1f}"
            f" | {100 * tally.on_beats / tally.hits:.1f} % of {tally.hits:,} |"
        )
    return "\n".join(rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trials", type=int, default=40)
    print(table(run(parser.parse_args(argv).trials)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
