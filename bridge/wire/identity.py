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
    """`VERSION+12 hex digits` over the package's files, the models and the settings from the environment.

    Files count by path, size and time of change, which takes a few milliseconds and is enough to tell
    an edited checkout, or a model put in another's place, from what a daemon has loaded.

    Raises:
        SettingsError: a `CUEBRIDGE_*` variable makes no sense.
    """
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.relative_to(package)} {status.st_size} {status.st_mtime_ns}\n".encode())
    for path in _model_files(package):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    digest.update(f"{config.inference_threads()} {config.provider()}".encode())
    model = config.language_model()
    if model is not None:
        digest.update(f"{model.url} {model.model} {model.key} {model.timeout_s}".encode())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _model_files(package: Path) -> list[Path]:
    """The files a process would load its models from; `inference.card` finds them in the same places."""
    asked = config.models_dir()
    folders = [asked.resolve()] if asked else [package / "_released", package.parent / "models" / "released"]
    present = [folder for folder in folders if folder.is_dir()][:1]
    released = [path for folder in present for path in folder.glob("*/*") if path.is_file()]
    encoder = config.encoder_dir()
    return sorted([*released, *(encoder.glob("*") if encoder.is_dir() else ())])
