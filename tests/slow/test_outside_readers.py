"""MuseScore and Ardour read our files as we mean them. `make test-slow` installs both (Debian, Ubuntu).

Files of your own are read too: CUEBRIDGE_OUTSIDE_MIDI=one.mid:two.mid (the system's path separator).
"""

from __future__ import annotations

import math
import os
import random
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.tempo import Form, Metre, TempoEvent
from bridge.writing.midi import hit_errors_from_midi, midi_bytes
from scripts.ardour_reader import ARDOUR, SAMPLE_RATE, ardour
from scripts.musescore_reader import MUSESCORE, musescore
from scripts.outside_program import program
from scripts.outside_readers import agreement
from tests.writing.make import make_cues, make_form, make_performance

# Half a minute of work each; a busy machine may take many times as long.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
REQUIRED = os.environ.get("CUEBRIDGE_REQUIRE_OUTSIDE") == "1"
OWN = [path for path in os.environ.get("CUEBRIDGE_OUTSIDE_MIDI", "").split(os.pathsep) if path]
METRES = (
    Metre(4, 4),
    Metre(4, 4),
    Metre(4, 4),
    Metre(3, 4),
    Metre(4, 4),
    Metre(7, 8),
    Metre(4, 4),
    Metre(5, 4),
)


def need(names: tuple[str, ...]) -> None:
    if program(names) is None:
        words = f"{names[0]} is not installed: apt-get install --no-install-recommends musescore3 ardour"
        pytest.fail(words) if REQUIRED else pytest.skip(words)


def ten_minutes() -> tuple[CueSheet, Form, Performance]:
    """Four hundred cuts in ten minutes under a tempo that ramps, beat by beat, up to 8 % from its base."""
    chance = random.Random(20)
    rate = Fraction(24_000, 1001)
    length = 600 * 24
    cuts = tuple(sorted(chance.sample(range(24, length - 24), 400)))
    cues = make_cues(rate=rate, length=length, cuts=cuts, plots=10)
    bars, tick = make_form(cues, (TempoEvent(0, 500_000),), METRES).bars, 0
    events: list[TempoEvent] = []
    base, bend = 96.0, 0.0
    for bar in bars:
        if bar.index % 16 == 0:
            base = chance.uniform(72, 132)
        ramp = chance.choice((0.0, 0.0, 0.02, -0.02, 0.035, -0.035))
        beat = 3840 // bar.metre.denominator
        for tick in range(bar.tick, bar.end_tick, beat):
            us = round(60e6 / (base * (1 + bend)))
            if not events or events[-1].us_per_quarter != us:
                events.append(TempoEvent(tick, us))
            bend = max(-0.08, min(0.08, bend + ramp * beat / bar.metre.ticks))
    form = make_form(cues, tuple(events), METRES)
    return cues, form, make_performance(form, parts=6)


def test_ardour_hears_every_note_and_every_hit_where_we_say() -> None:
    need(ARDOUR)
    cues, form, performance = ten_minutes()
    assert len(form.tempo_map.events) > 500
    data = midi_bytes(performance, form, cues, "Zehn Minuten · 東京")
    hits = {result.hit_id: result for result in form.hits if result.met and result.tick is not None}
    heard = ardour(data, sorted({result.tick for result in hits.values() if result.tick is not None}))
    assert len(heard.notes) == sum(len(track.notes) for track in performance.tracks)
    apart = max(
        abs(float(form.tempo_map.s_at_tick(note.tick) * SAMPLE_RATE) - note.sample) for note in heard.notes
    )
    own = hit_errors_from_midi(data, cues)
    frames = {hit.id: hit.frame for hit in cues.hits}
    worst = 0.0
    for hit_id, result in hits.items():
        assert result.tick is not None
        music_s = Fraction(heard.samples[result.tick], SAMPLE_RATE)
        error = float((music_s - cues.cue_s(frames[hit_id])) * cues.rate)
        worst = max(worst, abs(error - result.error_frames), abs(error - own[hit_id]))
    print(f"\nArdour: {len(heard.notes)} notes within {apart:.2f} samples of {SAMPLE_RATE} Hz,")
    print(f"{len(hits)} hit errors within {worst:.5f} frames, {len(form.tempo_map.events)} tempo events")
    # One sample for Ardour's rounding down, one for what its clock gathers over the events.
    assert apart <= 2
    assert worst <= 2 * float(cues.rate) / SAMPLE_RATE


def test_ardour_is_not_simply_told_our_answer() -> None:
    need(ARDOUR)
    cues = make_cues(rate=Fraction(24))
    form = make_form(cues)
    other = make_form(cues, (*form.tempo_map.events[:-1], TempoEvent(12_000, 610_000)))
    heard = ardour(midi_bytes(make_performance(other), other, cues, "n"), [])
    apart = [abs(float(form.tempo_map.s_at_tick(n.tick) * SAMPLE_RATE) - n.sample) for n in heard.notes]
    assert max(apart) > 100


def test_musescore_reads_every_metre_and_every_tempo() -> None:
    need(MUSESCORE)
    cues, form, performance = ten_minutes()
    seen = musescore(midi_bytes(performance, form, cues, "Zehn Minuten"))
    metres = []
    for bar in form.bars:
        if not metres or metres[-1][1] != str(bar.metre):
            metres.append((bar.tick, str(bar.metre)))
    last = max(note.tick for track in performance.tracks for note in track.notes)
    assert [(t, m) for t, m in seen.metres if t <= last] == [(t, m) for t, m in metres if t <= last]
    apart = [abs(bpm - 60e6 / form.tempo_map.us_per_quarter_at(math.floor(tick))) for tick, bpm in seen.tempo]
    ticks = {event.tick for event in form.tempo_map.events}
    print(f"\nMuseScore: {len(seen.tempo)} of {len(ticks)} tempo events, within {max(apart):.2f} bpm")
    assert {tick for tick, _ in seen.tempo} <= ticks
    # Half a hundredth where MuseScore rounds, and half a microsecond a hundredfold where we do.
    assert max(apart) <= 0.03
    # No mark where a tempo changes by less than it can show, nor after the last note's bar.
    due = [event for event in form.tempo_map.events if event.tick <= last]
    kept = [event for one, event in zip([None, *due], due) if one is None or abs(event.bpm - one.bpm) > 0.04]
    assert {event.tick for event in kept} <= {tick for tick, _ in seen.tempo}
    assert [part.split(", ")[-1] for part in seen.parts] == [track.name for track in performance.tracks]


@pytest.mark.parametrize("path", OWN or [None])
def test_files_of_your_own(path: str | None) -> None:
    if path is None:
        pytest.skip("CUEBRIDGE_OUTSIDE_MIDI names no file")
    need(ARDOUR)
    need(MUSESCORE)
    found = agreement(Path(path).read_bytes())
    print(f"\n{path}: {found}")
    assert found.samples <= 2
    assert found.tempo_bpm <= 0.03
