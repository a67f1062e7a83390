"""Makes small sounds and films whose samples are known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float32]


def tone(hz: float, seconds: float, rate: int = 16_000, level: float = 0.25) -> Wave:
    """A sine."""
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def noise(seconds: float, seed: int = 0, rate: int = 16_000, level: float = 0.1) -> Wave:
    """White noise of an RMS."""
    return (level * np.random.default_rng(seed).normal(size=round(seconds * rate))).astype(np.float32)


def write_sound(
    path: Path,
    streams: list[Wave] | Wave,
    rate: int = 16_000,
    codec: str = "pcm_s16le",
    picture_from: Fraction | None = None,
) -> Path:
    """Write (n,) or (channels, n) waves as a file's streams, with a black picture from a time on if asked."""
    waves = [streams] if isinstance(streams, np.ndarray) else streams
    packets: list[av.Packet] = []
    with av.open(str(path), "w") as out:
        video = None
        if picture_from is not None:
            video = out.add_stream("mpeg4", rate=25)
            video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        sounds = []
        for wave in waves:
            planes = np.atleast_2d(wave)
            layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(planes)]
            sounds.append((out.add_stream(codec, rate=rate, layout=layout), planes, layout))
        if video is not None and picture_from is not None:
            length = max(planes.shape[1] for _, planes, _ in sounds) / rate
            for number in range(round((length - float(picture_from)) * 25)):
                frame = av.VideoFrame(32, 32, "yuv420p")
                frame.pts = number + round(picture_from * 25)
                packets += video.encode(frame)
            packets += video.encode()
        for stream, planes, layout in sounds:
            packed = (np.clip(planes, -1, 1) * 32767).astype(np.int16).T.reshape(1, -1)
            step = 1024 * len(planes)
            for start in range(0, packed.shape[1], step):
                chunk = np.ascontiguousarray(packed[:, start : start + step])
                frame = av.AudioFrame.from_ndarray(chunk, format="s16", layout=layout)
                frame.rate = rate
                frame.pts = start // len(planes)
                packets += stream.encode(frame)
            packets += stream.encode()
        # Pictures and sound side by side, as a film has them.
        for packet in sorted(packets, key=lambda each: float((each.dts or 0) * each.time_base)):
            out.mux(packet)
    return path
