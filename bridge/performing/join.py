"""A performance with some spans played anew: what lies outside them, and what is locked, stays as it was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from bridge.performing.controllers import EXPRESSION, PEDAL, VOLUME
from bridge.performing.perform import DRUM_CHANNEL
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole

Spans = Sequence[tuple[int, int]]
_CHANNELS = 16


def join(
    before: Performance, after: Performance, spans: Spans, locked: frozenset[str]
) -> tuple[Performance, tuple[str, ...]]:
    """The performance `before` with the notes of `after` in the spans, and sentences on what did not fit.

    Notes of `before` that start outside the spans stay as they are, but for one that sounds on into a span:
    it ends where the span begins. Controllers hold on both sides of
    a joint what they held there before. A part that is new gets a channel of its own as long as there is
    one, and else plays on that of a part that does the same.

    Args:
        before: what was played.
        after: what is played anew; only what starts in the spans counts.
        spans: [start, end) in ticks, rising, apart.
        locked: names of tracks of `before` that stay as they are throughout.
    """
    news = list(after.tracks)
    out: list[Track] = []
    for track in before.tracks:
        if track.name in locked:
            out.append(track)
            continue
        own = next((new for new in news if (new.name, new.program) == (track.name, track.program)), None)
        if own is not None:
            news.remove(own)
        out.append(_joined(track, own, spans))
    told: list[str] = []
    for new in news:
        played = replace(new, notes=tuple(n for n in new.notes if _inside(n.tick, spans)))
        if not played.notes:
            continue
        channel = _free_channel(out, new)
        if channel is not None:
            volume = tuple(c for c in new.controllers if c.number == VOLUME and c.tick == 0)
            fresh = replace(
                played, channel=channel, name=_free_name(out, new.name), notes=(), controllers=volume
            )
            out.append(_joined(fresh, played, spans))
            continue
        at = next((i for i, t in enumerate(out) if t.role is new.role and t.name not in locked), None)
        if at is None:
            told.append(f"There is no channel left for {new.name}: it is left out")
            continue
        told.append(f"There is no channel left for {new.name}: {out[at].name} plays it")
        notes = sorted((*out[at].notes, *played.notes), key=lambda n: (n.tick, n.pitch))
        out[at] = replace(out[at], notes=tuple(notes))
    return Performance(tuple(track for track in out if track.notes)), tuple(told)


def _joined(track: Track, new: Track | None, spans: Spans) -> Track:
    played = () if new is None else tuple(n for n in new.notes if _inside(n.tick, spans))
    outside = [note for note in track.notes if not _inside(note.tick, spans)]
    kept = [_until(note, spans) for note in outside]
    notes = sorted((*kept, *played), key=lambda note: (note.tick, note.pitch))
    last_tick = max((note.tick for note in kept), default=0)
    controllers = _controllers(track.controllers, () if new is None else new.controllers, spans, last_tick)
    return replace(track, notes=tuple(notes), controllers=controllers)


def _inside(tick: int, spans: Spans) -> bool:
    at = bisect_right([start for start, _ in spans], tick) - 1
    return at >= 0 and tick < spans[at][1]


def _until(note: PlayedNote, spans: Spans) -> PlayedNote:
    """A note that stays; one that sounds into a span ends where the span begins."""
    joint = next((start for start, _ in spans if start > note.tick), None)
    if joint is None or note.tick + note.duration_ticks <= joint:
        return note
    return replace(note, duration_ticks=joint - note.tick)


def _controllers(
    before: Sequence[Controller], after: Sequence[Controller], spans: Spans, last_tick: int
) -> tuple[Controller, ...]:
    """Controllers of `before` outside the spans and of `after` inside, each in force from its side's edge.

    Past `last_tick`, where the last note that stays begins, nothing has to hold what it held.
    """
    out = [each for each in before if not _inside(each.tick, spans)]
    out += [each for each in after if _inside(each.tick, spans)]
    for start, end in spans:
        out += _set_at(start, after, before, out)
        if end <= last_tick:
            out += _set_at(end, before, after, out)
    return tuple(sorted(out, key=lambda each: each.tick))


def _set_at(
    tick: int, side: Sequence[Controller], other: Sequence[Controller], there: Sequence[Controller]
) -> list[Controller]:
    """What `side` holds at a tick, for every controller that either side has used until then."""
    numbers = {each.number for each in (*side, *other) if each.tick <= tick}
    out = []
    for number in sorted(numbers):
        if any(each.number == number and each.tick == tick for each in there):
            continue
        held = [each.value for each in side if each.number == number and each.tick <= tick]
        foreign = [each.value for each in other if each.number == number and each.tick < tick]
        value = held[-1] if held else _RESTS.get(number)
        if value is not None and foreign[-1:] != [value]:
            out.append(Controller(tick, number, value))
    return out


# Where one side has never used a controller, it rests: the pedal up, full expression.
_RESTS = {PEDAL: 0, EXPRESSION: 127}


def _free_channel(tracks: Sequence[Track], new: Track) -> int | None:
    if new.role is PartRole.DRUMS:
        return DRUM_CHANNEL
    taken = {track.channel for track in tracks}
    return next((c for c in range(_CHANNELS) if c != DRUM_CHANNEL and c not in taken), None)


def _free_name(tracks: Sequence[Track], name: str) -> str:
    names = {track.name for track in tracks}
    return next(each for each in (name, *(f"{name} {n}" for n in range(2, 99))) if each not in names)
