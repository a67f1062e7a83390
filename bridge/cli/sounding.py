"""`--audio`: a score's audio beside its other files, rendered by this process once they are in place."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute
from bridge.client import Delivered
from bridge.config import AudioSettings
from bridge.errors import InputError, SettingsError
from bridge.progress import Progress
from bridge.wire.flag import Flag

if TYPE_CHECKING:  # numpy is not loaded for who wants no audio
    from bridge.sounding import Rendered, Studio

WAVE, STEMS = "wav", "stems"


@dataclass(frozen=True)
class Sound:
    """How audio is wanted, and what makes it; without a studio, `problem` says why there is none.

    `bundle`: it goes into a folder with all that placing it by hand takes.
    """

    settings: AudioSettings
    studio: Studio | None
    problem: str = ""
    bundle: bool = False


def sound_of(options: argparse.Namespace, reporter: Reporter) -> Sound | None:
    """What the options ask for; None: no audio. Told before the work: that there will be none.

    Raises:
        SettingsError: an option is out of range, or makes no sense without `--audio`.
        InputError: the soundfont that was named is none.
    """
    given = [
        f"--{name}" for name in ("soundfont", "loudness", "ring_out") if getattr(options, name) is not None
    ]
    if not (options.audio or options.bundle):
        if given:
            raise SettingsError(
                f"{given[0].replace('_', '-')} says how audio is made, and none is asked for",
                remedy="Add --audio",
            )
        return None
    settings = AudioSettings()
    if options.loudness is not None:
        settings = replace(settings, loudness_lufs=_finite(options.loudness, "--loudness"))
    if options.ring_out is not None:
        settings = replace(settings, ring_out_s=_finite(options.ring_out, "--ring-out"))
    from bridge.sounding import open_studio
    from bridge.sounding.soundfont import checked

    named = absolute(options.soundfont) if options.soundfont is not None else None
    if named is not None:
        checked(named)
    try:
        return Sound(settings, open_studio(named), bundle=options.bundle)
    except InputError as error:
        reporter.warn(f"No audio will be written: {error}")
        return Sound(settings, None, str(error), options.bundle)


def _finite(number: float, option: str) -> float:
    if not math.isfinite(number):
        raise SettingsError(f"{number} is not a number", where=option)
    return number


class Watched(Progress):
    """Tells the reporter, and stops once the user has asked for it."""

    def __init__(self, source: Path, reporter: Reporter, stop: Flag) -> None:
        super().__init__(lambda step: reporter.step(source, step))
        self._stop = stop

    def check(self) -> None:
        """See `Progress`; looks at the user's flag first."""
        if self._stop.is_set():
            self.cancel()
        super().check()


def sounded(
    delivered: Delivered, sound: Sound | None, source: Path, reporter: Reporter, stop: Flag
) -> Delivered:
    """The same with audio: `NAME.wav` and `NAME.stems/PART.wav` among its files, and figures of it.

    A mix that is there already, beside a take that is, is left as it is.

    Raises:
        InputError: the audio cannot be made or written. What was delivered stays, and has been told.
        Cancelled: somebody asked to stop; the same.
    """
    midi = delivered.files.get("mid")
    if sound is None:
        return delivered
    if midi is None:
        reporter.warn("No audio is written: the take went to no folder. Add -o OUT_DIR")
        return about(delivered, {"problem": "the take went to no folder"})
    if sound.bundle:
        from bridge.cli.bundling import bundled  # it needs what this module has

        return bundled(delivered, midi, sound, source, reporter, stop)
    if sound.studio is None:
        return about(delivered, {"problem": sound.problem})
    name = midi.name.removesuffix(".mid")
    mix, stems = midi.with_name(f"{name}.{WAVE}"), midi.with_name(f"{name}.{STEMS}")
    if mix.exists() and "mid" not in delivered.written:
        there = {WAVE: mix, **{f"{STEMS}/{path.name}": path for path in sorted(stems.glob("*.wav"))}}
        return replace(delivered, files={**delivered.files, **there})
    try:
        made = rendered(midi, midi.parent, sound.studio, sound.settings, source, reporter, stop)
    except BaseException:
        reporter.delivered(source, delivered)
        raise
    files = {WAVE: made.mix, **{f"{STEMS}/{path.name}": path for path in made.stems.values()}}
    told = replace(delivered, files={**delivered.files, **files}, written=(*delivered.written, *files))
    return about(told, figures(made))


def rendered(
    midi: Path,
    folder: Path,
    studio: Studio,
    settings: AudioSettings,
    source: Path,
    reporter: Reporter,
    stop: Flag,
) -> Rendered:
    """Render a MIDI file into a folder, under its own name, telling how far it is.

    Raises:
        InputError, Cancelled: as in `bridge.sounding.render`.
    """
    from bridge.sounding import render

    name = midi.name.removesuffix(".mid")
    made = render(midi, folder, name, studio, settings, Watched(source, reporter, stop))
    if made.held_back:
        reporter.warn(
            f"{made.mix.name}: its peaks allow {made.loudness_lufs:.1f} LUFS, not {settings.loudness_lufs:g}"
        )
    return made


def figures(made: Rendered) -> dict[str, object]:
    """What the result's `summary.audio` says; silence has no loudness."""
    loud = made.loudness_lufs > -math.inf
    return {
        "length_s": made.length_s,
        "cue_s": made.cue_s,
        "loudness_lufs": round(made.loudness_lufs, 2) if loud else None,
        "true_peak_dbtp": round(made.true_peak_dbtp, 2) if loud else None,
        "trims_db": {name: round(trim_db, 1) for name, trim_db in made.trims_db.items()},
        "made_with": made.made_with,
    }


def about(delivered: Delivered, audio: dict[str, object]) -> Delivered:
    """The same with figures of its audio, or why there is none, in its summary."""
    return replace(
        delivered, take=replace(delivered.take, summary={**delivered.take.summary, "audio": audio})
    )
