"""Files for their owner's eyes: takes, logs and tracebacks hold paths, briefs and cue sheets."""

from __future__ import annotations

import contextlib
import os
import stat


def private(path: str, flags: int) -> int:
    """An opener for `open`: a file that it makes, or finds, is mode 0600 from then on.

    On Windows the mode means nothing; there the profile folder is what keeps others out.
    """
    file = os.open(path, flags, 0o600)
    # Files of earlier versions are wider; a log that is linked to a device is left alone.
    if hasattr(os, "fchmod") and stat.S_ISREG(os.fstat(file).st_mode):
        with contextlib.suppress(OSError):
            os.fchmod(file, 0o600)
    return file
