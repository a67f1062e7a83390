"""Ask released models, of either vocabulary, for the bars of stretches."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.memory import ChordMemory
from bridge.inference.quoting import Unquoted
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import bars, controls, prompts, tokens
from bridge.vocabulary.bars import BarControls, NoteEvent
from bridge.vocabulary.conditions import Conditions
from bridge.vocabulary.masks import BarRules
from bridge.vocabulary.quotes import NO_QUOTES, Quotes
from bridge.vocabulary.recall import read_trust
from models.judging.stretches import Harmony, Notes, Stretch

ROWS = 16


@dataclass(frozen=True)
class Drawing:
    """How notes and chords are drawn: `Sampling`'s two, and for melodies `BarTask.tone_lean`, in nats.

    The lean is that of most metres; of others it is `LEANS` times as far.
    """

    temperature: float = 1.0
    top_p: float = 0.98
    lean: float = 0.0

    @property
    def sampling(self) -> Sampling:
        """As the decoder takes it."""
        return Sampling(temperature=self.temperature, top_p=self.top_p)

    def lean_in(self, metre: tuple[int, int]) -> float:
        """The lean in a bar of a metre, in nats."""
        return self.lean * LEANS.get(metre, 1.0)


LEANS = {(2, 4): 0.5, (5, 4): 2.0}
"""Metres in which melodies of validation songs were more than two standard errors off with one lean for all:
too many chord tones in the one, too few in the other (`models/LOG.md`)."""

DRAWING = {
    "chords": Drawing(top_p=0.995),
    "melody": Drawing(top_p=1.0, lean=0.5),
    "accompaniment": Drawing(temperature=1.02, top_p=1.0),
}
"""Chosen on the validation songs by `models.judging.tuning` and `tuning_free`: `models/LOG.md`."""


def drawn() -> str:
    """`DRAWING` in words."""
    each = (
        f"{part} at temperature {how.temperature:g} and top-p {how.top_p:g}" for part, how in DRAWING.items()
    )
    lean = DRAWING["melody"].lean
    others = (f"{share * lean:g} in {above}/{below}" for (above, below), share in LEANS.items())
    return (
        f"{', '.join(each)}, melodies leaning on chord tones by {lean:g} nats on beats ({', '.join(others)})"
    )


@dataclass(frozen=True)
class Asked:
    """What is asked of one bar; `None` leaves it open.

    Distinct onsets a quarter note, mean key-relative pitch, and notes struck together.
    """

    density: float | None = None
    register: float | None = None
    polyphony: float | None = None


OPEN = Asked()


def counted(words: str, rows: Sequence[Row]) -> Callable[[], None]:
    """Says on standard error, at every twentieth of the way, how many of the rows' bars are written."""
    total = sum(len(row.bars) for row in rows)
    done = 0

    def on_bar() -> None:
        nonlocal done
        done += 1
        if done == total or done % max(1, total // 20) == 0:
            print(f"{words} {done}/{total} bars", file=sys.stderr, flush=True)

    return on_bar


def write_chords(
    decoder: Decoder, asked: Sequence[Stretch], name: str, drawing: Drawing | None = None
) -> list[Harmony]:
    """Chords for each stretch's key and metres, every control open."""
    trust = read_trust(decoder.card.recall)
    rows = []
    for stretch in asked:
        tasks = tuple(
            BarTask(
                prompts.chords_prompt(metre)
                if decoder.card.conditions
                else bars.chord_prompt(BarControls(metre)),
                BarRules(steps=tokens.bar_steps(metre)),
            )
            for metre in stretch.metres
        )
        rows.append(
            Row(
                part="chords",
                start=_start(decoder, stretch.key),
                bars=tasks,
                generator=_stream(name, "chords", stretch),
                sampling=(drawing or DRAWING["chords"]).sampling,
                memory=ChordMemory(trust) if trust else None,
            )
        )
    written = generate(decoder, rows, max_rows=ROWS, on_bar=counted(f"{name}: chords", rows))
    return [tuple(bars.decode_chords(body) for body in bodies) for bodies in written]


def write_notes(
    decoder: Decoder,
    asked: Sequence[Stretch],
    chords: Sequence[Harmony],
    name: str,
    *,
    given: Sequence[Notes] | None = None,
    curves: Sequence[Sequence[Asked]] | None = None,
    drawing: Drawing | None = None,
    source: str = "pop",
    quotes: Quotes = NO_QUOTES,
) -> list[Notes]:
    """Melody, or with a melody `given` the accompaniment, on given chords.

    `curves` asks for something in every bar; without, every control is open. `source` is one of
    `tokens.SOURCES`, of which vocabulary 1 knows nothing. `quotes` are runs of notes that are not drawn.
    """
    rows = []
    if curves is None and decoder.card.guidance:
        decoder = decoder.unguided()
    part = "melody" if given is None else "accompaniment"
    how = drawing or DRAWING[part]
    for index, stretch in enumerate(asked):
        tasks = tuple(
            _task(
                decoder,
                metre,
                chords[index][bar],
                None if given is None else given[index][bar],
                OPEN if curves is None else curves[index][bar],
                how.lean_in(metre),
            )
            for bar, metre in enumerate(stretch.metres)
        )
        rows.append(
            Row(
                part=part,
                start=_start(decoder, stretch.key, source),
                bars=tasks,
                generator=_stream(name, part, stretch),
                sampling=how.sampling,
                guide=Unquoted(quotes),
            )
        )
    written = generate(decoder, rows, max_rows=ROWS, on_bar=counted(f"{name}: {part}", rows))
    return [tuple(bars.decode_notes(body) for body in bodies) for bodies in written]


def _task(
    decoder: Decoder,
    metre: tuple[int, int],
    chords: Sequence[bars.ChordEvent],
    given: Sequence[NoteEvent] | None,
    wanted: Asked,
    lean: float,
) -> BarTask:
    rules = BarRules(steps=tokens.bar_steps(metre), chords=tuple(chords))
    if decoder.card.conditions:
        told = Conditions(
            density=wanted.density, register=wanted.register, polyphony=wanted.polyphony
        ).vector()
        prompt = prompts.notes_prompt(metre, chords, given=given)
        return BarTask(prompt, rules, conditions=told, tone_lean=lean)
    levels = BarControls(
        metre,
        density=_level(wanted.density, controls.ONSETS_PER_QUARTER),
        register=_level(wanted.register, controls.MEAN_PITCH),
        polyphony=_level(wanted.polyphony, controls.NOTES_PER_ONSET),
    )
    if given is None:
        return BarTask(bars.melody_prompt(levels, chords), rules, tone_lean=lean)
    return BarTask(bars.accompaniment_prompt(levels, chords, given), rules)


def _level(value: float | None, edges: Sequence[float]) -> int | None:
    return None if value is None else bisect_left(edges, value)


def _start(decoder: Decoder, key: str, source: str = "pop") -> tuple[int, ...]:
    return prompts.opening(source, key) if decoder.card.conditions else bars.start(key)


def _stream(name: str, part: str, stretch: Stretch):  # type: ignore[no-untyped-def]
    return stream(1, 0, f"judging {name}", part, f"{stretch.song} {stretch.at_step}")
