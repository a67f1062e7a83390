"""The `cuebridge` command. Importing it loads nothing but the standard library."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code, as the README's table has it.

    Args:
        arguments: the words after the command's name; None: this process's own.
    """
    from bridge.cli.run import run

    return run(arguments)
