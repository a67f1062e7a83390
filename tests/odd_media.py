"""Tiny files of the kinds that break readers, with known answers: turned, of wide pixels, HDR, cut short."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
RATE = 24


def encoded(
    path: Path,
    pictures: list[Rgb],
    codec: str = "ffv1",
    pix_fmt: str = "bgr0",
    rate: int = RATE,
    stamps_ms: list[int] | None = None,
    pixel: Fraction | None = None,
) -> Path:
    """Pictures as a film, without loss unless `codec` says otherwise; `stamps_ms` for a variable rate,
    `pixel` for the width of a pixel in heights."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if pixel is not None:
            stream.codec_context.sample_aspect_ratio = pixel
        base = Fraction(1, 1000) if stamps_ms else Fraction(1, rate)
        stream.codec_context.time_base = base
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = stamps_ms[number] if stamps_ms else number, base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def two_shots(size: tuple[int, int], lengths: tuple[int, int] = (20, 20)) -> list[Rgb]:
    """A red shot and a blue one, each with a bright top half; size is width and height."""
    pictures = []
    for colour, length in (((150, 40, 30), lengths[0]), ((30, 50, 140), lengths[1])):
        picture = np.empty((size[1], size[0], 3), np.uint8)
        picture[:] = colour
        picture[: size[1] // 2] += 80
        pictures += [picture] * length
    return pictures


def turned(path: Path, pictures: list[Rgb], quarters: int) -> Path:
    """A film of pictures that a player turns back by `quarters` × 90° clockwise, as telephones write them."""
    encoded(path, [np.ascontiguousarray(np.rot90(each, quarters)) for each in pictures], "mpeg4", "yuv420p")
    data = bytearray(path.read_bytes())
    cosine, sine = {0: (1, 0), 1: (0, 1), 2: (-1, 0), 3: (0, -1)}[quarters]
    matrix = [cosine, sine, 0, -sine, cosine, 0, 0, 0, 0x4000]
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = b"".join((value * 0x10000).to_bytes(4, "big", signed=True) for value in matrix)
    path.write_bytes(data)
    return path


def hdr(path: Path, code: int, transfer: int, length: int = 12) -> Path:
    """A grey film of one 10-bit code value (64 to 940), tagged BT.2020 with a transfer of ITU-T H.273: 16 is
    PQ, 18 HLG."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx265", rate=RATE, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace, context.color_range = (
            transfer,
            9,
            9,
            1,
        )
        for number in range(length):
            frame = av.VideoFrame(64, 64, "yuv420p10le")
            for plane, value in zip(frame.planes, (code, 512, 512)):
                plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def eight_k(path: Path) -> Path:
    """Two grey frames of 7680 × 4320."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "yuvj420p"
        frame = av.VideoFrame(7680, 4320, "yuvj420p")
        for plane, value in zip(frame.planes, (120, 128, 128)):
            plane.update(bytes([value]) * plane.buffer_size)
        for number in range(2):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def sound_only(path: Path) -> Path:
    """Half a second of silence, no picture."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4000), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def numbered(folder: Path, pictures: list[Rgb], first: int = 1001, suffix: str = "png") -> Path:
    """Pictures as `frame.1001.png` and on; gives the printf pattern."""
    codec, pix_fmt = {"png": ("png", "rgb24"), "exr": ("exr", "gbrpf32le")}[suffix]
    for number, picture in enumerate(pictures, first):
        with av.open(str(folder / f"frame.{number:04d}.{suffix}"), "w", format="image2") as out:
            stream = out.add_stream(codec, rate=1)
            stream.height, stream.width = picture.shape[:2]
            stream.pix_fmt = pix_fmt
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            out.mux(stream.encode(None))
    return folder / f"frame.%04d.{suffix}"
