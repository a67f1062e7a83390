"""Read the CC0 scores (orchestra, quartets, songs with piano) from their exact note tables.

Bars, tempo and metre are the printed ones; keys and chords are heard (`hearing`), as the scores name none.
A bar whose length no metre of the vocabulary has is cut into bars that have one, or joined with the next.
"""

from __future__ import annotations

import csv
import hashlib
import io
import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import mido
import numpy as np

from bridge.vocabulary import hearing
from bridge.vocabulary.music import MeasuredBar, Music, Played
from bridge.vocabulary.tokens import METRES, STEPS_PER_QUARTER, bar_steps
from models.corpus.form import formed
from models.corpus.pieces import Piece, bass_of, one_line
from models.corpus.sources import members

TICKS_PER_STEP = 480 // STEPS_PER_QUARTER
SOURCES = {"song": "lieder", "quartet": "quartets", "orchestra": "orchestra"}
MOST_TOGETHER = 6
LEAST_BARS = 8
WINDOW_BARS = 2
NO_NOTE = -1
COLUMNS = ("onset", "duration", "pitch", "velocity", "part", "tremolo")
STROKES = 3
"""Tremolo strokes from which a note trembles; fewer are measured, and written out."""
LENGTHS = sorted({bar_steps(metre) for metre in METRES}, reverse=True)
Metre = tuple[int, int]


def read(data: Path, source: str) -> Iterator[tuple[Piece, str, str]]:
    """(Piece, name, sha256 of its MIDI file) for every piece of a source, with its manifest's split.

    Works that hold a tenth of the training pieces are set apart for validation (see `set_apart`).
    """
    files = members(data / f"{SOURCES[source]}.tar.gz")
    with np.load(io.BytesIO(files[f"{SOURCES[source]}/notes.npz"])) as stored:
        tables = {name: stored[name] for name in stored}
    listed = {name: (split, digest) for name, split, _, digest in listing(files, source)}
    for number, name in enumerate(tables["piece_id"].tolist()):
        midi = mido.MidiFile(file=io.BytesIO(first_track(files[f"{SOURCES[source]}/midi/{name}.mid"])))
        split, digest = listed[name]
        piece = read_piece(tables, number, midi, source, split)
        if piece is not None:
            yield piece, name, digest


def listing(files: dict[str, bytes], source: str) -> Iterator[tuple[str, str, int, str]]:
    """(Name, split, printed bars, sha256 of its MIDI file) of every piece, without reading the notes."""
    folder = SOURCES[source]
    rows = list(csv.DictReader(io.StringIO(files[f"{folder}/manifest.tsv"].decode()), delimiter="\t"))
    apart = set_apart([work_of(row) for row in rows if row["split"] == "train"])
    for row in rows:
        validated = row["split"] == "train" and work_of(row) in apart
        split = "validation" if validated else row["split"]
        digest = hashlib.sha256(files[f"{folder}/midi/{row['id']}.mid"]).hexdigest()
        yield row["id"], split, int(row["bars"]), digest


def work_of(row: dict[str, str]) -> str:
    """A work of the manifest, whole: of songs in a set the set, which is what comes before the title."""
    held, _, title = row["work"].partition("/")
    return f"{row['composer']}/{title if held == '_' else held}"


def set_apart(works: Sequence[str]) -> frozenset[str]:
    """Works, in the order of their hashes, that hold a tenth of the pieces; `works` names each piece's."""
    pieces = Counter(works)
    out: list[str] = []
    room = len(works) // 10
    for work in sorted(pieces, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if pieces[work] <= room:
            out.append(work)
            room -= pieces[work]
    return frozenset(out)


def first_track(midi: bytes) -> bytes:
    """A MIDI file of the first track alone, where tempo and metre stand: the notes come from the tables."""
    length = struct.unpack(">I", midi[18:22])[0]
    return midi[:8] + struct.pack(">HH", 0, 1) + midi[12 : 22 + length]


def read_piece(
    tables: dict[str, np.ndarray], number: int, midi: mido.MidiFile, source: str, split: str
) -> Piece | None:
    """One piece of the tables; `None` for one with no note or fewer than `LEAST_BARS` bars on the grid."""
    own = tables["piece"] == number
    notes = np.stack([tables[name][own].astype(np.int64) for name in COLUMNS], 1)
    notes[:, -1] = notes[:, -1] >= STROKES
    onsets = tables["bar_onset"][tables["bar_piece"] == number].astype(np.int64)
    parts = tables["part_piece"] == number
    programs = tables["part_program"][parts]
    pitched = np.isin(notes[:, 4], tables["part_index"][parts][programs >= 0])
    notes = notes[pitched]
    if len(onsets) < LEAST_BARS or not len(notes):
        return None
    tempo, signatures = clock(midi)
    return of_notes(notes, onsets, tempo, signatures, Named(number, source, split))


class Named(NamedTuple):
    """Which piece of which source, and on which side."""

    number: int
    source: str
    split: str


def of_notes(
    notes: np.ndarray,
    onsets: np.ndarray,
    tempo: Sequence[tuple[int, float]],
    signatures: Sequence[tuple[int, Metre]],
    named: Named,
) -> Piece | None:
    """A piece of notes in ticks of 480 a quarter: (N, 6) start, length, pitch, velocity, part, trembling.

    Args:
        notes: pitched ones alone.
        onsets: where bars begin.
        tempo: (tick, quarters a minute) of every change.
        signatures: (tick, metre) of every change.
        named: which piece it is.

    Returns `None` for one with too few bars, or whose bars hold no note.
    """
    edges, metres = lay(onsets, int((notes[:, 0] + notes[:, 1]).max()), signatures)
    if len(metres) < LEAST_BARS:
        return None
    steps = np.round(notes[:, 0] / TICKS_PER_STEP).astype(np.int64)
    lengths = np.maximum(1, np.round((notes[:, 0] + notes[:, 1]) / TICKS_PER_STEP).astype(np.int64) - steps)
    table = np.column_stack([steps, lengths, notes[:, 2:]])
    table = table[(steps >= edges[0]) & (steps < edges[-1])]
    if not len(table):
        return None
    table = table[np.lexsort((table[:, 2], table[:, 0]))]
    bars = list(zip(edges[:-1], edges[1:], strict=True))
    keys = hearing.hear_keys(table[:, :4], bars)
    chords = hearing.hear_chords(table[:, :4], *beats(bars, metres))
    split_parts = song_parts(table) if named.source == "song" else score_parts(table, bars)
    measured = tuple(
        MeasuredBar(start, end, tempo_at(tempo, start * TICKS_PER_STEP), mode)
        for (start, end), (_, mode) in zip(bars, keys, strict=True)
    )
    music = formed(Music(measured, tuple(chords), split_parts), metres, keys)
    return Piece(named.number, named.source, named.split, tuple(metres), tuple(keys), music)


def clock(midi: mido.MidiFile) -> tuple[list[tuple[int, float]], list[tuple[int, Metre]]]:
    """(Tick, quarter notes a minute) and (tick, metre), each in order and from tick 0."""
    tempo: list[tuple[int, float]] = [(0, 100.0)]
    signatures: list[tuple[int, Metre]] = [(0, (4, 4))]
    now = 0
    for message in mido.merge_tracks(midi.tracks):
        now += message.time
        if message.type == "set_tempo":
            tempo.append((now, mido.tempo2bpm(message.tempo)))
        elif message.type == "time_signature":
            signatures.append((now, (message.numerator, message.denominator)))
    return tempo, signatures


def tempo_at(tempo: Sequence[tuple[int, float]], tick: int) -> float:
    """Quarter notes a minute at a tick."""
    return tempo[bisect_right(tempo, tick, key=lambda event: event[0]) - 1][1]


def lay(
    onsets: np.ndarray, end_tick: int, signatures: Sequence[tuple[int, Metre]]
) -> tuple[list[int], list[Metre]]:
    """Edges in steps (one more than bars) and the metre of each bar."""
    starts = sorted({round(int(tick) / TICKS_PER_STEP) for tick in onsets})
    written = [signatures[bisect_right(signatures, tick, key=lambda s: s[0]) - 1][1] for tick in onsets]
    whole = written[-1][0] * 4 * STEPS_PER_QUARTER // written[-1][1]
    last = max(starts[-1] + whole, round(end_tick / TICKS_PER_STEP))
    edges, metres = [starts[0]], []
    waiting = 0
    by_start = dict(zip((round(int(tick) / TICKS_PER_STEP) for tick in onsets), written, strict=True))
    ends = [*starts[1:], starts[-1] + min(last - starts[-1], whole)]
    for start, end in zip(starts, ends, strict=True):
        length = waiting + end - start
        cut = [by_start[start]] if is_known(by_start[start], length) else cut_up(length)
        if not cut:
            waiting = length
            continue
        waiting = 0
        for metre in cut:
            edges.append(edges[-1] + bar_steps(metre))
            metres.append(metre)
    return edges, metres


def is_known(metre: Metre, steps: int) -> bool:
    """Whether a metre is in the vocabulary and its bar this long."""
    return metre in METRES and bar_steps(metre) == steps


def cut_up(steps: int) -> list[Metre]:
    """Metres whose bars fill a length, as few as there need be; none where none do."""
    best: dict[int, list[int]] = {0: []}
    for total in range(1, steps + 1):
        options = [best[total - n] + [n] for n in LENGTHS if n <= total and total - n in best]
        if options:
            best[total] = min(options, key=len)
    return [usual(length) for length in best.get(steps, [])]


def usual(steps: int) -> Metre:
    """The metre to read a bar of this length in: quarters where they fit, then eighths."""
    fitting = [metre for metre in METRES if bar_steps(metre) == steps]
    return min(fitting, key=lambda metre: (metre[1] != 4, metre[1] != 8, metre[1]))


def beats(bars: Sequence[tuple[int, int]], metres: Sequence[Metre]) -> tuple[list[int], frozenset[int]]:
    """Where chords may change (beats, dotted in compound metres, and the end), and the downbeats."""
    edges: list[int] = []
    for (start, end), (numerator, denominator) in zip(bars, metres, strict=True):
        compound = denominator >= 8 and numerator % 3 == 0
        unit = 4 * STEPS_PER_QUARTER // denominator
        step = 3 * unit if compound else max(unit, STEPS_PER_QUARTER)
        edges += range(start, end, step)
    return [*edges, bars[-1][1]], frozenset(start for start, _ in bars)


def played(rows: np.ndarray) -> list[Played]:
    """Rows of start, length, pitch, velocity as notes in order."""
    return sorted(Played(*(int(value) for value in row[:4]), bool(row[5])) for row in rows)


def song_parts(table: np.ndarray) -> dict[str, list[Played]]:
    """A song: the first voice, and the rest with its lowest line."""
    voice = table[:, 4] == table[:, 4].min()
    return accompanied(played(table[voice]), played(table[~voice]))


def score_parts(table: np.ndarray, bars: Sequence[tuple[int, int]]) -> dict[str, list[Played]]:
    """Chamber and orchestra: window by window the highest busy part is the tune, the rest accompanies."""
    tune: list[Played] = []
    rest: list[Played] = []
    for first in range(0, len(bars), WINDOW_BARS):
        start, end = bars[first][0], bars[min(first + WINDOW_BARS, len(bars)) - 1][1]
        low, high = np.searchsorted(table[:, 0], (start, end))
        inside = table[low:high]
        if not len(inside):
            continue
        busy = [part for part in np.unique(inside[:, 4]) if np.sum(inside[:, 4] == part) >= WINDOW_BARS]
        heights = {part: inside[inside[:, 4] == part, 2].mean() for part in busy}
        top = max(heights, key=lambda part: heights[part]) if heights else NO_NOTE
        tune += played(inside[inside[:, 4] == top])
        rest += played(inside[inside[:, 4] != top])
    return accompanied(tune, rest)


def accompanied(tune: Sequence[Played], rest: Sequence[Played]) -> dict[str, list[Played]]:
    """The parts by the names the models know."""
    thin = thinned(rest)
    return {"melody": one_line(tune), "accompaniment": thin, "bass": bass_of(thin)}


def thinned(notes: Sequence[Played]) -> list[Played]:
    """Each pitch once at a step, and at most `MOST_TOGETHER` of them: the outer ones stay."""
    together: dict[int, dict[int, Played]] = {}
    for note in notes:
        at = together.setdefault(note.step, {})
        if note.pitch not in at or note.steps > at[note.pitch].steps:
            at[note.pitch] = note
    out = []
    for step in sorted(together):
        pitches = sorted(together[step])
        half = MOST_TOGETHER // 2
        kept = pitches if len(pitches) <= MOST_TOGETHER else [*pitches[:half], *pitches[-half:]]
        out += [together[step][pitch] for pitch in kept]
    return out
