"""A section as a row for a model: the same for every part that a model writes."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.plan import STAGE, Section
from bridge.config import Settings
from bridge.inference.generate import BarTask, Guide, Memory, Row, Tokens
from bridge.inference.sampling import Sampling
from bridge.inference.streams import stream

Written = tuple[tuple[BarTask, Tokens], ...]
"""Bars with what is written in them."""


def first_played(tasks: Sequence[BarTask], bodies: Sequence[Tokens], most: int) -> Written:
    """The first bars in which anything was written, at most so many, for other sections to take up."""
    return tuple((task, body) for task, body in zip(tasks, bodies) if body)[:most]


def row_of(
    part: str,
    section: Section,
    start: Tokens,
    tasks: Sequence[BarTask],
    sampling: Sampling,
    settings: Settings,
    *,
    prime: Written = (),
    guide: Guide | None = None,
    memory: Memory | None = None,
) -> Row:
    """A section's bars of one part, drawn from a stream of their own, so that no other changes them.

    Args:
        part: who writes.
        section: what is written.
        start: the tokens that open the sequence.
        tasks: its bars.
        sampling: how freely to draw.
        settings: seed and variation.
        prime: bars of another section that are read before the first.
        guide: further wishes.
        memory: of chords, see `Row`.
    """
    return Row(
        part=part,
        start=start,
        bars=tuple(tasks),
        generator=stream(settings.seed, settings.variation, STAGE, part, section.key),
        sampling=sampling,
        prime=tuple((*task.prompt, *body) for task, body in prime),
        prime_conditions=tuple(task.conditions for task, _ in prime),
        guide=guide,
        memory=memory,
    )
