"""`cuebridge score`, and what it shares with `batch`."""

from __future__ import annotations

import argparse
import os
import stat
from pathlib import Path

from bridge.cli.briefing import about_of, brief_of, encoder_of
from bridge.cli.controls import hits_of, learnt_of, map_of, tempo_of
from bridge.cli.report import Reporter
from bridge.client import Client, Delivered, Job, Order, connect, score
from bridge.client.shelf import Shelf
from bridge.config import Settings
from bridge.errors import CuebridgeError, CueSheetError, InputError, OutputError, SettingsError, TimelineError
from bridge.progress import Step
from bridge.wire.convert import FORMATS
from bridge.wire.flag import Flag
from bridge.wire.naming import is_utf8

# Far above any cue sheet; below what one message carries.
MAX_CUES_BYTES = 32 << 20


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Score one source; 0, or the exit code of what was wrong with it.

    Raises:
        SettingsError: an argument is out of range.
        CueSheetError: the cue sheet cannot be read.
    """
    source, folder = absolute(options.source), absolute(options.out_dir)
    settings = settings_of(options)
    from bridge.cli.sounding import sound_of, sounded  # they need what this module has

    sound = sound_of(options, reporter)
    try:
        delivered = _deliver_one(source, folder, settings, options.reaper_lines, reporter, stop)
        delivered = sounded(delivered, sound, source, reporter, stop)
    except CuebridgeError as error:
        reporter.failed(error, source)
        return error.exit_code
    reporter.delivered(source, delivered)
    return 0


def _deliver_one(
    source: Path, folder: Path, settings: Settings, lines: Path | None, reporter: Reporter, stop: Flag
) -> Delivered:
    check_source(source)
    # Before a daemon is even started: a folder that cannot be written is the quickest failure there is.
    check_folder(folder)
    with connect(say=reporter.warn, stop=stop) as client:
        delivered = deliver(client, Order(source, folder, settings), reporter, stop)
        if lines is not None:
            from bridge.cli.lines import write_lines  # it needs what this module has

            write_lines(client, delivered.take, lines)
        return delivered


def deliver(client: Client, order: Order, reporter: Reporter, stop: Flag) -> Delivered:
    """Score one order, telling the reporter how far it is."""

    def listen(news: Job | Step) -> None:
        if isinstance(news, Job):
            reporter.standing(order.source, news)
        else:
            reporter.step(order.source, news)

    return score(client, order, listen, stop)


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the arguments ask for.

    Raises:
        SettingsError: one is out of range.
        CueSheetError: the cue sheet cannot be read.
    """
    for option in ("fps", "mark_in", "mark_out"):
        text: str = getattr(options, option)
        if not is_utf8(text):
            flag = f"--{option.removeprefix('mark_')}"
            raise SettingsError(
                f"{flag} has bytes that are not UTF-8", where=repr(text), remedy="Type it again"
            )
    brief, document = brief_of(options)
    return Settings(
        fps=options.fps,
        mark_in=options.mark_in,
        mark_out=options.mark_out,
        seed=options.seed,
        brief=brief,
        brief_document=document,
        about=about_of(options),
        cues_json=_cue_sheet(options.cues) if options.cues else "",
        markers_text=text_of(options.markers, "--markers", SettingsError) if options.markers else "",
        tempo=tempo_of(options),
        hits=hits_of(options),
        tempo_map_midi=map_of(options),
        learnt_curves=learnt_of(options),
        listen=options.listen,
        encoder=encoder_of(options),
    )


def check_source(source: Path) -> None:
    """What can be said of a source without a daemon.

    Raises:
        TimelineError: it is not there, or is not a file.
    """
    try:
        mode = source.stat().st_mode
    except FileNotFoundError:
        raise TimelineError("there is no such file", where=str(source), remedy="Check the path") from None
    except OSError as error:
        raise TimelineError(
            f"it cannot be read ({error.strerror})", where=str(source), remedy="Check the path"
        ) from None
    if stat.S_ISDIR(mode) and source.suffix.lower() == ".fcpxmld":
        return  # Resolve and Final Cut write it so
    if stat.S_ISDIR(mode):
        raise TimelineError(
            "it is a folder", where=str(source), remedy="Name a file, or use `cuebridge batch`"
        )
    if not stat.S_ISREG(mode):  # a pipe or a device would never come to an end
        raise TimelineError("it is not a file", where=str(source), remedy="Name a timeline or a film")


def check_folder(folder: Path) -> None:
    """Make sure that results can be written, and leave nothing behind.

    Raises:
        OutputError: they cannot.
    """
    if not is_utf8(str(folder)):
        raise OutputError(
            "the output folder's path has bytes that are not UTF-8",
            where=repr(str(folder)),
            remedy="Choose another with -o, or rename it",
        )
    shelf = Shelf(folder, "check", FORMATS)
    shelf.prepare()
    shelf.abandon()


def absolute(path: Path) -> Path:
    """The path as the daemon, which works in a folder of its own, can use it. Links are kept."""
    # `Path.expanduser` fails where there is no such user, and `resolve` would follow links.
    return Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111


def _cue_sheet(path: Path) -> str:
    text = text_of(path, "--cues", CueSheetError)
    if not text.strip():
        raise CueSheetError("it is empty", where=str(path), remedy="Start from a NAME.cues.json")
    return text


def text_of(path: Path, option: str, fault: type[InputError]) -> str:
    """The text of a file that an option names.

    Raises:
        InputError: of the kind `fault`: it cannot be read, is too large, or is no UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise fault(
            f"it cannot be read ({error.strerror})", where=str(path), remedy=f"Check {option}"
        ) from None
    if len(data) > MAX_CUES_BYTES:
        what = "a cue sheet" if option == "--cues" else "a file"
        raise fault(f"{what} of {len(data) >> 20} MB is too large", where=str(path), remedy=f"Check {option}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise fault("it is not UTF-8 text", where=str(path), remedy="Save it as UTF-8") from None
