"""Sound out of any film or sound file as one channel of 16 kHz: the room's only import of PyAV.

Streams and channels are mixed down. Times are seconds from the file's first picture, or from its first sample
where it has no picture, which is how an edit lines the two up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from bridge.containers import MAX_BAD_PACKETS, decoded, length_s, open_container, picture_of
from bridge.errors import MediaError
from bridge.hearing import RATE

Samples = npt.NDArray[np.float32]

# Ahead by more than this, seeking beats decoding on.
_SEEK_GAP = 5 * RATE
# Stamps that stray by less than this are rounded ones; by more, something is missing from the file.
_STRAY = RATE // 20
# A decoder that lands in the middle of a stream gives a few wrong frames first.
_RUN_IN_S = Fraction(1, 5)


class SoundFile:
    """All sound of one file, or some of its channels. Use as a context manager; not safe across threads.

    Args:
        path: a film or a sound that PyAV can read.
        channels: (stream, channel) pairs from 0, the streams counted among those of sound; empty: all.
            Those that the file does not have are left out; if it has none of them, all are heard.

    Raises:
        MediaError: no such file, no sound in it, or not readable.
    """

    def __init__(self, path: Path, channels: Sequence[tuple[int, int]] = ()) -> None:
        with open_container(path, "sound") as container:
            counts = [stream.channels for stream in container.streams.audio]
            self.length_s = length_s(container)
        if not counts:
            raise MediaError("there is no sound in this file", where=path.name)
        wanted = [(s, c) for s, c in dict.fromkeys(channels) if s < len(counts) and c < counts[s]]
        picked = {stream: [c for s, c in wanted if s == stream] for stream, _ in wanted}
        self._streams: list[_Stream] = []
        try:
            for number in picked or range(len(counts)):
                self._streams.append(_Stream(path, number, picked.get(number, [])))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SoundFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        for stream in self._streams:
            stream.close()

    @property
    def bad_packets(self) -> int:
        """Packets that could not be decoded so far."""
        return sum(stream.bad_packets for stream in self._streams)

    def read(self, start: int, count: int) -> Samples:
        """(count,) samples from sample `start` on; nothing (zeros) before the first and after the last.

        Reading on is cheap, elsewhere is a seek.
        """
        parts = [stream.read(start, count) for stream in self._streams]
        return np.asarray(sum(parts[1:], parts[0]), np.float32)

    def blocks(self, count: int) -> Iterator[Samples]:
        """Everything from second 0 on, `count` samples at a time; the last block is filled up with zeros."""
        start = 0
        while not all(stream.ended_by(start) for stream in self._streams):
            yield self.read(start, count)
            start += count


class _Stream:
    """One stream of sound, decoded as it is asked for; keeps no more than was asked for last."""

    def __init__(self, path: Path, number: int, channels: list[int]) -> None:
        self._path, self._number, self._channels = path, number, channels
        self.bad_packets = 0
        self._open()
        picture = picture_of(self._container)
        self._zero_s = _begin_s(self._stream if picture is None else picture)
        # What is held: samples from `_at` to before `_end`.
        self._at = self._end = 0
        self._held = np.zeros(0, np.float32)

    def _open(self) -> None:
        self._container = open_container(self._path, "sound")
        self._stream = self._container.streams.audio[self._number]
        self._decoder: Iterator[tuple[int, Samples]] | None = None
        self._ended = False

    def close(self) -> None:
        self._container.close()

    def ended_by(self, start: int) -> bool:
        """Whether nothing sounds from a sample on, as far as decoding has come."""
        return self._ended and start >= self._end

    def read(self, start: int, count: int) -> Samples:
        end = start + count
        if self._decoder is None or start < self._at or start > self._end + _SEEK_GAP:
            self._go_to(start)
        parts = [self._held]
        while not self._ended and self._end < end:
            found = next(self._decoder, None) if self._decoder is not None else None
            if found is None:
                self._ended = True
            else:
                parts += self._taken(*found)
                if self._end <= start:  # all of it lies before what is asked for
                    parts, self._at = [], self._end
        self._held = np.concatenate([*parts, np.zeros(0, np.float32)])
        if start > self._at:
            self._held = self._held[start - self._at :]
            self._at = min(start, self._end)
        out = np.zeros(count, np.float32)
        have = self._held[: max(0, end - self._at)]
        first = self._at - start
        if 0 <= first < count:
            out[first : first + len(have)] = have
        return out

    def _taken(self, at: int, samples: Samples) -> list[Samples]:
        """Decoded samples that belong at `at`, after what is missing before them."""
        if self._end == self._at and not len(self._held):
            self._at = self._end = at
        gap = at - self._end
        self._end += len(samples) + (gap if gap > _STRAY else 0)
        return [np.zeros(gap, np.float32), samples] if gap > _STRAY else [samples]

    def _go_to(self, start: int) -> None:
        """Decode from somewhere before a sample."""
        wanted_s = Fraction(start, RATE) + self._zero_s - _RUN_IN_S
        if self._decoder is not None or wanted_s > _begin_s(self._stream) + 1:
            # Opened anew: not every format can seek back to its very start.
            self._container.close()
            self._open()
            if wanted_s > _begin_s(self._stream) + 1:
                base = self._stream.time_base or Fraction(1, RATE)
                try:
                    self._container.seek(int(wanted_s / base), stream=self._stream, backward=True)
                except (av.FFmpegError, OverflowError):
                    self._container.close()
                    self._open()
        self._held = np.zeros(0, np.float32)
        self._at = self._end = start
        self._ended = False
        self._decoder = self._decode()

    def _decode(self) -> Iterator[tuple[int, Samples]]:
        """(number of the first sample, samples) from here on; broken packets are skipped, up to a limit."""
        resampler = AudioResampler(format="fltp", layout=None if self._channels else "mono", rate=RATE)
        at: int | None = None
        try:
            for frame in decoded(self._container, self._stream, AudioFrame, self._spoilt):
                if frame.pts is not None and frame.time_base:
                    stamp = round((frame.pts * frame.time_base - self._zero_s) * RATE)
                    if at is None or abs(stamp - at) > _STRAY:
                        at = stamp
                for made in resampler.resample(frame):
                    samples = self._mixed(made)
                    yield at or 0, samples
                    at = (at or 0) + len(samples)
        except (av.FFmpegError, ValueError):
            # A stream that changes its rate or its channels on the way is heard up to there.
            self._spoilt()

    def _spoilt(self) -> bool:
        self.bad_packets += 1
        return self.bad_packets <= MAX_BAD_PACKETS

    def _mixed(self, frame: AudioFrame) -> Samples:
        planes = np.asarray(frame.to_ndarray(), np.float32)
        rows = [row for row in self._channels if row < len(planes)]
        return np.asarray(planes[rows].mean(0) if rows else planes.mean(0), np.float32)


def _begin_s(stream: av.AudioStream | av.VideoStream) -> Fraction:
    """When a stream begins by its container's clock."""
    if stream.start_time is None or stream.time_base is None:
        return Fraction(0)
    return Fraction(stream.start_time * stream.time_base)
