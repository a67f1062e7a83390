"""From a timeline and its picture to a cue sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, MoodCurves, Plot
from bridge.schema.heard import Heard
from bridge.schema.picture import Picture
from bridge.schema.stills import Stills
from bridge.schema.timeline import Timeline
from bridge.spotting.asked import asked_of, filled_in, silences, told, with_likeness, with_reasons
from bridge.spotting.corrected import corrected
from bridge.spotting.curves import fit_curves
from bridge.spotting.directions import read_directions
from bridge.spotting.edited import apply_edits
from bridge.spotting.emotion import felt
from bridge.spotting.hits import find_hits
from bridge.spotting.learnt import leant
from bridge.spotting.lexicon import allows_tempo_changes
from bridge.spotting.mood import Curve, curves_from_axes, mood_axes, secondly
from bridge.spotting.plots import find_plots
from bridge.spotting.speaking import known_speech
from bridge.spotting.stills import leant_to
from bridge.spotting.wishes import Wishes

_UNHEARD, _NO_STILLS = Heard(), Stills()


def spot(
    timeline: Timeline,
    picture: Picture,
    settings: Settings,
    progress: Progress,
    sound: Heard = _UNHEARD,
    *,
    stills: Stills = _NO_STILLS,
) -> CueSheet:
    """Spot the cue: plots, hits, mood, music and silence; an edited cue sheet has the last word.

    Markers go before what was heard, too.

    Raises:
        CueSheetError: `settings.cues_json` breaks the cue sheet's schema.
        Cancelled: somebody asked to stop.
    """
    progress.report("spotting", 0, 4, "mood")
    features = secondly(picture)
    settings = filled_in(settings)
    asked = with_likeness(asked_of(settings), settings.encoder)
    axes, leaning = leant_to(stills, features, felt(mood_axes(features), picture), picture)
    axes = _shift(axes, asked.wishes)
    curves = _shift_curves(curves_from_axes(*axes), asked.wishes)
    if settings.learnt_curves and picture.seen.any():
        curves, leans = leant(curves, picture, settings.learnt_curves)
        leaning = (*leaning, leans)
    progress.report("spotting", 1, 4, "plots")
    directions = read_directions(timeline)
    quiet = silences(timeline, asked.about)
    directions = replace(directions, silences=(*directions.silences, *quiet))
    speech = known_speech(directions, sound.speech)
    plots, transitions = find_plots(
        timeline, features, axes, curves, directions, bool(picture.seen.any()), speech, progress
    )
    plots = corrected(with_reasons(plots), asked.plots, quiet, timeline, curves, transitions, speech)
    if asked.wishes.palette:
        plots = tuple(p if p.palette else replace(p, palette=asked.wishes.palette) for p in plots)
    changes = allows_tempo_changes(asked.brief)
    held = _held_by(settings)
    wanted = changes or any(allows_tempo_changes(plot.words) for plot in plots[1:])
    if not held:
        plots = _with_changes(plots, settings.tempo.changes or changes)
    progress.report("spotting", 2, 4, "hits")
    hits = find_hits(timeline, plots, directions.hits, settings.hits)
    unseen = (*picture.problems, *picture.missing)
    notes = [*timeline.warnings, *unseen, *sound.problems, *directions.notes, *leaning]
    notes += told(asked, bool(held))
    if held and wanted:
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
        brief=asked.brief,
        notes=tuple(notes),
        speech=speech,
        transitions=transitions,
        about=asked.about,
        instruments=asked.wishes.voices,
        unheard=sound.unheard,
        loudness_db=sound.loudness_db,
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


def _shift(axes: tuple[Curve, Curve, Curve], wishes: Wishes) -> tuple[Curve, Curve, Curve]:
    valence, energy, tension = axes
    return (
        np.clip(valence + wishes.valence, 0, 1),
        np.clip(energy + wishes.energy, 0, 1),
        np.clip(tension + wishes.tension, 0, 1),
    )


def _shift_curves(curves: MoodCurves, wishes: Wishes) -> MoodCurves:
    """Density and loudness, which follow the axes, by what was asked of them alone."""

    def moved(values: tuple[float, ...], by: float) -> tuple[float, ...]:
        return tuple(round(min(max(value + by, 0.0), 1.0), 4) for value in values) if by else values

    return replace(
        curves,
        density=moved(curves.density, wishes.density),
        loudness=moved(curves.loudness, wishes.loudness),
    )
