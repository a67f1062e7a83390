"""A revision: an old take's files, and words, in; a new take's files out, the other plots as they were."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bridge import __version__, composing, performing, reading, seeing, spotting, timing, writing
from bridge.config import Revision, Settings
from bridge.errors import InputError
from bridge.pipeline.result import Result
from bridge.pipeline.score import within
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.picture import Picture
from bridge.schema.record import Change, Made, Origin, ScoreFiles, regions
from bridge.schema.score import Score
from bridge.schema.timeline import Timeline
from bridge.vocabulary.leaning import harmony_in_words


def revise(base: ScoreFiles, revision: Revision, roots: tuple[str, ...], progress: Progress) -> Result:
    """Compose some plots of a score anew.

    Notes with onsets outside the bars of the plots named, and in locked parts, are the same; a note that
    rings into them may end where they begin. Tempo map and bars are the same, unless hits have been changed
    in the cue sheet: then both are made anew, and the notes stay where they were in their bars.

    Args:
        base: the score.
        revision: which plots, and what is asked.
        roots: folders whose media may be looked at; empty is any.
        progress: told of every stage.

    Raises:
        InputError: the files do not go together, or the wishes name what is not there.
        SettingsError: the brief asks for another tempo.
        ModelError: a model is missing or is not what its card says.
        Cancelled: somebody asked to stop.
    """
    made = reading.read_score(base.midi, base.cues_json, base.name)
    composing.check_layers(made.cues.plots)
    if revision.markers_text:
        made = _remarked(made, revision.markers_text)
    plots = spotting.named_plots(made.cues, revision.plots)
    wishes = spotting.read_wishes(revision.brief)
    locks = composing.find_locks(revision.lock, made.performance)
    if made.stale:
        made = _solved_again(made, plots, locks.names, roots, progress)
    cues = spotting.respot(made.cues, plots, wishes)
    sounding = frozenset(plot.id for plot in cues.plots if plot.id in plots and plot.music)
    origin = _origin(made, sounding, revision)
    # The chords alone read the brief itself; palettes and moods have come out of it already.
    settings = replace(_settings(made, origin, roots), brief=_harmony(made, plots, wishes.harmony))
    models = composing.load_models()
    kept = composing.keep(
        made,
        _with_palettes(made.cues, made.record.palette),
        _with_palettes(cues, made.record.palette),
        sounding,
        locks,
        settings,
        _voices(made.cues, wishes.voices),
    )
    written = composing.compose(
        _with_palettes(cues, made.record.palette), made.form, settings, models, progress, kept
    )
    played = performing.perform(written, made.form, cues, settings)
    spans = composing.spans_anew(made.form, frozenset(plots))
    performance, told = performing.join(made.performance, played, spans, locks.names)
    short = composing.fallen_short(
        made.performance,
        performance,
        {plot_id: span for plot_id, span in regions(made.form.bars).items() if plot_id in sounding},
        wishes.voices,
        locks.names,
    )
    words = (
        f"Composed anew: {', '.join(sorted(sounding))} of {base.name}, seed {origin.seed}"
        + (f" variation {origin.variation}" if origin.variation else "")
        + (f", locked: {', '.join(sorted(locks.names) or ['chords'])}" if revision.lock else ""),
        *(["Hits or plots were changed: the tempo map was made anew"] if made.stale else []),
        *spotting.changes_in_words(made.cues, cues, wishes),
        *(note for note in written.notes if not note.startswith("Palette")),
        *told,
        *short,
        *(
            [f"The chords are locked, so “{wishes.harmony}” changes nothing"]
            if wishes.harmony and locks.harmony
            else []
        ),
        *(
            [f"{made.left_out} events of other kinds, such as pitch bends, are not in this take"]
            if made.left_out
            else []
        ),
        *_counts(made, performance, spans),
    )
    change = Change(base.name, plots, tuple(sorted(locks.names)), revision.brief, origin, words)
    record = replace(
        made.record,
        origins={**made.record.origins, **dict.fromkeys(sounding, origin)},
        changes=(*made.record.changes, change),
    )
    cues = replace(cues, notes=(*made.cues.notes, *words))
    score = Score(
        written.parts,
        composing.joined_chords(made.chords, written.chords, spans),
        composing.joined_keys(made.keys, written.keys, spans),
        palette=made.record.palette,
        layers={
            **written.layers,
            **{name: plan for name, plan in made.layers.items() if plan and name not in sounding},
        },
    )
    seen = _seen(base, cues, settings, progress)
    files = writing.write(base.source, made.name, seen, cues, made.form, score, performance, record, progress)
    return Result(
        timeline_name=made.name,
        fingerprint=_fingerprint(base, revision, models.hashes),
        files=files,
        summary={
            **timing.compare(cues, made.form, settings),
            **writing.summarise(cues, made.form, score, performance, files["mid"]),
            "seed": origin.seed,
            "plain": False,
            "roles": {track.name: track.role.value for track in performance.tracks},
            "revision": {"of": base.name, "plots": sorted(sounding), "changes": list(words)},
        },
    )


def _remarked(made: Made, text: str) -> Made:
    """The score with the hits that a list of markers asks for.

    Raises:
        TimelineError: it is no list of markers.
    """
    sheet = made.cues
    bare = Timeline(
        made.name, sheet.rate, sheet.drop_frame, sheet.start_timecode_frames, sheet.cue_end_frame,
        sheet.cue_start_frame, sheet.cue_end_frame, shots=(),
    )  # fmt: skip
    cues = spotting.remarked(sheet, reading.with_markers(bare, text), reading.gone_frames(text))
    return replace(made, cues=cues, stale=made.stale or cues.hits != sheet.hits)


def _solved_again(
    made: Made, plots: tuple[str, ...], locked: frozenset[str], roots: tuple[str, ...], progress: Progress
) -> Made:
    """The score on the form that its changed cue sheet asks for.

    Raises:
        SettingsError: plots that stay would get other bars, and locked parts in any of them.
    """
    settings = replace(_settings(made, Origin(0), roots), tempo=made.record.tempo)
    form = timing.solve(made.cues, settings, progress, made.form.given)
    return performing.carry(made, form, () if locked else plots)


def _origin(made: Made, plots: frozenset[str], revision: Revision) -> Origin:
    """Seed and variation of the new music: the seed asked for, or the plots' own and the next variation.

    A variation that a plot named has had already is stepped over, so that asking twice gives two takes.
    """
    own = [made.record.origins[plot] for plot in sorted(plots) if plot in made.record.origins]
    seed = revision.seed if revision.seed is not None else (own[0].seed if own else 0)
    past = [*own, *(change.origin for change in made.record.changes)]
    had = [origin.variation for origin in past if origin.seed == seed]
    return Origin(seed, max(had) + 1 if had else 0)


def _settings(made: Made, origin: Origin, roots: tuple[str, ...]) -> Settings:
    cues = made.cues
    return Settings(
        fps=f"{cues.rate.numerator}/{cues.rate.denominator}",
        mark_in=str(cues.cue_start_frame),
        mark_out=str(cues.cue_end_frame),
        seed=origin.seed,
        variation=origin.variation,
        tail_s=made.record.tail_s,
        min_velocity=made.record.min_velocity,
        max_velocity=made.record.max_velocity,
        media_roots=roots,
    )


def _harmony(made: Made, plots: Sequence[str], asked: str) -> str:
    """What holds of the plots' chords, in words: what is asked, else what the last revision of all of them
    asked, else what the cue's brief did.
    """
    earlier = (change.brief for change in reversed(made.record.changes) if set(plots) <= set(change.plots))
    said = (" ".join(harmony_in_words(text)) for text in (*earlier, made.cues.brief))
    return asked or next(filter(None, said), "")


def _voices(cues: CueSheet, asked: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Who is asked to play, and before that who was not to play at all when the cue was scored."""
    stays = (pair for pair in cues.instruments if pair[1] == "no" and pair[0] not in dict(asked))
    return (*stays, *asked)


def _with_palettes(cues: CueSheet, palette: str) -> CueSheet:
    """The sheet with the cue's palette wherever a plot names none: no other is to be drawn."""
    plots = tuple(plot if plot.palette else replace(plot, palette=palette) for plot in cues.plots)
    return replace(cues, plots=plots)


def _seen(
    base: ScoreFiles, cues: CueSheet, settings: Settings, progress: Progress
) -> tuple[Timeline, Picture] | None:
    """The timeline that was scored, and its picture; None where neither it nor its marked copy is left."""
    timeline = _scored(base, settings, progress)
    if timeline is None:
        return None
    timeline = within(
        replace(
            timeline,
            drop_frame=cues.drop_frame,
            start_timecode_frames=cues.start_timecode_frames,
            source=base.source,
        ),
        settings.media_roots,
    )
    return timeline, seeing.see(timeline, settings, progress)


def _scored(base: ScoreFiles, settings: Settings, progress: Progress) -> Timeline | None:
    """The source as long as its shots are those of the take's own marked copy, else that copy."""
    if not base.otio:
        return None
    with tempfile.TemporaryDirectory(prefix="cuebridge-") as folder:
        path = Path(folder) / "scored.otio"
        path.write_bytes(base.otio)
        copy = _read(path, settings, progress)
    source = None if seeing.is_film(base.source) else _read(base.source, settings, progress)
    if copy is None or source is None:
        return copy
    # The copy has no fade at its very end and no markers; but a source that was cut anew is another film.
    spans = [[(shot.start_frame, shot.end_frame) for shot in each.shots] for each in (copy, source)]
    return source if spans[0] == spans[1] and source.rate == copy.rate else copy


def _read(path: Path, settings: Settings, progress: Progress) -> Timeline | None:
    """A timeline, None when it cannot be read (any more)."""
    try:
        return reading.read_timeline(path, settings, progress)
    except InputError:
        return None


def _counts(made: Made, after: Performance, spans: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """How many notes each part has in the spans, before and after."""

    def count(performance: Performance) -> dict[str, int]:
        return {
            track.name: sum(start <= note.tick < end for note in track.notes for start, end in spans)
            for track in performance.tracks
        }

    before, now = count(made.performance), count(after)
    names = dict.fromkeys((*before, *now))
    changed = [
        f"{name} {before.get(name, 0)} to {now.get(name, 0)}"
        for name in names
        if before.get(name, 0) or now.get(name, 0)
    ]
    return (f"Notes there: {', '.join(changed)}",)


def _fingerprint(base: ScoreFiles, revision: Revision, hashes: dict[str, str]) -> str:
    digest = hashlib.sha256(base.midi + base.cues_json.encode() + base.otio)
    digest.update(json.dumps(asdict(revision), sort_keys=True).encode())
    digest.update(json.dumps(hashes, sort_keys=True).encode())
    digest.update(__version__.encode())
    return digest.hexdigest()
