"""What a process would compute with: version, code and environment as one word.

Two processes of one identity give the same files for the same request. A daemon that a command started
is replaced when its identity is not the command's: after an update, an edit of the code, or with other
`CUEBRIDGE_*` settings.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from bridge import __version__, config


def identity() -> str:
    """`VERSION+12 hex digits` over the package's files and the settings from the environment.

    Files count by path, size and time of change, which takes a millisecond and is enough to tell an
    edited checkout from the code a daemon has loaded.

    Raises:
        SettingsError: a `CUEBRIDGE_*` variable makes no sense.
    """
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.relative_to(package)} {status.st_size} {status.st_mtime_ns}\n".encode())
    models = config.models_dir()
    digest.update(f"{models.resolve() if models else ''}\n".encode())
    digest.update(f"{config.inference_threads()} {config.provider()}".encode())
    return f"{__version__}+{digest.hexdigest()[:12]}"
