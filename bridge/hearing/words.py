"""What is said, and by which voice: lines of a recogniser that `cuebridge models add speech` put in place."""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from bridge import config
from bridge.errors import ModelError
from bridge.hearing import RATE
from bridge.hearing.sound import Samples
from bridge.hearing.voice import SMOOTHING, WINDOW_S, Array, spans
from bridge.progress import Progress

# A line ends at a shorter pause than a span of speech does.
_LINES = replace(SMOOTHING, min_gap_s=0.3, pad_s=0.1)
# Whisper hears at most 30 s at once; a longer line is cut where speech is least likely.
_LONGEST_S, _SHORTEST_S = 25.0, 15.0
_STAGE = "recognising words"


@dataclass(frozen=True)
class Said:
    """A line, in seconds from the cue's first frame; `speaker` is "1", "2" and so on, or empty."""

    start_s: float
    end_s: float
    words: str
    speaker: str = ""


def speech_dir() -> Path:
    """Folder of the recogniser that `cuebridge models add speech` puts in place."""
    return config.state_dir() / "speech"


def installed() -> str:
    """The card of the recogniser in place, as it is written; empty: there is none."""
    try:
        return (speech_dir() / "card.json").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def line_spans(speech: Array) -> list[tuple[float, float]]:
    """(start, end) seconds of lines, none longer than a recogniser hears at once."""
    found: list[tuple[float, float]] = []
    for start, end in spans(speech, _LINES):
        while end - start > _LONGEST_S:
            first, last = (round((start + reach) / WINDOW_S) for reach in (_SHORTEST_S, _LONGEST_S))
            cut = (first + int(np.argmin(speech[first:last]))) * WINDOW_S
            found.append((start, cut))
            start = cut
        found.append((start, end))
    return found


def recognised(
    blocks: Iterable[Samples], lines: Sequence[tuple[float, float]], progress: Progress
) -> list[Said]:
    """What is said in each line; those in which no word is recognised are left out.

    Args:
        blocks: the sound the lines were found in, from its start.
        lines: (start, end) seconds, rising, none overlapping.
        progress: told lines.

    Raises:
        ModelError: the recogniser cannot run.
        Cancelled: somebody asked to stop.
    """
    out: list[Said] = []
    with Recogniser(speech_dir()) as recogniser:
        for number, samples in enumerate(pieces(blocks, lines)):
            progress.report(_STAGE, number, len(lines))
            out.append(Said(*lines[number], recogniser.hear(samples)))
        voices = recogniser.speakers()
    progress.report(_STAGE, len(lines), len(lines))
    order: dict[int, str] = {}
    if len(voices) == len(out):
        out = [
            replace(said, speaker=order.setdefault(voice, str(len(order) + 1)) if said.words else "")
            for said, voice in zip(out, voices)
        ]
    return [said for said in out if said.words]


def pieces(blocks: Iterable[Samples], lines: Sequence[tuple[float, float]]) -> Iterator[Samples]:
    """The samples of each line, out of blocks that follow one another; no more than a line is held."""
    held: list[Samples] = []
    number, at = 0, 0
    for block in blocks:
        end = at + len(block)
        while number < len(lines):
            first, last = (round(second * RATE) for second in lines[number])
            if first >= end:
                break
            held.append(block[max(first - at, 0) : max(last - at, 0)])
            if last > end:
                break
            yield np.concatenate(held)
            held, number = [], number + 1
        at = end
    if held:
        yield np.concatenate(held)


class Recogniser:
    """A process that hears words. Use as a context manager; leaving it ends the process.

    Raises:
        ModelError: it cannot run, or ends before its time.
    """

    def __init__(self, folder: Path) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed on leaving)
        command = [sys.executable, "-m", "bridge.hearing.recogniser", str(folder)]
        self._process = subprocess.Popen(  # noqa: S603 (our own module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        try:
            self._answer("ready")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Recogniser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()
        self._log.close()

    def hear(self, samples: Samples) -> str:
        """The words in a line."""
        self._tell(struct.pack("<I", len(samples)) + samples.astype("<f4").tobytes())
        return str(self._answer("words"))

    def speakers(self) -> list[int]:
        """The voice of each line that was heard, by number; empty where voices are not told apart."""
        self._tell(struct.pack("<I", 0))
        return [int(number) for number in self._answer("speakers")]

    def _tell(self, data: bytes) -> None:
        stream = self._process.stdin
        with contextlib.suppress(OSError):  # its end shows when it gives no answer
            if stream is not None:
                stream.write(data)
                stream.flush()

    def _answer(self, name: str) -> Any:
        stream = self._process.stdout
        line = stream.readline() if stream is not None else b""
        try:
            told = json.loads(line)
        except ValueError:
            told = {}
        if name in told:
            return told[name]
        reason = told.get("problem") or self._last_words()
        raise ModelError(
            f"the recogniser of words cannot run ({reason})",
            remedy="Run cuebridge models add speech again",
        )

    def _last_words(self) -> str:
        self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return " ".join(lines[-1].split())[:300] if lines else f"it ended with {self._process.returncode}"
