"""The bars that Cuebridge set itself, and where the pooled simulated lists stand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from bench.sync.measure import OURS, Figures
from bench.sync.report import Part, range_name
from bench.sync.tables import TURNS_A_MINUTE, mean_bend, pooled

EXACT = ", exact"
# Share of kept hits on beats in −1/+2 frames, by range of tempi; within ±½ frame in exact mode.
ON_BEATS = {"free": 0.97, "slow": 0.82, "middle": 0.90, "fast": 0.96}
ON_BEATS_EXACT = 0.94
Value = Callable[[Sequence[Figures]], float]


def on_beats(window: str) -> Value:
    """Share of kept hits on a beat of ours."""
    return lambda found: pooled(
        [f.scores[OURS, window].beats for f in found], [len(f.cuts.kept) for f in found]
    )[0]


def share(part: Callable[[Figures], float], whole: Callable[[Figures], float]) -> Value:
    """A share of all lists together."""
    return lambda found: sum(map(part, found)) / max(1, sum(map(whole, found)))


def _kept(f: Figures) -> float:
    return len(f.cuts.kept)


def _beats(f: Figures) -> float:
    return f.music.beats


def _one(_: Figures) -> float:
    return 1


_EVERYWHERE: tuple[tuple[str, str, float, Value], ...] = (
    ("musts in ±½ frame", ">=", 1.0, share(lambda f: f.hits.musts_met, lambda f: f.hits.musts)),
    (
        "plot starts on a downbeat",
        ">=",
        0.95,
        share(lambda f: f.hits.plot_downbeats, lambda f: f.hits.plot_starts),
    ),
    ("kept hits met by something audible and named", ">=", 0.98, share(lambda f: f.hits.named, _kept)),
    ("off-beat accents", "<=", 0.10, share(lambda f: f.hits.off_beat, _kept)),
    ("mean bend", "<=", 0.02, mean_bend),
    ("neighbouring beats over 3 % apart", "<=", 0.0, share(lambda f: f.music.wide_steps, _beats)),
    ("odd bars", "<=", 1 / 8, share(lambda f: f.music.odd_bars, lambda f: f.music.bars)),
    (
        "lists with over one odd bar in eight",
        "<=",
        0.0,
        share(lambda f: f.music.odd_bars * 8 > f.music.bars, _one),
    ),
    (
        f"lists with over {TURNS_A_MINUTE} changes of tempo direction a minute",
        "<=",
        0.0,
        share(lambda f: f.music.turns_a_minute > TURNS_A_MINUTE, _one),
    ),
)
_HOLDS = {">=": operator.ge, "<=": operator.le}


def table(parts: Sequence[Part]) -> list[str]:
    """What was asked, what was found, and whether it holds: on beats by range, the rest over default ranges.

    Ranges together: lists of all of them as one pool, and beside it the worst range.
    """
    lines = ["| bar | asked | found | worst range | holds |", "|---|---|---|---|---|"]
    by_name = {part.name: part.simulated for part in parts if part.simulated}
    asked = [(range_name(key), "−1/+2", least) for key, least in ON_BEATS.items()]
    for name, window, least in [*asked, (range_name("free") + EXACT, "±½", ON_BEATS_EXACT)]:
        if name in by_name:
            lines.append(
                _row(f"on beats in {window}, {name}", ">=", least, on_beats(window), [by_name[name]])
            )
    groups = [found for name, found in by_name.items() if not name.endswith(EXACT)]
    if groups:
        lines += [_row(name, sign, limit, value, groups) for name, sign, limit, value in _EVERYWHERE]
    return lines


def _row(name: str, sign: str, limit: float, value: Value, groups: Sequence[Sequence[Figures]]) -> str:
    each = [value(found) for found in groups]
    whole = value([f for found in groups for f in found])
    worst = min(each) if sign == ">=" else max(each)
    # A sliver for the last bit of a sum.
    holds = _HOLDS[sign](worst, limit + (-1e-12 if sign == ">=" else 1e-12))
    word = "at least" if sign == ">=" else "at most"
    return (
        f"| {name} | {word} {100 * limit:g} % | {100 * whole:.2f} | {100 * worst:.2f} |"
        f" {'yes' if holds else '**no**'} |"
    )
