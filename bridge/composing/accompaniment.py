"""The accompaniment: the accompaniment model, told the chords and the melody, with onsets at every hit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bridge.composing import told
from bridge.composing.chords import Harmony, waves
from bridge.composing.harmony import passing_tones, voicing
from bridge.composing.melody import Notes
from bridge.composing.palettes import Voice
from bridge.composing.plan import CellPlan, Section
from bridge.composing.rhythm import Figures, Rhythm, figure_of, go_on, off_grid
from bridge.composing.row import first_played, row_of
from bridge.config import Settings
from bridge.inference.generate import BarTask, Tokens, Vector, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.vocabulary import bars, controls, prompts, tokens
from bridge.vocabulary.bars import BarControls, NoteEvent
from bridge.vocabulary.masks import BarRules, Mask
from bridge.vocabulary.texture import WINDOW_BARS

SAMPLING = Sampling(temperature=0.9, top_p=0.9)
PRIME_CELLS = 2
FIGURE_CELLS = 2
SAME_DENSITY = 0.2
_LONG_STEPS = 48
_THINNEST, _THICKEST = 1.9, 4.2
"""Notes sounding together: fifth and ninety-fifth percentile of POP909's piano."""
_CHORALE_TO, _RUN_FROM = 1.05, 3.0
"""Onsets a quarter between which the labeller looks for figures and lines (`vocabulary.texture`)."""
_FIGURED = 1.5
"""Palettes that lean so far to figures have their inner lines in them."""


def write_accompaniment(
    decoder: Decoder,
    sections: Sequence[Section],
    harmonies: Mapping[str, Harmony],
    melodies: Mapping[str, Notes],
    settings: Settings,
    *,
    check: Callable[[], None],
    on_bar: Callable[[], None],
    struck: Sequence[int] = (),
) -> dict[str, Notes]:
    """Key-relative accompaniment of every section by its key, one tuple a cell.

    `struck` are ticks, rising, at which other given parts start notes: the model is told of them as it is of
    the melody's, where it takes numbers.
    """
    out: dict[str, Notes] = {}
    for section in sections:
        if section.layer("inner") is None:
            out[section.key] = tuple(() for _ in section.cells)
            for _ in section.cells:
                on_bar()
    playing = [section for section in sections if section.key not in out]
    tasks: dict[str, tuple[BarTask, ...]] = {}
    bodies: dict[str, tuple[Tokens, ...]] = {}
    leaders: dict[str, Section] = {}
    # A model of vocabulary 1 is told its controls as tokens, one of vocabulary 2 as numbers beside them.
    numbers = decoder.card.conditions > 0
    for wave in waves(playing):
        rows = []
        for section in wave:
            key = section.key
            tasks[key] = _tasks(
                section, harmonies[key], melodies[key], section.palette.accompaniment,
                numbers=numbers, struck=struck,
            )  # fmt: skip
            lead = section.leader
            prime = first_played(tasks[lead], bodies[lead], PRIME_CELLS) if lead in bodies else ()
            figures: Figures = {}
            if lead in bodies and abs(leaders[lead].plot.density - section.plot.density) < SAME_DENSITY:
                steps = [frozenset(n.step for n in cell) for cell in out[lead]]
                figures = figure_of(leaders[lead].cells, steps, FIGURE_CELLS)
            leaders[key] = section
            rows.append(
                row_of(
                    "accompaniment",
                    section,
                    told.start(section, numbers=numbers),
                    tasks[key],
                    SAMPLING,
                    settings,
                    prime=prime,
                    guide=FillGuide(
                        [_most(item) for item in section.cells],
                        [_least(item) for item in section.cells],
                        figured(section, figures),
                    ),
                )
            )
        for section, written in zip(wave, generate(decoder, rows, check=check, on_bar=on_bar)):
            bodies[section.key] = written
            out[section.key] = tuple(bars.decode_notes(body) for body in written)
    return out


class FillGuide:
    """Ends a bar that has as many onsets as its density asks for, and keeps to the figure.

    Args:
        most: for each bar, the most onsets it may have.
        least: for each bar, the fewest onsets, as far as the bar has room for them.
        rhythm: the figure.
    """

    def __init__(self, most: Sequence[int], least: Sequence[int], rhythm: Rhythm) -> None:
        self._most = list(most)
        self._least = list(least)
        self._rhythm = rhythm
        self._bar = 0
        self._onsets = 0

    def begin(self, bar: int) -> None:
        """A bar begins."""
        self._bar = bar
        self._onsets = 0
        self._rhythm.begin(bar)

    def narrow(self, legal: Mask) -> Mask:
        """No further positions in a full bar."""
        wanted = legal.copy()
        self._rhythm.narrow(wanted)
        if self._onsets < self._least[self._bar]:
            go_on(wanted)
        elif self._onsets >= self._most[self._bar] and wanted[tokens.BAR]:
            wanted[tokens.POS_0 : tokens.POS_0 + tokens.POSITIONS] = False
        return wanted

    def push(self, token: int) -> None:
        """Count onsets."""
        self._onsets += tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS
        self._rhythm.push(token)


def figured(section: Section, figures: Figures) -> Rhythm:
    """A two-bar figure through the section, left free in the last bar of a phrase.

    `figures` come from the section that leads the label; where they do not fit, the section's own first
    bars are the figure.
    """
    firsts: dict[tuple[int, int], int] = {}
    sources: list[int] = []
    given: list[frozenset[int] | None] = []
    cells = section.cells
    for index, item in enumerate(cells):
        after = cells[index + 1] if index + 1 < len(cells) else None
        turn = after is None or after.cell.bar.phrase_bar == 0 or after.kind != "play"
        place = (item.cell.steps, item.cell.bar.phrase_bar % FIGURE_CELLS)
        source = -1
        figure = None
        if item.kind == "play" and not (turn and item.cell.bar.phrase_bar > 1):
            figure = figures.get(place)
            if place in firsts:
                source = firsts[place]
            elif not item.forced:
                firsts[place] = index
        sources.append(source)
        given.append(figure)
    return Rhythm(sources, given, [item.forced_steps for item in cells])


def _tasks(
    section: Section, harmony: Harmony, melody: Notes, voice: Voice, *, numbers: bool,
    struck: Sequence[int],
) -> tuple[BarTask, ...]:  # fmt: skip
    shift = section.tonality.shift
    tasks = []
    near: tuple[int, ...] = ()
    for index, item in enumerate(section.cells):
        cell = item.cell
        chords = harmony.events[index]
        prompt, beside = accompaniment_prompt(
            section, index, harmony, melody[index], voice, numbers=numbers, struck=struck
        )
        chord = chords[0].chord
        late = item.kind == "play" and section.plays("inner", item) is None
        if item.kind in ("rest", "tail") or item.tied or chord is None or late:
            tasks.append(BarTask(prompt, BarRules(steps=cell.steps), body=(), conditions=beside))
            continue
        if item.kind in ("hold", "final"):
            top = _ceiling(melody[index], voice.low - shift, voice.high - shift) + shift
            near = voicing(chord, voice.low, top, 4, near, shift)
            held = [NoteEvent(0, pitch - shift, tokens.nearest_duration_steps(cell.steps)) for pitch in near]
            body = bars.accompaniment_body(held, cell.steps)
            tasks.append(BarTask(prompt, BarRules(steps=cell.steps), body=body, conditions=beside))
            continue
        tasks.append(
            BarTask(
                prompt,
                BarRules(
                    steps=cell.steps,
                    required_steps=item.forced_steps,
                    forbidden_steps=off_grid(item),
                    pitch_low=voice.low - shift,
                    pitch_high=_ceiling(melody[index], voice.low - shift, voice.high - shift),
                    chords=chords,
                    chord_tone_steps=frozenset(cell.beat_steps) | item.forced_steps,
                    pitch_classes=passing_tones(section.tonality.mode, (event.chord for event in chords)),
                    longest_steps=_LONG_STEPS,
                    most_together=2 + round(2 * item.energy),
                ),
                conditions=beside,
            )
        )
    return tuple(tasks)


def _ceiling(melody: Sequence[NoteEvent], low: int, high: int) -> int:
    """The highest pitch that stays under the melody, with an octave and a half to move in."""
    lowest = min((note.pitch for note in melody), default=high + 1)
    return min(high, max(lowest - 1, low + 18))


def accompaniment_prompt(
    section: Section,
    index: int,
    harmony: Harmony,
    melody: Sequence[NoteEvent],
    voice: Voice,
    *,
    numbers: bool,
    struck: Sequence[int] = (),
) -> tuple[Tokens, Vector]:
    """The prompt of one cell and the conditions beside it; these are empty for vocabulary 1."""
    item, chords = section.cells[index], harmony.events[index]
    if not numbers:
        return bars.accompaniment_prompt(_controls(item), chords, melody), ()
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    held = item.kind in ("hold", "final")
    silent = item.kind in ("rest", "tail") or item.tied
    shift = section.tonality.shift
    top = _ceiling(melody, voice.low - shift, voice.high - shift) + shift
    wanted = told.Wanted(
        density=0.0 if silent else 1 / quarters if held else _onsets(item),
        register=(voice.low + top) / 2,
        polyphony=_THINNEST + (_THICKEST - _THINNEST) * item.energy,
        held=held,
        silent=silent,
        onsets=_either(told.at_steps([note.step for note in melody]), told.struck(item, struck)),
    )
    prompt = prompts.notes_prompt(item.cell.metre, chords, texture=_texture(section, index), given=melody)
    return prompt, told.conditions(section, index, harmony.events, wanted).vector()


def _either(one: Sequence[bool], other: Sequence[bool]) -> tuple[bool, ...]:
    return tuple(a or b for a, b in zip(one, other))


def _texture(section: Section, index: int) -> str | None:
    """What the layer does in the two bars a cell belongs to, as the labeller would call it."""
    first = index - index % WINDOW_BARS
    window = section.cells[first : first + WINDOW_BARS]
    if all(item.kind in ("rest", "tail") or item.tied for item in window):
        return "silent"
    if any(item.kind != "play" for item in window):
        return None
    rate = sum(_onsets(item) for item in window) / len(window)
    if rate <= _CHORALE_TO:
        return "chorale"
    return "figure" if section.palette.lean("figure") >= _FIGURED and rate < _RUN_FROM else "line"


def _onsets(item: CellPlan) -> float:
    """Onsets for each quarter: one every two seconds when calm, four and a half a second at most."""
    return (0.4 + 2.4 * item.density + 1.7 * item.energy * item.density) * item.s_per_quarter


def _most(item: CellPlan) -> int:
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    return max(1, round(1.4 * _onsets(item) * quarters)) + len(item.forced)


def _least(item: CellPlan) -> int:
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    return max(1, int(0.7 * _onsets(item) * quarters)) if item.kind == "play" else 0


def _controls(item: CellPlan) -> BarControls:
    density = sum(_onsets(item) > edge for edge in controls.ONSETS_PER_QUARTER)
    quiet = item.kind in ("rest", "tail") or item.tied
    held = item.kind in ("hold", "final")
    return BarControls(
        metre=item.cell.metre,
        label=item.plot.label.value,
        left=controls.left(item.left),
        density=0 if quiet else 1 if held else max(1, density),
        register=None if quiet else 2 if item.tension > 0.6 else 3,
        polyphony=None if quiet else 1 + round(2 * item.energy),
        energy=controls.level_of_unit(item.energy, "ENERGY"),
    )
