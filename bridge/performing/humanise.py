"""Small deviations of time, never at a hit: the players breathe, the picture does not move."""

from __future__ import annotations

import numpy as np

from bridge.performing.stage import Stage
from bridge.schema.score import PartRole

LARGEST_MS = 8.0

# Melodies lead and basses lie back by a little, as ensembles do.
_LEAN_MS = {PartRole.MELODY: -1.5, PartRole.BASS: 1.0}


def onset_shift(tick: int, role: PartRole, stage: Stage, generator: np.random.Generator) -> int:
    """Ticks to move an onset by, at most 8 ms either way; always draws two numbers.

    Noise is triangular, as the KTH motor noise is (6.8 ms from end to end at k = 1). Nothing moves at a
    hit, and nothing moves out of its bar: a downbeat after a rest is never early.
    """
    noise = float(generator.random()) + float(generator.random()) - 1
    if tick in stage.hits:
        return 0
    wanted_ms = min(max(6.8 * noise + _LEAN_MS.get(role, 0.0), -LARGEST_MS), LARGEST_MS)
    # Whole ticks towards zero, so that rounding never passes the limit.
    shift = int(wanted_ms * 1000 * 960 / stage.form.tempo_map.us_per_quarter_at(max(0, tick)))
    bar = stage.bar(tick)
    return min(max(shift, bar.tick - tick), max(0, bar.end_tick - 1 - tick))


def sounding_share(role: PartRole, energy: float) -> float:
    """How much of its written length a note sounds: detached when the plot is lively."""
    if role in (PartRole.PAD, PartRole.CHORDS):
        return 1.0
    if role is PartRole.MELODY:
        return 0.97 if energy < 0.75 else 0.9
    return 1.0 if energy < 0.6 else 0.88
