"""Read the three editions of POP909 into songs on one grid.

The notes, bars, keys and chords are POP909-CL's (24 bins a beat, human-checked); which hand plays a
note comes from the original's tracks, matched by pitch and order; phrases from the structure labels.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np

from bridge.vocabulary import chords as chord_text
from bridge.vocabulary.chords import INTERVALS, Chord
from bridge.vocabulary.tokens import METRES, STEPS_PER_QUARTER, bar_steps
from models.corpus.phrases import align, labelled
from models.corpus.songs import ROLES, Bar, Note, Song, merge

LEAST_TOLD = 0.8
"""A song is left out when fewer of its notes can be traced to a hand (553 and 658 are)."""

RawNote = tuple[int, int, int, int]  # tick, pitch, end tick, velocity


def members(archive: Path) -> dict[str, bytes]:
    """Every file of a tar.gz by its name."""
    out = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            handle = tar.extractfile(member) if member.isfile() else None
            if handle is not None:
                out[member.name.removeprefix("./")] = handle.read()
    return out


def raw_notes(track: mido.MidiTrack) -> list[RawNote]:
    """Notes of a track, in order of their start."""
    now = 0
    open_notes: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    out: list[RawNote] = []
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            open_notes[message.channel, message.note].append((now, message.velocity))
        elif message.type in ("note_off", "note_on"):
            waiting = open_notes[message.channel, message.note]
            if waiting:
                start, velocity = waiting.pop(0)
                out.append((start, message.note, now, velocity))
    return sorted(out)


def read_song(
    number: int, original: dict[str, bytes], corrected: dict[str, bytes], structure: dict[str, bytes]
) -> tuple[Song, float]:
    """One song, and the share of its notes whose hand could be told."""
    name = f"{number:03d}"
    first = mido.MidiFile(file=io.BytesIO(original[f"POP909/{name}/{name}.mid"]))
    path = f"POP909_processed/{name}.mid"
    second = mido.MidiFile(
        file=io.BytesIO(corrected[path if path in corrected else f"POP909_processed/{name} .mid"])
    )
    by_role = [
        [note for track in first.tracks if track.name == role for note in raw_notes(track)] for role in ROLES
    ]
    tracks = [notes for track in second.tracks if (notes := raw_notes(track))]
    played = max(tracks, key=len)
    others = [track for track in tracks if track is not played]
    unit = second.ticks_per_beat / STEPS_PER_QUARTER
    matches = match(by_role, played)
    if len(matches) < LEAST_TOLD * len(played):
        raise ValueError(f"song {name}: the notes of the two editions are not the same")
    notes = []
    for index, (tick, pitch, end, velocity) in enumerate(played):
        if index in matches:
            start = snap(tick / unit)
            steps = max(1, round(end / unit) - start)
            notes.append(Note(start, pitch, steps, velocity, matches[index][1]))
    metres, keys = signatures(second, unit)
    beats, seconds = clock(first, by_role, played, matches)
    heard = []
    for line in original[f"POP909/{name}/chord_midi.txt"].decode().splitlines():
        start_s, _, symbol = line.split("\t")
        tick = float(np.interp(float(start_s), seconds, beats))
        heard.append((max(0, 12 * round(tick / second.ticks_per_beat)), chord_text.parse(symbol)))
    if others:
        annotated = [
            (max(0, 3 * round(start / unit / 3)), recognise(pitches)) for start, pitches in grouped(others[0])
        ]
    else:
        annotated = heard
    if not keys:
        keys = [(0, *parse_key(structure[f"POP909/{name}/analyzed_key.txt"].decode()))]
    melody = structure[f"POP909/{name}/melody.txt"].decode()
    offset = align(notes, melody)
    pickup = -downbeat(annotated, offset, bar_steps(metres[0][1])) % bar_steps(metres[0][1])
    notes = [replace(note, step=note.step + pickup) for note in notes]
    metres = [(step + pickup if i else 0, metre) for i, (step, metre) in enumerate(metres)]
    song = Song(
        number=number,
        bars=tuple(lay_bars(metres, max(note.step for note in notes) + 1)),
        notes=tuple(sorted(notes, key=lambda n: (n.step, n.pitch))),
        chords=opened([(step + pickup, chord) for step, chord in annotated]),
        heard_chords=opened([(step + pickup, chord) for step, chord in heard]),
        keys=tuple((step + pickup if i else 0, *key) for i, (step, *key) in enumerate(keys)),
        bpm=float(structure[f"POP909/{name}/tempo.txt"].decode().split()[0]),
    )
    phrases = structure[f"POP909/{name}/human_label1.txt"].decode().strip()
    if offset is not None:
        song = labelled(song, offset + pickup, phrases)
    return song, len(matches) / len(played)


def downbeat(chords: list[tuple[int, Chord | None]], offset: int | None, bar: int) -> int:
    """The step within the first bar where the downbeat falls.

    The corrected edition starts its bars at the first beat, pickup or not: in four songs of ten chords
    change elsewhere. The bar of the phrase labels (laid by hand) decides where at least half as many
    chords change as at the likeliest step; else that step.
    """
    changes = Counter(step % bar for step, chord in chords if chord is not None)
    if not changes:
        return 0
    likeliest = max(changes, key=lambda step: (changes[step], step == 0))
    if offset is not None:
        by_hand = 3 * round(offset / 3) % bar
        if 2 * changes[by_hand] >= changes[likeliest]:
            return by_hand
    return likeliest


def opened(chords: list[tuple[int, Chord | None]]) -> tuple[tuple[int, Chord | None], ...]:
    """In order, with something (no chord) at step 0."""
    return merge([(0, None), *chords] if not chords or min(chords, key=first_of)[0] else chords)


def first_of(event: tuple[int, Chord | None]) -> int:
    """The step of a chord event."""
    return event[0]


def snap(steps: float) -> int:
    """To the grid, and off the steps beside a beat or its half, which are touch and not rhythm."""
    step = int(np.floor(steps + 0.5))
    beside = step % 12
    if beside in (1, 7):
        return step - 1
    return step + 1 if beside in (5, 11) else step


def match(by_role: list[list[RawNote]], played: list[RawNote]) -> dict[int, tuple[int, int]]:
    """For the corrected edition's notes, by index: (tick in the original, role)."""
    originals: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for role, notes in enumerate(by_role):
        for tick, pitch, end, _ in notes:
            originals[pitch].append((tick, end - tick, role))
    copies: dict[int, list[int]] = defaultdict(list)
    for index, note in enumerate(played):
        copies[note[1]].append(index)
    out: dict[int, tuple[int, int]] = {}
    loose = []
    for pitch, indices in copies.items():
        source = sorted(originals[pitch])
        if len(source) == len(indices):
            for index, (tick, _, role) in zip(indices, source):
                out[index] = (tick, role)
        else:
            loose.append((indices, source))
    if not out:
        return out
    known = sorted((played[index][0], tick) for index, (tick, _) in out.items())
    xs, ys = np.array(known, dtype=float).T
    for indices, source in loose:
        for index in indices:
            wanted = float(np.interp(played[index][0], xs, ys))
            best = min(source, key=lambda s: abs(s[0] - wanted), default=None)
            if best is not None and abs(best[0] - wanted) <= 60:
                out[index] = (best[0], best[2])
                source.remove(best)
    return out


def clock(
    first: mido.MidiFile,
    by_role: list[list[RawNote]],
    played: list[RawNote],
    matches: dict[int, tuple[int, int]],
) -> tuple[np.ndarray, np.ndarray]:
    """Matching knots of ticks in the corrected edition and seconds in the original."""
    changes = [(0, 500_000)]
    now = 0
    for message in mido.merge_tracks(first.tracks):
        now += message.time
        if message.type == "set_tempo":
            changes.append((now, message.tempo))
    ticks = [tick for tick, _ in changes]
    at_s = [0.0]
    for (tick, tempo), (after, _) in zip(changes, changes[1:]):
        at_s.append(at_s[-1] + (after - tick) * tempo / 1e6 / first.ticks_per_beat)
    knots: dict[int, list[float]] = defaultdict(list)
    for index, (tick, _) in matches.items():
        place = bisect_left(ticks, tick + 1) - 1
        second = at_s[place] + (tick - ticks[place]) * changes[place][1] / 1e6 / first.ticks_per_beat
        knots[played[index][0]].append(second)
    beats = np.array(sorted(knots), dtype=float)
    seconds = np.maximum.accumulate(np.array([np.median(knots[int(b)]) for b in beats]))
    # Beyond the first and last note the clock runs on at the song's mean pace.
    pace = (seconds[-1] - seconds[0]) / max(1.0, beats[-1] - beats[0])
    reach = 40 * first.ticks_per_beat
    beats = np.concatenate(([beats[0] - reach], beats, [beats[-1] + reach]))
    seconds = np.concatenate(([seconds[0] - reach * pace], seconds, [seconds[-1] + reach * pace]))
    return beats, seconds


def signatures(
    score: mido.MidiFile, unit: float
) -> tuple[list[tuple[int, tuple[int, int]]], list[tuple[int, int, str]]]:
    """Metres and keys with the steps they start at."""
    metres: list[tuple[int, tuple[int, int]]] = []
    keys: list[tuple[int, int, str]] = []
    now = 0
    for message in mido.merge_tracks(score.tracks):
        now += message.time
        if message.type == "time_signature":
            metre = (message.numerator, message.denominator)
            if metre not in METRES:
                raise ValueError(f"metre {metre} is not in the vocabulary")
            if not metres or metres[-1][1] != metre:
                metres.append((round(now / unit), metre))
        elif message.type == "key_signature":
            root, mode = (message.key[:-1], "minor") if message.key.endswith("m") else (message.key, "major")
            parsed = chord_text.parse(root)
            if parsed is None:
                raise ValueError(f"no key {message.key}")
            key = (round(now / unit), parsed.root_pc, mode)
            if not keys or keys[-1][1:] != key[1:]:
                keys.append(key)
    return metres or [(0, (4, 4))], keys


def lay_bars(metres: list[tuple[int, tuple[int, int]]], last: int) -> list[Bar]:
    """Bars from step 0 until `last` is covered."""
    bars: list[Bar] = []
    now = 0
    while now < last:
        metre = [metre for step, metre in metres if step <= now] or [metres[0][1]]
        bars.append(Bar(now, metre[-1]))
        now += bar_steps(metre[-1])
    return bars


def grouped(notes: list[RawNote]) -> list[tuple[int, list[int]]]:
    """Notes that start together, as (tick, pitches)."""
    out: dict[int, list[int]] = defaultdict(list)
    for tick, pitch, _, _ in notes:
        out[tick].append(pitch)
    return sorted((tick, sorted(pitches)) for tick, pitches in out.items())


def recognise(pitches: list[int]) -> Chord | None:
    """The chord of the ten qualities that explains these pitches best, the bass being its root.

    One point for each tone shared, less one for each missing or foreign; the lowest pitch as root
    breaks ties, then the order of the qualities.
    """
    classes = {pitch % 12 for pitch in pitches}
    best: tuple[float, Chord | None] = (-99.0, None)
    for root in range(12):
        for quality, intervals in INTERVALS.items():
            tones = {(root + interval) % 12 for interval in intervals}
            score = len(tones & classes) - len(tones ^ classes) + 0.5 * (pitches[0] % 12 == root)
            if score > best[0]:
                best = (score, Chord(root, quality))
    return best[1]


def parse_key(text: str) -> tuple[int, str]:
    """`Gb:maj` as (6, "major")."""
    found = re.match(r"\s*([A-G][b#]?):(maj|min)", text)
    if found is None:
        raise ValueError(f"no key in {text!r}")
    parsed = chord_text.parse(found[1])
    if parsed is None:
        raise ValueError(f"no key in {text!r}")
    return parsed.root_pc, "major" if found[2] == "maj" else "minor"


def read_all(data: Path) -> tuple[list[Song], dict[int, tuple[str, float]]]:
    """All songs, and for each the sha256 of its two MIDI files together and the share of hands told."""
    original = members(data / "pop909.tar.gz")
    corrected = members(data / "pop909_cl.tar.gz")
    structure = members(data / "pop909_structure.tar.gz")
    songs, facts = [], {}
    for number in range(1, 910):
        name = f"{number:03d}"
        try:
            song, told = read_song(number, original, corrected, structure)
        except ValueError as error:
            print(f"left out: {error}")
            continue
        digest = hashlib.sha256(original[f"POP909/{name}/{name}.mid"])
        path = f"POP909_processed/{name}.mid"
        digest.update(corrected[path if path in corrected else f"POP909_processed/{name} .mid"])
        songs.append(song)
        facts[number] = (digest.hexdigest(), told)
    return songs, facts
