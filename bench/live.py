"""How late live playing is, and whether a note ever hangs, heard by a JACK client nobody here wrote.

    python -m bench.live [--minutes 10] [--interruptions 50] [--seed 1]

starts JACK's dummy driver (48 kHz, 256 frames a period), plays a dense score through
`cuebridge play --clock` and compares what `bench.live_ear` heard with what mido reads in the file: every
message, its order, and its lateness against the moment the player said it would start. Then it interrupts
as many runs at random moments: Ctrl-C, twice Ctrl-C, a request to end, a closed terminal, an exception
raised wherever the code just is. Debian and Ubuntu: apt-get install jackd2; PyPI: JACK-Client.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import itertools
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido

RATE, PERIOD = 48_000, 256
CLOCK = b"\xf8"
WAYS = ("interrupt", "twice", "terminate", "hang up", "crash")


@dataclass(frozen=True)
class Heard:
    """What the ear wrote down: (seconds of the monotonic clock, bytes), and JACK's own losses."""

    events: tuple[tuple[float, bytes], ...]
    xruns: int
    period_s: float


@dataclass(frozen=True)
class Verdict:
    """One whole run. Lateness is heard − due, in seconds, over channel messages."""

    sent: int
    heard: int
    same: bool
    clocks: int
    clocks_wanted: int
    lateness_s: tuple[float, ...]
    xruns: int
    period_s: float


@contextlib.contextmanager
def _slot() -> Iterator[int]:
    """A number that no other process has now.

    JACK keeps eight names of servers on a machine, and forgets one that was killed only when the same name
    comes again: so names must be few.
    """
    for number in itertools.count():
        with Path(tempfile.gettempdir(), f"cuebridge-jack-{number}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield number
            return


@contextlib.contextmanager
def jack_server() -> Iterator[subprocess.Popen[bytes]]:
    """A JACK server of our own on the dummy driver, for as long as the block lasts.

    Every client that is started inside finds it by JACK_DEFAULT_SERVER. Yields the server's process.

    Raises:
        FileNotFoundError: jackd is not installed.
    """
    if (found := shutil.which("jackd")) is None:
        raise FileNotFoundError("jackd is not installed: apt-get install jackd2")
    with _slot() as slot:
        before = os.environ.get("JACK_DEFAULT_SERVER")
        os.environ["JACK_DEFAULT_SERVER"] = name = f"cuebridge-{slot}"
        # -S: a cycle waits for its clients. Without, JACK itself drops what one wrote that was late.
        words = [found, "-S", "-n", name, "-d", "dummy", "-r", str(RATE), "-p", str(PERIOD)]
        server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(_answers, "JACK does not start")
            yield server
        finally:
            server.terminate()
            server.wait(10)
            os.environ.pop("JACK_DEFAULT_SERVER")
            if before is not None:
                os.environ["JACK_DEFAULT_SERVER"] = before


def _answers() -> bool:
    code = "import jack; jack.Client('probe', no_start_server=True)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def _wait(ready: Any, words: str, patience_s: float = 90.0) -> None:
    until_s = time.monotonic() + patience_s
    while not ready():
        if time.monotonic() > until_s:
            raise TimeoutError(words)
        time.sleep(0.05)


class Ear:
    """`bench.live_ear` in a process of its own."""

    def __init__(self, folder: Path, own: str = "") -> None:
        self._out = folder / f"heard-{own or 'all'}.json"
        words = [sys.executable, "-m", "bench.live_ear", str(self._out)]
        self._process = subprocess.Popen(
            words + (["--own", own] if own else []), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._expect("ready")

    def _expect(self, word: str) -> None:
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        if said != word:
            raise RuntimeError(f"the ear said {said!r}")

    def heard(self) -> Heard:
        """Everything so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._expect("written")
        found = json.loads(self._out.read_text())
        frames = [frame for frame, _ in found["clock"]]
        moments = [moment for _, moment in found["clock"]]

        def moment_s(frame: int) -> float:
            # The nearest look before: a dummy driver's clock and the machine's drift apart over minutes.
            at = max(0, bisect_right(frames, frame) - 1)
            return float(moments[at] + (frame - frames[at]) / found["rate"])

        events = tuple((moment_s(frame), bytes.fromhex(data)) for frame, data in found["events"])
        return Heard(events, found["xruns"], found["period"] / found["rate"])

    def close(self) -> None:
        """Leave JACK."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def command(score: Path, *words: str) -> list[str]:
    """The command line that plays."""
    return [sys.executable, "-m", "bridge", "play", str(score), "--driver", "jack", "--json", *words]


def dense_score(path: Path, length_s: float, parts: int = 4) -> Path:
    """A MIDI file of four parts in sixteenths, with a swell each, under a tempo that never rests."""
    chance = random.Random(7)
    file = mido.MidiFile(type=1, ticks_per_beat=960)
    tempo, now_s, beats = mido.MidiTrack(), 0.0, 0
    while now_s < length_s:
        us = chance.randrange(430_000, 560_000)
        tempo.append(mido.MetaMessage("set_tempo", tempo=us, time=0 if beats == 0 else 960))
        now_s, beats = now_s + us / 1e6, beats + 1
    file.tracks.append(tempo)
    for channel in range(parts):
        events: list[tuple[int, int, mido.Message]] = [
            (0, 0, mido.Message("program_change", channel=channel, program=40 + channel))
        ]
        for tick in range(0, beats * 960, 240):
            pitch = 40 + 12 * channel + tick // 240 % 11
            events.append((tick, 2, mido.Message("note_on", channel=channel, note=pitch, velocity=80)))
            events.append((tick + 230, 1, mido.Message("note_off", channel=channel, note=pitch)))
            if tick % 960 == 480:
                value = 60 + tick // 960 % 60
                events.append(
                    (tick, 0, mido.Message("control_change", channel=channel, control=11, value=value))
                )
        track, last = mido.MidiTrack(), 0
        for tick, _, message in sorted(events, key=lambda event: event[:2]):
            track.append(message.copy(time=tick - last))
            last = tick
        file.tracks.append(track)
    file.save(path)
    return path


def wanted(score: Path) -> list[tuple[float, bytes]]:
    """(seconds from the start, bytes) of every channel message, by mido's own playback order and times."""
    now_s, found = 0.0, []
    for message in mido.MidiFile(score):
        now_s += message.time
        if not message.is_meta:
            found.append((now_s, bytes(message.bytes())))
    return found


def whole_run(score: Path, ear: Ear) -> Verdict:
    """Play a score from end to end."""
    before = len(ear.heard().events)
    done = subprocess.run(command(score, "--clock"), capture_output=True, text=True, check=True)
    start_s = float(json.loads(done.stdout.splitlines()[0])["monotonic_s"])
    time.sleep(0.2)
    heard = ear.heard()
    events = heard.events[before:]
    music = [(at_s, data) for at_s, data in events if data[0] < 0xF0]
    due = wanted(score)
    # At its end the player lifts pedals and says all notes off: after the music, and part of no file.
    tail = [data for _, data in music[len(due) :]]
    same = [data for _, data in music[: len(due)]] == [data for _, data in due]
    same = same and all(data[0] & 0xF0 == 0xB0 and data[1] in (64, 123) for data in tail)
    quarters = sum(m.time for m in mido.MidiFile(score).tracks[1]) / 960
    return Verdict(
        sent=len(due),
        heard=len(music) - len(tail),
        same=same,
        clocks=sum(data == CLOCK for _, data in events),
        clocks_wanted=-int(-quarters * 24 // 1),
        lateness_s=tuple(at_s - start_s - due_s for (at_s, _), (due_s, _) in zip(music, due)),
        xruns=heard.xruns,
        period_s=heard.period_s,
    )


def _notes(events: tuple[tuple[float, bytes], ...]) -> int:
    return sum(data[0] & 0xF0 == 0x90 for _, data in events)


def hanging(events: tuple[tuple[float, bytes], ...]) -> list[tuple[int, int]]:
    """(channel, pitch) of notes begun and never ended; all-notes-off alone does not count as an end."""
    sounding: dict[tuple[int, int], None] = {}
    for _, data in events:
        kind, channel = data[0] & 0xF0, data[0] & 0xF
        if kind == 0x90 and data[2]:
            sounding[(channel, data[1])] = None
        elif kind in (0x80, 0x90):
            sounding.pop((channel, data[1]), None)
    return list(sounding)


def hushed(events: tuple[tuple[float, bytes], ...]) -> bool:
    """Whether every channel that had a note heard all-notes-off after its last one."""
    last_note = {data[0] & 0xF: i for i, (_, data) in enumerate(events) if data[0] & 0xF0 == 0x90}
    last_off = {d[0] & 0xF: i for i, (_, d) in enumerate(events) if d[0] & 0xF0 == 0xB0 and d[1] == 123}
    return all(last_off.get(channel, -1) > i for channel, i in last_note.items())


def interrupted_run(score: Path, ear: Ear, way: str, after_s: float, clock: bool) -> str:
    """Play, interrupt after a while; "" or what was wrong."""
    before = len(ear.heard().events)
    words = command(score, *(["--clock"] if clock else []))
    if way == "crash":
        words = [sys.executable, "-m", "bench.live", "--crash", str(score)]
    player = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert player.stdout is not None
    player.stdout.readline()  # "playing"
    time.sleep(after_s)
    if after_s > 0.5:
        _wait(lambda: _notes(ear.heard().events[before:]), f"{way}: nothing was heard")
    name = {"terminate": "SIGTERM", "hang up": "SIGHUP", "crash": "SIGALRM"}.get(way, "SIGINT")
    player.send_signal(getattr(signal, name))
    if way == "twice":
        time.sleep(0.01)
        player.send_signal(signal.SIGINT)
    _, errors = player.communicate(timeout=30)
    time.sleep(0.1)
    events = ear.heard().events[before:]
    code = 1 if way == "crash" else 130
    if player.returncode != code:
        return f"{way}: exit code {player.returncode}: {errors[-300:]}"
    if left := hanging(events):
        return f"{way}: {len(left)} notes hang"
    return "" if hushed(events) else f"{way}: a channel never heard all notes off"


def crash_when_told(score: Path) -> int:
    """Play, and on SIGALRM raise an error at whatever line the program is on."""
    from bridge.cli import main as cuebridge

    def broken(number: int, frame: Any) -> None:
        raise RuntimeError("broken on purpose")

    signal.signal(signal.SIGALRM, broken)
    return cuebridge(command(score)[3:])


def main(arguments: list[str]) -> int:
    """Print the figures; 1 on a lost or reordered event, a lost clock, a hanging note, a late median."""
    parser = argparse.ArgumentParser(prog="bench.live")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--interruptions", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crash", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.crash is not None:
        return crash_when_told(options.crash)
    # Started with nohup, the players would leave a closed terminal unheard, as they should.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder, jack_server():
        os.environ["CUEBRIDGE_HOME"] = folder
        score = dense_score(Path(folder, "dense.mid"), options.minutes * 60)
        with contextlib.closing(Ear(Path(folder))) as ear:
            verdict = whole_run(score, ear)
        _print(verdict)
        faults = []
        # What it has heard is written out at every look: one that heard the whole run would be at it forever.
        with contextlib.closing(Ear(Path(folder))) as ear:
            for _ in range(options.interruptions):
                way = chance.choice(WAYS)
                fault = interrupted_run(score, ear, way, chance.uniform(0.05, 2.5), chance.random() < 0.5)
                faults += [fault] if fault else []
        print(f"{options.interruptions} interruptions ({', '.join(WAYS)}): {len(faults)} at fault")
        for fault in faults:
            print(f"  {fault}")
    return 0 if passed(verdict) and not faults else 1


def passed(verdict: Verdict) -> bool:
    """Whether every message and clock was heard, in order, and half of the messages within two periods."""
    complete = verdict.same and (verdict.heard, verdict.clocks) == (verdict.sent, verdict.clocks_wanted)
    return complete and statistics.median(verdict.lateness_s) <= 2 * verdict.period_s


def _print(verdict: Verdict) -> None:
    late = sorted(1000 * s for s in verdict.lateness_s)
    print(
        f"{verdict.heard} of {verdict.sent} messages heard, {'in order' if verdict.same else 'NOT AS SENT'}; "
        f"{verdict.clocks} of {verdict.clocks_wanted} clocks; {verdict.xruns} xruns"
    )
    period_ms = 1000 * verdict.period_s
    middle = statistics.median(late)
    print(
        f"lateness: median {middle:.2f} ms ({middle / period_ms:.2f} periods of {period_ms:.2f} ms), "
        f"99 % {late[len(late) * 99 // 100]:.2f} ms, worst {late[-1]:.2f} ms, earliest {late[0]:.2f} ms"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
