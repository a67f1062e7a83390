"""Run a daemon in this process until it is told to leave, or leaves by itself."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
from collections.abc import Callable
from types import FrameType

from bridge.daemon.options import Options
from bridge.daemon.scorer import Scorer
from bridge.daemon.server import Daemon
from bridge.wire.flag import Flag


def serve(
    options: Options, scorer: Scorer | None = None, ready: Callable[[Daemon], None] = lambda daemon: None
) -> None:
    """Run a daemon until SIGTERM, Ctrl-C or, with `idle_s`, until nobody needs it. Main thread only.

    A second signal ends the process at once.

    Args:
        options: how to run.
        scorer: what scores; the product's line unless a caller brings another.
        ready: called once the daemon listens.

    Raises:
        CuebridgeError: as `Daemon` does.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    faulthandler.enable()  # should native code die, the log says where
    asked = Flag()

    def leave(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK", "SIGHUP"):
        # An ignored signal stays so: `nohup cuebridge serve` outlives its terminal.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), leave)
    daemon = Daemon(options, scorer, asked)
    try:
        ready(daemon)
        daemon.wait()
    finally:
        ended = daemon.close()
    if not ended:
        # A job stuck in native code would be torn down with the interpreter, and crash on its way.
        logging.shutdown()
        os._exit(0)
