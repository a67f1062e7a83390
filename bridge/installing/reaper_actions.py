"""Actions in REAPER's `reaper-kb.ini`: one `SCR` line a script.

    SCR 4 0 RS<40 hexadecimal digits> "Custom: name.lua" "Folder/name.lua"

The path is relative to `Scripts`; the digits name the action to shortcuts and toolbars. The format is what
REAPER writes and what other installers write; Cockos does not document it. REAPER keeps the list in memory
and writes the whole file when it ends, so it must not run while we add a line.
"""

from __future__ import annotations

import hashlib
import re

_LINE = re.compile(rb"^SCR[ \t]+\d+[ \t]+\d+[ \t]+(\S+)[ \t]+(.*?)[ \t]*$")
_TOKEN = re.compile(rb'"([^"]*)"|(\S+)')


def action_id(path: str) -> str:
    """The id of one of our actions, the same in every installation, so that shortcuts survive."""
    return "RS" + hashlib.sha1(f"cuebridge {path}".encode(), usedforsecurity=False).hexdigest()


def with_actions(text: bytes, paths: tuple[str, ...], newline: bytes) -> bytes:
    """The file with a line for each script, at its end; a script that has one already gets none.

    Args:
        text: the file, b"" when there is none.
        paths: scripts, relative to `Scripts`, with `/`.
        newline: for a file that has no line yet.
    """
    newline = b"\r\n" if b"\r\n" in text else b"\n" if b"\n" in text else newline
    there = {path for _, path in _ours(text, paths)}
    lines = []
    for path in paths:
        if path not in there:
            name = path.rpartition("/")[2]
            lines.append(f'SCR 4 0 {action_id(path)} "Custom: {name}" "{path}"'.encode())
    if not lines:
        return text
    if text and not text.endswith(b"\n"):
        text += newline
    return text + b"".join(line + newline for line in lines)


def without_actions(text: bytes, paths: tuple[str, ...]) -> bytes:
    """The file without the lines of these scripts, whoever added them: the scripts are gone."""
    gone = {number for number, _ in _ours(text, paths)}
    return b"".join(line for number, line in enumerate(text.splitlines(keepends=True)) if number not in gone)


def registered(text: bytes, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the scripts that have a line."""
    return tuple(path for _, path in _ours(text, paths))


def without_memory(text: bytes) -> bytes:
    """`reaper-extstate.ini` without what the scripts remember of having added actions themselves.

    It would keep them from adding those again after a second install. Other settings of theirs stay.
    """
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if line.startswith(b"["):
            inside = line.strip().lower() == b"[cuebridge]"
        if not (inside and line.startswith(b"registered_")):
            kept.append(line)
    return b"".join(kept)


def _ours(text: bytes, paths: tuple[str, ...]) -> list[tuple[int, str]]:
    """(line number, path) of the lines of these scripts, by their path: an absolute one may end in it."""
    found = []
    for number, line in enumerate(text.splitlines()):
        match = _LINE.match(line)
        if match is None:
            continue
        tokens = [a or b for a, b in _TOKEN.findall(match[2])]
        last = tokens[-1].decode("utf-8", "replace").replace("\\", "/") if tokens else ""
        found += [(number, path) for path in paths if last == path or last.endswith(f"/Scripts/{path}")]
    return found
