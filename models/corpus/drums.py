"""Read the Groove MIDI takes: human drumming to a click, so that ticks are beats."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import mido

from bridge.vocabulary.music import MeasuredBar, Music, Played
from bridge.vocabulary.tokens import METRES, STEPS_PER_QUARTER, bar_steps
from models.corpus.pieces import Piece
from models.corpus.sources import members, raw_notes

NINE = {
    36: (35, 36),
    38: (37, 38, 39, 40),
    42: (22, 42, 44),
    46: (26, 46),
    43: (41, 43, 58),
    47: (45, 47),
    50: (48, 50),
    49: (49, 52, 55, 57),
    51: (51, 53, 59),
}
"""Nine drums as General MIDI, and what goes to each, as on the page of the data set (Gillick et al. 2019)."""
DRUM_OF = {pitch: drum for drum, pitches in NINE.items() for pitch in pitches}
BEFORE_FILL_BARS = 4


def read(data: Path) -> Iterator[tuple[Piece, str, str]]:
    """(Piece, name, sha256) for every take in a metre of the vocabulary, with the data set's own split.

    A fill is told as the last bars before a plot, after some bars of the drummer's first take in the
    same style where there is one.
    """
    files = members(data / "groove.tar.gz")
    rows = list(csv.DictReader(io.StringIO(files["groove/info.csv"].decode())))
    beats: dict[tuple[str, str, str], list[Played]] = {}
    for number, row in enumerate(rows):
        metre = (int(row["time_signature"].split("-")[0]), int(row["time_signature"].split("-")[1]))
        content = files[f"groove/{row['midi_filename']}"]
        if metre not in METRES:
            continue
        strokes = read_strokes(content)
        if not strokes:
            continue
        style = (row["drummer"], row["style"].split("/")[0], row["split"])
        steps = bar_steps(metre)
        bars = -(-(strokes[-1].step + 1) // steps)
        first_plot = None
        if row["beat_type"] == "beat":
            beats.setdefault(style, [note for note in strokes if note.step < BEFORE_FILL_BARS * steps])
        else:
            lead = beats.get(style, [])
            shift = BEFORE_FILL_BARS * steps if lead else 0
            strokes = sorted([*lead, *(note._replace(step=note.step + shift) for note in strokes)])
            bars += shift // steps
            first_plot = bars - 1
        measured = tuple(
            MeasuredBar(
                at * steps,
                (at + 1) * steps,
                float(row["bpm"]),
                plot_left=None if first_plot is None else first_plot - at,
            )
            for at in range(bars)
        )
        music = Music(measured, (), {"drums": strokes}, frozenset(("drums",)))
        keys = ((0, "unknown"),) * bars
        piece = Piece(number, "drums", row["split"], (metre,) * bars, keys, music)
        yield piece, row["id"], hashlib.sha256(content).hexdigest()


def read_strokes(content: bytes) -> list[Played]:
    """The strokes of a take on the grid, as nine drums; of two at one step and drum the louder."""
    midi = mido.MidiFile(file=io.BytesIO(content))
    loudest: dict[tuple[int, int], int] = {}
    unit = midi.ticks_per_beat / STEPS_PER_QUARTER
    for track in midi.tracks:
        for tick, pitch, _, velocity in raw_notes(track):
            if pitch in DRUM_OF:
                place = (round(tick / unit), DRUM_OF[pitch])
                loudest[place] = max(velocity, loudest.get(place, 0))
    return [Played(step, 1, drum, velocity) for (step, drum), velocity in sorted(loudest.items())]
