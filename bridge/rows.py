r"""Rows of tab-separated fields, for hosts whose scripts can split a line and not much more.

One row a line, UTF-8, LF. In a field a backslash is written `\\`, a tab `\t`, a line feed `\n` and a
carriage return `\r`; so a line splits at its tabs, and no field can pass for another row.
"""

from __future__ import annotations

import re

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_MEANT = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


def row(*fields: object) -> str:
    """One row with its line feed; a field is text, or anything whose `str` is meant."""
    return "\t".join(str(field).translate(_ESCAPES) for field in fields) + "\n"


def fields_of(line: str) -> list[str]:
    """The fields of one row, without its line feed. Inverse of `row`.

    Raises:
        ValueError: a backslash before something that is no escape.
    """
    return [_plain(field) for field in line.split("\t")]


def _plain(field: str) -> str:
    def meant(found: re.Match[str]) -> str:
        if found[1] not in _MEANT:
            raise ValueError(f"{found[0]!r} is not an escape")
        return _MEANT[found[1]]

    return re.sub(r"\\(.?)", meant, field)


def flat(key: str, value: object) -> list[tuple[str, object]]:
    """A JSON value as (key, scalar) pairs: `a.b` for what lies in a mapping, `a.0` for items of a list.

    None gives nothing, a bool 1 or 0.
    """
    if value is None:
        return []
    if isinstance(value, bool):
        return [(key, int(value))]
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in flat(f"{key}.{name}", inner)]
    if isinstance(value, (list, tuple)):
        return [pair for index, inner in enumerate(value) for pair in flat(f"{key}.{index}", inner)]
    return [(key, value)]
