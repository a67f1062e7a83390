"""A soundfont of two samples, a pluck that begins at once and a tone that holds; FFmpeg's meter."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
PLUCK, TONE = 0, 48  # the programs it has; drums are the pluck too
_ROOT_PITCH = 69
# SoundFont 2.04, section 8.1: generator numbers.
_SAMPLE_MODES, _INSTRUMENT, _SAMPLE_ID, _ROOT_KEY = 54, 41, 53, 58


def make_soundfont(path: Path) -> Path:
    """Write it: 440 Hz, once decaying over half a second, once looped."""
    at = np.arange(RATE_HZ)
    pluck = np.sin(2 * np.pi * 440 * at / RATE_HZ + np.pi / 2) * np.exp(-at / (0.08 * RATE_HZ))
    tone = np.sin(2 * np.pi * 440 * at / RATE_HZ)
    gap = np.zeros(64)
    data = np.concatenate([pluck, gap, tone, gap])
    samples = np.round(data * 30_000).astype("<i2").tobytes()
    second = RATE_HZ + len(gap)
    headers = b"".join(
        struct.pack("<20sIIIIIBbHH", name, a, a + RATE_HZ, loop_a, loop_b, RATE_HZ, _ROOT_PITCH, 0, 0, 1)
        for name, a, loop_a, loop_b in (
            (b"pluck", 0, 0, RATE_HZ - 8),
            # 440 whole waves, so that the loop has no seam
            (b"tone", second, second, second + RATE_HZ),
        )
    ) + struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    presets = (("pluck", PLUCK, 0), ("tone", TONE, 0), ("drums", 0, 128))
    phdr = b"".join(
        struct.pack("<20sHHHIII", name.encode(), program, bank, index, 0, 0, 0)
        for index, (name, program, bank) in enumerate(presets)
    ) + struct.pack("<20sHHHIII", b"EOP", 0, 0, len(presets), 0, 0, 0)
    pbag = b"".join(struct.pack("<HH", index, 0) for index in range(len(presets) + 1))
    pgen = b"".join(struct.pack("<HH", _INSTRUMENT, of) for of in (0, 1, 0)) + bytes(4)
    inst = b"".join(
        struct.pack("<20sH", name, bag) for name, bag in ((b"pluck", 0), (b"tone", 1), (b"EOI", 2))
    )
    ibag = b"".join(struct.pack("<HH", generator, 0) for generator in (0, 2, 4))
    igen = b"".join(
        struct.pack("<HH", generator, value)
        for generator, value in ((_ROOT_KEY, 69), (_SAMPLE_ID, 0), (_SAMPLE_MODES, 1), (_SAMPLE_ID, 1))
    ) + bytes(4)
    info = (
        _chunk(b"ifil", struct.pack("<HH", 2, 4)) + _chunk(b"isng", b"EMU8000\0") + _chunk(b"INAM", b"test")
    )
    tables = {
        b"phdr": phdr, b"pbag": pbag, b"pmod": bytes(10), b"pgen": pgen, b"inst": inst, b"ibag": ibag,
        b"imod": bytes(10), b"igen": igen, b"shdr": headers,
    }  # fmt: skip
    body = b"sfbk" + _list(b"INFO", info) + _list(b"sdta", _chunk(b"smpl", samples))
    body += _list(b"pdta", b"".join(_chunk(name, table) for name, table in tables.items()))
    path.write_bytes(_chunk(b"RIFF", body))
    return path


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(name: bytes, data: bytes) -> bytes:
    return _chunk(b"LIST", name + data)


def read_wave(path: Path) -> NDArray[np.int32]:
    """A 24-bit file's frames as FFmpeg decodes them, shape (frames, 2)."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec.name, stream.rate, stream.codec_context.channels) == ("pcm_s24le", 48_000, 2)
        planes = [frame.to_ndarray().reshape(-1, 2) for frame in container.decode(stream)]
    return np.concatenate(planes) >> 8  # FFmpeg holds 24 bits in the upper part of 32


def measured_by_ffmpeg(frames: NDArray[np.float64]) -> tuple[float, float]:
    """(integrated loudness in LUFS, true peak in dBTP) as FFmpeg's `ebur128` filter has them."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE_HZ, format="flt", layout="stereo")
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    last: dict[str, str] = {}
    for block in _blocks(frames):
        graph.push(block)
        last = _pulled(graph, last)
    graph.push(None)
    last = _pulled(graph, last)
    return float(last["lavfi.r128.I"]), 20 * np.log10(float(last["lavfi.r128.true_peak"]))


def _blocks(frames: NDArray[np.float64]) -> Iterator[av.AudioFrame]:
    for start in range(0, len(frames), 4800):
        block = np.ascontiguousarray(frames[start : start + 4800], np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = start
        yield frame


def _pulled(graph: av.filter.Graph, last: dict[str, str]) -> dict[str, str]:
    while True:
        try:
            last = dict(graph.pull().metadata) or last
        except (av.error.BlockingIOError, av.error.EOFError):
            return last
