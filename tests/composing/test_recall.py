"""The motif in another voice, where the melody is away for long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.composing.chords import Harmony
from bridge.composing.plan import Plan, Section, make_plan
from bridge.composing.recall import motif_notes, recalled_in_words, recalls, with_recalls
from bridge.composing.writing import Draft
from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Speech
from bridge.timing import solve
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from tests.timing.sheets import sheet

ASKED = Settings(tempo=TempoSettings(min_bpm=90, max_bpm=90, target_bpm=90))
MOTIF = ((NoteEvent(0, 72, 12), NoteEvent(12, 74, 12), NoteEvent(24, 76, 24)), (NoteEvent(0, 74, 48),))
CUES = sheet([480, 1440], end=2160, plot_frames=[480, 1440])


def planned(cues: CueSheet = CUES) -> tuple[Plan, dict[str, Harmony], dict[str, tuple]]:
    """A cue of a minute and a half whose melody sings two bars at the start and then no more."""
    plan = make_plan(cues, solve(cues, ASKED, Progress()), ASKED)
    harmonies = {
        s.key: Harmony(tuple((ChordEvent(0, s.tonality.tonic),) for _ in s.cells)) for s in plan.sections
    }
    melodies: dict[str, tuple] = {s.key: tuple(() for _ in s.cells) for s in plan.sections}
    first = plan.sections[0].key
    melodies[first] = ((), *MOTIF, *melodies[first][3:])
    return plan, harmonies, melodies


def unheard_s(plan: Plan, melodies: dict[str, tuple], found: list) -> float:
    """The longest stretch with neither melody nor recall."""
    away, longest = 0.0, 0.0
    spans = [(each.start_tick, each.end_tick) for each in found]
    for section in plan.sections:
        for item, sung in zip(section.cells, melodies[section.key]):
            heard = sung or any(a <= item.cell.tick < b for a, b in spans)
            away = 0.0 if heard else away + item.s_per_quarter * item.cell.ticks / 960
            longest = max(longest, away)
    return longest


def test_the_motif_comes_back_in_other_voices_before_it_is_away_for_long():
    plan, harmonies, melodies = planned()
    found = recalls(plan, harmonies, melodies, {}, motif_notes(plan, melodies), ASKED)
    assert unheard_s(plan, melodies, []) > 60
    assert found and unheard_s(plan, melodies, found) <= 45
    for each in found:
        assert each.notes and all(each.voice.low <= note.pitch <= each.voice.high for note in each.notes)
        assert all(each.start_tick <= note.tick < note.end_tick <= each.end_tick for note in each.notes)
    assert f"in bar {found[0].bar}" in recalled_in_words(found)[0]
    assert recalls(plan, harmonies, melodies, {}, motif_notes(plan, melodies), ASKED) == found


def test_who_is_silent_takes_it_and_else_the_inner_voice_gives_way():
    plan, harmonies, melodies = planned()
    motif = motif_notes(plan, melodies)
    last = plan.sections[-1].cells[-1].cell.end_tick
    busy = {
        slot: [Draft(tick, 40, tick + 480) for tick in range(0, last, 480)]
        for slot in ("ping", "bass", "accompaniment", "pulse", "melody")
    }
    found = recalls(plan, harmonies, melodies, busy, motif, ASKED)
    assert {each.slot for each in found} == {"accompaniment"}
    one = found[0]
    lines = with_recalls(busy, found)
    inside = [n for n in lines["accompaniment"] if one.start_tick <= n.tick < one.end_tick]
    assert inside == sorted(one.notes)
    assert lines["bass"] == busy["bass"]
    free = recalls(plan, harmonies, melodies, {**busy, "bass": []}, motif, ASKED)
    assert {each.slot for each in free} == {"bass"}


def test_a_note_on_a_hit_never_gives_way():
    plan, harmonies, melodies = planned()
    motif = motif_notes(plan, melodies)
    one = recalls(plan, harmonies, melodies, {}, motif, ASKED)[0]
    struck = Draft(one.start_tick, 50, one.start_tick + 960, True)
    assert struck in with_recalls({one.slot: [struck]}, [one])[one.slot]


def _named(section: Section) -> Section:
    return replace(section, plot=replace(section.plot, layers=("pad",)))


@pytest.mark.parametrize("why", ["speech", "layers", "short", "kept"])
def test_it_stays_away_where_it_is_not_wanted(why: str):
    plan, harmonies, melodies = planned(replace(CUES, speech=(Speech(0, 2160),)) if why == "speech" else CUES)
    bars, steps = motif_notes(plan, melodies)
    if why == "layers":
        plan = replace(plan, sections=tuple(_named(section) for section in plan.sections))
    if why == "short":
        bars = (bars[0][:1], bars[1])
    written = {} if why == "kept" else melodies
    assert recalls(plan, harmonies, written, {}, (bars, steps), ASKED) == []
