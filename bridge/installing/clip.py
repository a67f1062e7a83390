"""What `cuebridge models add clip` puts in place: a semantic encoder, exported on this machine.

CLIP's weights are large and not ours to ship. A process of its own fetches them through open_clip and exports
them (`bridge.export_clip`), so that torch is never part of this one.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Final

from bridge import config
from bridge.errors import InputError, OutputError
from bridge.inference.encoder import load_folder
from bridge.installing.added import Added
from bridge.progress import Progress

ARCH: Final = "ViT-B-32"
PRETRAINED: Final = "laion2b_s34b_b79k"
EXPORTER: Final = "bridge.export_clip"
STAGES: Final = ("loading", "image tower", "text tower", "prompts")
_NEEDED: Final = ("torch", "open_clip", "onnx", "tokenizers")
_LOOK_EVERY_S: Final = 0.2


def add_clip(arch: str, pretrained: str, progress: Progress, exporter: str = EXPORTER) -> Added:
    """Export a CLIP model and put it where seeing finds it, in the place of the one before.

    Args:
        arch: open_clip's name of an architecture, or a configuration file of its kind.
        pretrained: open_clip's tag of its weights, or a file.
        progress: told the stages.
        exporter: the module that exports, run by this interpreter in a process of its own.

    Raises:
        InputError: libraries are missing, the weights cannot be had, or the export differs from torch.
        OutputError: it cannot be written.
        Cancelled: somebody asked to stop; nothing is left.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if exporter == EXPORTER and missing:
        raise InputError(
            f"the export needs {' and '.join(missing)}, not installed here",
            remedy='Run pip install "cuebridge[export]"',
        )
    place = config.encoder_dir()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".encoder-", dir=place.parent))
    except OSError as error:
        raise _unwritable(place.parent, error) from None
    try:
        _export(arch, pretrained, beside, progress, exporter)
        encoder = load_folder(beside)  # checked as it will be read
        _swap(beside, place)
    except OSError as error:
        raise _unwritable(place, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Added(place / "model.onnx", encoder.card.sha256, encoder.card.licence)


def _export(arch: str, pretrained: str, to: Path, progress: Progress, exporter: str) -> None:
    command = [
        sys.executable,
        "-m",
        exporter,
        "--arch",
        arch,
        "--pretrained",
        pretrained,
        "--to",
        str(to),
    ]
    process = subprocess.Popen(  # noqa: S603 (our own module)
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
    )
    said: list[str] = []
    # Read apart, so that neither pipe fills while the other is waited for.
    errors = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
    stages: list[str] = []
    lines = threading.Thread(target=_listen, args=(process, stages), daemon=True)
    errors.start()
    lines.start()
    try:
        while True:
            done = len(stages)
            progress.report("exporting", min(done, len(STAGES)), len(STAGES), stages[-1] if stages else arch)
            try:
                code = process.wait(_LOOK_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                progress.check()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        errors.join(5)
        lines.join(5)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    if code:
        why = next((line.strip() for line in reversed(said) if line.strip()), f"it ended with {code}")
        raise InputError(
            f"the encoder cannot be exported: {why}",
            where=f"{arch} {pretrained}",
            remedy="Check --arch and --pretrained (open_clip lists both), or name a file of weights",
        )


def _listen(process: subprocess.Popen[str], stages: list[str]) -> None:
    for line in process.stdout or ():
        try:
            stages.append(str(json.loads(line)["stage"]))
        except (ValueError, KeyError, TypeError):
            continue  # a library's own words


def _swap(beside: Path, place: Path) -> None:
    """The new folder in the old one's place; the old one is back if that fails."""
    old = beside.with_name(beside.name + "-old")
    if place.exists():
        place.replace(old)
    try:
        beside.replace(place)
    except OSError:
        if old.exists():
            old.replace(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the folder cannot be written ({error.strerror or error})",
        where=str(folder),
        remedy="Make room or permission there, or set CUEBRIDGE_HOME to another",
    )
