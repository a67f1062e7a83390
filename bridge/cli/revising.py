"""`cuebridge revise`: some plots of a score composed anew."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from bridge.cli.lines import write_lines
from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute, check_folder, text_of
from bridge.cli.sounding import sound_of, sounded
from bridge.cli.takes import LATEST, named_take
from bridge.client import Change, Client, Delivered, Job, connect, revise
from bridge.config import Revision
from bridge.errors import CuebridgeError, InputError, SettingsError
from bridge.progress import Step
from bridge.schema.record import ScoreFiles
from bridge.wire.flag import Flag
from bridge.wire.naming import is_utf8

# What a score's files end in, the longest first; any of them names the score.
_SUFFIXES = (".cues.json", ".cues.csv", ".mid", ".otio", ".png", ".rpp", ".brief.md", ".srt", ".wav")
_NUMBERED = re.compile(r"\.v\d{3,}$")


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Revise one score; 0, or the exit code of what was wrong with it.

    Raises:
        SettingsError: an argument is out of range.
        InputError: the score's files cannot be read.
    """
    if not is_utf8(options.brief):
        raise SettingsError("--brief has bytes that are not UTF-8", remedy="Type it again")
    marks = text_of(options.markers, "--markers", SettingsError) if options.markers else ""
    revision = Revision(_words(options.plots), options.brief, options.seed, _words(*options.lock), marks)
    files = None if _is_take(options.score) else _files(Path(options.score))
    folder = absolute(options.out_dir) if options.out_dir else None
    if folder is None and files is not None:
        folder = files.source.parent
    if folder is not None:
        check_folder(folder)
    source = Path(options.score) if files is None else files.source
    sound = sound_of(options, reporter)
    try:
        with connect(say=reporter.warn, stop=stop) as client:
            change = _change(client, options.score, files, revision, folder)
            source = change.source
            delivered = _deliver(client, change, reporter, stop)
            if options.reaper_lines is not None:
                write_lines(client, delivered.take, options.reaper_lines)
        delivered = sounded(delivered, sound, source, reporter, stop)
    except CuebridgeError as error:
        reporter.failed(error, source)
        return error.exit_code
    reporter.delivered(source, delivered)
    return 0


def _change(
    client: Client, score: str, files: ScoreFiles | None, revision: Revision, folder: Path | None
) -> Change:
    if files is not None:
        return Change(files, revision, files.source, _NUMBERED.sub("", files.name), folder)
    take = named_take(client, score)
    if folder is None and take.shelf and Path(take.shelf).is_absolute() and Path(take.shelf).is_dir():
        folder = Path(take.shelf)
    return Change(take.take_id, revision, Path(take.source), take.name, folder)


def _deliver(client: Client, change: Change, reporter: Reporter, stop: Flag) -> Delivered:
    def listen(news: Job | Step) -> None:
        if isinstance(news, Job):
            reporter.standing(change.source, news)
        else:
            reporter.step(change.source, news)

    return revise(client, change, listen, stop)


def _words(*texts: str) -> tuple[str, ...]:
    """The words between commas."""
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def _is_take(score: str) -> bool:
    """Whether a score is named by its take: it looks like no path, and is none."""
    looks = score == LATEST or not (score.endswith(_SUFFIXES) or re.search(r"[/\\.]", score))
    return looks and not Path(score).exists()


def _files(path: Path) -> ScoreFiles:
    """A score's files beside each other, by any of them.

    Raises:
        InputError: the MIDI file or the cue sheet is not there.
    """
    path = absolute(path)
    suffix = next((each for each in _SUFFIXES if path.name.endswith(each)), "")
    stem = path.name.removesuffix(suffix)

    def read(ending: str) -> bytes:
        place = path.with_name(stem + ending)
        try:
            return place.read_bytes()
        except OSError as error:
            raise InputError(
                f"it cannot be read ({error.strerror or error})",
                where=str(place),
                remedy="A score is revised by NAME.mid and NAME.cues.json side by side, or by its take: "
                "`cuebridge takes` lists them",
            ) from None

    midi, sheet = read(".mid"), read(".cues.json")
    otio = path.with_name(stem + ".otio")
    try:
        text = sheet.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "it is not UTF-8 text", where=str(path.with_name(stem + ".cues.json")), remedy="Save it as UTF-8"
        ) from None
    marked = otio.read_bytes() if otio.is_file() else b""
    return ScoreFiles(stem, path.with_name(stem + ".mid"), midi, text, marked)
