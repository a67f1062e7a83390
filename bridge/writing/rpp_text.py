"""REAPER's project text: one statement a line, blocks from `<TAG` to `>`, two spaces a level.

What each statement holds was read from projects that REAPER saved; see `tests/writing/test_rpp_shape.py`,
which holds ours against them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bridge.writing.text import one_line

Value = str | int | float


@dataclass(frozen=True)
class Word:
    """A token written as it is, without quotes: a GUID, hexadecimal digits, a number of fixed decimals."""

    text: str


@dataclass
class Block:
    """One `<TAG ...` with what it holds; lines are added in the order they are written."""

    tag: str
    head: tuple[Value | Word, ...] = ()
    lines: list[str | Block] = field(default_factory=list)

    def say(self, name: str, *values: Value | Word) -> None:
        """Add one statement."""
        self.lines.append(_statement(name, values))

    def block(self, tag: str, *head: Value | Word) -> Block:
        """Add a block inside, and give it."""
        inside = Block(tag, head)
        self.lines.append(inside)
        return inside

    def quote(self, text: str) -> None:
        """Add a line of a note: what follows its bar is taken as it stands."""
        self.lines.append(f"|{one_line(text)}")

    def text(self) -> str:
        """The block and all inside it, each line ended."""
        return "".join(f"{line}\n" for line in self._written(""))

    def _written(self, indent: str) -> Iterator[str]:
        yield f"{indent}<{_statement(self.tag, self.head)}"
        for line in self.lines:
            if isinstance(line, Block):
                yield from line._written(f"{indent}  ")
            else:
                yield f"{indent}  {line}"
        yield f"{indent}>"


def seconds(value: float) -> Word:
    """A time or a length: fourteen decimals, so that it is a double again when it is read."""
    return Word(f"{value:.14f}")


def _statement(name: str, values: tuple[Value | Word, ...]) -> str:
    return " ".join([name, *map(_token, values)])


def _token(value: Value | Word) -> str:
    if isinstance(value, Word):
        return value.text
    if isinstance(value, str):
        return quoted(value)
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def quoted(text: str) -> str:
    """A text as one token: in the first of `"`, `'` and the backtick that it does not hold.

    There is no escape: of a text with all three, backticks become apostrophes, as REAPER does it.
    """
    line = one_line(text)
    for mark in "\"'`":
        if mark not in line:
            return f"{mark}{line}{mark}"
    return "`" + line.replace("`", "'") + "`"
