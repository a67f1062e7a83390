"""What the ladder promises, from the solver through composing: pickups sung, chords held, accents struck."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bridge.composing import Models, compose
from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.score import Note, PartRole
from bridge.schema.tempo import Rung
from bridge.timing import solve
from tests.timing.sheets import random_cuts, sheet


@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8", "5/4", "4/4 at 60 frames a second"])
def test_every_rung_is_heard(models: Models, metre: str):
    quick = "60" in metre
    rate = Fraction(60 if quick else 24)
    low, high = (66, 76) if quick else (60, 64)
    asked = Settings(tempo=TempoSettings(min_bpm=low, max_bpm=high, metre=metre.split()[0]))
    cuts = random_cuts(5, 40, 2.0, rate) if quick else random_cuts(3, 20, 1.3, rate)
    cues = sheet(cuts, rate=rate)
    form = solve(cues, asked, Progress())
    assert not quick or any(r.rung is Rung.REST for r in form.hits)
    score = compose(cues, form, asked, models, Progress())
    notes = [(part.role, note) for part in score.parts for note in part.notes]
    ladder = [r for r in form.hits if r.met and r.rung in (Rung.PICKUP, Rung.REST, Rung.HOLD, Rung.ACCENT)]
    assert ladder
    for result in ladder:
        tick = result.tick
        assert tick is not None
        beat = Fraction(tick, 960)
        bar = next(bar for bar in form.bars if bar.tick <= tick < bar.end_tick)
        struck = [(role, note) for role, note in notes if note.start_beats == beat]
        assert len(struck) >= 2 and all(note.accent for _, note in struck), result
        if result.rung is Rung.PICKUP:
            assert tick == bar.end_tick - bar.pickup_ticks
            assert any(role is PartRole.MELODY for role, _ in struck), result
            assert form.bars[bar.index + 1].phrase_bar == 0
        if result.rung is Rung.REST:
            [(first, last)] = bar.airs
            assert last == tick
            sounding = [n for _, n in notes if n.start_beats < beat and n.end_beats * 960 > first]
            assert not sounding, result
        if result.rung is Rung.HOLD:
            assert bar.hold

            def inside(note: Note, start: int = bar.tick, end: int = bar.end_tick) -> bool:
                return start <= note.start_beats * 960 < end

            through = [n for _, n in notes if n.start_beats <= beat < n.end_beats]
            assert len({n.pitch % 12 for n in through}) >= 2, result
            sung = {n.start_beats for role, n in notes if role is PartRole.MELODY and inside(n)}
            assert len(sung) <= 2, result
