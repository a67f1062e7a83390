"""Where the audio of a score has its onsets, beside its hits: `python -m bench.onsets score/NAME.mid ...`.

Needs NAME.cues.json, NAME.mid and NAME.stems beside each other, as `cuebridge score --audio` leaves them, or
the stems in NAME.bundle. Of each hit that is met, the stem whose energy rises most there is asked for its
onset: where the spectral flux (windows of 5.3 ms, every third of a millisecond, log magnitudes, less its
median) first reaches half its height within 60 ms on either side. A positive number is late.
"""

from __future__ import annotations

import json
import sys
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.playing import read_piece

RATE_HZ = 48_000
_REACH_S, _WINDOW, _HOP = 0.06, 256, 16
_ENERGY_FRAMES = RATE_HZ // 20


def lateness_ms(midi: Path) -> list[float]:
    """Onset − hit for every met hit of a score, in milliseconds."""
    name = midi.name.removesuffix(".mid")
    sheet = json.loads(midi.with_name(f"{name}.cues.json").read_text(encoding="utf-8"))
    piece = read_piece(midi)
    folders = (midi.parent, midi.with_name(f"{name}.bundle"))
    stems = [_mono(path) for each in folders for path in sorted((each / f"{name}.stems").glob("*.wav"))]
    found = []
    for hit in sheet["hits"]:
        if hit["met"] and hit.get("tick") is not None:
            hit_s = float(piece.tempo_map.s_at_tick(hit["tick"]))
            stem = max(stems, key=lambda each: _rise(each, round(hit_s * RATE_HZ)))
            found.append(1000 * (onset_s(stem, hit_s) - hit_s))
    return found


def onset_s(sound: NDArray[np.float64], near_s: float) -> float:
    """Where a sound begins, near a time."""
    first = max(0, round((near_s - _REACH_S) * RATE_HZ))
    part = sound[first : first + round(2 * _REACH_S * RATE_HZ)]
    starts = np.arange(0, len(part) - _WINDOW, _HOP)
    frames = np.stack([part[start : start + _WINDOW] for start in starts]) * np.hanning(_WINDOW)
    levels = np.log1p(100 * np.abs(np.fft.rfft(frames, axis=1)))
    flux = np.maximum(np.diff(levels, axis=0), 0).sum(axis=1)
    flux -= np.median(flux)
    return float(first + starts[int(np.argmax(flux > 0.5 * flux.max())) + 1] + _WINDOW / 2) / RATE_HZ


def _rise(sound: NDArray[np.float64], at: int) -> float:
    after, before = sound[at : at + _ENERGY_FRAMES], sound[max(0, at - _ENERGY_FRAMES) : at]
    return float((after**2).sum() - (before**2).sum())


def _mono(path: Path) -> NDArray[np.float64]:
    with wave.open(str(path), "rb") as file:
        raw = np.frombuffer(file.readframes(file.getnframes()), np.uint8).reshape(-1, 3)
    padded = np.zeros((len(raw), 4), np.uint8)
    padded[:, 1:] = raw
    return padded.view("<i4").reshape(-1, 2).sum(axis=1) / float(1 << 31)


def main(paths: list[str]) -> int:
    """Print one line a score; 2 without any."""
    for path in map(Path, paths):
        late_ms = lateness_ms(path)
        if not late_ms:
            print(f"{path.name}: no hit is met")
            continue
        print(
            f"{path.name}: {len(late_ms)} hits, median {np.median(late_ms):+.1f} ms, "
            f"from {min(late_ms):+.1f} to {max(late_ms):+.1f} ms"
        )
    return 0 if paths else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
