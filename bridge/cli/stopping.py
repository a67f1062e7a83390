"""Ctrl-C: the first asks everything to stop cleanly, the second leaves at once."""

from __future__ import annotations

import os
import signal
from types import FrameType

from bridge.errors import Cancelled
from bridge.wire.flag import Flag


def stop_on_signals() -> Flag:
    """A flag that Ctrl-C or a request to end sets; main thread only."""
    stop = Flag()

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(Cancelled.exit_code)
        stop.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), asked)
    return stop
