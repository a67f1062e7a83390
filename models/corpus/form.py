"""Sections and phrases of pieces that nobody has labelled: where the notes themselves turn and breathe.

Sections begin where what comes differs most from what was, after a pause of all, and where metre, key or
tempo change (novelty between neighbouring stretches of bars: Foote 2000, "Automatic audio segmentation using
a measure of audio novelty"). Phrases end on rests and long notes of the tune (Cambouropoulos 2001, "The local
boundary detection model"), and have two to eight bars, four where nothing speaks. The weights are this
project's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.vocabulary.measure import Notes, sounding, starting
from bridge.vocabulary.music import MeasuredBar, Music
from bridge.vocabulary.tokens import STEPS_PER_QUARTER, bar_steps

AROUND_BARS = 4
"""Bars on either side that novelty compares, and the fewest a section has."""
OVER_MEAN = 1.0
"""Standard deviations over the mean from which novelty begins a section."""
TURN = 0.7
"""What a change of metre, key or tempo, or a pause of all, adds to it, in standard deviations."""
PAUSE_STEPS = STEPS_PER_QUARTER
TEMPO_CHANGE = 0.06
PHRASE_BARS = range(2, 9)
USUAL_BARS = 4
UNUSUAL = 0.12
"""What a phrase loses for each squared bar it is longer or shorter than usual."""
BREATH = 0.6
"""A breath clearer than this speaks for a phrase's end, one less clear against it."""
CALM = 0.0
Metre = tuple[int, int]


def formed(music: Music, metres: Sequence[Metre], keys: Sequence[tuple[int, str]]) -> Music:
    """The piece with a label, and the bars left of phrase and section, at every bar.

    The first section is the introduction and the last the conclusion where they are calmer than the piece;
    the liveliest that is neither is the climax, with those as lively; the rest is development.
    """
    bars = music.bars
    starts = sections(music, metres, keys)
    ends = [*starts[1:], len(bars)]
    names = labels(described(music), list(zip(starts, ends, strict=True)))
    tune = music.notes("melody")
    out: list[MeasuredBar] = []
    for first, end, name in zip(starts, ends, names, strict=True):
        cuts = [*phrases(tune, bars, first, end), end]
        for start, past in zip(cuts, cuts[1:], strict=False):
            out += [
                replace(
                    bars[at],
                    label=name,
                    phrase_left=past - 1 - at,
                    phrase_bars=past - start,
                    plot_left=end - 1 - at,
                )
                for at in range(start, past)
            ]
    return replace(music, bars=tuple(out))


def sections(music: Music, metres: Sequence[Metre], keys: Sequence[tuple[int, str]]) -> list[int]:
    """The bars on which sections begin, 0 among them."""
    found = described(music)
    count = len(found)
    novelty = np.zeros(count)
    for at in range(AROUND_BARS, count - AROUND_BARS + 1):
        if at < count:
            before, after = found[at - AROUND_BARS : at], found[at : at + AROUND_BARS]
            novelty[at] = np.linalg.norm(after.mean(0) - before.mean(0))
    inside = novelty[AROUND_BARS : count - AROUND_BARS + 1]
    if not len(inside) or not inside.std():
        return [0]
    novelty = (novelty - inside.mean()) / inside.std()
    pauses = pauses_steps(music)
    for at in range(1, count):
        novelty[at] += TURN * (turns(music.bars, metres, keys, at) + (pauses[at] >= PAUSE_STEPS))
    starts = [0]
    for at in np.argsort(-novelty, kind="stable").tolist():
        if novelty[at] < OVER_MEAN:
            break
        near = min(abs(at - start) for start in [*starts, count])
        if near >= AROUND_BARS:
            starts.append(at)
    return sorted(starts)


def described(music: Music) -> np.ndarray:
    """(bars, 16): density, level, register, thickness, pitch classes, each from the piece's own mean."""
    notes = music.notes()
    thick = sounding(notes, music.steps)
    rows = []
    for bar in music.bars:
        inside = starting(notes, bar)
        quarters = (bar.end - bar.step) / STEPS_PER_QUARTER
        classes = np.bincount(inside[:, 2] % 12, weights=inside[:, 1], minlength=12)
        silent = not len(inside)
        rows.append(
            [
                np.log1p(len(np.unique(inside[:, 0])) / quarters),
                np.nan if silent else inside[:, 3].mean(),
                np.nan if silent else inside[:, 2].mean(),
                thick[bar.step : bar.end].mean(),
                *(classes / max(1.0, classes.sum())),
            ]
        )
    table = np.array(rows)
    table = np.where(np.isnan(table), np.nanmean(table, axis=0), table)
    spread = table.std(0)
    table = (table - table.mean(0)) / np.where(spread > 0, spread, 1.0)
    # Twelve pitch classes together weigh as much as two of the others.
    table[:, 4:] *= np.sqrt(2 / 12)
    return table


def turns(
    bars: Sequence[MeasuredBar], metres: Sequence[Metre], keys: Sequence[tuple[int, str]], at: int
) -> int:
    """How many of metre, key and tempo change at a bar."""
    before, bar = bars[at - 1], bars[at]
    other_bars = bar_steps(metres[at]) != bar_steps(metres[at - 1])
    return other_bars + (keys[at] != keys[at - 1]) + (abs(bar.bpm / before.bpm - 1) > TEMPO_CHANGE)


def pauses_steps(music: Music) -> list[int]:
    """How long nothing has sounded when each bar begins."""
    notes = music.notes()
    over = np.maximum.accumulate(notes[:, 0] + notes[:, 1])
    before = np.searchsorted(notes[:, 0], [bar.step for bar in music.bars])
    return [
        max(0, bar.step - int(over[count - 1])) if count else bar.step
        for bar, count in zip(music.bars, before.tolist(), strict=True)
    ]


def phrases(tune: Notes, bars: Sequence[MeasuredBar], first: int, end: int) -> list[int]:
    """The bars of a section on which its phrases begin, by the best sum of breaths and usual lengths."""
    best: dict[int, tuple[float, int]] = {first: (0.0, first)}
    for at in range(first + 1, end + 1):
        lengths = [n for n in PHRASE_BARS if at - n in best] or ([at - first] if at == end else [])
        if lengths:
            # The section's end needs no breath.
            gain = breath(tune, bars[at].step) - BREATH if at < end else 0.0
            best[at] = max(
                (best[at - n][0] + gain - UNUSUAL * (n - USUAL_BARS) ** 2, at - n) for n in lengths
            )
    out = [end]
    while out[-1] != first:
        out.append(best[out[-1]][1])
    return out[:0:-1]


def breath(tune: Notes, step: int) -> float:
    """How clearly the tune breathes before a step: rest and length of its last note, 0 to 1.5."""
    upto = int(np.searchsorted(tune[:, 0], step))
    if not upto:
        return 0.5
    last = tune[max(0, upto - 8) : upto]
    onward = int(tune[upto, 0]) if upto < len(tune) else step
    gap = max(step, onward) - int(last[-1, 0])
    usual = float(np.median(np.diff(last[:, 0]))) if len(last) > 1 else float(STEPS_PER_QUARTER)
    rest = onward - int(last[-1, 0] + last[-1, 1])
    return min(1.0, max(0.0, gap / max(1.0, usual) - 1) / 3) + 0.5 * min(
        1.0, max(0, rest) / STEPS_PER_QUARTER
    )


def labels(found: np.ndarray, spans: Sequence[tuple[int, int]]) -> list[str]:
    """A label for every section, by how dense and loud it is (`found` as `described` gives it)."""
    if len(spans) < 2:
        return ["development"] * len(spans)
    lively = found[:, :2].sum(1)
    levels = [float(lively[start:end].mean()) for start, end in spans]
    out = ["development"] * len(spans)
    if levels[0] < CALM:
        out[0] = "introduction"
    if levels[-1] < CALM:
        out[-1] = "conclusion"
    free = [index for index, name in enumerate(out) if name == "development"]
    top = max((levels[index] for index in free), default=CALM)
    for index in free:
        if levels[index] > CALM and levels[index] >= 0.8 * top:
            out[index] = "climax"
    return out
