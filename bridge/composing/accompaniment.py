"""The accompaniment: the accompaniment model, told the chords and the melody, with onsets at every hit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bridge.composing.chords import Harmony, waves
from bridge.composing.harmony import SCALES, voicing
from bridge.composing.melody import Notes
from bridge.composing.palettes import Voice
from bridge.composing.plan import STAGE, CellPlan, Section
from bridge.config import Settings
from bridge.inference.generate import BarTask, Row, Tokens, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import bars, controls, tokens
from bridge.vocabulary.bars import BarControls, NoteEvent
from bridge.vocabulary.masks import BarRules, Mask

SAMPLING = Sampling(temperature=0.9, top_p=0.9)
PRIME_CELLS = 2
_LONG_STEPS = 48


def write_accompaniment(
    decoder: Decoder,
    sections: Sequence[Section],
    harmonies: Mapping[str, Harmony],
    melodies: Mapping[str, Notes],
    voice: Voice,
    settings: Settings,
    *,
    check: Callable[[], None],
    on_bar: Callable[[], None],
) -> dict[str, Notes]:
    """Key-relative accompaniment of every section by its key, one tuple a cell."""
    out: dict[str, Notes] = {}
    for section in sections:
        if "accompaniment" not in section.layers:
            out[section.key] = tuple(() for _ in section.cells)
            for _ in section.cells:
                on_bar()
    playing = [section for section in sections if section.key not in out]
    tasks: dict[str, tuple[BarTask, ...]] = {}
    bodies: dict[str, tuple[Tokens, ...]] = {}
    for wave in waves(playing):
        rows = []
        for section in wave:
            key = section.key
            tasks[key] = _tasks(section, harmonies[key], melodies[key], voice)
            lead = section.leader
            prime = _texture(tasks[lead], bodies[lead]) if lead in bodies else ()
            rows.append(
                Row(
                    part="accompaniment",
                    start=bars.start(section.tonality.mode),
                    bars=tasks[key],
                    generator=stream(settings.seed, settings.variation, STAGE, "accompaniment", key),
                    sampling=SAMPLING,
                    prime=prime,
                    guide=FillGuide([_most(item) for item in section.cells]),
                )
            )
        for section, written in zip(wave, generate(decoder, rows, check=check, on_bar=on_bar)):
            bodies[section.key] = written
            out[section.key] = tuple(bars.decode_notes(body) for body in written)
    return out


class FillGuide:
    """Ends a bar that has as many onsets as its density asks for.

    Args:
        most: for each bar, the most onsets it may have.
    """

    def __init__(self, most: Sequence[int]) -> None:
        self._most = list(most)
        self._bar = 0
        self._onsets = 0

    def begin(self, bar: int) -> None:
        """A bar begins."""
        self._bar = bar
        self._onsets = 0

    def narrow(self, legal: Mask) -> Mask:
        """No further positions in a full bar."""
        if self._onsets < self._most[self._bar] or not legal[tokens.BAR]:
            return legal
        wanted = legal.copy()
        wanted[tokens.POS_0 : tokens.POS_0 + tokens.POSITIONS] = False
        return wanted

    def push(self, token: int) -> None:
        """Count onsets."""
        self._onsets += tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS


def _tasks(section: Section, harmony: Harmony, melody: Notes, voice: Voice) -> tuple[BarTask, ...]:
    shift = section.tonality.shift
    tasks = []
    near: tuple[int, ...] = ()
    for index, item in enumerate(section.cells):
        cell = item.cell
        chords = harmony.events[index]
        prompt = bars.accompaniment_prompt(_controls(item), chords, melody[index])
        chord = chords[0].chord
        if item.kind in ("rest", "tail") or item.tied or chord is None:
            tasks.append(BarTask(prompt, BarRules(steps=cell.steps), body=()))
            continue
        if item.kind in ("hold", "final"):
            near = voicing(chord, voice.low, voice.high, 4, near, shift)
            held = [NoteEvent(0, pitch - shift, tokens.nearest_duration_steps(cell.steps)) for pitch in near]
            body = bars.accompaniment_body(held, cell.steps)
            tasks.append(BarTask(prompt, BarRules(steps=cell.steps), body=body))
            continue
        tasks.append(
            BarTask(
                prompt,
                BarRules(
                    steps=cell.steps,
                    required_steps=item.forced_steps,
                    pitch_low=voice.low - shift,
                    pitch_high=voice.high - shift,
                    chords=chords,
                    chord_tone_steps=frozenset(cell.beat_steps) | item.forced_steps,
                    pitch_classes=SCALES[section.tonality.mode],
                    longest_steps=_LONG_STEPS,
                    most_together=2 + round(3 * item.energy),
                ),
            )
        )
    return tuple(tasks)


def _texture(tasks: Sequence[BarTask], bodies: Sequence[Tokens]) -> tuple[Tokens, ...]:
    """The first cells that were played, to be read before another section of their label."""
    played = [(*task.prompt, *body) for task, body in zip(tasks, bodies) if body]
    return tuple(played[:PRIME_CELLS])


def _onsets(item: CellPlan) -> float:
    """Onsets for each quarter: one every two seconds when calm, five a second at most."""
    return (0.5 + 3.2 * item.density + 1.3 * item.energy * item.density) * item.s_per_quarter


def _most(item: CellPlan) -> int:
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    return max(1, round(1.4 * _onsets(item) * quarters)) + len(item.forced)


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
        polyphony=None if quiet else min(4, 1 + round(2.4 * item.energy)),
        energy=controls.level_of_unit(item.energy, "ENERGY"),
    )
