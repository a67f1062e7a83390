"""What was heard of a cue."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.schema.cues import Speech


@dataclass(frozen=True)
class Heard:
    """Where somebody speaks, how loud it is, and what could not be listened to.

    `speech` is on timeline frames, rising, none touching another. `loudness_db` has one value a second from
    the cue's first frame, RMS in dB re full scale from −100; it is empty where nothing was heard at all.
    `unheard` says why nothing, or not all, was listened to, as a clause. `problems` are sentences for a
    person.
    """

    speech: tuple[Speech, ...] = ()
    loudness_db: tuple[float, ...] = ()
    problems: tuple[str, ...] = ()
    unheard: str = ""
