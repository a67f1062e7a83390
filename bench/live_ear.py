"""A JACK client that writes down every MIDI event it hears, at JACK's own frame clock.

    python -m bench.live_ear OUT.json [--own NAME]

connects to the player's port ("Cuebridge:score") whenever one appears, or with --own opens a port
NAME:in for the player to find. It says "ready" on standard output, and on any line on standard input
writes what it has heard so far to OUT.json; when standard input ends it leaves. Nothing of Cuebridge's is
in it: PyPI JACK-Client only. OUT.json holds `rate`, `period`, `xruns`, `clock` (pairs of JACK frame and
seconds of the monotonic clock) and `events` (pairs of JACK frame and the message's bytes as hex).
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import jack

SCORE_PORT = "Cuebridge.*:score.*"
_LOOK_S = 0.02


def main(arguments: list[str]) -> int:
    """Listen until standard input ends."""
    parser = argparse.ArgumentParser(prog="bench.live_ear")
    parser.add_argument("out", type=Path)
    parser.add_argument("--own", default="")
    options = parser.parse_args(arguments)
    _be_quick()
    client = jack.Client(options.own or "ear", no_start_server=True)
    hears = client.midi_inports.register("in")
    events: list[tuple[int, bytes]] = []
    xruns: list[float] = []

    @client.set_process_callback  # type: ignore[misc]
    def process(frames: int) -> None:
        for offset, data in hears.incoming_midi_events():
            events.append((client.last_frame_time + offset, bytes(data)))

    @client.set_xrun_callback  # type: ignore[misc]
    def xrun(delayed_us: float) -> None:
        xruns.append(delayed_us)

    clock: list[tuple[int, float]] = []
    with client:
        asked, ended = threading.Event(), threading.Event()
        threading.Thread(target=_obey, args=(asked, ended), daemon=True).start()
        print("ready", flush=True)
        looked_s = 0.0
        while not ended.is_set():
            if not options.own:
                _connect(client, hears)
            if time.monotonic() - looked_s > 0.25:
                looked_s = time.monotonic()
                clock.append(_moment(client))
            if asked.is_set():
                asked.clear()
                clock.append(_moment(client))
                found = {
                    "rate": client.samplerate,
                    "period": client.blocksize,
                    "xruns": len(xruns),
                    "clock": clock,
                    "events": [(frame, data.hex()) for frame, data in list(events)],
                }
                beside = options.out.with_suffix(".part")
                beside.write_text(json.dumps(found))
                beside.replace(options.out)
                print("written", flush=True)
            time.sleep(_LOOK_S)
    return 0


def _be_quick() -> None:
    """Hear at JACK's pace: its thread waits for this interpreter's lock, whoever in here holds it."""
    gc.disable()
    sys.setswitchinterval(0.0005)
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(8))


def _obey(asked: threading.Event, ended: threading.Event) -> None:
    for _ in sys.stdin:
        asked.set()
    ended.set()


def _connect(client: Any, hears: Any) -> None:
    # A port may go between two looks, also while they are being listed: the next look finds what is there.
    with contextlib.suppress(jack.JackError):
        for port in client.get_ports(SCORE_PORT, is_midi=True, is_output=True):
            if not hears.is_connected_to(port):
                client.connect(port, hears)


def _moment(client: Any) -> tuple[int, float]:
    """A JACK frame and the monotonic second it was, from the quickest of a few looks."""
    looks = []
    for _ in range(5):
        before = time.monotonic()
        frame = client.frame_time
        after = time.monotonic()
        looks.append((after - before, frame, (before + after) / 2))
    _, frame, moment = min(looks)
    return frame, moment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
