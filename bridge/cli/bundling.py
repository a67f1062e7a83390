"""`--bundle`: NAME.bundle, a folder with all that bringing a score into an editing program by hand takes."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.cli.report import Reporter
from bridge.cli.sounding import STEMS, WAVE, Sound, about, figures, rendered
from bridge.client import Delivered
from bridge.errors import OutputError
from bridge.timebase import can_drop, frames_to_timecode, timecode_to_frames
from bridge.wire.flag import Flag
from bridge.writing.marker_edl import marker_edl
from bridge.writing.otio import otio_with_audio

if TYPE_CHECKING:
    from bridge.sounding import Rendered

BUNDLE, HOW_TO = "bundle", "HOW TO USE THIS.txt"


def bundled(
    delivered: Delivered, midi: Path, sound: Sound, source: Path, reporter: Reporter, stop: Flag
) -> Delivered:
    """The same with its bundle; one that is there already is left as it is.

    Raises:
        InputError: the audio cannot be made, or the folder not be written. What was delivered stays, and
            has been told.
        Cancelled: somebody asked to stop; the same.
    """
    name = midi.name.removesuffix(".mid")
    folder = midi.with_name(f"{name}.{BUNDLE}")
    if folder.exists():
        return replace(delivered, files={**delivered.files, **_listed(folder)})
    beside = midi.with_name(f".{name[:80]}.{secrets.token_hex(4)}.part")
    try:
        beside.mkdir()
        made = None
        if sound.studio is not None:
            made = rendered(midi, beside, sound.studio, sound.settings, source, reporter, stop)
        _fill(beside, folder, name, delivered, made, sound.problem)
        beside.rename(folder)
    except OSError as error:
        reporter.delivered(source, delivered)
        raise OutputError(
            f"the bundle cannot be written ({error.strerror or error})",
            where=str(folder),
            remedy="Make room or permission there, or choose another folder",
        ) from None
    except BaseException:
        reporter.delivered(source, delivered)
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    files = _listed(folder)
    told = replace(delivered, files={**delivered.files, **files}, written=(*delivered.written, *files))
    return about(told, {"problem": sound.problem} if made is None else figures(made))


def _listed(folder: Path) -> dict[str, Path]:
    """A bundle's files by what follows NAME in their path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"{BUNDLE}/{path.relative_to(folder).as_posix()}": path for path in paths}


def _fill(
    beside: Path, folder: Path, name: str, delivered: Delivered, made: Rendered | None, problem: str
) -> None:
    """Everything but the audio, which is there."""
    for suffix in ("mid", "rpp", "otio"):
        if suffix in delivered.files:
            shutil.copyfile(delivered.files[suffix], beside / f"{name}.{suffix}")
    sheet = json.loads(delivered.files["cues.json"].read_text(encoding="utf-8"))
    (beside / f"{name}.markers.edl").write_bytes(marker_edl(sheet, f"{name} score"))
    timeline = beside / f"{name}.otio"
    if made is not None and timeline.exists():
        rate = Fraction(sheet["fps"])
        origin = timecode_to_frames(sheet["start_timecode"], rate) + sheet["cue_start_frame"]
        data = otio_with_audio(timeline.read_bytes(), folder / made.mix.name, origin, made.length_s)
        timeline.write_bytes(data)
    words = how_to(name, sheet, made, problem, timeline.exists())
    (beside / HOW_TO).write_text(words, encoding="utf-8", newline="\n")


def how_to(name: str, sheet: dict[str, Any], made: Rendered | None, problem: str, timeline: bool) -> str:
    """What is in the bundle and what to do with it, for DaVinci Resolve and for REAPER."""
    rate, drop = Fraction(sheet["fps"]), bool(sheet.get("drop_frame"))
    first = timecode_to_frames(sheet["start_timecode"], rate) + sheet["cue_start_frame"]
    where = frames_to_timecode(first, rate, drop and can_drop(rate))
    lines = [f"{name}: a score by Cuebridge", "", f"The music begins at {where}.", ""]
    if made is None:
        lines += [f"There is no audio in this folder: {problem}.", ""]
    else:
        lines += [
            f"{name}.{WAVE}: the mix, {made.loudness_lufs:.1f} LUFS, stamped with {where}",
            f"{name}.{STEMS}: a file a part; together they are the mix",
        ]
    lines += [f"{name}.markers.edl: plots and hits as timeline markers"]
    lines += [f"{name}.otio: the timeline with markers and music"] if timeline else []
    lines += [
        f"{name}.mid, {name}.rpp: for a composer; the .rpp opens in REAPER",
        "",
        "In DaVinci Resolve:",
        "",
    ]
    steps = []
    if made is not None:
        steps += [
            f"Drag {name}.{WAVE} (or the stems) into the media pool.",
            f"Drag it to a new audio track so that it begins at {where}; it is stamped with that timecode.",
        ]
    steps += [
        "Markers: in the media pool, right-click the timeline, Timelines, Import, Timeline Markers from EDL, "
        f"and choose {name}.markers.edl. They are mint-coloured, and begin with Score.",
    ]
    if timeline:
        steps += [f"Or File, Import, Timeline with {name}.otio: a new timeline that has all of it."]
    lines += [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    return "\n".join(lines) + "\n"
