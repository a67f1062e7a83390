"""What a take's files are called: NAME for take 1, NAME.v002 and so on from then on."""

from __future__ import annotations


def take_stem(name: str, number: int) -> str:
    """The stem of a take's files."""
    return name if number == 1 else f"{name}.v{number:03d}"
