"""An edited cue sheet laid over our own: whatever the user may change has the last word."""

from __future__ import annotations

from dataclasses import replace

from bridge.config import Settings
from bridge.errors import CueSheetError
from bridge.schema.cue_json import EditedCues, EditedHit, EditedPlot, parse_cues
from bridge.schema.cues import CueSheet, Hit, HitKind, Plot, Weight
from bridge.spotting.curves import NAMES, fit_curves
from bridge.spotting.hits import group, one_a_frame

ASKED = "the cue sheet says so"


def apply_edits(sheet: CueSheet, settings: Settings) -> CueSheet:
    """Replace hits, plots and mood of `sheet` by those of `settings.cues_json`.

    Hits and plots that the edited sheet leaves out are gone; what it leaves unsaid of one that stays is
    taken from our own of the same id. Grouping is kept as written; a hit that says nothing of it is
    grouped by the one-second rule. Handing a sheet back unchanged asks for the same music.

    Raises:
        CueSheetError: the sheet breaks its schema, or belongs to another cue.
    """
    edited = parse_cues(settings.cues_json)
    _same_cue(sheet, edited)
    _plot_tempi(edited, settings)
    own_hits = {hit.id: hit for hit in sheet.hits}
    own_plots = {plot.id: plot for plot in sheet.plots}
    hits = tuple(_hit(entry, own_hits.get(entry.id), settings) for entry in edited.hits)
    hits, changed = _follow_plots(hits, own_hits, own_plots, edited)
    told = {
        entry.id
        for entry in edited.hits
        if entry.grouped_with is not None and entry.id not in changed and entry.grouped_with not in changed
    }
    grouped = group(hits, sheet.rate, settings.hits)
    hits = tuple(hit if hit.id in told else other for hit, other in zip(hits, grouped))
    plots = tuple(_plot(entry, own_plots.get(entry.id), sheet) for entry in edited.plots)
    curves = edited.mood or sheet.mood
    if len(curves.energy) != len(sheet.mood.energy):
        raise CueSheetError(
            f"mood curves have {len(curves.energy)} values, the cue has {len(sheet.mood.energy)} seconds",
            where="cue sheet, mood",
            remedy="Keep one value a second, or take the curves out",
        )
    notes = (*sheet.notes, *_warnings(edited, settings), *_starts_without_hits(hits, plots, own_plots))
    return CueSheet(
        name=sheet.name,
        rate=sheet.rate,
        drop_frame=sheet.drop_frame,
        start_timecode_frames=sheet.start_timecode_frames,
        cue_start_frame=sheet.cue_start_frame,
        cue_end_frame=sheet.cue_end_frame,
        hits=hits,
        plots=plots,
        mood=fit_curves(curves, plots, sheet.cue_start_frame, sheet.rate),
        brief=settings.brief or edited.brief or "",
        notes=notes,
        speech=sheet.speech if edited.speech is None else edited.speech,
        transitions=sheet.transitions,
        about=sheet.about,
        instruments=sheet.instruments or edited.instruments or (),
        unheard=sheet.unheard,
        loudness_db=sheet.loudness_db,
    )


def _follow_plots(
    hits: tuple[Hit, ...], own_hits: dict[str, Hit], own_plots: dict[str, Plot], edited: EditedCues
) -> tuple[tuple[Hit, ...], set[str]]:
    """Move the hit of a plot's start with a plot that was moved; one moved by hand stays as it says.

    Returns the hits, one a frame, and the ids of those that were moved or gave way to one that was.
    """
    moves = {
        own_plots[plot.id].start_frame: plot.start_frame
        for plot in edited.plots
        if plot.id in own_plots and own_plots[plot.id].start_frame != plot.start_frame
    }
    moved: list[Hit] = []
    changed: set[str] = set()
    for hit in hits:
        own = own_hits.get(hit.id)
        unmoved = own is not None and own.kind is hit.kind is HitKind.PLOT and own.frame == hit.frame
        frame = moves.get(hit.frame, hit.frame) if unmoved else hit.frame
        if frame != hit.frame:
            changed.add(hit.id)
        if frame != edited.cue_start_frame or not unmoved:  # music that starts there is on it anyway
            moved.append(replace(hit, frame=frame))
    kept = tuple(one_a_frame(moved))
    return kept, changed | {hit.id for hit in hits} - {hit.id for hit in kept}


def _starts_without_hits(
    hits: tuple[Hit, ...], plots: tuple[Plot, ...], own_plots: dict[str, Plot]
) -> list[str]:
    """Plots that the user added or moved and no hit stands at the start of, in words."""
    frames = {hit.frame for hit in hits}
    return [
        f"Plot {plot.id} starts at frame {plot.start_frame} without a hit: add one there to have it met"
        for before, plot in zip(plots, plots[1:])
        if (before.music or plot.music)
        and plot.start_frame not in frames
        and (plot.id not in own_plots or own_plots[plot.id].start_frame != plot.start_frame)
    ]


def _warnings(edited: EditedCues, settings: Settings) -> tuple[str, ...]:
    """What was asked for and does nothing, in words."""
    found: list[str] = []
    if settings.tempo.changes and not any(plot.tempo_change is not False for plot in edited.plots[1:]):
        found.append("The cue sheet's plots say tempo_change: false, so --tempo-changes moves none of them")
    if settings.brief and all(plot.energy is not None for plot in edited.plots):
        found.append(
            "The cue sheet's plots have numbers of their own, so the brief moves none of them: take valence,"
            " energy, tension, density and loudness out of a plot to let the brief decide"
        )
    return tuple(found)


def _same_cue(sheet: CueSheet, edited: EditedCues) -> None:
    ours = (sheet.rate, sheet.cue_start_frame, sheet.cue_end_frame)
    theirs = (edited.rate, edited.cue_start_frame, edited.cue_end_frame)
    if ours != theirs:
        raise CueSheetError(
            f"the sheet is for frames {theirs[1]} to {theirs[2]} at {theirs[0]} frames a second, "
            f"the cue is frames {ours[1]} to {ours[2]} at {ours[0]}",
            where="cue sheet",
            remedy="Score with the same --in, --out and --fps as before, or start from a new cue sheet",
        )


def _plot_tempi(edited: EditedCues, settings: Settings) -> None:
    slow, fast = settings.tempo.min_bpm, settings.tempo.max_bpm
    for plot in edited.plots:
        if plot.tempo_bpm is not None and settings.tempo_map_midi:
            raise CueSheetError(
                "a plot cannot have a tempo of its own where a tempo map is kept",
                where=f"cue sheet, plot {plot.id}, tempo_bpm",
                remedy="Write null there, or leave out --keep-tempo-map",
            )
        if plot.tempo_bpm is not None and not slow <= plot.tempo_bpm <= fast:
            raise CueSheetError(
                f"a tempo of {plot.tempo_bpm:g} bpm lies outside the range of {slow:g} to {fast:g}",
                where=f"cue sheet, plot {plot.id}, tempo_bpm",
                remedy="Change it, or widen --tempo-range",
            )


def _hit(entry: EditedHit, own: Hit | None, settings: Settings) -> Hit:
    """A hit of the edited sheet; what it leaves unsaid comes from our own, else from the defaults."""
    weight = entry.weight or (own.weight if own else Weight.WANT)
    window = settings.hits.must_window_frames if weight is Weight.MUST else settings.hits.window_frames
    if own is not None and own.weight is weight:
        window = (own.early_frames, own.late_frames)
    return Hit(
        id=entry.id,
        frame=entry.frame,
        weight=weight,
        kind=entry.kind or (own.kind if own else HitKind.MARKER),
        early_frames=window[0] if entry.early_frames is None else entry.early_frames,
        late_frames=window[1] if entry.late_frames is None else entry.late_frames,
        downbeat=(own is not None and own.downbeat) if entry.downbeat is None else entry.downbeat,
        words=entry.words if entry.words is not None else (own.words if own else ""),
        grouped_with=entry.grouped_with or "",
    )


def _plot(entry: EditedPlot, own: Plot | None, sheet: CueSheet) -> Plot:
    """A plot of the edited sheet; one without numbers gets them from the curves it lies on."""
    start_s = float(sheet.cue_s(entry.start_frame))
    end_s = float(sheet.cue_s(entry.end_frame))
    base = own or Plot(entry.id, entry.start_frame, entry.end_frame, sheet.plots[0].label)
    numbers: dict[str, float] = {
        name: given
        if (given := getattr(entry, name)) is not None
        else (getattr(own, name) if own else round(sheet.mood.mean(name, start_s, end_s), 3))
        for name in NAMES
    }
    return Plot(
        id=entry.id,
        start_frame=entry.start_frame,
        end_frame=entry.end_frame,
        label=entry.label or base.label,
        words=base.words if entry.words is None else entry.words,
        palette=base.palette if entry.palette is None else entry.palette,
        layers=base.layers if entry.layers is None else entry.layers,
        plan=entry.plan,
        music=base.music if entry.music is None else entry.music,
        entrance=base.entrance if entry.music in (None, base.music) else ASKED,
        reason=base.reason if entry.label in (None, base.label) else "as the cue sheet has it",
        tempo_bpm=entry.tempo_bpm,
        tempo_change=base.tempo_change if entry.tempo_change is None else entry.tempo_change,
        valence=numbers["valence"],
        energy=numbers["energy"],
        tension=numbers["tension"],
        density=numbers["density"],
        loudness=numbers["loudness"],
    )
