"""Read the music of Freedoom: sequenced General MIDI, on a grid from tick 0, whose downbeat must be found.

Parts are the channels of the file. A piece in one metre may begin anywhere in its bar: the downbeat is the
beat that drums and bass stress most. A piece whose notes do not lie on the grid is left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np

from bridge.vocabulary.tokens import METRES, STEPS_PER_QUARTER
from models.corpus import scores
from models.corpus.pieces import Piece
from models.corpus.sources import members, raw_notes

TICKS = 480
"""Ticks a quarter, as in the tables of scores."""
ON_GRID = 0.95
"""Least share of onsets on sixteenths or triplets, within an eighth of a step."""
NEAR_STEPS = 0.13
DRUM_CHANNEL = 9
KICKS = (35, 36)
CRASHES = (49, 57)
CRASH_WEIGHT = 3.0
BASS_BELOW = 48
CLEARLY = 1.1
"""Another beat must be stressed this much more than the first for bars to begin on it."""
Row = tuple[int, int, int, int, int, int]


def read(data: Path) -> Iterator[tuple[Piece, str, str]]:
    """(Piece, name, sha256) of every piece on the grid, with its manifest's split; see `scores.read`."""
    files = members(data / "freedoom.tar.gz")
    for number, (name, split, _, digest) in enumerate(listing(files)):
        piece = read_piece(files[f"freedoom/midi/{name}.mid"], scores.Named(number, "game", split))
        if piece is not None:
            yield piece, name, digest


def listing(files: dict[str, bytes]) -> Iterator[tuple[str, str, int, str]]:
    """(Name, split, bars at its first tempo, sha256) of every piece."""
    rows = list(csv.DictReader(io.StringIO(files["freedoom/manifest.tsv"].decode()), delimiter="\t"))
    apart = scores.set_apart([row["id"] for row in rows if row["split"] == "train"])
    for row in rows:
        split = "validation" if row["id"] in apart else row["split"]
        bars = round(float(row["seconds"]) * float(row["bpm"]) / 240)
        yield row["id"], split, bars, hashlib.sha256(files[f"freedoom/midi/{row['id']}.mid"]).hexdigest()


def read_piece(content: bytes, named: scores.Named) -> Piece | None:
    """One piece; `None` for one beside the grid, or with too few bars."""
    midi = mido.MidiFile(file=io.BytesIO(content))
    pitched, drums = told(midi)
    if not pitched or not on_grid([row[0] for row in (*pitched, *drums)]):
        return None
    tempo, found = scores.clock(midi)
    scale = TICKS / midi.ticks_per_beat
    tempo = [(round(tick * scale), bpm) for tick, bpm in tempo]
    signatures = [(round(tick * scale), metre) for tick, metre in found if metre in METRES]
    if len(signatures) < len(found):
        return None
    end = max(row[0] + row[1] for row in pitched)
    first = downbeat(pitched, drums, signatures[-1][1]) if len({metre for _, metre in signatures}) == 1 else 0
    onsets = []
    at = first
    while at < end:
        metre = [metre for tick, metre in signatures if tick <= at][-1]
        onsets.append(at)
        at += metre[0] * 4 * TICKS // metre[1]
    if len(onsets) < scores.LEAST_BARS:
        return None
    notes = np.array([row for row in pitched if row[0] >= first], np.int64)
    return scores.of_notes(notes, np.array(onsets), tempo, signatures, named)


def told(midi: mido.MidiFile) -> tuple[list[Row], list[Row]]:
    """Pitched notes and strokes of drums, as `scores.of_notes` takes them; parts are channels."""
    scale = TICKS / midi.ticks_per_beat
    pitched: list[Row] = []
    drums: list[Row] = []
    for track in midi.tracks:
        for channel in sorted({message.channel for message in track if message.type == "note_on"}):
            own = mido.MidiTrack(_alone(track, channel))
            for start, pitch, end, velocity in raw_notes(own):
                tick = round(start * scale)
                row = (tick, max(1, round(end * scale) - tick), pitch, velocity, channel, 0)
                (drums if channel == DRUM_CHANNEL else pitched).append(row)
    return sorted(pitched), sorted(drums)


def _alone(track: mido.MidiTrack, channel: int) -> list[mido.Message]:
    """A track's messages with those of other channels silenced; time goes on."""
    return [
        message
        if message.is_meta or getattr(message, "channel", channel) == channel
        else mido.MetaMessage("marker", time=message.time)
        for message in track
    ]


def on_grid(ticks: list[int]) -> bool:
    """Whether nearly all onsets lie on sixteenths or on triplets of the quarter."""
    steps = np.array(ticks) * STEPS_PER_QUARTER / TICKS
    nearest = np.round(steps)
    good = (np.abs(steps - nearest) <= NEAR_STEPS) & np.isin(nearest % STEPS_PER_QUARTER, (0, 3, 4, 6, 8, 9))
    return bool(good.mean() >= ON_GRID)


def downbeat(pitched: list[Row], drums: list[Row], metre: tuple[int, int]) -> int:
    """The tick, within the first bar, on which bars begin: the beat that cymbals, kicks and low notes stress.

    The first unless another is stressed `CLEARLY` more.
    """
    unit = 4 * TICKS // metre[1]
    stress = np.zeros(metre[0])
    for start, _, pitch, velocity, *_ in drums:
        weight = CRASH_WEIGHT if pitch in CRASHES else 1.0 if pitch in KICKS else 0.0
        _stress(stress, start, unit, weight * velocity)
    for start, length, pitch, velocity, *_ in pitched:
        if pitch < BASS_BELOW:
            _stress(stress, start, unit, velocity * min(1.0, length / unit) * 0.5)
    best = int(stress.argmax())
    return best * unit if stress[best] > CLEARLY * stress[0] else 0


def _stress(stress: np.ndarray, tick: int, unit: int, weight: float) -> None:
    beat = round(tick / unit)
    if weight and abs(tick - beat * unit) <= TICKS // 2 // STEPS_PER_QUARTER:
        stress[beat % len(stress)] += weight
