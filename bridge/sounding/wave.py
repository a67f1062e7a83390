"""Broadcast Wave files: 48 kHz, 24 bit, stereo, with the timecode of their first frame.

EBU Tech 3285 (2011): a `bext` chunk whose time reference counts samples since midnight.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from bridge.sounding.fluid import RATE_HZ
from bridge.timebase import timecode_to_frames
from bridge.writing.marks import Origin

CHANNELS, BYTES = 2, 3
FRAME_BYTES = CHANNELS * BYTES
FULL_SCALE = 1 << 23
# RIFF counts its bytes in 32 bits: four hours and eight minutes.
LONGEST_FRAMES = ((1 << 32) - 4096) // FRAME_BYTES
_BEXT_VERSION = 2


def time_reference(origin: Origin) -> int:
    """Samples of 48 kHz from midnight to a frame of timecode.

    Frames are counted, not labels: at 29.97 drop frame and at 23.976 an hour of timecode is not an hour.
    A day of timecode later it is midnight again.
    """
    day = timecode_to_frames("24:00:00;00" if origin.drop_frame else "24:00:00:00", origin.rate)
    return round(Fraction(origin.frame % day) / origin.rate * RATE_HZ)


@dataclass(frozen=True)
class Stamp:
    """What a file's `bext` chunk says.

    Attributes:
        description: what it is; ASCII is kept, anything else becomes a question mark.
        history: how it was made, the same.
        reference: samples from midnight to its first frame.
        lufs, dbtp: integrated loudness and true peak, where they were measured.
    """

    description: str
    history: str
    reference: int
    lufs: float | None = None
    dbtp: float | None = None


class WaveFile:
    """A file of known length, written in order. Use it as a context.

    Args:
        path: where; it must not exist.
        frames: how many frames will be written, `LONGEST_FRAMES` at most.
        stamp: what it says of itself.
    """

    def __init__(self, path: Path, frames: int, stamp: Stamp) -> None:
        self._path = path
        self._frames = frames
        self._written = 0
        self._stamp = stamp
        self._file: BinaryIO | None = None

    def __enter__(self) -> WaveFile:
        data_bytes = self._frames * FRAME_BYTES
        rate_bytes = RATE_HZ * FRAME_BYTES
        form = struct.pack("<HHIIHH", 1, CHANNELS, RATE_HZ, rate_bytes, FRAME_BYTES, 8 * BYTES)
        chunks = _chunk(b"bext", _bext(self._stamp)) + _chunk(b"fmt ", form)
        self._file = self._path.open("xb")
        self._file.write(b"RIFF" + struct.pack("<I", 4 + len(chunks) + 8 + data_bytes) + b"WAVE")
        self._file.write(chunks + b"data" + struct.pack("<I", data_bytes))
        return self

    def write(self, values: NDArray[np.int32]) -> None:
        """The next frames, shape (any, 2), whole numbers from −2**23 to 2**23 − 1."""
        if self._file is None:
            raise ValueError("the file is not open")
        little = np.ascontiguousarray(values, "<i4").view(np.uint8).reshape(-1, 4)
        self._file.write(little[:, :BYTES].tobytes())
        self._written += len(values)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if kind is None and self._written != self._frames:
            raise ValueError(f"{self._written} frames were written of {self._frames}")


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _bext(stamp: Stamp) -> bytes:
    """The chunk. Date and time are left empty: the same score gives the same bytes on any day."""

    def hundredths(value: float | None) -> int:
        return 0x7FFF if value is None else round(value * 100)  # 0x7FFF: not given

    head = struct.pack(
        "<256s32s32s10s8sIIH64s5h180s",
        _ascii(stamp.description, 256),
        b"Cuebridge",
        b"",
        b"",
        b"",
        stamp.reference & 0xFFFFFFFF,
        stamp.reference >> 32,
        _BEXT_VERSION,
        b"",
        hundredths(stamp.lufs),
        0x7FFF,  # loudness range, not measured
        hundredths(stamp.dbtp),
        0x7FFF,
        0x7FFF,
        b"",
    )
    return head + _ascii(stamp.history, 1 << 10) + b"\r\n\0"


def _ascii(text: str, most: int) -> bytes:
    return text.encode("ascii", "replace")[:most]
