"""The bass line: the bass model, told the chords, the tune and where the others strike.

Only where a layer is a sounding bass and its cells play on: what is held, and where there is no model, the
rule writes (`bass`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bridge.composing import told
from bridge.composing.accompaniment import PRIME_CELLS, FillGuide, figured
from bridge.composing.chords import Harmony, waves
from bridge.composing.harmony import nearest_pitch, passing_tones
from bridge.composing.melody import Notes
from bridge.composing.plan import CellPlan, Section
from bridge.composing.rhythm import off_grid
from bridge.composing.row import first_played, row_of
from bridge.config import Settings
from bridge.inference.generate import BarTask, Tokens, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.vocabulary import bars, prompts, tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.masks import BarRules

SAMPLING = Sampling(temperature=0.85, top_p=0.9)
_HEIGHT = 0.4
"""Where in the voice's range the line lies, as the rule's home does."""
_CALM = 0.38
"""Energy below which a bass may hold on under a chord that goes on."""
_BUSIEST_A_SECOND = 3.2


def write_bass_line(
    decoder: Decoder,
    sections: Sequence[Section],
    harmonies: Mapping[str, Harmony],
    melodies: Mapping[str, Notes],
    onsets: Sequence[int],
    settings: Settings,
    *,
    check: Callable[[], None],
    on_bar: Callable[[], None],
) -> dict[str, Notes]:
    """Key-relative bass of the sections that have one, by their key, one tuple a cell; empty where the cell
    does not play on. The root sounds where a plot begins and where the chord changes.

    Args:
        decoder: the model.
        sections: all that are written.
        harmonies: their chords.
        melodies: the tune above, note by note.
        onsets: ticks at which anything else starts, in order.
        settings: seed and variation.
        check: raises to stop.
        on_bar: called after every bar.
    """
    out: dict[str, Notes] = {}
    tasks: dict[str, tuple[BarTask, ...]] = {}
    bodies: dict[str, tuple[Tokens, ...]] = {}
    playing = [section for section in sections if section.layer("bass") is not None]
    for wave in waves(playing):
        rows = []
        for section in wave:
            key, lead = section.key, section.leader
            tasks[key] = _tasks(section, harmonies[key], melodies[key], onsets)
            prime = first_played(tasks[lead], bodies[lead], PRIME_CELLS) if lead in bodies else ()
            rows.append(
                row_of(
                    "bass",
                    section,
                    told.start(section, numbers=True),
                    tasks[key],
                    SAMPLING,
                    settings,
                    prime=prime,
                    guide=FillGuide(
                        [_most(item) for item in section.cells],
                        [0] * len(section.cells),
                        figured(section, {}),
                    ),
                )
            )
        for section, written in zip(wave, generate(decoder, rows, check=check, on_bar=on_bar)):
            bodies[section.key] = written
            out[section.key] = tuple(
                bars.decode_notes(body) if section.cells[index].kind == "play" else ()
                for index, body in enumerate(written)
            )
    return out


def _tasks(section: Section, harmony: Harmony, melody: Notes, onsets: Sequence[int]) -> tuple[BarTask, ...]:
    voice, shift = section.palette.bass, section.tonality.shift
    low, high = voice.low - shift, voice.high - shift
    home = low + round((high - low) * _HEIGHT)
    tasks = []
    for index, item in enumerate(section.cells):
        cell, chords = item.cell, harmony.events[index]
        late = item.kind == "play" and section.plays("bass", item) is None
        held = item.kind in ("hold", "final")
        silent = item.kind in ("rest", "tail") or item.tied or late or chords[0].chord is None
        quarters = cell.steps / tokens.STEPS_PER_QUARTER
        wanted = told.Wanted(
            density=0.0 if silent else 1 / quarters if held else _onsets(item),
            register=home + shift,
            polyphony=1.0,
            held=held,
            silent=silent,
            onsets=told.struck(item, onsets),
        )
        beside = told.conditions(section, index, harmony.events, wanted).vector()
        prompt = prompts.notes_prompt(
            cell.metre, chords, texture="silent" if silent else None, given=melody[index]
        )
        rules = BarRules(steps=cell.steps)
        if silent or held:
            root = nearest_pitch([chords[0].chord.root_pc], low, high, home) if chords[0].chord else None
            note = NoteEvent(0, root or home, tokens.nearest_duration_steps(cell.steps))
            body = () if silent else bars.melody_body([note], cell.steps)
            tasks.append(BarTask(prompt, rules, body=body, conditions=beside))
            continue
        before = harmony.events[index - 1][-1] if index else None
        roots = _roots(chords, before)
        required = roots | item.forced_steps
        if item.energy >= _CALM or item.cell.bar.phrase_bar % 2 == 0:
            required |= {0}
        tasks.append(
            BarTask(
                prompt,
                BarRules(
                    steps=cell.steps,
                    required_steps=required,
                    forbidden_steps=off_grid(item),
                    pitch_low=low,
                    pitch_high=high,
                    chords=chords,
                    chord_tone_steps=frozenset(cell.beat_steps) | item.forced_steps,
                    root_steps=roots | item.forced_steps,
                    pitch_classes=passing_tones(section.tonality.mode, (event.chord for event in chords)),
                ),
                conditions=beside,
            )
        )
    return tuple(tasks)


def _roots(chords: Sequence[ChordEvent], before: ChordEvent | None) -> frozenset[int]:
    """Steps at which a chord begins that did not sound before."""
    last = None if before is None else before.chord
    out = set()
    for event in chords:
        if event.chord is not None and event.chord != last:
            out.add(event.step)
        last = event.chord
    return frozenset(out)


def _onsets(item: CellPlan) -> float:
    """Onsets a quarter: from one in four seconds when calm to three a second."""
    return min(2.0, (0.25 + 2.6 * item.density * item.energy) * item.s_per_quarter)


def _most(item: CellPlan) -> int:
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    return max(1, round(min(1.5 * _onsets(item), _BUSIEST_A_SECOND * item.s_per_quarter) * quarters) + 1)
