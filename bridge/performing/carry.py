"""A performance carried from one form to another: plots with the same bars keep every note, moved along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bridge.errors import SettingsError
from bridge.schema.performance import Performance
from bridge.schema.record import Made, regions
from bridge.schema.tempo import TICKS_PER_QUARTER, Bar, Form


def carry(made: Made, form: Form, anew: Sequence[str]) -> Made:
    """A score on another form: what lies in the plots `anew` is only there to be replaced.

    Args:
        made: the score, on its own form.
        form: what its cue sheet asks for since its hits were changed.
        anew: the plots that are composed anew.

    Raises:
        SettingsError: a plot that is to stay has other bars now.
    """
    own, other = _bars(made.form), _bars(form)
    gone = [plot_id for plot_id in own if plot_id not in anew and own[plot_id] != other.get(plot_id)]
    if gone:
        raise SettingsError(
            f"the hits that were changed ask for other bars in {', '.join(gone)}, whose music would not fit",
            where="--plots",
            remedy="Name these plots too, or score the timeline again with --cues",
        )
    places = _Places(regions(made.form.bars), regions(form.bars))
    tracks = []
    for track in made.performance.tracks:
        notes = tuple(replace(note, tick=places.at(note.tick)) for note in track.notes)
        controllers = tuple(replace(each, tick=places.at(each.tick)) for each in track.controllers)
        tracks.append(replace(track, notes=notes, controllers=controllers))
    return replace(
        made,
        form=form,
        performance=Performance(tuple(tracks)),
        keys=tuple(replace(key, start_beats=places.beats(key.start_beats)) for key in made.keys),
        chords=tuple(
            replace(
                chord,
                start_beats=places.beats(chord.start_beats),
                end_beats=places.beats(chord.end_beats, ends=True),
            )
            for chord in made.chords
        ),
    )


def _bars(form: Form) -> dict[str, list[tuple[str, int, bool]]]:
    """Metre, length and silence of every bar of each plot."""
    found: dict[str, list[tuple[str, int, bool]]] = {}
    following: list[Bar | None] = [*form.bars[1:], None]
    for bar, after in zip(form.bars, following):
        end = bar.end_tick if after is None else min(bar.end_tick, after.tick)
        found.setdefault(bar.plot_id, []).append((str(bar.metre), end - bar.tick, bar.rest))
    return found


@dataclass(frozen=True)
class _Places:
    """Where each plot's bars were, and where they are."""

    before: dict[str, tuple[int, int]]
    after: dict[str, tuple[int, int]]

    def at(self, tick: int, *, ends: bool = False) -> int:
        """The tick on the new form of a tick on the old one; the end of a plot is its new end."""
        order = list(self.before)
        starts = [self.before[plot_id][0] for plot_id in order]
        at = max(0, bisect_right(starts, tick - ends) - 1)
        start, _ = self.before[order[at]]
        if order[at] not in self.after:
            return tick
        moved, end = self.after[order[at]]
        # The last plot's music rings on; any other ends where the next begins.
        last = at == len(order) - 1
        return moved + tick - start if last else min(moved + tick - start, end if ends else end - 1)

    def beats(self, beats: Fraction, *, ends: bool = False) -> Fraction:
        """The same in quarter notes."""
        return Fraction(self.at(round(beats * TICKS_PER_QUARTER), ends=ends), TICKS_PER_QUARTER)
