"""`cuebridge doctor`: whether everything is here that scoring needs."""

from __future__ import annotations

import argparse
import json
import platform
import re
import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata

from bridge import __version__, config
from bridge.cli.output import line
from bridge.cli.report import Reporter
from bridge.errors import CuebridgeError, InputError
from bridge.wire.flag import Flag

OLDEST_PYTHON, FIRST_TOO_NEW_PYTHON = (3, 10), (3, 14)
# Takes are small; below this even a log or a picture may not fit.
LEAST_FREE_BYTES = 200 << 20
# What pyproject.toml asks for without extras; for a checkout on the path that is not installed itself.
_LIBRARIES = (
    "av",
    "defusedxml",
    "grpcio",
    "grpcio-health-checking",
    "grpcio-reflection",
    "jsonschema",
    "matplotlib",
    "mido",
    "numpy",
    "opentimelineio",
    "otio-cmx3600-adapter",
    "otio-fcp-adapter",
    "protobuf",
    "rich",
    "scenedetect-headless",
)


@dataclass(frozen=True)
class Check:
    """One finding; `remedy` is empty when all is well."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Print every finding; 0 when all is well, else 1."""
    checks = [_guarded(name, check) for name, check in _CHECKS.items()]
    checks.append(_guarded("daemon", lambda: _daemon(stop)))
    for check in checks:
        if options.json:
            line(sys.stdout, json.dumps({"event": "check", **asdict(check)}, ensure_ascii=False))
        else:
            line(sys.stdout, f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<12} {check.found}")
            if not check.ok and check.remedy:
                line(sys.stdout, f"      {'':<12} {check.remedy}")
    return 0 if all(check.ok for check in checks) else 1


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """A check's finding; an error in it is a finding too."""
    try:
        return check()
    except CuebridgeError as error:
        found = f"{error.where}: {error.what}" if error.where else error.what
        return Check(name, False, found, error.remedy)
    except Exception as error:
        return Check(name, False, f"{type(error).__name__}: {error}", "Install Cuebridge again")


def _python() -> Check:
    fits = OLDEST_PYTHON <= sys.version_info[:2] < FIRST_TOO_NEW_PYTHON
    return Check(
        "python", fits, f"{platform.python_version()} on {platform.platform()}", "Use Python 3.10 to 3.13"
    )


def _cuebridge() -> Check:
    from bridge.wire.identity import identity

    return Check("cuebridge", True, f"{__version__} ({identity()})")


def _onnxruntime() -> Check:
    from bridge.inference.session import runtime_packages, runtime_version

    packages = runtime_packages()
    if len(packages) > 1:
        return Check(
            "onnxruntime",
            False,
            f"{' and '.join(packages)} are both installed and overwrite each other",
            "Run pip uninstall -y onnxruntime onnxruntime-gpu, "
            'then pip install "cuebridge[cpu]" or "cuebridge[gpu]"',
        )
    return Check("onnxruntime", True, f"{runtime_version()} ({', '.join(packages) or 'own build'})")


def _models() -> Check:
    from bridge.inference.card import checked_card, find_models

    cards = [checked_card(folder) for folder in find_models().values()]
    return Check("models", True, ", ".join(f"{card.name} {card.sha256[:12]}" for card in cards))


def _encoder() -> Check:
    """At fault only where one was added and is broken: who wants none needs none."""
    from bridge.inference.encoder import load_encoder

    encoder = load_encoder()
    if encoder is None:
        return Check("encoder", True, "none: what pictures mean is not read (cuebridge models add clip)")
    words = "no words" if encoder.embed_text(["film"]) is None else "words"
    return Check(
        "encoder", True, f"{encoder.card.name} {encoder.card.sha256[:12]}, reads pictures and {words}"
    )


def _needed() -> list[str]:
    """Names of the libraries that this installation says it needs, extras aside."""
    try:
        asked = metadata.requires("cuebridge") or []
    except metadata.PackageNotFoundError:
        asked = list(_LIBRARIES)
    parts = [requirement.partition(";") for requirement in asked]
    names = [re.match(r"[\w.-]+", wanted) for wanted, _, marker in parts if "extra" not in marker]
    return sorted(name[0] for name in names if name)


def _libraries() -> Check:
    versions, missing = [], []
    for name in _needed():
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("libraries", False, f"{', '.join(missing)} missing", "Install Cuebridge again")
    return Check("libraries", True, ", ".join(versions))


def _state() -> Check:
    folder = config.state_dir()
    remedy = "Make the folder writable, or set CUEBRIDGE_HOME to another"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe.{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Check("state", False, f"{folder} cannot be written ({error.strerror})", remedy)
    return Check("state", True, str(folder))


def _disk() -> Check:
    folder = config.state_dir()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Check("disk", free >= LEAST_FREE_BYTES, f"{free / 2**30:.1f} GiB free at {folder}", "Make room")


def _audio() -> Check:
    """Never at fault: who wants no audio needs none of it."""
    from bridge.sounding import open_studio

    try:
        return Check("audio", True, open_studio().words)
    except InputError as error:
        return Check("audio", True, f"--audio cannot be used here: {error}")


def _resolve() -> Check:
    from bridge.installing.resolve import RESOLVE

    found, faults = RESOLVE.doctor()
    return Check("resolve", not faults, found or "not found on this machine", "; ".join(faults))


def _daemon(stop: Flag) -> Check:
    from bridge.client import connect

    remarks: list[str] = []
    with connect(say=remarks.append, stop=stop) as client:
        about = client.describe(daemon_only=True)
        found = f"process {about.pid} answers at {client.address}"
    return Check("daemon", True, "; ".join([found, *remarks]))


_CHECKS: dict[str, Callable[[], Check]] = {
    "python": _python,
    "cuebridge": _cuebridge,
    "libraries": _libraries,
    "onnxruntime": _onnxruntime,
    "models": _models,
    "encoder": _encoder,
    "audio": _audio,
    "resolve": _resolve,
    "state": _state,
    "disk": _disk,
}
