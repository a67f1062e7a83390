"""The line: reading → seeing → spotting → timing → composing → performing → writing, in that order."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, replace
from pathlib import Path

from bridge import (
    __version__,
    advising,
    composing,
    config,
    hearing,
    performing,
    reading,
    seeing,
    spotting,
    timing,
    writing,
)
from bridge.config import METRES, HitSettings, Settings, TempoSettings
from bridge.errors import InputError, SettingsError, TimelineError
from bridge.pipeline.result import Result
from bridge.progress import Progress
from bridge.schema.brief_text import parse_brief
from bridge.schema.cue_json import parse_cues
from bridge.schema.cues import CueSheet
from bridge.schema.picture import Picture
from bridge.schema.record import Origin, Record
from bridge.schema.timeline import Timeline


def score(source: Path, settings: Settings, progress: Progress) -> Result:
    """Score one timeline or film; with `settings.only_spot`, stop before composing.

    Raises:
        InputError: the file, its media or the settings are at fault.
        ModelError: a model is missing or is not what its card says.
        Cancelled: somebody asked to stop.
    """
    # A faulty brief or sheet is said before a film is looked at, not after.
    settings = spotting.filled_in(settings)
    _check_palettes(settings.brief_document)
    if settings.cues_json:
        composing.check_layers(parse_cues(settings.cues_json).plots)
    if settings.markers_text:
        reading.check_markers(settings.markers_text)  # and so are faulty markers
    kept = reading.read_tempo_map(settings.tempo_map_midi) if settings.tempo_map_midi else None
    models = None if settings.only_spot else composing.load_models()
    _check_encoder(settings)
    paths = _stills(settings)
    timeline = read_source(source, settings, progress)
    picture = seeing.see(timeline, settings, progress)
    heard = hearing.hear(timeline, settings, progress)
    stills = seeing.look_at_stills(paths, progress, settings.encoder)
    cues = spotting.spot(timeline, picture, settings, progress, heard, stills=stills)
    cues = _advised(cues, (timeline, picture), settings, progress)
    form = timing.solve(cues, settings, progress, kept)
    name = timeline.name or source.stem
    if models is None:
        return Result(
            timeline_name=name,
            fingerprint=_fingerprint(
                source,
                None if seeing.is_film(source) else timeline,
                settings,
                seeing.model_hashes(settings),
            ),
            files=writing.write_spotted(name, (timeline, picture), cues, form, progress),
            summary={
                **timing.compare(cues, form, settings),
                **writing.summarise_spotted(cues, form),
                "seed": settings.seed,
                "plain": False,
                "spotted": True,
            },
        )
    written = composing.compose(cues, form, settings, models, progress)
    performance = performing.perform(written, form, cues, settings)
    record = Record(
        origins={plot.id: Origin(settings.seed, settings.variation) for plot in cues.plots},
        palette=written.palette,
        tail_s=settings.tail_s,
        min_velocity=settings.min_velocity,
        max_velocity=settings.max_velocity,
        tempo=settings.tempo,
    )
    files = writing.write(
        source, name, (timeline, picture), cues, form, written, performance, record, progress
    )
    return Result(
        timeline_name=name,
        fingerprint=_fingerprint(
            source,
            None if seeing.is_film(source) else timeline,
            settings,
            {**models.hashes, **seeing.model_hashes(settings)},
        ),
        files=files,
        summary={
            **timing.compare(cues, form, settings),
            **writing.summarise(cues, form, written, performance, files["mid"]),
            "seed": settings.seed,
            "plain": settings.is_plain,
            "roles": {track.name: track.role.value for track in performance.tracks},
        },
    )


def _stills(settings: Settings) -> list[Path]:
    """The stills' paths.

    Raises:
        SettingsError: one is not there, or lies outside the folders that the caller may read.
    """
    paths = [Path(still) for still in settings.about.stills]
    for path in paths:
        if not path.is_absolute() or not _allowed(path, settings.media_roots) or not path.is_file():
            raise SettingsError(
                "there is no such still",
                where=str(path),
                remedy="Check --still, or the brief's lines - still",
            )
    return paths


def _advised(
    cues: CueSheet, seen: tuple[Timeline, Picture], settings: Settings, progress: Progress
) -> CueSheet:
    """The sheet as a language model would have it, where one is configured and no person spoke last."""
    model = config.language_model()
    if model is None:
        return cues
    if settings.cues_json or settings.brief_document:
        said = "The language model was not asked: a cue sheet or a brief was handed back"
        return replace(cues, notes=(*cues.notes, said))
    advice = advising.advise(
        cues, writing.told_of_plots(cues, *seen), composing.palette_names(), model, progress
    )
    if advice.cues_json:
        try:
            cues = spotting.edited(cues, replace(settings, brief="", cues_json=advice.cues_json))
        except InputError as error:
            advice = replace(advice, notes=(f"The language model's answer was not used: {error}",))
    return replace(cues, notes=(*cues.notes, *advice.notes))


def _check_palettes(document: str) -> None:
    """Hold the palettes of a brief that was handed back against those there are."""
    for note in parse_brief(document).plots if document else ():
        if note.palette and composing.palette_named(note.palette) is None:
            raise SettingsError(
                f"there is no palette {note.palette!r}",
                where=f"brief, line {note.line}",
                remedy=f"Choose one of {', '.join(composing.palette_names())}",
            )


def fingerprint(source: Path, settings: Settings, progress: Progress) -> str:
    """SHA-256 over all that the result depends on: source, settings, models and version.

    A timeline is read, its pictures are not looked at; a film counts by its bytes.
    """
    _must_exist(source)
    timeline = None if seeing.is_film(source) else read_source(source, settings, progress)
    hashes = {} if settings.only_spot else composing.model_hashes()
    return _fingerprint(
        source, timeline, spotting.filled_in(settings), {**hashes, **seeing.model_hashes(settings)}
    )


def describe() -> dict[str, object]:
    """Models with their cards' heads, provider, version and formats, as plain JSON values."""
    return {
        "version": __version__,
        "reads": sorted((*reading.SUFFIXES, *seeing.FILM_SUFFIXES)),
        "writes": list(writing.FORMATS),
        "metres": list(METRES),
        "defaults": _defaults(),
        **composing.describe_models(),
    }


def _defaults() -> dict[str, object]:
    """What a request gets that says nothing, where a front end lets its user choose."""
    tempo, hits = TempoSettings(), HitSettings()
    return {
        "min_bpm": tempo.min_bpm,
        "max_bpm": tempo.max_bpm,
        "metre": tempo.metre,
        "max_bend": tempo.max_bend,
        "window_frames": [float(side) for side in hits.window_frames],
        "must_window_frames": [float(side) for side in hits.must_window_frames],
    }


def _must_exist(source: Path) -> None:
    if not source.exists():
        raise TimelineError("there is no such file", where=str(source), remedy="Check the path")


def read_source(source: Path, settings: Settings, progress: Progress) -> Timeline:
    """A timeline, or a bare film as one, with no media but those in the allowed folders.

    Raises:
        InputError: it is not there, or cannot be read.
    """
    _must_exist(source)
    if seeing.is_film(source):
        film = seeing.film_timeline(source, settings, progress)
        return reading.with_markers(film, settings.markers_text) if settings.markers_text else film
    return within(reading.read_timeline(source, settings, progress), settings.media_roots)


def _check_encoder(settings: Settings) -> None:
    """An encoder is a file like any other: only whose roots are open may name any.

    Raises:
        SettingsError: it lies outside the allowed folders.
    """
    if not settings.media_roots or settings.encoder in ("", "none"):
        return
    if not _allowed(Path(settings.encoder), settings.media_roots):
        raise SettingsError("the encoder lies outside the daemon's folders", where=settings.encoder)


def within(timeline: Timeline, roots: tuple[str, ...]) -> Timeline:
    """The timeline without media outside the allowed folders, links followed; no roots allow all."""
    if not roots:
        return timeline
    shots = tuple(
        shot
        if shot.media is None or _allowed(shot.media.path, roots)
        else replace(shot, media=None, problem=f"{shot.media.path.name} lies outside the daemon's folders")
        for shot in timeline.shots
    )
    sounds = tuple(
        sound
        if sound.media is None or _allowed(sound.media.path, roots)
        else replace(sound, media=None, problem=f"{sound.media.path.name} lies outside the daemon's folders")
        for sound in timeline.sounds
    )
    return replace(timeline, shots=shots, sounds=sounds)


def _of_file(path: str) -> str:
    """Relinked or re-rendered media changes what is seen; size and time stand for its bytes."""
    status = Path(path).stat() if Path(path).exists() else None
    return f"{path} {status and (status.st_size, status.st_mtime_ns)}"


def _allowed(path: Path, roots: tuple[str, ...]) -> bool:
    """Whether a file lies in the allowed folders, links followed; no roots allow all."""
    real = Path(os.path.realpath(path))
    return not roots or any(real.is_relative_to(root) for root in roots)


def _fingerprint(source: Path, timeline: Timeline | None, settings: Settings, hashes: dict[str, str]) -> str:
    """The digest; without a timeline the source is a film and counts by its bytes."""
    digest = hashlib.sha256()
    if timeline is None:
        with source.open("rb") as film:
            for block in iter(lambda: film.read(1 << 20), b""):
                digest.update(block)
    else:
        digest.update(timeline.fingerprint.encode())
        media = [each.media for each in timeline.shots] + [each.media for each in timeline.sounds]
        for path in sorted({str(span.path) for span in media if span is not None}):
            digest.update(_of_file(path).encode())
    for still in settings.about.stills:
        digest.update(_of_file(still).encode())
    digest.update(json.dumps(asdict(settings), sort_keys=True, default=str).encode())
    heard_by = hearing.model_hashes() if settings.listen else {}
    digest.update(json.dumps({**hashes, **heard_by}, sort_keys=True).encode())
    model = config.language_model()
    if model is not None:
        digest.update(f"{model.url} {model.model}".encode())
    digest.update(__version__.encode())
    return digest.hexdigest()
