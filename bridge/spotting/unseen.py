"""A cue sheet for music that no picture is given with: one plot, without hits."""

from __future__ import annotations

import math
from fractions import Fraction

from bridge.schema.cues import CueSheet, Label, MoodCurves, Plot
from bridge.spotting.respot import wished
from bridge.spotting.wishes import Wishes

RATE = Fraction(24)
"""Frames a second where there are none: only the sheet's numbers need them."""


def unseen(name: str, length_s: Fraction, energy: float, wishes: Wishes, brief: str) -> CueSheet:
    """One plot as long as the music, in the mood that its energy and the words say.

    Args:
        name: what the music is called.
        length_s: how long it is.
        energy: 0 to 1.
        wishes: what the brief asks for.
        brief: the brief itself.
    """
    frames = max(1, math.floor(length_s * RATE))
    energy = min(max(energy, 0.0), 1.0)
    plot = wished(
        Plot(
            id="p01",
            start_frame=0,
            end_frame=frames,
            label=Label.DEVELOPMENT,
            valence=0.5,
            energy=energy,
            tension=0.4,
            density=0.5,  # how busy the given parts are takes room from new ones, and is no wish for more
            loudness=round(0.22 + 0.55 * energy, 3),
        ),
        wishes,
    )
    seconds = max(1, math.ceil(length_s))
    flat = (plot.valence, plot.energy, plot.tension, plot.density, plot.loudness)
    notes = []
    if wishes.understood:
        notes.append(f"Understood: {', '.join(wishes.understood)}")
    if wishes.unknown:
        notes.append(f"Not understood: {', '.join(wishes.unknown)}")
    return CueSheet(
        name=name,
        rate=RATE,
        drop_frame=False,
        start_timecode_frames=0,
        cue_start_frame=0,
        cue_end_frame=frames,
        hits=(),
        plots=(plot,),
        mood=MoodCurves(*((value,) * seconds for value in flat)),
        brief=brief,
        notes=tuple(notes),
    )
