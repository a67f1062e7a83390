"""Small frames out of any film or picture: the only place of this room that imports PyAV.

Frames come as (height, width, 3) uint8 RGB, shrunk by area averaging, upright as they are shown, and in
standard dynamic range. The shape of pixels is not undone, as every frame is given the size that was asked
for; `Found` says what shape the picture has. Times are seconds from the file's first frame, whatever its
timestamps begin with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from bridge.containers import MAX_BAD_PACKETS, decoded, length_s, open_container, picture_of
from bridge.errors import MediaError
from bridge.seeing.transfer import to_sdr
from bridge.timebase import MAX_RATE, parse_rate

Rgb = npt.NDArray[np.uint8]

# A frame counts as shown from this share of its length before its stamp: containers round stamps, to a
# millisecond in Matroska, and a shot that starts on a frame must not be given the one before.
SLACK = Fraction(1, 10)
# Ahead by more than this, seeking beats decoding on; doubled when a seek brought no gain (long GOPs).
_SEEK_GAP_S = Fraction(3)
# Wanted this long after the last frame, a picture counts as there: lengths are rounded in many ways.
_TAIL_S = Fraction(1)
_STANDARD_RATES = tuple(
    parse_rate(label) for label in ("23.976", "24", "25", "29.97", "30", "48", "50", "59.94", "60", "120")
)
_NEAR_STANDARD = Fraction(3, 100)


@dataclass(frozen=True)
class Found:
    """What a container says of its first video stream. `rate` is None for a still, 0 s is unknown; width and
    height as shown: in square pixels, after turning.
    """

    rate: Fraction | None
    length_s: Fraction
    timecode: str
    width: int
    height: int


class Film:
    """One open film or still. Use as a context manager; not safe across threads.

    Args:
        path: a file PyAV can read.
        width: width of the frames handed out, in pixels.
        height: their height.
        crop: with square pixels, scaled until the frame is filled, and cut at its middle; otherwise the whole
            picture is stretched into the frame.

    Raises:
        MediaError: no such file, no video in it, or not readable.
    """

    def __init__(self, path: Path, width: int, height: int, *, crop: bool = False) -> None:
        self._path, self._width, self._height, self._crop = path, width, height, crop
        self._reformatter = VideoReformatter()
        self.bad_packets = 0
        self._open()
        try:
            self._rate = _stream_rate(self._stream)
            self._first, self._turns = self._first_frame()
        except BaseException:
            self._container.close()
            raise

    def _open(self) -> None:
        self._container = open_container(self._path)
        stream = picture_of(self._container)
        if stream is None:
            empty = not len(self._container.streams)
            self._container.close()
            what = "there is nothing in this file" if empty else "there is no picture in this file"
            remedy = "It may have been cut short" if empty else ""
            raise MediaError(what, where=self._path.name, remedy=remedy)
        stream.thread_type = "AUTO"
        # Frames that no other is made from are not deblocked: at the size they are looked at they differ by
        # .01 of 255 in the mean, and looking takes less of the processor (`bench.looking`).
        stream.codec_context.options = {"skip_loop_filter": "noref"}
        self._stream = stream
        self._fresh = True

    def _rewind(self) -> None:
        """Back to before the first frame. By opening anew: transport streams cannot seek to their start."""
        if not self._fresh:
            self._container.close()
            self._open()

    def __enter__(self) -> Film:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    @property
    def found(self) -> Found:
        """What the container says."""
        stream = self._stream
        length = Fraction(0)
        if stream.duration and stream.time_base:
            length = stream.duration * stream.time_base
        else:
            length = length_s(self._container)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        shown = (max(1, round(stream.width * aspect)), stream.height)
        return Found(self._rate, length, self._timecode(), *(shown[::-1] if self._turns % 2 else shown))

    def _timecode(self) -> str:
        notes = [self._stream.metadata, *(stream.metadata for stream in self._container.streams.data)]
        return next(
            (note["timecode"] for note in (*notes, self._container.metadata) if "timecode" in note), ""
        )

    def _first_frame(self) -> tuple[Fraction, int]:
        """Time stamp of the first frame, found by decoding it, as stream headers differ in what they mean;
        and the quarter turns, counter-clockwise, that set it upright.
        """
        for time, frame in self._decode(Fraction(0)):
            return time, round(frame.rotation / 90) % 4
        raise MediaError("no frame of this film can be decoded", where=self._path.name)

    def _seek(self, time: Fraction) -> bool:
        base = self._stream.time_base or Fraction(1, 90_000)
        self._fresh = False
        try:
            self._container.seek(int(time / base), stream=self._stream, backward=True, any_frame=False)
        except (av.FFmpegError, OverflowError):
            return False
        return True

    def _decode(self, guess: Fraction) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Frames from here on with their time stamps; broken packets are skipped, up to a limit."""
        step = 1 / self._rate if self._rate else Fraction(1, 25)
        last = guess - step
        self._fresh = False
        for frame in decoded(self._container, self._stream, VideoFrame, self._spoilt):
            stamp = frame.pts if frame.pts is not None else frame.dts
            last = last + step if stamp is None or not frame.time_base else stamp * frame.time_base
            yield last, frame

    def _spoilt(self) -> bool:
        self.bad_packets += 1
        return self.bad_packets <= MAX_BAD_PACKETS

    def _small(self, frame: VideoFrame) -> Rgb:
        size = (self._width, self._height)
        width, height = size[::-1] if self._turns % 2 else size
        picture = self._cropped(frame, width, height) if self._crop else self._scaled(frame, width, height)
        if self._turns:
            picture = np.ascontiguousarray(np.rot90(picture, self._turns))
        context = self._stream.codec_context
        mapped = to_sdr(int(context.color_trc), int(context.color_primaries))
        return mapped(picture) if mapped else picture

    def _scaled(
        self, frame: VideoFrame, width: int, height: int, by: Interpolation = Interpolation.AREA
    ) -> Rgb:
        try:
            small = self._reformatter.reformat(
                frame, width=width, height=height, format="rgb24", interpolation=by
            )
        except (av.FFmpegError, ValueError) as error:
            shape = f"{frame.width} × {frame.height} pixels, {frame.format.name}"
            what = f"its frames cannot be scaled ({shape}: {error})"
            raise MediaError(what, where=self._path.name) from None
        return np.asarray(small.to_ndarray(), np.uint8)

    def _cropped(self, frame: VideoFrame, width: int, height: int) -> Rgb:
        """The middle of a frame as it is coded, not yet turned, in square pixels."""
        pixel = self._stream.sample_aspect_ratio or Fraction(1)
        scale = max(height / frame.height, width / (frame.width * float(pixel)))
        tall = max(height, round(frame.height * scale))
        wide = max(width, round(frame.width * float(pixel) * scale))
        whole = self._scaled(frame, wide, tall, Interpolation.BICUBIC)
        top, left = (tall - height) // 2, (wide - width) // 2
        return np.ascontiguousarray(whole[top : top + height, left : left + width])

    def frames(self) -> Iterator[tuple[Fraction, Rgb]]:
        """Every frame from the first, with its time in seconds."""
        self._rewind()
        for time, frame in self._decode(self._first):
            if time >= self._first:
                yield time - self._first, self._small(frame)

    def at(self, times_s: Sequence[Fraction]) -> Iterator[Rgb | None]:
        """The frame on screen at each time; times rise. None past the film's end.

        Before the first frame and up to a second past the last, the nearest is given; a film of one frame
        is a still and always gives it.
        """
        slack = SLACK / (self._rate or 25)
        gap = _SEEK_GAP_S
        stream: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        held: tuple[Fraction, VideoFrame] | None = None
        ahead: tuple[Fraction, VideoFrame] | None = None
        shown: tuple[Fraction, Rgb] | None = None
        started, count, ended = False, 0, False
        for wanted in times_s:
            time = max(wanted, Fraction(0)) + self._first + slack
            if not started or (not ended and held is not None and time - held[0] > gap):
                before = held[0] if held else None
                landed = None
                if time - self._first > gap and self._seek(time):
                    stream = self._decode(time)
                    landed = next(stream, None)
                if landed is None or landed[0] > time:
                    self._rewind()
                    stream = self._decode(self._first)
                    landed = next(stream, None)
                ahead, started = None, True
                if landed is not None and before is not None and landed[0] <= before:
                    gap *= 2
                held, count = landed, count + 1
            while not ended and held is not None:
                if ahead is None:
                    ahead = next(stream, None)
                    if ahead is None:
                        ended = True
                        break
                    count += 1
                if ahead[0] > time:
                    break
                held, ahead = ahead, None
            if held is None:
                yield None
                continue
            length = 1 / self._rate if self._rate else Fraction(0)
            if ended and count > 1 and time - slack > held[0] + length + _TAIL_S:
                yield None
                continue
            if shown is None or shown[0] != held[0]:
                shown = (held[0], self._small(held[1]))
            yield shown[1]


def _stream_rate(stream: av.VideoStream) -> Fraction | None:
    """The stream's rate. A variable one averages to something odd (29.87): the standard rate next to it is
    taken, since frames are placed by their times and not by counting.
    """
    for found in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if not found or not 0 < found <= MAX_RATE:
            continue
        rate = parse_rate(Fraction(found))
        if rate.denominator not in (1, 1001):
            nearest = min(_STANDARD_RATES, key=lambda standard: abs(standard - rate))
            if abs(nearest / rate - 1) < _NEAR_STANDARD:
                return nearest
        return rate
    return None
