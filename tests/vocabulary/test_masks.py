import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.vocabulary import bars, tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import QUALITIES, Chord, pitch_classes
from bridge.vocabulary.kit import NINE, SNARE, TOMS
from bridge.vocabulary.masks import BarRules, Grammar

METRES = st.sampled_from(tokens.METRES)


def write(part: str, rules: BarRules, seed: int) -> list[int]:
    """Write a body by choosing among the legal tokens blindly."""
    choose = random.Random(seed)
    grammar = Grammar(part)
    grammar.begin(rules)
    body: list[int] = []
    while not grammar.done:
        legal = np.flatnonzero(grammar.legal())
        token = int(legal[choose.randrange(len(legal))])
        grammar.push(token)
        body.append(token)
    assert body[-1] == tokens.BAR or (rules.last and body[-1] == tokens.EOS)
    return body[:-1]


@st.composite
def rules(draw: st.DrawFn) -> BarRules:
    steps = tokens.bar_steps(draw(METRES))
    low = draw(st.integers(0, 127))
    anywhere = st.frozensets(st.integers(0, steps - 1), max_size=8)
    later = draw(st.sets(st.integers(1, steps - 1), max_size=3))
    chord = st.none() | st.builds(Chord, st.integers(0, 11), st.sampled_from(QUALITIES))
    return BarRules(
        steps=steps,
        last=draw(st.booleans()),
        required_steps=draw(anywhere),
        forbidden_steps=draw(anywhere),
        pitch_low=low,
        pitch_high=draw(st.integers(low, 127)),
        chords=tuple(ChordEvent(step, draw(chord)) for step in sorted({0, *later})),
        chord_tone_steps=draw(anywhere),
        pitch_classes=draw(st.frozensets(st.integers(0, 11))),
        longest_steps=draw(st.sampled_from(tokens.DURATIONS_STEPS)),
        end_steps=draw(st.none() | st.integers(1, steps)),
        most_together=draw(st.integers(1, 6)),
    )


@settings(max_examples=60, deadline=None)
@given(rules(), st.sampled_from(("melody", "accompaniment")), st.integers())
def test_whatever_is_chosen_keeps_every_promise(asked: BarRules, part: str, seed: int) -> None:
    notes = bars.decode_notes(write(part, asked, seed))
    if part == "melody":
        bars.melody_body(notes, asked.steps)
    else:
        bars.accompaniment_body(notes, asked.steps)
    started = {note.step for note in notes}
    assert asked.required_steps <= started
    assert not started & (asked.forbidden_steps - asked.required_steps)
    reachable = {pitch % 12 for pitch in range(asked.pitch_low, asked.pitch_high + 1)}
    for note in notes:
        assert asked.pitch_low <= note.pitch <= asked.pitch_high
        assert note.duration_steps <= asked.longest_steps
        if asked.end_steps is not None:
            assert note.duration_steps == 1 or note.step + note.duration_steps <= asked.end_steps
        chord = [event.chord for event in asked.chords if event.step <= note.step][-1]
        tones = set(pitch_classes(chord))
        if note.step in asked.chord_tone_steps and tones & reachable:
            assert note.pitch % 12 in tones
        elif note.step in asked.chord_tone_steps and tones:
            continue
        elif asked.pitch_classes and (tones | asked.pitch_classes) & reachable:
            assert note.pitch % 12 in tones | asked.pitch_classes
    together = [sum(note.step == step for note in notes) for step in started]
    assert max(together, default=0) <= (1 if part == "melody" else asked.most_together)


@settings(max_examples=30, deadline=None)
@given(METRES, st.integers(), st.frozensets(st.integers(0, 17), max_size=3))
def test_chords_state_the_downbeat_and_what_is_required(
    metre: tuple[int, int], seed: int, required: frozenset[int]
) -> None:
    steps = tokens.bar_steps(metre)
    wanted = frozenset(step for step in required if step < steps)
    only = frozenset((tokens.chord_id(Chord(0, "maj")), tokens.chord_id(Chord(7, "7"))))
    asked = BarRules(steps=steps, required_steps=wanted, chord_ids=only)
    events = bars.decode_chords(write("chords", asked, seed))
    bars.chord_body(events, steps)
    assert wanted | {0} <= {event.step for event in events}
    assert {tokens.chord_id(event.chord) for event in events} <= only


@settings(max_examples=40, deadline=None)
@given(st.data(), METRES)
def test_everything_the_encoder_writes_is_legal(data: st.DataObject, metre: tuple[int, int]) -> None:
    steps = tokens.bar_steps(metre)
    one = st.builds(
        NoteEvent,
        st.integers(0, steps - 1),
        st.integers(0, 127),
        st.sampled_from(tokens.DURATIONS_STEPS),
    )
    notes = data.draw(st.lists(one, max_size=8, unique_by=lambda n: (n.step, n.pitch)))
    grammar = Grammar("accompaniment")
    grammar.begin(BarRules(steps=steps, last=True))
    for token in (*bars.accompaniment_body(notes, steps), tokens.EOS):
        grammar.push(token)
    assert grammar.done


def test_what_is_not_legal_is_refused() -> None:
    grammar = Grammar("melody")
    with pytest.raises(ValueError, match="finished"):
        grammar.legal()
    grammar.begin(BarRules(steps=48))
    for token in (tokens.PITCH_0 + 60, tokens.EOS, tokens.POS_0 + 48, tokens.PAD, -1, 10**6):
        with pytest.raises(ValueError, match="may not stand"):
            grammar.push(token)
    grammar.push(tokens.POS_0 + 12)
    with pytest.raises(ValueError, match="may not stand"):
        grammar.push(tokens.BAR)
    grammar.push(tokens.PITCH_0 + 60)
    grammar.push(tokens.DUR_0)
    with pytest.raises(ValueError, match="POS_12"):
        grammar.push(tokens.POS_0 + 12)
    grammar.push(tokens.BAR)
    assert grammar.done


def test_rules_that_cannot_be_kept_are_refused() -> None:
    with pytest.raises(ValueError, match="no pitch"):
        BarRules(steps=48, pitch_low=70, pitch_high=60)
    with pytest.raises(ValueError, match="outside a bar"):
        BarRules(steps=48, required_steps=frozenset((48,)))
    with pytest.raises(ValueError, match="steps"):
        BarRules(steps=97)
    with pytest.raises(ValueError, match="no part"):
        Grammar("tuba")


@settings(max_examples=60, deadline=None)
@given(
    METRES,
    st.frozensets(st.tuples(st.integers(0, 17), st.sampled_from(sorted(NINE))), max_size=4),
    st.integers(1, 4),
    st.integers(),
)
def test_drums_strike_the_nine_and_what_they_must(
    metre: tuple[int, int], strokes: frozenset[tuple[int, int]], most: int, seed: int
) -> None:
    steps = tokens.bar_steps(metre)
    wanted = frozenset((step, drum) for step, drum in strokes if step < steps)
    body = write("drums", BarRules(steps, strokes=wanted, most_together=most), seed)
    notes = bars.decode_drums(body)
    assert bars.drums_body(notes, steps) == tuple(body)
    assert {note.pitch for note in notes} <= set(NINE)
    assert wanted <= {(note.step, note.pitch) for note in notes}


def test_a_fill_is_snare_and_toms_and_the_root_is_the_root() -> None:
    for seed in range(20):
        rules = BarRules(48, required_steps=frozenset((36, 42)), fill_steps=frozenset(range(36, 48)))
        notes = bars.decode_drums(write("drums", rules, seed))
        assert {note.pitch for note in notes if note.step >= 36} <= {SNARE, *TOMS}
        chords = (ChordEvent(0, Chord(2, "min7")), ChordEvent(24, Chord(7, "7")))
        rules = BarRules(48, required_steps=frozenset((0, 24)), chords=chords, root_steps=frozenset((0, 24)))
        low = {note.step: note.pitch % 12 for note in bars.decode_notes(write("bass", rules, seed))}
        assert (low[0], low[24]) == (2, 7)
