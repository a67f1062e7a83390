"""Find this user's daemon, or start one, and wait until it answers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bridge
from bridge import config
from bridge.client.calls import About, Client
from bridge.errors import Cancelled, CuebridgeError, DaemonError
from bridge.wire.door import read_door
from bridge.wire.flag import Flag
from bridge.wire.identity import identity
from bridge.wire.private import private

# A daemon imports gRPC and opens its takes in well under a second; the rest is for a machine under load.
START_S = 60.0
ANSWER_S = 5.0
CHECK_S = 0.05
LOG_BYTES = 1 << 20
# sysexits.h: EX_TEMPFAIL. `cuebridge serve --auto` leaves with it when another daemon was quicker.
ALREADY_RUNNING = 75

# On Windows a child gets neither a window nor our Ctrl-C; elsewhere its own session sees to that.
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
# Children are kept so that none is collected, with a warning, while it runs.
_started: list[subprocess.Popen[bytes]] = []


def connect(
    *,
    start: bool = True,
    say: Callable[[str], None] = lambda sentence: None,
    stop: Flag | None = None,
) -> Client:
    """A client of this user's daemon, started when there is none.

    A daemon that a command started from other code or with other `CUEBRIDGE_*` settings is replaced when
    it has nothing to do; one that is busy, or was started by hand, is used, and `say` is told so.

    Args:
        start: start a daemon when none answers. False: take the one there is, whatever its settings.
        say: told sentences for the user.
        stop: set by another thread or a signal handler, it ends the waiting.

    Raises:
        DaemonError: there is none, or it does not start.
        Cancelled: `stop` was set.
    """
    stop = stop if stop is not None else Flag()
    deadline_s = time.monotonic() + START_S
    child: subprocess.Popen[bytes] | None = None
    asked_to_leave: set[int] = set()
    config.idle_exit_s()  # a setting that makes no sense is said here, not in the daemon's log
    while True:
        found = _answering()
        if found is not None:
            client, about = found
            if _suits(about, start, say):
                return client
            client.close()
            if about.pid not in asked_to_leave:  # a second signal would end it less cleanly
                asked_to_leave.add(about.pid)
                _ask_to_leave(about)
        elif not start:
            raise DaemonError("no daemon is running", remedy="Start one with `cuebridge serve`")
        if child is None or child.poll() == ALREADY_RUNNING:
            child = _spawn()
        while child.poll() is None and read_door() is None:
            _pause(stop, deadline_s)
        if child.poll() not in (None, 0, ALREADY_RUNNING):
            raise DaemonError(
                "the daemon does not start" + _last_words(),
                where=str(_log_path()),
                remedy="Run `cuebridge serve` to see it fail, and `cuebridge doctor`",
            )
        if child.poll() == 0:
            child = None
        _pause(stop, deadline_s)


def dismiss_idle() -> bool:
    """Ask a daemon that leaves by itself, and has nothing to do, to leave now; whether one may be leaving."""
    found = _answering()
    if found is None:
        return True  # it has closed its door already, or is about to open it
    client, about = found
    client.close()
    if not about.leaves_when_idle or about.jobs:
        return False
    _ask_to_leave(about)
    return True


def _answering() -> tuple[Client, About] | None:
    """A client of the daemon behind the door file, if one answers there and knows its token."""
    door = read_door()
    if door is None:
        return None
    client = Client(door.address, door.token)
    try:
        return client, client.describe(daemon_only=True, timeout_s=ANSWER_S)
    except CuebridgeError:
        # A stale file: the daemon was killed, and perhaps another program has its port by now.
        client.close()
        return None


def _suits(about: About, start: bool, say: Callable[[str], None]) -> bool:
    """Whether to use a daemon; False when it is to be replaced."""
    # Whoever starts none has come to speak with the daemon that is there, whatever it is.
    if not start or about.identity == identity():
        return True
    if about.leaves_when_idle and not about.jobs:
        return False
    difference = (
        f"is version {about.version} and this command {bridge.__version__}"
        if about.version != bridge.__version__
        else "has other code or other CUEBRIDGE_* settings than this command"
    )
    why = "it is busy" if about.leaves_when_idle else "it was started by hand"
    say(f"The running daemon (process {about.pid}) {difference}; {why}, so it is used as it is")
    return True


def _ask_to_leave(about: About) -> None:
    # It has just answered with this number to our token, so the number is its own.
    with contextlib.suppress(OSError):
        os.kill(about.pid, signal.SIGTERM)


def _pause(stop: Flag, deadline_s: float) -> None:
    if stop.wait(CHECK_S):
        raise Cancelled()
    if time.monotonic() > deadline_s:
        raise DaemonError(
            f"no daemon answered within {START_S:g} s" + _last_words(),
            where=str(_log_path()),
            remedy="Run `cuebridge doctor`; end a daemon that hangs, then try again",
        )


def _log_path() -> Path:
    return config.state_dir() / "daemon.log"


def _last_words() -> str:
    """The daemon's own last line in its log, as a clause."""
    with contextlib.suppress(OSError):
        lines = _log_path().read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if lines:
            return f" ({lines[-1][:400]})"
    return ""


def _spawn() -> subprocess.Popen[bytes]:
    """Start a daemon that outlives this process and leaves by itself."""
    path = _log_path()
    models = config.models_dir()
    environment = {
        **os.environ,
        # The daemon works in its own folder, so paths relative to ours are made absolute.
        "CUEBRIDGE_HOME": str(path.parent.absolute()),
        **({"CUEBRIDGE_MODELS": str(models.absolute())} if models else {}),
        "PYTHONPATH": os.pathsep.join(
            [
                str(Path(bridge.__file__).resolve().parent.parent),
                *filter(None, [os.environ.get("PYTHONPATH")]),
            ]
        ),
        "PYTHONUNBUFFERED": "1",
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with open(path, "ab", opener=private) as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "bridge", "serve", "--auto"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=path.parent,
                env=environment,
                start_new_session=True,
                creationflags=_FLAGS,
            )
    except OSError as error:
        raise DaemonError(
            f"the daemon cannot be started ({error.strerror})",
            where=str(path.parent),
            remedy="Make the folder writable, or set CUEBRIDGE_HOME to another",
        ) from None
    _started.append(child)
    return child
