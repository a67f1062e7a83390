"""Hearing: what sounds under a cue's pictures, and where somebody speaks. Heavy imports wait until used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.config import Settings
    from bridge.progress import Progress
    from bridge.schema.heard import Heard
    from bridge.schema.timeline import Timeline

__all__ = ["RATE", "hear", "model_hashes"]

RATE = 16_000
"""Samples a second of everything that is heard: all of speech lies below 8 kHz."""


def hear(timeline: Timeline, settings: Settings, progress: Progress) -> Heard:
    """What is heard of a timeline's cue; see `bridge.hearing.listen`."""
    from bridge.hearing import listen

    return listen.hear(timeline, settings, progress)


def model_hashes() -> dict[str, str]:
    """What hearing depends on besides the sound, for fingerprints; see `bridge.hearing.listen`."""
    from bridge.hearing import listen

    return listen.model_hashes()
