"""Sending a schedule on a monotonic clock, and silence on every way out.

The whole schedule is laid down before the first message, so that nothing is computed while it plays. The
player wakes for the next message and sends with it whatever falls due in the next millisecond; a message
that is late goes out at once, in its order, and none is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from bridge.errors import Cancelled, OutputError
from bridge.playing.schedule import STOP, Due

LOOK_AHEAD_S = 0.001
# How long it sleeps at most before it looks whether somebody asked to stop, or the port has gone.
SLICE_S = 0.02
_NOTE_OFF, _NOTE_ON, _CONTROL = 0x80, 0x90, 0xB0
_PEDAL, _ALL_NOTES_OFF = 64, 123
_CHANNEL_STATUSES = range(0x80, 0xF0)


class Out(Protocol):
    """Where messages go."""

    def send(self, port: int, data: bytes) -> None:
        """Send one message now.

        Raises:
            OutputError: the port has gone.
        """

    def check(self) -> None:
        """Look whether the port is still there.

        Raises:
            OutputError: it has gone.
        """

    def settle(self) -> None:
        """Wait, but not long, until all that was sent has left."""


class Player:
    """Plays schedules to one output and knows which notes sound there.

    Args:
        out: where messages go.
        stopped: whether somebody asked to stop.
        clock: seconds of a clock that only goes forward.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        out: Out,
        stopped: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._out = out
        self._stopped = stopped
        self._clock = clock
        self._sleep = sleep
        self._sounding: dict[tuple[int, int, int], None] = {}
        self._channels: dict[tuple[int, int], None] = {}
        self._running = False

    @contextmanager
    def silent_at_the_end(self) -> Iterator[None]:
        """Whatever ends the block, an error or a signal too, every note of this player has ended after it."""
        try:
            yield
        finally:
            self.silence()

    def play(self, dues: Sequence[Due], start_s: float) -> None:
        """Send a schedule whose time 0 is `start_s` on the clock.

        Raises:
            Cancelled: somebody asked to stop.
            OutputError: the port has gone.
        """
        for due in dues:
            self._until(start_s + due.time_s)
            self._send(due.port, due.data)

    def _until(self, moment_s: float) -> None:
        while True:
            if self._stopped():
                raise Cancelled("stopped")
            left_s = moment_s - self._clock()
            if left_s <= LOOK_AHEAD_S:
                return
            self._out.check()
            self._sleep(min(left_s, SLICE_S))

    def _send(self, port: int, data: bytes) -> None:
        # What a message may start is noted before it goes: an error in the middle must not lose it.
        kind, channel = data[0] & 0xF0, data[0] & 0xF
        if data[0] in _CHANNEL_STATUSES:
            self._channels[(port, channel)] = None
        if kind == _NOTE_ON and data[2]:
            self._sounding[(port, channel, data[1])] = None
        self._running = data != STOP and (self._running or data[0] >= 0xF8)
        self._out.send(port, data)
        if kind == _NOTE_OFF or (kind == _NOTE_ON and not data[2]):
            self._sounding.pop((port, channel, data[1]), None)

    def silence(self) -> None:
        """End every note, lift every pedal, say all notes off on every channel used, stop the clock.

        A message that cannot be sent does not keep back the others.

        Raises:
            OutputError: the port has gone.
        """
        fault = None
        for port, data in (*silencers(self._sounding, self._channels), *([(0, STOP)] * self._running)):
            try:
                self._out.send(port, data)
            except OutputError as error:
                fault = error
        self._sounding.clear()
        self._running = False
        if fault is not None:
            raise fault
        self._out.settle()


def silencers(
    sounding: Iterable[tuple[int, int, int]], channels: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, bytes]]:
    """(port, message) that end notes (port, channel, pitch) and hush channels (port, channel)."""
    for port, channel, pitch in sounding:
        yield port, bytes((_NOTE_OFF | channel, pitch, 0))
    for port, channel in channels:
        yield port, bytes((_CONTROL | channel, _PEDAL, 0))
        yield port, bytes((_CONTROL | channel, _ALL_NOTES_OFF, 0))
