"""The melody: the melody model under range, key, leaps and breath, with the cue's motif recalled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from bridge.composing import told
from bridge.composing.chords import Harmony, waves
from bridge.composing.harmony import passing_tones
from bridge.composing.motif import BARS, LEAST_NOTES, Bars, Place, draw_variation, fitted, meeting, varied
from bridge.composing.plan import STAGE, CellPlan, Section
from bridge.composing.rhythm import Rhythm, go_on, grid_steps, off_grid
from bridge.composing.row import Written, first_played, row_of
from bridge.composing.spoken import HALF_SPOKEN
from bridge.composing.textures.where import RUBS
from bridge.config import Settings
from bridge.inference.generate import BarTask, Tokens, generate
from bridge.inference.quoting import Unquoted
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.schema.cues import Label
from bridge.vocabulary import bars, tokens
from bridge.vocabulary.bars import NoteEvent
from bridge.vocabulary.masks import BarRules, Mask
from bridge.vocabulary.quotes import NO_QUOTES, Quotes

SAMPLING = Sampling(temperature=0.95, top_p=0.92)
_ENTRY_NOTES = 2

_SHORTER = {
    least: [tokens.DUR_0 + i for i, steps in enumerate(tokens.DURATIONS_STEPS) if steps < least]
    for least in (3, 6)
}

Notes = tuple[tuple[NoteEvent, ...], ...]
Motif = Written


def write_melody(
    decoder: Decoder,
    sections: Sequence[Section],
    harmonies: Mapping[str, Harmony],
    settings: Settings,
    *,
    check: Callable[[], None],
    on_bar: Callable[[], None],
    heard: Mapping[str, Motif] = MappingProxyType({}),
    quotes: Quotes = NO_QUOTES,
) -> dict[str, Notes]:
    """Key-relative melody of every section by its key, one tuple a cell; empty where it is silent.

    `heard` are motifs that the cue has already: by label what its first plot opened with, the cue's own
    under "". `quotes` are runs of notes that no section draws.
    """
    silent = {
        section.key: tuple(() for _ in section.cells) for section in sections if section.layer("line") is None
    }
    out: dict[str, Notes] = dict(silent)
    singing = [section for section in sections if section.key not in silent]
    for section in sections:
        if section.key in silent:
            for _ in section.cells:
                on_bar()
    # A model of vocabulary 1 is told its controls as tokens, one of vocabulary 2 as numbers beside them.
    numbers = decoder.card.conditions > 0
    tasks: dict[str, tuple[BarTask, ...]] = {}
    bodies: dict[str, tuple[Tokens, ...]] = {}
    # The motif is stated before anybody else sings, so that all can take it up.
    stated = singing[: 0 if heard else 1]
    for wave in (stated, *waves([section for section in singing if section not in stated])):
        rows = []
        for section in wave:
            leader = section.leader if section.leader in bodies else ""
            motif = first_played(tasks[leader], bodies[leader], BARS) if leader else ()
            same = motif or heard.get(section.plot.label.value, ())
            own = _tasks(section, harmonies[section.key], settings, numbers=numbers)
            idea = same or heard.get("", ())
            if stated and bodies and not idea:
                idea = first_played(tasks[stated[0].key], bodies[stated[0].key], BARS)
            recalled = _recalled(section, own, idea, settings, vary=not same)
            tasks[section.key] = tuple(
                replace(task, body=recalled.get(index, task.body)) for index, task in enumerate(own)
            )
            rows.append(
                row_of(
                    "melody",
                    section,
                    told.start(section, numbers=numbers),
                    tasks[section.key],
                    SAMPLING,
                    settings,
                    prime=motif,
                    guide=LineGuide(
                        [_most(item) for item in section.cells],
                        [grid_steps(item.density) for item in section.cells],
                        _rhythm(section, tasks[section.key], motif, frozenset(recalled)),
                        _least(section, tasks[section.key]),
                        Unquoted(quotes),
                    ),
                )
            )
        for section, written in zip(wave, generate(decoder, rows, check=check, on_bar=on_bar)):
            bodies[section.key] = written
            out[section.key] = tuple(bars.decode_notes(body) for body in written)
    return out


class LineGuide:
    """Keeps a line singable: no leap over an octave, a leap is answered, two of a pitch in a row at most.

    Args:
        most: for each bar, the most notes it may have.
        shortest: for each bar, the shortest note in steps.
        rhythm: the rhythm that comes back.
        least: for each bar, the fewest notes, as far as the bar has room for them.
        unquoted: keeps the line off tunes that were learnt from.
    """

    def __init__(
        self,
        most: Sequence[int],
        shortest: Sequence[int],
        rhythm: Rhythm,
        least: Sequence[int],
        unquoted: Unquoted,
    ) -> None:
        self._most = list(most)
        self._least = list(least)
        self._shortest = list(shortest)
        self._rhythm = rhythm
        self._unquoted = unquoted
        self._bar = 0
        self._count = 0
        self._pitches: list[int] = []

    def begin(self, bar: int) -> None:
        """A bar begins."""
        self._bar = bar
        self._count = 0
        self._rhythm.begin(bar)

    def narrow(self, legal: Mask) -> Mask:
        """Drop leaps, drones, and notes beyond the bar's fill."""
        wanted = legal.copy()
        self._rhythm.narrow(wanted)
        if legal[tokens.DUR_0 : tokens.DUR_0 + len(tokens.DURATIONS_STEPS)].any():
            wanted[[*_SHORTER[self._shortest[self._bar]]]] = False
            return wanted
        if self._count < self._least[self._bar]:
            go_on(wanted)
        elif wanted[tokens.BAR] and self._count >= self._most[self._bar]:
            wanted[tokens.POS_0 : tokens.POS_0 + tokens.POSITIONS] = False
            return wanted
        wanted = self._unquoted.narrow(wanted)
        pitches = wanted[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES]
        if not pitches.any() or not self._pitches:
            return wanted
        numbers = np.arange(tokens.PITCHES)
        last = self._pitches[-1]
        reach = 12 if len(self._pitches) < 2 else 9
        keep = np.abs(numbers - last) <= reach
        leap = last - self._pitches[-2] if len(self._pitches) > 1 else 0
        if abs(leap) > 7:
            keep &= (numbers - last) * np.sign(leap) <= 0
            keep &= np.abs(numbers - last) <= 7
        if len(self._pitches) > 1 and self._pitches[-2] == last:
            keep[last] = False
        if (pitches & keep).any():
            pitches &= keep
        return wanted

    def push(self, token: int) -> None:
        """Count notes and remember pitches."""
        if tokens.PITCH_0 <= token < tokens.PITCH_0 + tokens.PITCHES:
            self._pitches.append(token - tokens.PITCH_0)
            self._count += 1
        self._rhythm.push(token)
        self._unquoted.push(token)


def _tasks(
    section: Section,
    harmony: Harmony,
    settings: Settings,
    *,
    numbers: bool,
) -> tuple[BarTask, ...]:
    voice = section.palette.melody
    rests = _resting(section, settings)
    low, high = voice.low - section.tonality.shift, voice.high - section.tonality.shift
    tasks = []
    for index, item in enumerate(section.cells):
        cell = item.cell
        chords = harmony.events[index]
        pickup = _pickup_steps(item)
        prompt, beside = told.prompt(
            section, index, harmony.events, resting=rests[index], pickup=bool(pickup), numbers=numbers
        )
        silent = item.kind in ("rest", "tail") or item.tied or rests[index]
        if silent and not pickup:
            tasks.append(BarTask(prompt, BarRules(steps=cell.steps), body=(), conditions=beside))
            continue
        # Where it is tense a strong beat may lean on a tone foreign to its chord.
        strong = item.forced_steps | (frozenset(cell.strong_steps) if item.tension < RUBS else frozenset())
        required = frozenset(pickup)
        forbidden: frozenset[int] = frozenset()
        end_steps: int | None = None
        if silent:
            forbidden = frozenset(range(cell.steps)) - required
        elif item.kind in ("hold", "final"):
            required |= {0}
            forbidden = frozenset(range(cell.steps)) - required
        else:
            required |= item.forced_steps
            forbidden = off_grid(item)
            after = section.cells[index + 1] if index + 1 < len(section.cells) else None
            breath = after is None or after.kind != "play" or after.cell.bar.phrase_bar == 0
            if breath and not pickup and cell.steps >= 24:
                end_steps = cell.steps - 6
                forbidden |= frozenset(range(cell.steps - 6, cell.steps)) - item.forced_steps
        tasks.append(
            BarTask(
                prompt,
                BarRules(
                    steps=cell.steps,
                    last=False,
                    required_steps=required,
                    forbidden_steps=forbidden,
                    pitch_low=low,
                    pitch_high=high,
                    chords=chords,
                    chord_tone_steps=strong,
                    pitch_classes=passing_tones(section.tonality.mode, (event.chord for event in chords)),
                    end_steps=end_steps,
                ),
                conditions=beside,
            )
        )
    return tuple(tasks)


def _recalled(
    section: Section,
    tasks: Sequence[BarTask],
    motif: Sequence[tuple[BarTask, Tokens]],
    settings: Settings,
    *,
    vary: bool,
) -> dict[int, Tokens]:
    """What the motif's bars become in the first cells that have room for it, by cell; nothing where none do.

    It needs as many sung cells in a row, of its own length, whose hits fall on its notes.
    """
    notes, steps = notes_of(tuple(motif))
    if sum(map(len, notes)) < LEAST_NOTES:
        return {}
    mode = section.tonality.mode
    if vary:
        generator = stream(settings.seed, settings.variation, STAGE, "motif", section.key)
        notes = varied(notes, draw_variation(generator), steps, mode)
    free = {
        index: item.forced_steps
        for index, (item, task) in enumerate(zip(section.cells, tasks))
        if item.kind == "play" and task.body is None and task.rules.steps == steps and not _pickup_steps(item)
    }
    for first in free:
        chosen = range(first, first + BARS)
        if not all(index in free for index in chosen):
            continue
        met = [meeting(bar, free[index]) for bar, index in zip(notes, chosen)]
        if None in met:
            continue
        rules = [tasks[index].rules for index in chosen]
        places = [Place(rule.steps, rule.chord_tone_steps, rule.chords) for rule in rules]
        whole = tuple(bar for bar in met if bar is not None)
        fit = fitted(whole, places, mode, rules[0].pitch_low, rules[0].pitch_high)
        return {index: bars.melody_body(bar, steps) for index, bar in zip(chosen, fit) if bar}
    return {}


def _rhythm(
    section: Section,
    tasks: Sequence[BarTask],
    motif: Sequence[tuple[BarTask, Tokens]],
    recalled: frozenset[int],
) -> Rhythm:
    """The motif's rhythm in the first sung cells, and these again where a later phrase begins."""
    sources: list[int] = []
    given: list[frozenset[int] | None] = []
    first: dict[int, int] = {}
    sung = 0
    for index, (item, task) in enumerate(zip(section.cells, tasks)):
        source, steps = -1, None
        place = item.cell.bar.phrase_bar
        if (task.body is None or index in recalled) and item.kind == "play":
            fits = sung < len(motif) and motif[sung][0].rules.steps == item.cell.steps
            if fits and not item.forced:
                steps = frozenset(note.step for note in bars.decode_notes(motif[sung][1]))
            sung += 1
            if place < BARS:
                known = first.setdefault(place, index)
                same = section.cells[known].cell.steps == item.cell.steps
                source = known if known != index and same else -1
        sources.append(source)
        given.append(steps)
    extra = [item.forced_steps | frozenset(_pickup_steps(item)) for item in section.cells]
    return Rhythm(sources, given, extra)


def _least(section: Section, tasks: Sequence[BarTask]) -> list[int]:
    """Fewest notes a bar: a third of what its density asks for, two at least where the line enters."""
    out = []
    entered = False
    for item, task in zip(section.cells, tasks):
        if task.body is not None or item.kind != "play":
            entered = entered or bool(task.body)
            out.append(0)
            continue
        quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
        out.append(max(0 if entered else _ENTRY_NOTES, int(0.35 * told.onsets_a_quarter(item) * quarters)))
        entered = True
    return out


def _resting(section: Section, settings: Settings) -> list[bool]:
    """Which cells the melody sits out: a line that never stops is not underscore.

    By phrase: an introduction waits for its second, calm plots leave out every third, and the density
    curve decides the rest, but never two in a row. Cells where the music holds or closes are sung.
    """
    generator = stream(settings.seed, settings.variation, STAGE, "breath", section.key)
    phrases: dict[int, bool] = {}
    count = len({item.cell.bar.phrase for item in section.cells})
    out = []
    for item in section.cells:
        phrase = item.cell.bar.phrase
        late = section.plays("line", item) is None
        if phrase not in phrases:
            at = generator.random()
            share = 0.2 + 0.6 * item.density + (0.3 if section.plot.label is Label.CLIMAX else 0.0)
            order = len(phrases)
            waits = section.plot.label is Label.INTRODUCTION and order == 0
            rested = order > 0 and list(phrases.values())[-1]
            phrases[phrase] = count > 1 and (late or waits or (order > 0 and at > share and not rested))
        quiet = phrases[phrase] or late or item.spoken >= HALF_SPOKEN
        out.append(quiet and item.kind == "play")
    return out


def motif_of(section: Section, sung: Notes) -> Motif:
    """The first cells of a section that were sung, by somebody else's hand; nothing where too few were."""
    found = [
        (BarTask((), BarRules(steps=item.cell.steps)), bars.melody_body(notes, item.cell.steps))
        for item, notes in zip(section.cells, sung)
        if notes
    ]
    return tuple(found[:BARS]) if len(found) >= BARS else ()


def notes_of(motif: Motif) -> tuple[Bars, int]:
    """A motif's notes, bar by bar, and the steps of its bars; nothing where these differ."""
    lengths = {task.rules.steps for task, _ in motif}
    if len(motif) < BARS or len(lengths) > 1:
        return (), 0
    return tuple(bars.decode_notes(body) for _, body in motif), lengths.pop()


def _pickup_steps(item: CellPlan) -> tuple[int, ...]:
    """Steps of a pickup: where it starts, and each half beat from there when it is long."""
    if not item.cell.bar.pickup_ticks or not item.cell.closes or item.kind in ("final", "tail"):
        return ()
    start = item.cell.step_of(max(item.cell.tick, item.cell.end_tick - item.cell.bar.pickup_ticks))
    return tuple(range(start, item.cell.steps, 6 if item.energy > 0.4 else 12))


def _most(item: CellPlan) -> int:
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    return max(2, round(1.35 * told.onsets_a_quarter(item) * quarters + 0.5)) + len(_pickup_steps(item))
