"""`cuebridge takes` and `cuebridge fetch`: the takes there are, and their files again."""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path

from bridge.cli.lines import write_lines
from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute
from bridge.cli.sounding import sound_of, sounded
from bridge.client import Client, Delivered, Take, connect
from bridge.client.shelf import Shelf
from bridge.errors import NotFoundError, SettingsError
from bridge.wire.flag import Flag

LATEST = "latest"


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Tell the takes, the newest first.

    Raises:
        SettingsError: the limit is out of range.
    """
    if not 1 <= options.limit <= 1000:
        raise SettingsError(f"--limit {options.limit} is out of range", remedy="Use 1 to 1000")
    with connect(say=reporter.warn, stop=stop) as client:
        takes = list(islice(client.list_scores(name=options.name), options.limit))
    for take in takes:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(take.created_ms / 1000))
        fields = {
            "take_id": take.take_id,
            "take": take.number,
            "name": take.name,
            "timeline": take.timeline_name,
            "source": take.source,
            "shelf": take.shelf,
            "when": when,
            "created_ms": take.created_ms,
            "of": _made_from(take),
        }
        of = f", of {_made_from(take)}" if _made_from(take) else ""
        reporter.tell("take", fields, [f"{take.take_id}  {when}  {take.name} take {take.number}{of}"])
    if not takes:
        reporter.tell("nothing", {}, ["There are no takes yet"])
    return 0


def _made_from(take: Take) -> str:
    """What a take is a revision of, and of which plots; empty for one that stands by itself."""
    revision = take.summary.get("revision")
    if not isinstance(revision, dict):
        return ""
    plots = revision.get("plots")
    named = ", ".join(map(str, plots)) if isinstance(plots, list) else ""
    return f"{revision.get('of', '')}: {named} anew"


def fetch(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Write a take's files that a folder lacks, or its rows, or both.

    Raises:
        SettingsError: neither is asked for.
        NotFoundError: there is no such take.
        OutputError: something cannot be written.
    """
    if options.out_dir is None and options.reaper_lines is None:
        raise SettingsError("nothing is asked for", remedy="Add -o OUT_DIR or --reaper-lines FILE")
    if options.audio and options.out_dir is None:
        raise SettingsError("--audio has nowhere to go", remedy="Add -o OUT_DIR")
    sound = sound_of(options, reporter)
    with connect(say=reporter.warn, stop=stop) as client:
        take = named_take(client, options.take)
        delivered = _deliver(client, take, absolute(options.out_dir) if options.out_dir else None)
        if options.reaper_lines is not None:
            write_lines(client, take, options.reaper_lines)
    source = Path(take.source)
    reporter.delivered(source, sounded(delivered, sound, source, reporter, stop))
    return 0


def named_take(client: Client, take_id: str) -> Take:
    """A take by its id, or the newest by `LATEST`.

    Raises:
        NotFoundError: there is none.
    """
    if take_id != LATEST:
        return client.get_score(take_id)
    newest = next(iter(client.list_scores()), None)
    if newest is None:
        raise NotFoundError("there are no takes yet", remedy="Score a timeline first")
    return newest


def _deliver(client: Client, take: Take, folder: Path | None) -> Delivered:
    if folder is None:
        return Delivered(take, {}, (), False)
    shelf = Shelf(folder, take.name, take.suffixes)
    shelf.prepare()
    try:
        missing = shelf.missing(take.number, take.suffixes)
        shelf.write(take.number, {suffix: client.export(take.take_id, suffix) for suffix in missing})
    except BaseException:
        shelf.abandon()
        raise
    places = {suffix: shelf.path(take.number, suffix) for suffix in take.suffixes}
    return Delivered(take, places, tuple(missing), False)
