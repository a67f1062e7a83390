"""`cuebridge play`."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from types import FrameType

from bridge.cli.output import line
from bridge.cli.report import Reporter
from bridge.cli.scoring import absolute
from bridge.errors import Cancelled, OutputError, SettingsError
from bridge.playing import Piece, Player, open_port, read_piece, schedule
from bridge.playing.schedule import LEAD_S, MAX_POSITION, SIXTEENTH_TICKS
from bridge.wire.flag import Flag

# From the last preparation to the first message.
_BREATH_S = 0.1
# A second request to stop leaves at once only when the notes should have ended long ago.
_PATIENCE_S = 5.0


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Play a score until its end, until it is stopped, or, looped, until it is stopped.

    Raises:
        InputError: the file, the place in it or the port is at fault.
        OutputError: the port went away.
        Cancelled: somebody asked to stop; every note has ended.
    """
    piece = read_piece(absolute(options.score))
    begin, loop = _place(piece, options.from_timecode, options.loop)
    if options.clock and begin > MAX_POSITION * SIXTEENTH_TICKS:
        reporter.warn("Song positions end before this place: no clock is sent")
    first = schedule(piece, begin, loop[1] if loop else None, clock=options.clock)
    again = schedule(piece, *loop, clock=options.clock, lead=False) if loop else ()
    _hurry()
    port = open_port(options.port, piece.ports, options.driver)
    with contextlib.closing(port), _only_by_asking(stop):
        player = Player(port, stop.is_set)
        try:
            with player.silent_at_the_end():
                start_s = time.monotonic() + LEAD_S + _BREATH_S
                _say_started(options.json, port.names, port.driver, start_s, len(first))
                player.play(first, start_s)
                start_s += _length_s(piece, begin, loop[1] if loop else piece.end_tick)
                while loop:
                    player.play(again, start_s)
                    start_s += _length_s(piece, *loop)
        except OutputError:
            if stop.is_set():
                raise Cancelled("stopped") from None
            raise
    _say_ended(options.json)
    return 0


def _hurry() -> None:
    """Go before other programs where the system lets us (Linux, with leave to: root, or audio's limits)."""
    with contextlib.suppress(AttributeError, OSError):
        urgent = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, urgent, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))


def _place(piece: Piece, timecode: str, plot: str) -> tuple[Fraction, tuple[Fraction, Fraction] | None]:
    """(first tick, the loop's bounds)."""
    loop = piece.plot(plot) if plot else None
    if not timecode:
        return (loop[0] if loop else Fraction(0)), loop
    begin = piece.tick_at(timecode)
    if loop and not loop[0] <= begin < loop[1]:
        raise SettingsError(
            f"--from {timecode} lies outside plot {plot}", remedy="Leave one of --from and --loop out"
        )
    return begin, loop


def _length_s(piece: Piece, begin: Fraction, end: Fraction) -> float:
    return float(piece.tempo_map.s_at_tick(end) - piece.tempo_map.s_at_tick(begin))


@contextlib.contextmanager
def _only_by_asking(stop: Flag) -> Iterator[None]:
    """Every signal that ends a program asks the player to stop, so that it can end its notes.

    A terminal that is closed counts too. A second signal does not cut the first one short.
    """
    asked_s: list[float] = []

    def asked(number: int, frame: FrameType | None) -> None:
        stop.set()
        asked_s.append(time.monotonic())
        if asked_s[-1] - asked_s[0] > _PATIENCE_S:
            os._exit(Cancelled.exit_code)

    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        number = getattr(signal, name, None)
        # What was told to be ignored (nohup) stays so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, asked)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_started(as_json: bool, names: tuple[str, ...], driver: str, start_s: float, messages: int) -> None:
    if as_json:
        event = {"event": "playing", "ports": names, "driver": driver, "monotonic_s": start_s}
        line(sys.stdout, json.dumps({**event, "messages": messages}, ensure_ascii=False))
        return
    line(sys.stdout, f"Playing to {', '.join(names)} ({driver}). Ctrl-C ends it.")


def _say_ended(as_json: bool) -> None:
    if as_json:
        line(sys.stdout, json.dumps({"event": "played"}))
