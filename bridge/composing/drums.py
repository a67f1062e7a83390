"""The drums: the drums model, told how busy, how loud and how far from a boundary, with fills into it.

The harmony is nothing to it. One groove goes through a cue: what its first section opens with is read
before every other, and those two bars have a kick and a backbeat by rule. A bar before a boundary is asked
for as a fill where it plays on; where it is held, rests or leads into silence, it is not. What is held is
struck once, and every hit gets a kick and a cymbal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.composing import told
from bridge.composing.accompaniment import PRIME_CELLS
from bridge.composing.melody import Notes
from bridge.composing.plan import CellPlan, Section
from bridge.composing.rhythm import off_grid
from bridge.composing.row import Written, first_played, row_of
from bridge.composing.writing import Draft, snapped
from bridge.config import Settings
from bridge.inference.generate import BarTask, Tokens, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.vocabulary import bars, prompts, tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.conditions import Conditions
from bridge.vocabulary.kit import CRASH, KICK, SNARE
from bridge.vocabulary.masks import BarRules

SAMPLING = Sampling(temperature=0.9, top_p=0.92)
STROKE_TICKS = 120
STATED_BARS = 2
_GRID_STEPS = 3
_FAR_BARS = 5.0
"""Takes with a fill have four or five bars before it ends; further than that no boundary was ever told."""
_SPARSEST, _DENSEST = 1.5, 4.0
"""Onsets a quarter: fifth and ninety-fifth percentile of bars of Groove."""
_BUSIEST_A_SECOND = 8.0
_SOFTEST, _LOUDEST = 44.0, 104.0
"""Mean velocities of a bar, likewise."""
_FILL_DENSER = 1.15
_LIVELY = 0.6
_NO_CHORD = (ChordEvent(0, None),)


def write_drums(
    decoder: Decoder,
    sections: Sequence[Section],
    settings: Settings,
    *,
    check: Callable[[], None],
    on_bar: Callable[[], None],
) -> dict[str, Notes]:
    """Strokes of the sections that have drums, by their key, one tuple a cell.

    Args:
        decoder: the model.
        sections: all that are written, in order.
        settings: seed and variation.
        check: raises to stop.
        on_bar: called after every bar.
    """
    playing = [section for section in sections if section.layer("drums") is not None]
    tasks = {section.key: _tasks(section, sections, states=section is playing[0]) for section in playing}
    out: dict[str, Notes] = {}
    groove: Written = ()
    for wave in (playing[:1], playing[1:]):
        rows = [
            row_of(
                "drums",
                section,
                prompts.opening("drums", "unknown"),
                tasks[section.key],
                SAMPLING,
                settings,
                prime=groove,
            )
            for section in wave
        ]
        for section, written in zip(wave, generate(decoder, rows, check=check, on_bar=on_bar)):
            groove = groove or first_played(tasks[section.key], written, PRIME_CELLS)
            out[section.key] = tuple(bars.decode_drums(body) for body in written)
    return out


def struck_drums(sections: Sequence[Section], written: dict[str, Notes]) -> list[Draft]:
    """The strokes on the cue's ticks, with a kick and a cymbal wherever a hit is."""
    out: set[Draft] = set()
    for section in sections:
        for item, events in zip(section.cells, written.get(section.key, ())):
            met = [(tick, drum) for tick in item.forced for drum in (KICK, CRASH) if events]
            strokes = [(snapped(item, event.step), event.pitch) for event in events]
            for tick, drum in {*strokes, *met}:
                out.add(Draft(tick, drum, tick + STROKE_TICKS, tick in item.forced))
    return sorted(out)


def fills(section: Section, index: int, sections: Sequence[Section]) -> bool:
    """Whether a cell is the bar of a fill: a plot's last, playing on, with more music right after it."""
    item = section.cells[index]
    if item.kind != "play" or item.left or not item.cell.closes:
        return False
    follows = [other.cells[0] for other in sections if other.cells[0].cell.tick == item.cell.end_tick]
    return any(first.plot is not item.plot and first.kind in ("play", "hold", "final") for first in follows)


def _tasks(section: Section, sections: Sequence[Section], *, states: bool) -> tuple[BarTask, ...]:
    tasks = []
    stated = 0
    for index, item in enumerate(section.cells):
        cell = item.cell
        prompt = prompts.notes_prompt(cell.metre, _NO_CHORD)
        fill = fills(section, index, sections)
        own = _fill_steps(item) if fill else frozenset()
        rules = BarRules(
            steps=cell.steps,
            required_steps=frozenset((0,)) | item.forced_steps | own,
            forbidden_steps=off_grid(item),
            most_together=4,
            fill_steps=frozenset(range(min(own), cell.steps)) if own else own,
            strokes=_beat(item) if states and stated < STATED_BARS and not fill else frozenset(),
        )
        beside = _conditions(section, item, fill=fill).vector()
        body: Tokens | None = None
        if item.kind in ("rest", "tail") or item.tied or section.plays("drums", item) is None:
            body = ()
        elif item.kind in ("hold", "final"):
            body = bars.drums_body([NoteEvent(0, drum, 1) for drum in (KICK, CRASH)], cell.steps)
        stated += body is None
        tasks.append(BarTask(prompt, rules, body=body, conditions=beside))
    return tuple(tasks)


def _beat(item: CellPlan) -> frozenset[tuple[int, int]]:
    """A kick on the first beat and the snare on weak ones; in calm music once, as the second half begins."""
    strong, beats = item.cell.strong_steps, item.cell.beat_steps
    back = [step for step in beats if step not in strong] if item.energy >= _LIVELY else list(strong[1:2])
    return frozenset({(0, KICK), *((step, SNARE) for step in back)})


def _fill_steps(item: CellPlan) -> frozenset[int]:
    """Where a fill strikes at least: the eighths of the bar's last quarter, lively ones its sixteenths."""
    first = max(0, item.cell.steps - tokens.STEPS_PER_QUARTER)
    pace = 2 * _GRID_STEPS if item.energy < _LIVELY else _GRID_STEPS
    return frozenset(range(first, item.cell.steps, pace))


def _conditions(section: Section, item: CellPlan, *, fill: bool) -> Conditions:
    """What the takes were told of their bars: no more is known of a drummer's."""
    silent = item.kind in ("rest", "tail") or item.tied
    density = min(_BUSIEST_A_SECOND * item.s_per_quarter, _SPARSEST + (_DENSEST - _SPARSEST) * item.density)
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    return Conditions(
        density=0.0
        if silent
        else 1 / quarters
        if item.kind != "play"
        else density * (_FILL_DENSER if fill else 1),
        loudness=None if silent else _SOFTEST + (_LOUDEST - _SOFTEST) * item.loudness,
        bars_to_plot=1.0 if fill else min(item.left + 1.0, _FAR_BARS) if item.left else None,
        beats_to_hit=told.beats_to_hit(section, item),
        accent=bool(item.forced),
        rest=silent,
    )
