"""What a take's files are called: NAME for take 1, NAME.v002 and so on from then on; what a name may be."""

from __future__ import annotations


def take_stem(name: str, number: int) -> str:
    """The stem of a take's files."""
    return name if number == 1 else f"{name}.v{number:03d}"


def is_utf8(text: str) -> bool:
    """Whether a message can carry a text; a path or an argument may have bytes that are no text at all."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
