"""Beside a musician's own parts: where they strike, where they lie, and how much room they leave."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bridge.composing.palettes import Voice
from bridge.composing.plan import Section
from bridge.composing.writing import Draft
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.vocabulary.tokens import TICKS_PER_STEP

NEAR_TICKS = TICKS_PER_QUARTER // 16
"""An onset this close to a given one is meant to be struck with it, ahead or behind as that is played."""
_OFTEN = 0.25
_SPAN = 19
_LEAST = 0.15
_CROWDED_PER_QUARTER = 0.22


class Room:
    """What is given, as those see it who play beside it.

    Args:
        given: the parts that are there.
        form: its bars.
    """

    def __init__(self, given: Performance, form: Form) -> None:
        self._bars = [bar.tick for bar in form.bars]
        self._lengths = [bar.end_tick - bar.tick for bar in form.bars]
        self._beats = sorted({tick for bar in form.bars for tick in bar.beats()})
        self._pitched = [t for t in given.tracks if t.role is not PartRole.DRUMS]
        self._onsets = sorted({note.tick for track in given.tracks for note in track.notes})
        self._drums = sorted({n.tick for t in given.tracks if t.role is PartRole.DRUMS for n in t.notes})
        self._habits = self._habitual()

    @property
    def onsets(self) -> frozenset[int]:
        """Ticks at which something given starts."""
        return frozenset(self._onsets)

    def add(self, notes: Sequence[PlayedNote], track: str, role: PartRole = PartRole.ACCOMPANIMENT) -> None:
        """A part that was written in the meantime is there for the next."""
        if role is PartRole.DRUMS:
            self._drums = sorted({*self._drums, *(note.tick for note in notes)})
        else:
            self._pitched.append(Track(track, role, 0, 0, tuple(notes)))

    def density(self, section: Section) -> Section:
        """The section with less asked for where more is played already, cell by cell.

        Drums count for a third: they take time, not room.
        """
        pitched = sorted({note.tick for track in self._pitched for note in track.notes})
        cells = []
        for item in section.cells:
            quarters = item.cell.ticks / TICKS_PER_QUARTER
            count = _between(pitched, item.cell.tick, item.cell.end_tick)
            count_drums = _between(self._drums, item.cell.tick, item.cell.end_tick)
            busy = (count + count_drums / 3) / quarters
            factor = max(0.25, 1.1 - _CROWDED_PER_QUARTER * busy)
            cells.append(replace(item, density=min(1.0, max(_LEAST, item.density * factor))))
        return replace(section, cells=tuple(cells))

    def register(self, voice: Voice) -> Voice:
        """The voice within the part of its range that the given parts leave free, an octave and a half.

        Of equally free places the one nearest its middle; a voice that has no more than that stays.
        """
        if voice.high - voice.low <= _SPAN:
            return voice
        taken: Counter[int] = Counter()
        for track in self._pitched:
            for note in track.notes:
                taken[note.pitch] += min(note.duration_ticks, 4 * TICKS_PER_QUARTER)
        middle = (voice.low + voice.high - _SPAN) / 2

        def cost(low: int) -> tuple[int, float]:
            # A neighbour by a tone is as much in the way as a unison.
            near = sum(taken[pitch] for pitch in range(low - 2, low + _SPAN + 3))
            return near // (8 * TICKS_PER_QUARTER), abs(low - middle)

        low = min(range(voice.low, voice.high - _SPAN + 1), key=cost)
        return replace(voice, low=low, high=low + _SPAN)

    def in_groove(self, notes: Sequence[Draft], *, drums: bool = False) -> list[Draft]:
        """Notes moved to where the given parts strike: with a near onset to the tick, else to the nearest
        place of the bar that they use, or a beat. What meets a hit stays; what then falls together is one.

        Drums lead a groove as much as they follow it: they keep halves of beats too, where nothing given
        lies between that half and the beats beside it (a swung or dotted place, which an even half fights).
        """
        out: dict[tuple[int, int], Draft] = {}
        for note in notes:
            tick = note.tick if note.accent else self._place(note.tick, halves=drums)
            end = max(note.end_tick, tick + TICKS_PER_STEP)
            moved = replace(note, tick=tick, end_tick=end)
            known = out.get((tick, note.pitch))
            if known is None or known.end_tick < end:
                out[tick, note.pitch] = replace(moved, accent=moved.accent or bool(known and known.accent))
        return sorted(out.values())

    def apart(self, notes: Sequence[Draft]) -> list[Draft]:
        """Notes without unisons with what sounds already; what meets a hit stays."""
        sounding: dict[int, list[tuple[int, int]]] = {}
        for track in self._pitched:
            for note in track.notes:
                sounding.setdefault(note.pitch, []).append((note.tick, note.tick + note.duration_ticks))
        for spans in sounding.values():
            spans.sort()
        kept = []
        for each in notes:
            spans = sounding.get(each.pitch, [])
            at = bisect_right(spans, (each.tick, 1 << 60)) - 1
            struck = at >= 0 and spans[at][1] > each.tick
            soon_tick = min(each.end_tick, each.tick + TICKS_PER_QUARTER // 2)
            soon = at + 1 < len(spans) and spans[at + 1][0] < soon_tick
            if each.accent or not (struck or soon):
                kept.append(each)
        return kept

    def _place(self, tick: int, *, halves: bool = False) -> int:
        near = _nearest(self._onsets, tick)
        if near is not None and abs(near - tick) <= NEAR_TICKS:
            return near
        bar = max(0, bisect_right(self._bars, tick) - 1)
        offset = tick - self._bars[bar]
        habits = self._habits.get(self._lengths[bar], [])
        choices = [self._bars[bar] + place for place in habits if place < self._lengths[bar]]
        choices += [self._beats[at] for at in _around(self._beats, tick)]
        half = self._half(tick) if halves else None
        choices += [half] if half is not None else []
        used = round(offset / TICKS_PER_STEP) * TICKS_PER_STEP in habits
        return tick if used or not choices else min(choices, key=lambda other: (abs(other - tick), other))

    def _half(self, tick: int) -> int | None:
        """The even half of the beat around a tick; `None` where the given parts divide it otherwise."""
        around = [self._beats[at] for at in _around(self._beats, tick)]
        if len(around) < 2:
            return None
        first, last = around
        half = (first + last) // 2
        at = max(0, bisect_right(self._bars, first) - 1)
        places = (self._bars[at] + place for place in self._habits.get(self._lengths[at], []))
        inside = [place for place in places if first < place < last]
        return None if any(abs(place - half) > TICKS_PER_STEP for place in inside) else half

    def _habitual(self) -> dict[int, list[int]]:
        """Places in a bar, in ticks on the grid, at which a quarter of the bars of a length has an onset."""
        counts: dict[int, Counter[int]] = {}
        bars: Counter[int] = Counter()
        for start, length in zip(self._bars, self._lengths):
            first, last = (bisect_left(self._onsets, tick) for tick in (start, start + length))
            inside = self._onsets[first:last]
            if not inside:
                continue
            bars[length] += 1
            places = {round((tick - start) / TICKS_PER_STEP) * TICKS_PER_STEP for tick in inside}
            counts.setdefault(length, Counter()).update(places)
        return {
            length: sorted(place for place, count in own.items() if count >= _OFTEN * bars[length])
            for length, own in counts.items()
        }


def _between(ticks: Sequence[int], start: int, end: int) -> int:
    return bisect_left(ticks, end) - bisect_left(ticks, start)


def _around(ticks: Sequence[int], tick: int) -> list[int]:
    at = bisect_right(ticks, tick)
    return [index for index in (at - 1, at) if 0 <= index < len(ticks)]


def _nearest(ticks: Sequence[int], tick: int) -> int | None:
    found = [ticks[index] for index in _around(ticks, tick)]
    return min(found, key=lambda other: (abs(other - tick), other)) if found else None
