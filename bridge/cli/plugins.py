"""`cuebridge plugins install | uninstall | status`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bridge.cli.output import line
from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute
from bridge.errors import CuebridgeError, InputError
from bridge.installing import HOSTS, Standing, Wish
from bridge.wire.flag import Flag


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Do one of the three.

    Raises:
        InputError: the program is not there, or is running.
        OutputError: a file cannot be written.
    """
    if options.deed == "status":
        return _status(options.json, absolute(options.to) if options.to else None)
    host = HOSTS[options.host]
    to = absolute(options.to) if options.to else None
    failed: list[CuebridgeError] = []
    for place in host.places(to, options.all, options.all_users):
        try:
            if options.deed == "install":
                said = host.install(place, Wish(startup=options.startup, record=options.record))
            else:
                said = host.uninstall(place)
        except CuebridgeError as error:
            if not options.all:
                raise
            reporter.failed(error, place.folder)
            failed.append(error)
            continue
        _say(options, str(place.folder), said)
    return failed[0].exit_code if failed else 0


def _say(options: argparse.Namespace, folder: str, said: tuple[str, ...]) -> None:
    if options.json:
        event = {"event": options.deed, "host": options.host, "folder": folder, "messages": said}
        line(sys.stdout, json.dumps(event, ensure_ascii=False))
        return
    line(sys.stdout, f"{'Installed into' if options.deed == 'install' else 'Taken out of'} {folder}")
    for sentence in said:
        line(sys.stdout, f"  {sentence}")


def _status(as_json: bool, to: Path | None) -> int:
    """1 when something that is installed is not as it should be."""
    healthy = True
    for name, host in HOSTS.items():
        try:
            standings = [host.status(place) for place in host.places(to, everywhere=True)]
        except InputError as error:
            standings = []
            if not as_json:  # a build that takes no scripts says so here
                line(sys.stdout, f"{name}: not found. {error}")
        for standing in standings:
            healthy = healthy and not standing.faults
            _show(name, standing, as_json)
    return 0 if healthy else 1


def _show(name: str, standing: Standing, as_json: bool) -> None:
    folder = str(standing.place.folder)
    if as_json:
        event = {"event": "plugin", "host": name, "folder": folder, "portable": standing.place.portable}
        rest = {"version": standing.version, "registered": standing.registered, "faults": standing.faults}
        line(sys.stdout, json.dumps({**event, **rest}, ensure_ascii=False))
        return
    kind = " (portable)" if standing.place.portable else ""
    if not standing.version:
        line(sys.stdout, f"{name}: not installed in {folder}{kind}")
        return
    by = f", known by {standing.registered}" if standing.registered else ""
    line(sys.stdout, f"{name}: {standing.version} in {folder}{kind}{by}")
    for fault in standing.faults:
        line(sys.stdout, f"  {fault}")
