"""From a timeline and its picture to a cue sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Plot
from bridge.schema.picture import Picture
from bridge.schema.timeline import Timeline
from bridge.spotting.curves import fit_curves
from bridge.spotting.directions import read_directions
from bridge.spotting.edited import apply_edits
from bridge.spotting.hits import find_hits
from bridge.spotting.learnt import leant
from bridge.spotting.lexicon import Wish, allows_tempo_changes, read_words
from bridge.spotting.mood import Curve, curves_from_axes, mood_axes, secondly
from bridge.spotting.plots import find_plots, wish_for
from bridge.vocabulary.leaning import harmony_in_words


def spot(timeline: Timeline, picture: Picture, settings: Settings, progress: Progress) -> CueSheet:
    """Spot the cue: plots, hits, mood, music and silence; an edited cue sheet has the last word.

    Raises:
        CueSheetError: `settings.cues_json` breaks the cue sheet's schema.
        Cancelled: somebody asked to stop.
    """
    progress.report("spotting", 0, 4, "mood")
    features = secondly(picture)
    wish = read_words(settings.brief)
    axes = _shift(mood_axes(features), wish)
    curves = curves_from_axes(*axes)
    leaning = []
    if settings.learnt_curves and picture.seen.any():
        curves, leans = leant(curves, picture, settings.learnt_curves)
        leaning = [leans]
    progress.report("spotting", 1, 4, "plots")
    directions = read_directions(timeline)
    speech = directions.speech
    plots, transitions = find_plots(
        timeline, features, axes, curves, directions, bool(picture.seen.any()), speech, progress
    )
    if wish.palette:
        plots = tuple(p if p.palette else wish_for(p, Wish(palette=wish.palette)) for p in plots)
    asked = allows_tempo_changes(settings.brief)
    held = _held_by(settings)
    told = asked or any(allows_tempo_changes(plot.words) for plot in plots[1:])
    if not held:
        plots = _with_changes(plots, settings.tempo.changes or asked)
    progress.report("spotting", 2, 4, "hits")
    hits = find_hits(timeline, plots, directions.hits, settings.hits)
    notes = [*timeline.warnings, *picture.problems, *directions.notes, *leaning]
    if settings.brief:
        said = (*wish.understood, *harmony_in_words(settings.brief))
        heard = ", ".join((*said, *["tempo changes"][: asked and not held]))
        notes.append(
            f"Brief understood as: {heard}" if heard else "The brief holds no word the lexicon knows"
        )
    if held and told:
        notes.append(f"Tempo changes are asked for in words, but {held}: the words change nothing")
    sheet = CueSheet(
        name=timeline.name,
        rate=timeline.rate,
        drop_frame=timeline.drop_frame,
        start_timecode_frames=timeline.start_timecode_frames,
        cue_start_frame=timeline.cue_start_frame,
        cue_end_frame=timeline.cue_end_frame,
        hits=hits,
        plots=plots,
        mood=fit_curves(curves, plots, timeline.cue_start_frame, timeline.rate),
        brief=settings.brief,
        notes=tuple(notes),
        speech=speech,
        transitions=transitions,
    )
    progress.report("spotting", 3, 4, "edits")
    if settings.cues_json:
        sheet = apply_edits(sheet, settings)
    progress.report("spotting", 4, 4)
    return sheet


def _held_by(settings: Settings) -> str:
    """What keeps words from changing the tempo, as a clause; empty where nothing does."""
    if settings.tempo_map_midi:
        return "--keep-tempo-map has the tempo map that is kept"
    if settings.tempo.target_bpm is not None:
        return f"--tempo holds every plot to {settings.tempo.target_bpm:g} bpm"
    return ""


def _with_changes(plots: tuple[Plot, ...], everywhere: bool) -> tuple[Plot, ...]:
    """Plots at whose start the tempo may take another character: all, or those whose words allow it."""
    return plots[:1] + tuple(
        replace(plot, tempo_change=True) if everywhere or allows_tempo_changes(plot.words) else plot
        for plot in plots[1:]
    )


def _shift(axes: tuple[Curve, Curve, Curve], wish: Wish) -> tuple[Curve, Curve, Curve]:
    valence, energy, tension = axes
    return (
        np.clip(valence + wish.valence, 0, 1),
        np.clip(energy + wish.energy, 0, 1),
        np.clip(tension + wish.tension, 0, 1),
    )
