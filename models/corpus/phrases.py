"""Lay the human phrase labels (`i4A4B8…`) over a song's bars."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from models.corpus.songs import MELODY, Note, Song

WORST_FIT = 0.5
"""Below this share of melody notes found where the labels' own melody has them, labels are not used."""


def labelled(song: Song, offset: int, phrases: str) -> Song:
    """The song with a label, and the bars left, at every bar its phrase labels reach.

    `offset` is the step at which the labels' bar 0 stands.

    Introductions and conclusions are `i` and `o`. Of the sung phrases (capitals) that come at least
    twice, the one that sings highest and takes most of the song is the climax; the rest, bridges and
    interludes included, is development.
    """
    parsed = [(letter, int(bars)) for letter, bars in re.findall(r"([A-Za-z])(\d+)", phrases)]
    if not parsed:
        return song
    first = min(range(len(song.bars)), key=lambda i: abs(song.bars[i].step - offset))
    if abs(song.bars[first].step - offset) > 6:
        return song
    spans = []
    now = first
    for letter, bars in parsed:
        spans.append((letter, now, min(now + bars, len(song.bars))))
        now += bars
    climax = loudest(song, spans)
    names = [name_of(letter, climax) for letter, _, _ in spans]
    bars = list(song.bars)
    for index, (_, start, end) in enumerate(spans):
        section_end = end
        for following in range(index + 1, len(spans)):
            if names[following] != names[index]:
                break
            section_end = spans[following][2]
        for bar in range(start, end):
            bars[bar] = replace(
                bars[bar],
                label=names[index],
                phrase_left=end - 1 - bar,
                section_left=section_end - 1 - bar,
            )
    for bar in range(first):
        bars[bar] = replace(bars[bar], label="introduction")
    return replace(song, bars=tuple(bars))


def name_of(letter: str, climax: str | None) -> str:
    """The vocabulary's label for a phrase letter."""
    if letter in "iI":
        return "introduction"
    if letter in "oO":
        return "conclusion"
    return "climax" if letter == climax else "development"


def loudest(song: Song, spans: list[tuple[str, int, int]]) -> str | None:
    """The letter of the chorus, or `None` where no sung phrase returns."""
    pitches: dict[str, list[int]] = defaultdict(list)
    bars: dict[str, int] = defaultdict(int)
    times: dict[str, int] = defaultdict(int)
    for letter, start, end in spans:
        if not letter.isupper() or letter in "XIO" or start >= len(song.bars) or start == end:
            continue
        low, high = song.bars[start].step, song.bars[end - 1].end
        bars[letter] += end - start
        times[letter] += 1
        pitches[letter] += [n.pitch for n in song.notes if n.role == MELODY and low <= n.step < high]
    score = {
        letter: sum(pitches[letter]) / len(pitches[letter]) + 8 * bars[letter] / len(song.bars)
        for letter in bars
        if times[letter] > 1 and pitches[letter]
    }
    return max(score, key=lambda letter: score[letter]) if len(bars) > 1 and score else None


def align(notes: list[Note], melody: str) -> int | None:
    """The step of the song at which the labels' bar 0 stands, by laying their melody over ours."""
    theirs = []
    now = 0
    for line in melody.splitlines():
        pitch, sixteenths = (int(field) for field in line.split())
        if pitch:
            theirs.append((3 * now, pitch))
        now += sixteenths
    ours: dict[int, list[int]] = defaultdict(list)
    for note in notes:
        if note.role == MELODY:
            ours[note.pitch].append(note.step)
    votes: dict[int, int] = defaultdict(int)
    for step, pitch in theirs:
        for mine in ours[pitch]:
            for touch, weight in ((-1, 1), (0, 2), (1, 1)):
                votes[mine - step + touch] += weight
    if not votes:
        return None
    best = max(votes, key=lambda offset: votes[offset])
    return best if votes[best] >= 2 * WORST_FIT * len(theirs) else None
