"""`cuebridge describe`: what the daemon is and does."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from bridge.cli.report import Reporter
from bridge.client import About, connect
from bridge.wire.flag import Flag


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Print what the daemon, started if need be, says of itself.

    Raises:
        CuebridgeError: it cannot be had, or its models cannot be used.
    """
    with connect(say=reporter.warn, stop=stop) as client:
        about, address = client.describe(), client.address
    reporter.tell("describe", {**asdict(about), "address": address}, _lines(about, address))
    return 0


def _lines(about: About, address: str) -> list[str]:
    stays = "leaves when idle" if about.leaves_when_idle else "stays until it is ended"
    lines = [
        f"cuebridge {about.identity}",
        f"daemon    process {about.pid}, {address}, {stays}",
        f"offers    {', '.join(about.offers)}",
        f"writes    {', '.join(about.suffixes)}",
    ]
    for key, value in about.details.items():
        if key in ("version", "writes", "rpcs"):
            continue
        if key == "models" and isinstance(value, list):
            lines += [f"model     {_model(model)}" for model in value]
        elif isinstance(value, dict):
            lines.append(f"{key:<9} {', '.join(f'{name} {inner}' for name, inner in value.items())}")
        else:
            text = ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
            lines.append(f"{key:<9} {text}")
    lines += [f"job       {job.job_id}  {job.state}  {job.source}" for job in about.jobs] or [
        "job       none"
    ]
    return lines


def _model(model: object) -> str:
    if not isinstance(model, dict):
        return str(model)
    parts = [
        str(model.get("name", "?")),
        f"sha256 {str(model.get('sha256', ''))[:12]}",
        model.get("licence"),
        model.get("date"),
    ]
    return ", ".join(str(part) for part in parts if part)
