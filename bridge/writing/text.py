"""Text that every format can hold."""

from __future__ import annotations


def utf8(text: str) -> str:
    """The text with lone surrogates (undecodable bytes of a path, half an emoji in JSON) as `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """The text on one line, without control characters and lone surrogates."""
    line = " ".join(text.split())
    return "".join(c for c in utf8(line) if c.isprintable() or c == " ")
