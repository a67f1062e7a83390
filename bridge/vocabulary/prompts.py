"""What a model of vocabulary 2 is given: the opening of a sequence and the prompt of each bar.

    opening      BOS SOURCE KEY
    bar          BAR METRE (KEY) | body                                              chords
                 BAR METRE (KEY) TEXTURE (POS CHORD …) SEP | body                     melody
                 BAR METRE (KEY) TEXTURE (POS CHORD …) SEP (POS PITCH …) SEP | body   with parts given

`KEY` stands in a bar where the key changes; pitches and roots are relative to the key that holds. The
bar's controls stand beside these tokens and not among them (`conditions`).
"""

from __future__ import annotations

from collections.abc import Iterable

from bridge.vocabulary import tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent, chord_body


def opening(source: str, key: str) -> tuple[int, ...]:
    """The tokens that open every sequence; `key` is `major`, `minor` or `unknown`."""
    return (tokens.BOS, tokens.source_id(source), tokens.key_id(key))


def chords_prompt(metre: tuple[int, int], *, key: str | None = None) -> tuple[int, ...]:
    """What the chords model is given for one bar; `key` only where it changes."""
    change = () if key is None else (tokens.key_id(key),)
    return (tokens.BAR, tokens.metre_id(metre), *change)


def notes_prompt(
    metre: tuple[int, int],
    chords: Iterable[ChordEvent],
    *,
    key: str | None = None,
    texture: str | None = None,
    given: Iterable[NoteEvent] | None = None,
) -> tuple[int, ...]:
    """What a model of notes is given for one bar.

    Args:
        metre: numerator and denominator, one of `tokens.METRES`.
        chords: the bar's harmony, the chord that sounds at its start at step 0.
        key: the key word where it changes.
        texture: what the part does in these two bars; `None` leaves it open.
        given: for a part that hears others, their notes; of notes that start together the highest is
            told.

    Raises:
        ValueError: a chord or note lies outside the bar.
    """
    steps = tokens.bar_steps(metre)
    out = [
        *chords_prompt(metre, key=key),
        tokens.texture_id(texture),
        *chord_body(chords, steps),
        tokens.SEP,
    ]
    if given is not None:
        highest: dict[int, int] = {}
        for note in given:
            if not 0 <= note.step < steps:
                raise ValueError(f"step {note.step} is outside a bar of {steps}")
            highest[note.step] = max(note.pitch, highest.get(note.step, 0))
        for step in sorted(highest):
            out += (tokens.POS_0 + step, tokens.PITCH_0 + highest[step])
        out.append(tokens.SEP)
    return tuple(out)
