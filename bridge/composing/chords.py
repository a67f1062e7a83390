"""The harmony: the chords model under rules of rhythm, key, cadence and close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bridge.composing import told
from bridge.composing.harmony import cadence_into, chord_set
from bridge.composing.plan import STAGE, CellPlan, Section
from bridge.composing.row import row_of
from bridge.config import Settings
from bridge.inference.generate import BarTask, Tokens, generate
from bridge.inference.memory import ChordMemory
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import bars, controls, prompts, tokens
from bridge.vocabulary.bars import BarControls, ChordEvent
from bridge.vocabulary.chords import QUALITIES, Chord
from bridge.vocabulary.conditions import Conditions
from bridge.vocabulary.leaning import asked_strength, lean
from bridge.vocabulary.masks import BarRules, Mask
from bridge.vocabulary.recall import Bucket, read_trust

SAMPLING = Sampling(temperature=0.9, top_p=0.9)

# A chord may stand for two changes' worth of time; longer is a drone, which low energy asks for.
_SLOW_S, _FAST_S = 4.5, 1.4
PRIME_CELLS = 4


@dataclass(frozen=True)
class Harmony:
    """Chords of one section: key-relative events of each cell, the first at step 0."""

    events: tuple[tuple[ChordEvent, ...], ...]


def write_chords(
    decoder: Decoder,
    sections: Sequence[Section],
    settings: Settings,
    *,
    check: Callable[[], None],
    on_bar: Callable[[], None],
) -> dict[str, Harmony]:
    """Chords of every section by its key. Sections follow the one that leads their label."""
    out: dict[str, Harmony] = {}
    bodies: dict[str, tuple[Tokens, ...]] = {}
    trust = read_trust(decoder.card.recall)
    # A model of vocabulary 1 is told its controls as tokens, one of vocabulary 2 as numbers beside them.
    numbers = decoder.card.conditions > 0
    tasks = {section.key: _tasks(section, settings, numbers=numbers) for section in sections}
    for wave in waves(sections):
        rows = []
        for section in wave:
            bar_tasks, guide = tasks[section.key]
            lead = section.leader
            rows.append(
                row_of(
                    "chords",
                    section,
                    told.start(section, numbers=numbers),
                    bar_tasks,
                    SAMPLING,
                    settings,
                    prime=tuple(zip(tasks[lead][0], bodies[lead]))[:PRIME_CELLS] if lead else (),
                    guide=guide,
                    memory=_memory(trust, bodies.get(section.leader, ())),
                )
            )
        for section, written in zip(wave, generate(decoder, rows, check=check, on_bar=on_bar)):
            bodies[section.key] = written
            out[section.key] = Harmony(tuple(_tidy(bars.decode_chords(body)) for body in written))
    return out


def waves(sections: Sequence[Section]) -> tuple[tuple[Section, ...], ...]:
    """Sections in the order they can be written: those that lead, then those that follow."""
    leading = tuple(section for section in sections if not section.leader)
    following = tuple(section for section in sections if section.leader)
    return tuple(wave for wave in (leading, following) if wave)


class ChordGuide:
    """Keeps each cell to the chords wanted at each step, and a chord from outstaying its welcome.

    Args:
        wanted: for each bar, the chords allowed by step (-1 for every other step).
        patience: most changes of chord that one chord may sit through.
    """

    def __init__(self, wanted: Sequence[Mapping[int, frozenset[Chord]]], patience: int) -> None:
        self._masks = [{step: _chord_mask(chords) for step, chords in each.items()} for each in wanted]
        self._patience = patience
        self._bar = 0
        self._step = 0
        self._last = -1
        self._sat = 0

    def begin(self, bar: int) -> None:
        """A bar begins."""
        self._bar = bar
        self._step = 0

    def narrow(self, legal: Mask) -> Mask:
        """Keep to the chords wanted here."""
        if not legal[tokens.CHORD_0 : tokens.CHORD_0 + tokens.CHORDS].any():
            return legal
        masks = self._masks[self._bar]
        wanted = masks.get(self._step, masks.get(-1))
        if wanted is None:
            return legal
        if self._last > tokens.CHORD_0 and self._step not in masks and self._sat >= self._patience:
            # Another colour on the same root would be the same harmony still.
            root = (self._last - tokens.CHORD_0 - 1) // len(QUALITIES)
            first = tokens.CHORD_0 + 1 + root * len(QUALITIES)
            wanted = wanted.copy()
            wanted[first : first + len(QUALITIES)] = False
        return wanted

    def push(self, token: int) -> None:
        """Note a step or a chord."""
        if tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS:
            self._step = token - tokens.POS_0
        elif tokens.CHORD_0 <= token < tokens.CHORD_0 + tokens.CHORDS:
            self._sat = self._sat + 1 if _same_root(token, self._last) else 0
            self._last = token


def cells_a_chord(item: CellPlan) -> int:
    """How many cells one chord lasts: 1, 2 or 4; slower when calm, never across a tense hurry."""
    cell_s = item.s_per_quarter * item.cell.ticks / 960
    wanted_s = _SLOW_S - (_SLOW_S - _FAST_S) * min(1.0, 0.7 * item.energy + 0.3 * item.density)
    if item.energy < 0.12 and wanted_s > 2.6 * cell_s:
        return 4
    return 2 if wanted_s > 1.5 * cell_s else 1


def _memory(trust: Mapping[Bucket, float], led: Sequence[Tokens]) -> ChordMemory | None:
    """A memory of the section that leads, so that one of the same label comes back to its harmony."""
    if not trust:
        return None
    memory = ChordMemory(trust)
    for body in led:
        for token in body:
            memory.push(token)
    return memory


def _tasks(section: Section, settings: Settings, *, numbers: bool) -> tuple[tuple[BarTask, ...], ChordGuide]:
    generator = stream(settings.seed, settings.variation, STAGE, "cadence", section.key)
    strength = asked_strength(settings.brief)
    tonic = section.tonality.tonic
    goal = section.goal or tonic
    closing = next((i for i, item in enumerate(section.cells) if item.kind == "final"), None)
    # The cadence stands in the last cell before the goal: the section's last, or the one that closes.
    into = (len(section.cells) - 1) if closing is None else closing - 1
    while into > 0 and section.cells[into].kind == "rest":
        into -= 1
    approach = cadence_into(goal, section.plot.tension, generator)
    tasks: list[BarTask] = []
    wanted: list[dict[int, frozenset[Chord]]] = []
    for index, item in enumerate(section.cells):
        cell = item.cell
        allowed = chord_set(section.tonality.mode, item.tension)
        steps = [0]
        want: dict[int, frozenset[Chord]] = {-1: allowed}
        slow = cells_a_chord(item)
        if index == 0:
            want[0] = frozenset({section.opening})
        elif slow > 1 and cell.bar.phrase_bar % slow and not item.must and index != into:
            want[0] = frozenset()  # the chord before goes on
        asked = (
            section.moves.wanted(index, slow) if item.kind == "play" and 0 < index != into else frozenset()
        )
        if asked:
            want[0] = asked
        if closing is not None and index >= closing:
            want[0] = frozenset({tonic})
        elif item.kind == "play":
            steps += _changes(item)
            if index == into and index > 0:
                steps, closes = _cadence_steps(item, approach)
                want.update(closes)
        elif item.tied:
            want[0] = frozenset()
        required = frozenset(steps) if index == into else frozenset({0}) | _hit_steps(item, steps)
        rules = BarRules(
            steps=cell.steps,
            required_steps=required,
            forbidden_steps=frozenset(range(cell.steps)) - frozenset(steps),
        )
        mood = lean(2 * item.valence - 1, 2 * item.tension - 1, strength)
        if numbers:
            beside = _conditions(section, item, len(steps), slow).vector()
            tasks.append(BarTask(prompts.chords_prompt(cell.metre), rules, conditions=beside, lean=mood))
        else:
            prompt = bars.chord_prompt(_controls(item, len(steps), slow))
            tasks.append(BarTask(prompt, rules, lean=mood))
        wanted.append(want)
    return tuple(tasks), _Repeats(wanted, patience=1)


class _Repeats(ChordGuide):
    """A guide for which an empty set of chords means: the one that sounds."""

    def narrow(self, legal: Mask) -> Mask:
        """Keep to the chord before where it goes on."""
        wanted = super().narrow(legal)
        if not wanted.any() and self._last >= 0:
            wanted = np.zeros_like(legal)
            wanted[self._last] = True
        return wanted


def _changes(item: CellPlan) -> list[int]:
    """Steps after the first where the chord may change: the half bar when energy asks for it."""
    cell = item.cell
    half_s = item.s_per_quarter * cell.ticks / 960 / 2
    wanted_s = _SLOW_S - (_SLOW_S - _FAST_S) * min(1.0, 0.7 * item.energy + 0.3 * item.density)
    if wanted_s < 1.4 * half_s and len(cell.strong_steps) > 1:
        return list(cell.strong_steps[1:])
    return []


def _hit_steps(item: CellPlan, steps: list[int]) -> frozenset[int]:
    """Hits that must be met on a beat get a chord of their own."""
    beats = set(item.cell.beat_steps)
    found = {item.cell.step_of(tick) for tick in item.must} & beats if item.kind == "play" else set()
    steps += sorted(found - set(steps))
    return frozenset(found)


def _cadence_steps(
    item: CellPlan, approach: tuple[Chord, ...]
) -> tuple[list[int], dict[int, frozenset[Chord]]]:
    """Where the one or two chords of a cadence stand in the last cell before their goal."""
    beats = item.cell.beat_steps
    if len(beats) == 1:
        return [0], {0: frozenset({approach[-1]})}
    half = beats[(len(beats) + 1) // 2]
    if len(approach) == 2 and len(beats) >= 3:
        return [0, half], {0: frozenset({approach[0]}), half: frozenset({approach[1]})}
    return [0, half], {half: frozenset({approach[-1]})}


def _controls(item: CellPlan, changes: int, slow: int) -> BarControls:
    """What the bar should be like, in the levels of vocabulary 1."""
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    rhythm = 0 if slow > 1 and item.cell.bar.phrase_bar % slow else changes
    level = next((i for i, edge in enumerate(controls.CHANGES_PER_QUARTER) if rhythm / quarters <= edge), 7)
    return BarControls(
        metre=item.cell.metre,
        label=item.plot.label.value,
        left=controls.left(item.left),
        density=level,
        valence=controls.level_of_unit(item.valence, "VALENCE"),
        tension=controls.level_of_unit(item.tension, "TENSION"),
    )


def _conditions(section: Section, item: CellPlan, changes: int, slow: int) -> Conditions:
    """What the bar should be like; who will play, how high and how densely is not known yet."""
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    rhythm = 0 if slow > 1 and item.cell.bar.phrase_bar % slow else changes
    return replace(
        told.of_all(section, item, silent=item.kind in ("rest", "tail")),
        harmonic_rhythm=rhythm / quarters,
        hold=item.kind in ("hold", "final"),
        pickup=False,
    )


def _chord_mask(chords: frozenset[Chord]) -> Mask:
    mask = np.zeros(tokens.SIZE, np.bool_)
    mask[[tokens.chord_id(chord) for chord in chords]] = True
    return mask


def _same_root(one: int, other: int) -> bool:
    roots = [(token - tokens.CHORD_0 - 1) // len(QUALITIES) for token in (one, other)]
    return other > tokens.CHORD_0 and roots[0] == roots[1]


def _tidy(events: Sequence[ChordEvent]) -> tuple[ChordEvent, ...]:
    """Without restatements of the chord that sounds already."""
    out: list[ChordEvent] = []
    for event in events:
        if not out or out[-1].chord != event.chord:
            out.append(event)
    return tuple(out)
