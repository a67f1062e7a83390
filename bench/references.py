"""How POP909, an orchestra and string quartets fare under the same labeller, from `../shared/data`."""

from __future__ import annotations

import io
import tarfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mido
import numpy as np

from bridge.vocabulary.texture import Sounded, textures

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# The corpora mark a note as tremolo from three strokes on.
_STROKES = 3
_TICKS = 480

POP = "POP909 PIANO, 91 held-out songs"
ORCHESTRA = "orchestra, 96 movements"
QUARTETS = "quartets, 122 works"


def reference_rows() -> dict[str, dict[str, Any]]:
    """By corpus, of those that are there, in per cent: `textures`, each label's share of sounding windows of
    a part, and `silent`, that of silent windows among all.
    """
    rows: dict[str, dict[str, Any]] = {}
    for name, found in ((POP, _pop909()), (ORCHESTRA, _scores("orchestra")), (QUARTETS, _scores("quartets"))):
        counts: Counter[str] = Counter()
        for labels in found:
            counts.update(labels)
        if counts:
            windows, silent = counts.total(), counts.pop("silent", 0)
            shares = {label: 100 * count / counts.total() for label, count in counts.items()}
            rows[name] = {"textures": shares, "silent": 100 * silent / windows}
    return rows


def _scores(corpus: str) -> Iterator[tuple[str, ...]]:
    """Labels of every part of a note table."""
    path = DATA / f"{corpus}.tar.gz"
    if not path.is_file():
        return
    with tarfile.open(path) as archive:
        member = archive.extractfile(f"{corpus}/notes.npz")
        raw = member.read() if member is not None else b""
    held = np.load(io.BytesIO(raw))
    notes = {key: held[key] for key in ("piece", "part", "onset", "duration", "pitch", "tremolo")}
    bar_piece, bar_onset = held["bar_piece"], held["bar_onset"]
    order = np.lexsort((notes["onset"], notes["part"], notes["piece"]))
    keys = notes["piece"][order].astype(np.int64) * 256 + notes["part"][order]
    cuts = np.flatnonzero(np.diff(keys)) + 1
    for rows in np.split(order, cuts):
        bars = bar_onset[bar_piece == notes["piece"][rows[0]]] / _TICKS
        heard = [
            Sounded(float(a) / _TICKS, float(a + d) / _TICKS, int(p), bool(t >= _STROKES))
            for a, d, p, t in zip(*(notes[key][rows] for key in ("onset", "duration", "pitch", "tremolo")))
        ]
        last = max(note.end_beats for note in heard)
        yield textures(sorted(heard), [*map(float, bars), max(last, float(bars[-1]) + 1)])


def _pop909() -> Iterator[tuple[str, ...]]:
    """Labels of the PIANO track of the held-out songs, on sixteenths, in bars of four from the downbeat."""
    path = DATA / "pop909.tar.gz"
    if not path.is_file():
        return
    beats: dict[int, list[list[float]]] = {}
    songs: dict[int, bytes] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = Path(member.name)
            if not name.parent.name.endswith("7"):
                continue
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and name.name == "beat_midi.txt":
                lines = file.read().decode().splitlines()
                beats[int(name.parent.name)] = [[float(x) for x in line.split()] for line in lines]
            elif file is not None and name.suffix == ".mid" and name.parent.name == name.stem:
                songs[int(name.stem)] = file.read()
    for number in sorted(songs):
        times = [row[0] for row in beats[number]]
        first = next((i for i, row in enumerate(beats[number]) if row[2] == 1.0), 0)
        heard = sorted(
            Sounded(round(4 * _beat(times, a)) / 4, round(4 * _beat(times, b)) / 4, pitch)
            for a, b, pitch in _track(songs[number], "PIANO")
        )
        heard = [
            n if n.end_beats > n.onset_beats else n._replace(end_beats=n.onset_beats + 0.25) for n in heard
        ]
        yield textures(heard, [float(beat) for beat in range(first, len(times), 4)])


def _track(raw: bytes, name: str) -> list[tuple[float, float, int]]:
    """(start, end) in seconds and pitch of a track's notes; POP909 writes one tempo a song."""
    song = mido.MidiFile(file=io.BytesIO(raw))
    us = next((m.tempo for track in song.tracks for m in track if m.type == "set_tempo"), 500_000)
    out = []
    for track in song.tracks:
        if track.name.strip() != name:
            continue
        now = 0
        open_at: dict[int, int] = {}
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            if message.note in open_at:
                start = open_at.pop(message.note)
                out.append((start, now, message.note))
            if message.type == "note_on" and message.velocity:
                open_at[message.note] = now
    scale = us / 1e6 / song.ticks_per_beat
    return [(a * scale, b * scale, pitch) for a, b, pitch in out]


def _beat(times: Sequence[float], at_s: float) -> float:
    """A time in beats, straight lines between the song's own beats."""
    index = min(max(bisect_right(times, at_s) - 1, 0), len(times) - 2)
    return index + (at_s - times[index]) / (times[index + 1] - times[index])
