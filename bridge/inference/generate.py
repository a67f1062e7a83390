"""KV-cached decoding of many rows at once, each row with its own random stream.

A row (a plot's part) is a list of bars. Of each bar the prompt is given and the body is written under a
grammar. What a row gets does not depend on what else is decoded (`desk` says why), so the rows of callers
that are there at the same time (takes, clients, the files of a batch) go through the model together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.inference.desk import Desk
from bridge.inference.row import BarTask, Guide, Memory, Row, Tokens, Vector
from bridge.inference.scheduler import scheduler_of
from bridge.inference.session import Decoder

__all__ = ["MAX_ROWS", "BarTask", "Guide", "Memory", "Row", "Tokens", "Vector", "generate"]

MAX_ROWS = 8


def generate(
    decoder: Decoder,
    rows: Sequence[Row],
    *,
    check: Callable[[], None] = lambda: None,
    on_bar: Callable[[], None] = lambda: None,
    context: int | None = None,
    max_rows: int = MAX_ROWS,
) -> list[tuple[Tokens, ...]]:
    """The bodies written for every row, bar by bar. May be called from several threads.

    `check`, `on_bar`, guides and memories are called one at a time, but perhaps in another caller's thread
    (`scheduler`): they must neither wait for another caller nor call this function. What they raise is
    raised here, and nobody else's rows are the worse for it.

    Args:
        decoder: the model.
        rows: what to write; the result for a row is the same whatever the others are.
        check: called before every pass (some milliseconds); raises to stop.
        on_bar: called after every finished bar of any row.
        context: most tokens a row looks back on, at most the model's own.
        max_rows: most rows decoded at once; it changes speed and memory only.

    Returns:
        For each row, one tuple of body tokens a bar.
    """
    limit = min(decoder.card.context, context or decoder.card.context)
    desks = [Desk(row, decoder, limit, on_bar) for row in rows]
    scheduler_of(decoder).write(decoder, desks, check, max_rows)
    return [tuple(desk.bodies) for desk in desks]
