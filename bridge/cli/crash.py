"""A fault of ours: its traceback goes to a file, and the user gets a sentence that names it."""

from __future__ import annotations

import os
import sys
import time
import traceback

from bridge import __version__, config
from bridge.errors import CuebridgeError
from bridge.wire.private import private


def crashed(error: BaseException, where: str = "") -> CuebridgeError:
    """Keep a traceback and say where.

    Args:
        error: what nobody expected.
        where: what was being worked on.
    """
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    what = f"something broke that should not have ({type(error).__name__}: {error})"
    path = config.state_dir() / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8", opener=private) as log:
            log.write(f"cuebridge {__version__}, Python {sys.version}, {sys.platform}\n{sys.argv}\n{text}\n")
    except OSError:
        return CuebridgeError(what, where=where, remedy="Please report it")
    return CuebridgeError(what, where=where, remedy=f"Please report it with {path}")
