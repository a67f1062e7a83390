"""A score's MIDI file to `NAME.wav` and `NAME.stems/PART.wav`: 48 kHz, 24 bit, stereo.

Every file begins on the cue's first frame and ends `ring_out_s` after its last one, faded over what rings.
Stems carry the mix's levels, so that they sum to it, sample for sample.

Memory does not grow with the film: some seconds of audio and one instance of the synthesizer, whose
samples are those of one part (about 100 MB with MuseScore General, whole orchestras included). On disk
a stem takes 384 kB a second while it is made and 288 kB a second in the end; a file ends at four hours.
"""

from __future__ import annotations

import math
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.config import AudioSettings
from bridge.errors import InputError, OutputError
from bridge.playing import Piece, read_piece
from bridge.progress import Progress
from bridge.sounding.fluid import BLOCK_FRAMES, RATE_HZ, FluidPlayer
from bridge.sounding.loudness import Meter
from bridge.sounding.stems import Stem, stems_of
from bridge.sounding.studio import Studio
from bridge.sounding.wave import FRAME_BYTES, FULL_SCALE, LONGEST_FRAMES, Stamp, WaveFile, time_reference

_CHUNK_FRAMES = RATE_HZ
_FLOAT_BYTES = 8
# The last of the ring-out is faded; without any, this much of the music itself, against a click.
_LONGEST_FADE_S, _SHORTEST_FADE_S = 2.0, 0.02
# Quantising, and meters that interpolate otherwise, may find a peak this much higher.
_PEAK_MARGIN_DB = 0.1
# A part's peak may stand so far above the mix's loudness. Soundfonts are uneven: one pizzicato chord of
# MuseScore General stood 26 dB above, and would have held the whole mix 5 dB below what was asked for.
_HIGHEST_PEAK_LU = 18.0


@dataclass(frozen=True)
class Rendered:
    """What was written.

    `stems` maps a part's name to its file. `loudness_lufs` (integrated) and `true_peak_dbtp` are the
    mix's, −inf for silence. `held_back` says that the peaks kept it below the loudness asked for.
    `trims_db` holds the parts that were turned down, throughout, because they stood out too far.
    """

    mix: Path
    stems: dict[str, Path]
    length_s: float
    cue_s: float
    loudness_lufs: float
    true_peak_dbtp: float
    held_back: bool
    trims_db: dict[str, float]
    made_with: str


def render(
    midi: Path, folder: Path, name: str, studio: Studio, settings: AudioSettings, progress: Progress
) -> Rendered:
    """Render a MIDI file whose tick 0 is the cue's first frame.

    Args:
        midi: what is played.
        folder: where `NAME.wav` and `NAME.stems` go; both are put in place whole, or not at all.
        name: NAME.
        studio: what plays it.
        settings: loudness and ring-out.
        progress: told seconds of audio, every stem counted.

    Raises:
        InputError: the MIDI file or the soundfont cannot be read, or there is no note in it.
        OutputError: the folder cannot be written, or has such files already.
        Cancelled: somebody asked to stop; nothing is left.
    """
    piece = read_piece(midi)
    stems = stems_of(piece)
    if not stems:
        raise InputError("there is no note to play in it", where=str(midi))
    job = _Job(piece, stems, studio, settings, progress, name)
    for path in (job.mix(folder), job.stems_folder(folder)):
        if path.exists():
            raise OutputError(
                "it is there already", where=str(path), remedy="Move it, or choose another folder"
            )
    beside = folder / f".{name[:80]}.{secrets.token_hex(4)}.part"
    try:
        beside.mkdir()
        job.check_room(beside)
        rendered = job.run(beside)
        progress.check()
        job.stems_folder(beside).rename(job.stems_folder(folder))
        job.mix(beside).rename(job.mix(folder))
    except OSError as error:
        raise OutputError(
            f"audio cannot be written ({error.strerror or error})",
            where=str(folder),
            remedy="Make room or permission there, or choose another folder",
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return rendered(folder)


@dataclass(frozen=True)
class _Placed:
    """What was measured, waiting for where it lies."""

    job: _Job
    loudness_lufs: float
    true_peak_dbtp: float
    held_back: bool
    trims: tuple[float, ...]

    def __call__(self, folder: Path) -> Rendered:
        job = self.job
        return Rendered(
            mix=job.mix(folder),
            stems={stem.name: job.stem(folder, stem) for stem in job.stems},
            length_s=job.frames / RATE_HZ,
            cue_s=float(job.cue_s),
            loudness_lufs=self.loudness_lufs,
            true_peak_dbtp=self.true_peak_dbtp,
            held_back=self.held_back,
            trims_db={
                stem.name: 20 * math.log10(trim) for stem, trim in zip(job.stems, self.trims) if trim < 1
            },
            made_with=job.studio.words,
        )


@dataclass(frozen=True)
class _Job:
    """One rendering; every method works in the folder it is given."""

    piece: Piece
    stems: tuple[Stem, ...]
    studio: Studio
    settings: AudioSettings
    progress: Progress
    name: str

    @property
    def cue_s(self) -> Fraction:
        """The picture's length: whole frames, where the file says at which rate."""
        length_s = self.piece.tempo_map.s_at_tick(self.piece.picture_end_tick)
        origin = self.piece.origin
        return length_s if origin is None else round(length_s * origin.rate) / Fraction(origin.rate)

    @property
    def frames(self) -> int:
        """Frames of every file."""
        return max(1, round((self.cue_s + Fraction(self.settings.ring_out_s)) * RATE_HZ))

    def mix(self, folder: Path) -> Path:
        return folder / f"{self.name}.wav"

    def stems_folder(self, folder: Path) -> Path:
        return folder / f"{self.name}.stems"

    def stem(self, folder: Path, stem: Stem) -> Path:
        return self.stems_folder(folder) / f"{stem.name}.wav"

    def raw(self, folder: Path, stem: Stem) -> Path:
        return folder / f"{stem.name}.raw"

    def check_room(self, folder: Path) -> None:
        """Refuse before an hour's work what cannot end well."""
        if self.frames > LONGEST_FRAMES:
            raise OutputError(
                f"{self.frames / RATE_HZ / 3600:.1f} hours are more than a WAV file holds (4.1)",
                remedy="Score the film in parts, with --in and --out",
            )
        needed = self.frames * (len(self.stems) * _FLOAT_BYTES + 2 * FRAME_BYTES)
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise OutputError(
                f"rendering needs {needed / 2**30:.1f} GiB there, and {free / 2**30:.1f} GiB are free",
                where=str(folder.parent),
                remedy="Make room, or choose another folder",
            )

    def run(self, folder: Path) -> _Placed:
        """Play every stem, measure their sum, then write it and them at one gain."""
        with self.studio.player() as player:
            for index, stem in enumerate(self.stems):
                self._play(folder, player, stem, index)
        trims = (1.0,) * len(self.stems)
        meter, peaks = self._measure(folder, trims)
        ceiling = 10 ** ((meter.integrated_lufs + _HIGHEST_PEAK_LU) / 20)
        if 0 < ceiling < max(peaks):
            trims = tuple(min(1.0, ceiling / peak) if peak > 0 else 1.0 for peak in peaks)
            meter, peaks = self._measure(folder, trims)
        loudness_lufs, gain_db, room_db = meter.integrated_lufs, 0.0, math.inf
        if loudness_lufs > -math.inf:
            highest_db = max(meter.true_peak_dbtp, 20 * math.log10(max(peaks)))
            room_db = self.settings.peak_dbtp - _PEAK_MARGIN_DB - highest_db
            gain_db = min(self.settings.loudness_lufs - loudness_lufs, room_db)
        peak_dbtp = meter.true_peak_dbtp + gain_db
        found = _Placed(self, loudness_lufs + gain_db, peak_dbtp, gain_db == room_db, trims)
        self._write(folder, 10 ** (gain_db / 20), found)
        return found

    def _play(self, folder: Path, player: FluidPlayer, stem: Stem, index: int) -> None:
        """One stem as the synthesizer gives it, faded, in floats."""
        done_s, total_s = index * self._length_s, len(self.stems) * self._length_s
        at = 0
        player.reset()
        with self.raw(folder, stem).open("xb") as file:
            for start in range(0, self.frames, _CHUNK_FRAMES):
                self.progress.report("rendering", done_s + start // RATE_HZ, total_s, stem.name)
                last = math.ceil(min(start + _CHUNK_FRAMES, self.frames) / BLOCK_FRAMES)
                pieces, block = [], start // BLOCK_FRAMES
                while block < last:
                    while at < len(stem.messages) and stem.messages[at][0] <= block:
                        player.send(stem.messages[at][1])
                        at += 1
                    upto = stem.messages[at][0] if at < len(stem.messages) else last
                    upto = min(upto, last)
                    pieces.append(player.generate((upto - block) * BLOCK_FRAMES))
                    block = upto
                chunk = np.concatenate(pieces)[: self.frames - start]
                file.write((chunk * self._fade(start, len(chunk))[:, None]).astype("<f4").tobytes())

    @property
    def _length_s(self) -> int:
        return math.ceil(self.frames / RATE_HZ)

    def _fade(self, start: int, count: int) -> NDArray[np.float32]:
        """Gains over some frames: 1, then half a cosine down to 0 at the very end."""
        fade_s = min(max(self.settings.ring_out_s, _SHORTEST_FADE_S), _LONGEST_FADE_S)
        length = min(round(fade_s * RATE_HZ), self.frames)
        into = np.clip((start + np.arange(count) + 1 - (self.frames - length)) / length, 0.0, 1.0)
        return (0.5 + 0.5 * np.cos(np.pi * into)).astype(np.float32)

    def _chunks(self, folder: Path, stems: tuple[Stem, ...]) -> Iterator[list[NDArray[np.float32]]]:
        """Raw stems side by side, a second at a time."""
        files = [self.raw(folder, stem).open("rb") for stem in stems]
        try:
            for start in range(0, self.frames, _CHUNK_FRAMES):
                self.progress.check()
                count = min(_CHUNK_FRAMES, self.frames - start) * _FLOAT_BYTES
                yield [np.frombuffer(file.read(count), "<f4").reshape(-1, 2) for file in files]
        finally:
            for file in files:
                file.close()

    def _measure(self, folder: Path, trims: tuple[float, ...]) -> tuple[Meter, list[float]]:
        """The mix's meter, and the highest sample of each stem."""
        meter, peaks = Meter(), [0.0] * len(self.stems)
        for chunks in self._chunks(folder, self.stems):
            trimmed = [chunk * np.float64(trim) for chunk, trim in zip(chunks, trims)]
            meter.add(np.asarray(np.sum(trimmed, axis=0)))
            peaks = [max(peak, float(np.abs(chunk).max())) for peak, chunk in zip(peaks, trimmed)]
        return meter, peaks

    def _write(self, folder: Path, gain: float, found: _Placed) -> None:
        """Mix first, then stem by stem, each making room behind it."""
        self.stems_folder(folder).mkdir()
        stamp = self._stamp(self.name)
        if found.loudness_lufs > -math.inf:
            stamp = replace(stamp, lufs=found.loudness_lufs, dbtp=found.true_peak_dbtp)
        with WaveFile(self.mix(folder), self.frames, stamp) as file:
            for chunks in self._chunks(folder, self.stems):
                whole = [_whole(chunk, gain * trim) for chunk, trim in zip(chunks, found.trims)]
                file.write(np.asarray(np.sum(whole, axis=0)))
        for stem, trim in zip(self.stems, found.trims):
            stamp = self._stamp(f"{self.name}: {stem.name}")
            with WaveFile(self.stem(folder, stem), self.frames, stamp) as file:
                for (chunk,) in self._chunks(folder, (stem,)):
                    file.write(_whole(chunk, gain * trim))
            self.raw(folder, stem).unlink()

    def _stamp(self, description: str) -> Stamp:
        origin = self.piece.origin
        history = f"A=PCM,F={RATE_HZ},W=24,M=stereo,T={self.studio.words}"
        return Stamp(description, history, time_reference(origin) if origin is not None else 0)


def _whole(chunk: NDArray[np.float32], gain: float) -> NDArray[np.int32]:
    """24-bit whole numbers. The sum of stems is what the mix holds, so none of them is rounded twice."""
    return np.rint(chunk * np.float64(gain * FULL_SCALE)).astype(np.int32)
