"""`cuebridge complement`: the parts that a musician's own MIDI file lacks."""

from __future__ import annotations

import argparse
from pathlib import Path

from bridge.cli.lines import write_lines
from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute, check_folder, check_source
from bridge.cli.sounding import sound_of, sounded
from bridge.client import Addition, Delivered, Job, complement, connect
from bridge.config import Complement, Settings
from bridge.errors import CuebridgeError, InputError, SettingsError
from bridge.progress import Step
from bridge.wire.flag import Flag
from bridge.wire.naming import is_utf8


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Complement one file; 0, or the exit code of what was wrong with it.

    Raises:
        SettingsError: an argument is out of range.
        InputError: the file cannot be read.
    """
    for option in ("brief", "parts", "mark_in", "mark_out", "fps", "name"):
        if not is_utf8(getattr(options, option)):
            raise SettingsError(f"--{option.removeprefix('mark_')} has bytes that are not UTF-8")
    path = absolute(options.given)
    timeline = absolute(options.timeline) if options.timeline else None
    parts = tuple(word.strip() for word in options.parts.split(",") if word.strip())
    tempo_map = b"" if options.tempo_map is None else _bytes(absolute(options.tempo_map))
    asked = Complement(path, _bytes(path), parts, timeline, tempo_map)
    settings = Settings(
        fps=options.fps,
        mark_in=options.mark_in,
        mark_out=options.mark_out,
        seed=options.seed,
        brief=options.brief,
    )
    if timeline is not None:
        check_source(timeline)
    folder = absolute(options.out_dir) if options.out_dir else path.parent
    check_folder(folder)
    order = Addition(asked, settings, folder, options.name or f"{path.stem}.complement")
    sound = sound_of(options, reporter)
    try:
        delivered = _deliver(order, options.reaper_lines, reporter, stop)
        delivered = sounded(delivered, sound, path, reporter, stop)
    except CuebridgeError as error:
        reporter.failed(error, path)
        return error.exit_code
    reporter.delivered(path, delivered)
    return 0


def _deliver(order: Addition, lines: Path | None, reporter: Reporter, stop: Flag) -> Delivered:
    def listen(news: Job | Step) -> None:
        if isinstance(news, Job):
            reporter.standing(order.asked.path, news)
        else:
            reporter.step(order.asked.path, news)

    with connect(say=reporter.warn, stop=stop) as client:
        delivered = complement(client, order, listen, stop)
        if lines is not None:
            write_lines(client, delivered.take, lines)
        return delivered


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror or error})", where=str(path), remedy="Check the path"
        ) from None
