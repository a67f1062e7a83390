"""The table that ends a batch."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bridge.cli import figures
from bridge.cli.report import Row

_STYLES = {"done": "green", "skipped": "dim", "failed": "red", "cancelled": "yellow"}
# Without a terminal there is no width to fit, and nothing should be cut off.
PIPE_COLUMNS = 200


def show(rows: Sequence[Row]) -> None:
    """Print one row an input and a line of counts."""
    on_terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, highlight=False, width=None if on_terminal else PIPE_COLUMNS)
    table = Table(show_edge=False, pad_edge=False)
    for head in ("input", "result", "take", "length", "hits", "±½ frame", "tempo", "remark"):
        table.add_column(head, overflow="fold", no_wrap=head not in ("input", "remark"))
    for row in rows:
        summary = row.delivered.take.summary if row.delivered else {}
        table.add_row(
            escape(row.source.name),
            f"[{_STYLES[row.state]}]{row.state}",
            str(row.delivered.take.number) if row.delivered else "",
            figures.length(summary),
            figures.hits(summary).removesuffix(" hits met"),
            figures.half_frame(summary),
            figures.tempo(summary),
            escape(row.error.what if row.error and row.state == "failed" else ""),
        )
    console.print(table)
    states = [row.state for row in rows]
    counts = [f"{states.count(state)} {state}" for state in _STYLES if state in states]
    console.print(f"{figures.counted(len(rows), 'input')}: {', '.join(counts)}")
