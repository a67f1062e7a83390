"""`cuebridge serve` and `cuebridge cancel`."""

from __future__ import annotations

import argparse
import json
import sys
import time

from bridge import config
from bridge.cli.output import line
from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute
from bridge.client import Job, connect
from bridge.client.connect import ALREADY_RUNNING, dismiss_idle
from bridge.daemon.lock import AlreadyRunningError
from bridge.daemon.options import Options
from bridge.daemon.serve import serve
from bridge.daemon.server import Daemon
from bridge.errors import SettingsError
from bridge.wire.flag import Flag

# How long a daemon that was asked to make way may take.
MAKE_WAY_S = 15.0


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Run a daemon until it is told to leave.

    Raises:
        CuebridgeError: it cannot run.
    """
    idle_s = config.idle_exit_s() if options.auto else options.idle
    if idle_s is not None and not idle_s > 0:
        raise SettingsError(f"--idle {idle_s:g} is out of range", remedy="Use a number of seconds above 0")
    wanted = Options(
        host=options.host,
        port=options.port,
        tls_cert=options.tls_cert,
        tls_key=options.tls_key,
        token_file=options.token_file,
        roots=tuple(absolute(root) for root in options.root),
        idle_s=idle_s,
        workers=options.workers,
    )
    if options.auto:
        try:
            serve(wanted)
        except AlreadyRunningError:
            return ALREADY_RUNNING
        return 0
    until_s = time.monotonic() + MAKE_WAY_S
    while True:
        try:
            serve(wanted, ready=_announce)
            return 0
        except AlreadyRunningError:
            # One that a command started and that has nothing to do makes way for one started by hand.
            if time.monotonic() > until_s or not dismiss_idle():
                raise
            if stop.wait(0.2):
                return 130


def cancel(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Ask one job, the only job, or every job to stop.

    Raises:
        DaemonError: no daemon is running.
        SettingsError: several jobs are active and none is named.
        NotFoundError: there is no such job.
    """
    with connect(start=False, say=reporter.warn, stop=stop) as client:
        if options.all:
            stopped = client.cancel_all()
        elif options.job:
            stopped = client.cancel(options.job)
        else:
            active = client.describe(daemon_only=True).jobs
            if len(active) > 1:
                named = ", ".join(f"{job.job_id} ({job.source})" for job in active)
                raise SettingsError(f"several jobs are active: {named}", remedy="Name one, or use --all")
            stopped = client.cancel(active[0].job_id) if active else []
    _say_cancelled(stopped, options.json)
    return 0


def _say_cancelled(jobs: list[Job], as_json: bool) -> None:
    if as_json:
        cancelled = [{"job": job.job_id, "source": job.source} for job in jobs]
        line(sys.stdout, json.dumps({"event": "cancelled", "jobs": cancelled}, ensure_ascii=False))
        return
    for job in jobs:
        line(sys.stdout, f"Cancelled {job.job_id}, {job.source}")
    if not jobs:
        line(sys.stdout, "Nothing to cancel")


def _announce(daemon: Daemon) -> None:
    line(sys.stdout, f"Listening on {daemon.door.address}, process {daemon.door.pid}. Ctrl-C ends it.")
    if daemon.outside_address:
        line(sys.stdout, f"Other machines reach it at {daemon.outside_address}, with TLS and the token in")
        line(sys.stdout, f"  {daemon.options.token_path}")
