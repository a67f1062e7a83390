"""Labels: each plot's dramatic job within its stretch of music (after Ourmuse), and why it has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.schema.cues import Label, Plot

# Plots this close in strength are as strong.
_ALIKE = 0.05
_CLEARLY = 0.1


def label(plots: list[Plot]) -> list[Plot]:
    """Label the plots of each stretch of music.

    The strongest plot of a stretch is its climax, together with others within .05 of it; the first is
    the introduction and the last the conclusion unless they are the climax; the rest are development.
    """
    result = list(plots)
    first = 0
    while first < len(result):
        last = first
        while last + 1 < len(result) and result[last + 1].music == result[first].music:
            last += 1
        if result[first].music:
            result[first : last + 1] = _stretch(result[first : last + 1])
        else:
            result[first : last + 1] = [replace(p, reason="no music") for p in result[first : last + 1]]
        first = last + 1
    return result


def strength(plot: Plot) -> float:
    """How strong a moment is, 0 to 1: energy before tension."""
    return 0.6 * plot.energy + 0.4 * plot.tension


def _stretch(plots: list[Plot]) -> list[Plot]:
    strengths = [strength(plot) for plot in plots]
    top, mean = max(strengths), float(np.mean(strengths))
    last = len(plots) - 1
    out = []
    for index, (plot, own) in enumerate(zip(plots, strengths)):
        numbers = f"energy {plot.energy:.2f}, tension {plot.tension:.2f}"
        if last >= 2 and own >= top - _ALIKE and not (index == 0 and own < top):
            name = Label.CLIMAX
            most = "the strongest" if own == top else "as strong as the strongest"
            reason = f"{most} of {last + 1} plots on end: {numbers}"
        elif last == 0:
            name, reason = Label.DEVELOPMENT, f"music for this plot alone: {numbers}"
        elif index == 0:
            name, reason = Label.INTRODUCTION, f"music begins with it: {numbers}"
        elif index == last:
            name = Label.CONCLUSION
            settles = "and it settles, " if own < strengths[index - 1] - _CLEARLY else ""
            reason = f"music ends with it, {settles}{numbers}"
        else:
            name = Label.DEVELOPMENT
            step = own - strengths[index - 1]
            way = "it rises" if step > _CLEARLY else "it falls back" if step < -_CLEARLY else "it goes on"
            where = "before" if own < top and index < int(np.argmax(strengths)) else "after"
            reason = f"{way}, {where} the climax: {numbers}, {own - mean:+.2f} against the stretch's mean"
        out.append(replace(plot, label=name, reason=reason))
    return out
