"""Read the Groove MIDI takes: human drumming to a click, so that ticks are beats."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np

from bridge.vocabulary.kit import DRUM_OF, SNARE
from bridge.vocabulary.music import MeasuredBar, Music, Played
from bridge.vocabulary.tokens import METRES, STEPS_PER_QUARTER, bar_steps
from models.corpus.pieces import Piece
from models.corpus.sources import members, raw_notes

BEFORE_FILL_BARS = 4
GHOST = 0.55
"""A stroke of the snare softer than this share of the take's ninetieth percentile is a ghost note."""
GRIDS = (3, 4)
"""Steps between strokes: sixteenths, or triplets."""


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
        if strokes[-1].step % steps == 0 < strokes[-1].step:
            # The stroke that lands on the next bar's first beat begins what is not in the take.
            strokes = [note for note in strokes if note.step < strokes[-1].step]
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
    """The strokes of a take as nine drums, on sixteenths or on triplets, whichever it lies nearer to.

    44 % of strokes lie a step beside the sixteenths: touch, which would teach a model of written notes
    only to be vague. Ghost notes of the snare go, which are 42 % of its strokes: written without a
    loudness they would be backbeats. Of two at one step and drum the louder stays.
    """
    midi = mido.MidiFile(file=io.BytesIO(content))
    unit = midi.ticks_per_beat / STEPS_PER_QUARTER
    strokes = [
        (tick / unit, DRUM_OF[pitch], velocity)
        for track in midi.tracks
        for tick, pitch, _, velocity in raw_notes(track)
        if pitch in DRUM_OF
    ]
    grid = min(GRIDS, key=lambda wide: sum(abs(at - wide * round(at / wide)) / wide for at, _, _ in strokes))
    snare = [velocity for _, drum, velocity in strokes if drum == SNARE]
    ghost = GHOST * np.percentile(snare, 90) if snare else 0
    loudest: dict[tuple[int, int], int] = {}
    for at, drum, velocity in strokes:
        if drum == SNARE and velocity < ghost:
            continue
        place = (grid * round(at / grid), drum)
        loudest[place] = max(velocity, loudest.get(place, 0))
    return [Played(step, 1, drum, velocity) for (step, drum), velocity in sorted(loudest.items())]
