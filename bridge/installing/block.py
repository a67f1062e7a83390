"""A block of ours in a script of the user's, between two marks; nothing else of the script is touched."""

from __future__ import annotations

from bridge.errors import OutputError

BEGIN = b"-- >>> cuebridge: made by `cuebridge plugins install reaper --startup`, do not edit >>>"
END = b"-- <<< cuebridge <<<"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def with_block(script: bytes, body: str, where: str) -> bytes:
    """The script with the block, once, before everything that it does.

    A Lua script may end in `return`, after which nothing may stand: so the block comes first, behind a
    byte order mark and a first line that starts with `#`, which Lua reads at the very start only.

    Raises:
        OutputError: the script's marks are broken.
    """
    script = without_block(script, where)
    head = 0
    if script.startswith(_BYTE_ORDER_MARK):
        head = len(_BYTE_ORDER_MARK)
    if script[head : head + 1] == b"#":
        end = script.find(b"\n", head)
        if end < 0:
            raise OutputError(
                "it is one line that starts with #", where=where, remedy="End it with a new line"
            )
        head = end + 1
    newline = b"\r\n" if b"\r\n" in script else b"\n"
    lines = [BEGIN, *body.encode().splitlines(), END]
    return script[:head] + b"".join(line + newline for line in lines) + script[head:]


def without_block(script: bytes, where: str) -> bytes:
    """The script as it was before `with_block`.

    Raises:
        OutputError: a mark is missing or stands twice, so that nobody can say what is ours.
    """
    lines = script.splitlines(keepends=True)
    marks = [(number, line) for number, line in enumerate(lines) if _is(line, BEGIN) or _is(line, END)]
    if not marks:
        return script
    if len(marks) != 2 or not (_is(marks[0][1], BEGIN) and _is(marks[1][1], END)):
        raise OutputError(
            "the marks around Cuebridge's lines are broken",
            where=where,
            remedy=f"Remove the lines of Cuebridge, from `{BEGIN.decode()}` on, by hand",
        )
    before = b"".join(lines[: marks[0][0]])
    # A byte order mark may stand right before the first mark.
    kept = _BYTE_ORDER_MARK if marks[0][1].startswith(_BYTE_ORDER_MARK) else b""
    return before + kept + b"".join(lines[marks[1][0] + 1 :])


def _is(line: bytes, mark: bytes) -> bool:
    return line.removeprefix(_BYTE_ORDER_MARK).strip() == mark
