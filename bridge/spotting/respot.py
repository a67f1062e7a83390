"""A cue sheet with some plots changed by words: what a revision obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.errors import SettingsError
from bridge.schema.cues import CueSheet, Plot
from bridge.spotting.curves import NAMES, fit_curves
from bridge.spotting.wishes import Wishes


def named_plots(cues: CueSheet, words: Sequence[str]) -> tuple[str, ...]:
    """The ids of the plots that a user's words name, in the sheet's order: an id, or its number.

    Raises:
        SettingsError: there is no such plot, or none of them has music.
    """
    ids = [plot.id for plot in cues.plots]
    found = set()
    for word in words:
        match = [each for each in ids if word.strip() == each] or [
            each for each in ids if _number(each) is not None and _number(each) == _number(word.strip())
        ]
        if not match:
            raise SettingsError(
                f"there is no plot {word}", where="--plots", remedy=f"There are {', '.join(ids)}"
            )
        found.add(match[0])
    plots = [plot for plot in cues.plots if plot.id in found]
    if not any(plot.music for plot in plots):
        silent = ", ".join(plot.id for plot in plots)
        raise SettingsError(
            f"nothing sounds in {silent}, so there is nothing to compose anew",
            where="--plots",
            remedy="Name a plot with music, or score again with music: true in the cue sheet",
        )
    return tuple(plot.id for plot in plots)


def respot(cues: CueSheet, plots: Sequence[str], wishes: Wishes) -> CueSheet:
    """The sheet with the wishes in the plots named, and the mood curves to match."""
    changed = tuple(wished(plot, wishes) if plot.id in plots else plot for plot in cues.plots)
    own = tuple(plot for plot in changed if plot.id in plots)
    return replace(cues, plots=changed, mood=fit_curves(cues.mood, own, cues.cue_start_frame, cues.rate))


def changes_in_words(before: CueSheet, after: CueSheet, wishes: Wishes) -> tuple[str, ...]:
    """What became of the wishes, a sentence a plot, and what was not understood."""
    out = []
    for old, new in zip(before.plots, after.plots):
        moved = [
            f"{name} {getattr(old, name):.2f} to {getattr(new, name):.2f}"
            for name in NAMES
            if getattr(old, name) != getattr(new, name)
        ]
        if old.palette != new.palette:
            moved.append(f"palette {new.palette}")
        if moved:
            out.append(f"Plot {new.id}: {', '.join(moved)}")
    if wishes.understood:
        out.append(f"Understood: {', '.join(wishes.understood)}")
    if wishes.unknown:
        out.append(f"Not understood: {', '.join(wishes.unknown)}")
    return tuple(out)


def _number(text: str) -> int | None:
    """The number of a plot: spotting names plots p01, p02, and people say 2."""
    digits = text.removeprefix("p")
    return int(digits) if digits.isdecimal() else None


def wished(plot: Plot, wishes: Wishes) -> Plot:
    """A plot's numbers moved; density and loudness follow energy and tension, as everywhere."""

    def clip(value: float) -> float:
        return round(min(max(value, 0.0), 1.0), 3)

    return replace(
        plot,
        valence=clip(plot.valence + wishes.valence),
        energy=clip(plot.energy + wishes.energy),
        tension=clip(plot.tension + wishes.tension),
        density=clip(plot.density + 0.75 * wishes.energy + wishes.density),
        loudness=clip(plot.loudness + 0.55 * wishes.energy + 0.3 * wishes.tension + wishes.loudness),
        palette=wishes.palette or plot.palette,
    )
