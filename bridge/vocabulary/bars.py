"""One bar as tokens and back: what the models are told about it, and what they write in it.

A bar is encoded as a `prompt`, which the composer writes (`BAR METRE LABEL LEFT …`), and a `body`,
which the model writes. A body has no end mark of its own: what ends it is the `BAR` that opens the
next bar's prompt, or `EOS` after the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import Chord

PARTS = ("chords", "melody", "accompaniment", "bass", "drums")


class ChordEvent(NamedTuple):
    """A chord from `step` (in the bar, 12 a quarter) to the next event; `None` is no chord."""

    step: int
    chord: Chord | None


class NoteEvent(NamedTuple):
    """A note: `step` in the bar, MIDI `pitch` (key-relative), length in steps.

    It may last past the barline.
    """

    step: int
    pitch: int
    duration_steps: int


@dataclass(frozen=True)
class BarControls:
    """What a bar should be like; `None` leaves a control open (token `ANY`).

    Args:
        metre: numerator and denominator, one of `tokens.METRES`.
        label: one of `tokens.LABELS`.
        left: bars left to the plot's end after this one, capped at 8; 0 is the plot's last bar.
        density: onsets (for chords: changes), 0 to 7, see `controls`.
        register: height, 0 to 5.
        polyphony: notes struck together, 0 to 4.
        valence, energy, tension: mood, 0 to 4.
    """

    metre: tuple[int, int] = (4, 4)
    label: str = "unknown"
    left: int | None = None
    density: int | None = None
    register: int | None = None
    polyphony: int | None = None
    valence: int | None = None
    energy: int | None = None
    tension: int | None = None

    @property
    def steps(self) -> int:
        """Length of the bar in steps."""
        return tokens.bar_steps(self.metre)


class EncodedBar(NamedTuple):
    """Token ids of one bar: the `prompt` is given to the model, the `body` is written by it."""

    prompt: tuple[int, ...]
    body: tuple[int, ...]


def start(key: str) -> tuple[int, ...]:
    """The tokens that open every sequence: `BOS KEY` (`major`, `minor` or `unknown`)."""
    return (tokens.BOS, tokens.key_id(key))


def chord_prompt(controls: BarControls) -> tuple[int, ...]:
    """What the chords model is given for one bar."""
    return (
        *_head(controls),
        tokens.level_id("VALENCE", controls.valence),
        tokens.level_id("TENSION", controls.tension),
        tokens.level_id("DENSITY", controls.density),
    )


def melody_prompt(controls: BarControls, chords: Iterable[ChordEvent]) -> tuple[int, ...]:
    """What the melody model is given for one bar."""
    return (
        *_head(controls),
        tokens.level_id("DENSITY", controls.density),
        tokens.level_id("REGISTER", controls.register),
        tokens.level_id("ENERGY", controls.energy),
        *chord_body(chords, controls.steps),
        tokens.SEP,
    )


def accompaniment_prompt(
    controls: BarControls, chords: Iterable[ChordEvent], melody: Iterable[NoteEvent]
) -> tuple[int, ...]:
    """What the accompaniment model is given for one bar; of the melody it hears onsets and pitches.

    Of melody notes that start together only the highest is told.
    """
    onsets: dict[int, int] = {}
    for note in melody:
        _check_step(note.step, controls.steps)
        onsets[note.step] = max(note.pitch, onsets.get(note.step, 0))
    return (
        *_head(controls),
        tokens.level_id("DENSITY", controls.density),
        tokens.level_id("REGISTER", controls.register),
        tokens.level_id("POLYPHONY", controls.polyphony),
        tokens.level_id("ENERGY", controls.energy),
        *chord_body(chords, controls.steps),
        tokens.SEP,
        *(token for step in sorted(onsets) for token in (tokens.POS_0 + step, tokens.PITCH_0 + onsets[step])),
        tokens.SEP,
    )


def chord_body(chords: Iterable[ChordEvent], bar_steps: int) -> tuple[int, ...]:
    """`POS CHORD` pairs in order of time; the first must stand at step 0.

    Raises:
        ValueError: no chord at step 0, two at one step, or a step outside the bar.
    """
    events = sorted(chords, key=lambda event: event.step)
    if not events or events[0].step != 0:
        raise ValueError("a bar states at step 0 the chord that sounds there")
    if len({event.step for event in events}) != len(events):
        raise ValueError("two chords at one step")
    out: list[int] = []
    for event in events:
        _check_step(event.step, bar_steps)
        out += (tokens.POS_0 + event.step, tokens.chord_id(event.chord))
    return tuple(out)


def melody_body(notes: Iterable[NoteEvent], bar_steps: int) -> tuple[int, ...]:
    """`POS PITCH DUR` for each note, in order of time.

    Raises:
        ValueError: two notes at one step, a step outside the bar, or a length outside the table.
    """
    out: list[int] = []
    last = -1
    for note in sorted(notes):
        _check_step(note.step, bar_steps)
        if note.step == last:
            raise ValueError(f"a melody sings one note at a time, and step {note.step} has two")
        last = note.step
        out += (tokens.POS_0 + note.step, *_note(note))
    return tuple(out)


def accompaniment_body(notes: Iterable[NoteEvent], bar_steps: int) -> tuple[int, ...]:
    """`POS PITCH DUR PITCH DUR …`: by time, and from the lowest pitch up at each step.

    Raises:
        ValueError: one pitch twice at a step, a step outside the bar, or a length outside the
            table.
    """
    out: list[int] = []
    last: tuple[int, int] = (-1, -1)
    for note in sorted(notes):
        _check_step(note.step, bar_steps)
        if (note.step, note.pitch) == last:
            raise ValueError(f"pitch {note.pitch} is struck twice at step {note.step}")
        if note.step != last[0]:
            out.append(tokens.POS_0 + note.step)
        last = (note.step, note.pitch)
        out += _note(note)
    return tuple(out)


def drums_body(notes: Iterable[NoteEvent], bar_steps: int) -> tuple[int, ...]:
    """`POS PITCH PITCH …` by time, pitches being General MIDI drums; a drum has no length.

    Raises:
        ValueError: one drum twice at a step, or a step outside the bar.
    """
    out: list[int] = []
    last = (-1, -1)
    for note in sorted(notes):
        _check_step(note.step, bar_steps)
        if (note.step, note.pitch) == last:
            raise ValueError(f"drum {note.pitch} is struck twice at step {note.step}")
        if note.step != last[0]:
            out.append(tokens.POS_0 + note.step)
        last = (note.step, note.pitch)
        out.append(_note(note)[0])
    return tuple(out)


def decode_drums(body: Sequence[int]) -> tuple[NoteEvent, ...]:
    """The strokes of a drums body, each a step long.

    Raises:
        ValueError: a token out of place.
    """
    out: list[NoteEvent] = []
    step: int | None = None
    for token in body:
        if tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS:
            step = _step_of(token)
        elif step is not None and tokens.PITCH_0 <= token < tokens.PITCH_0 + tokens.PITCHES:
            out.append(NoteEvent(step, token - tokens.PITCH_0, 1))
        else:
            raise ValueError(f"{tokens.name_of(token)} is out of place in a drums body")
    return tuple(out)


def encode_chord_bar(controls: BarControls, chords: Sequence[ChordEvent]) -> EncodedBar:
    """One bar for the chords model."""
    return EncodedBar(chord_prompt(controls), chord_body(chords, controls.steps))


def encode_melody_bar(
    controls: BarControls, chords: Sequence[ChordEvent], notes: Sequence[NoteEvent]
) -> EncodedBar:
    """One bar for the melody model."""
    return EncodedBar(melody_prompt(controls, chords), melody_body(notes, controls.steps))


def encode_accompaniment_bar(
    controls: BarControls,
    chords: Sequence[ChordEvent],
    melody: Sequence[NoteEvent],
    notes: Sequence[NoteEvent],
) -> EncodedBar:
    """One bar for the accompaniment model."""
    return EncodedBar(
        accompaniment_prompt(controls, chords, melody),
        accompaniment_body(notes, controls.steps),
    )


def decode_chords(body: Sequence[int]) -> tuple[ChordEvent, ...]:
    """The chords of a body that `chord_body` or a model under its grammar wrote.

    Raises:
        ValueError: the tokens are not `POS CHORD` pairs.
    """
    if len(body) % 2:
        raise ValueError("a chord body is made of POS CHORD pairs")
    return tuple(
        ChordEvent(_step_of(body[index]), tokens.chord_of(body[index + 1]))
        for index in range(0, len(body), 2)
    )


def decode_notes(body: Sequence[int]) -> tuple[NoteEvent, ...]:
    """The notes of a melody or accompaniment body.

    Raises:
        ValueError: a token out of place.
    """
    out: list[NoteEvent] = []
    step: int | None = None
    index = 0
    while index < len(body):
        if tokens.POS_0 <= body[index] < tokens.POS_0 + tokens.POSITIONS:
            step = _step_of(body[index])
            index += 1
            continue
        if step is None or index + 1 >= len(body):
            raise ValueError(f"{tokens.name_of(body[index])} is out of place in a note body")
        pitch = body[index] - tokens.PITCH_0
        length = body[index + 1] - tokens.DUR_0
        if not (0 <= pitch < tokens.PITCHES and 0 <= length < len(tokens.DURATIONS_STEPS)):
            raise ValueError(f"{tokens.name_of(body[index])} is out of place in a note body")
        out.append(NoteEvent(step, pitch, tokens.DURATIONS_STEPS[length]))
        index += 2
    return tuple(out)


def _head(controls: BarControls) -> tuple[int, ...]:
    return (
        tokens.BAR,
        tokens.metre_id(controls.metre),
        tokens.id_of(f"LABEL_{controls.label}"),
        tokens.level_id("LEFT", controls.left),
    )


def _note(note: NoteEvent) -> tuple[int, int]:
    if not 0 <= note.pitch < tokens.PITCHES:
        raise ValueError(f"a pitch is 0 to 127, not {note.pitch}")
    if note.duration_steps not in tokens.DURATIONS_STEPS:
        raise ValueError(f"no length of {note.duration_steps} steps in the vocabulary")
    length = tokens.DURATIONS_STEPS.index(note.duration_steps)
    return tokens.PITCH_0 + note.pitch, tokens.DUR_0 + length


def _check_step(step: int, bar_steps: int) -> None:
    if not 0 <= step < bar_steps:
        raise ValueError(f"step {step} is outside a bar of {bar_steps}")


def _step_of(token: int) -> int:
    step = token - tokens.POS_0
    if not 0 <= step < tokens.POSITIONS:
        raise ValueError(f"{tokens.name_of(token)} is no position")
    return step
