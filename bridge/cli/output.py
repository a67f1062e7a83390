"""Standard output and error that outlive their reader."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from typing import TextIO

_lock = threading.Lock()


def prepare_streams() -> None:
    """Write what the terminal cannot show as `?` instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def line(stream: TextIO, text: str) -> None:
    """Write one line at once, whole. A reader that has gone (`| head`) does not stop the work."""
    with _lock:
        try:
            stream.write(f"{text}\n")
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
