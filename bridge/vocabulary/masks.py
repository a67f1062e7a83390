"""The grammar of a bar's body as a state machine, with the promises a composer can ask for.

At sampling, one token at a time:

    grammar = Grammar("melody")
    grammar.begin(BarRules(steps=48, pitch_low=55, pitch_high=79))
    while not grammar.done:
        logits[~grammar.legal()] = -inf
        token = sample(logits)
        grammar.push(token)

The token that ends the body is `BAR` (or `EOS`, in a bar marked as the last); that `BAR` is the
first token of the next bar's prompt, so it is not fed to the model twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.vocabulary import tokens
from bridge.vocabulary.bars import PARTS, ChordEvent
from bridge.vocabulary.chords import pitch_classes
from bridge.vocabulary.kit import NINE, SNARE, TOMS

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BarRules:
    """What must hold in one bar, whatever the model prefers. Steps are in the bar, 12 a quarter.

    Args:
        steps: the bar's length.
        last: the body may end with `EOS` too.
        required_steps: something must start at each of these.
        forbidden_steps: nothing may start at these; `required_steps` win.
        pitch_low, pitch_high: lowest and highest pitch, both allowed.
        chords: the bar's chords, needed for `chord_tone_steps`.
        chord_tone_steps: at these, only tones of the chord sounding there (free where there is
            none, or where the range holds none of them).
        root_steps: at these, only the root of the chord sounding there, as far as range and harmony have one.
        pitch_classes: the pitch classes allowed elsewhere; empty allows all. Chord tones pass
            always.
        longest_steps: no note is longer (a length of one step always passes).
        end_steps: no note sounds past this step of the bar; `None` lets it cross the barline.
        most_together: how many notes of the accompaniment, or strokes, may start at one step.
        chord_ids: chord tokens that may be written; empty allows all.
        fill_steps: at these, drums strike nothing but snare and toms.
        strokes: (step, drum) that must be struck; their steps are required.
    """

    steps: int
    last: bool = False
    required_steps: frozenset[int] = frozenset()
    forbidden_steps: frozenset[int] = frozenset()
    pitch_low: int = 0
    pitch_high: int = 127
    chords: tuple[ChordEvent, ...] = ()
    chord_tone_steps: frozenset[int] = frozenset()
    root_steps: frozenset[int] = frozenset()
    pitch_classes: frozenset[int] = frozenset()
    longest_steps: int = tokens.DURATIONS_STEPS[-1]
    end_steps: int | None = None
    most_together: int = 12
    chord_ids: frozenset[int] = frozenset()
    fill_steps: frozenset[int] = frozenset()
    strokes: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        if not 0 < self.steps <= tokens.POSITIONS:
            raise ValueError(f"a bar has 1 to {tokens.POSITIONS} steps, not {self.steps}")
        if not 0 <= self.pitch_low <= self.pitch_high <= 127:
            raise ValueError(f"no pitch lies in {self.pitch_low} to {self.pitch_high}")
        outside = [step for step in self.required_steps if not 0 <= step < self.steps]
        if outside:
            raise ValueError(f"step {outside[0]} is required but outside a bar of {self.steps}")


_ONE_AT_A_TIME = ("melody", "bass")
_DRUMS = np.isin(np.arange(tokens.PITCHES), list(NINE))
_FILLS = np.isin(np.arange(tokens.PITCHES), (SNARE, *TOMS))


class Grammar:
    """Which tokens may come next in the body of a bar of `part` (one of `bars.PARTS`).

    Drums strike the nine of `kit`, have no lengths, and know no harmony.
    """

    def __init__(self, part: str) -> None:
        if part not in PARTS:
            raise ValueError(f"no part {part!r}; there are {', '.join(PARTS)}")
        self.part = part
        self.done = True
        self._rules = BarRules(steps=tokens.POSITIONS)
        self._last_step = -1
        self._last_pitch = -1
        self._together = 0
        self._expects = "end"

    def begin(self, rules: BarRules) -> None:
        """Start the body of a bar; what came before is forgotten."""
        self._rules = rules
        self._last_step = -1
        self._last_pitch = -1
        self._together = 0
        self._expects = "position"
        self.done = False

    def legal(self) -> Mask:
        """The tokens that may come next, as booleans of shape (`tokens.SIZE`,); never all false.

        Raises:
            ValueError: the bar is finished, or none was begun.
        """
        mask = np.zeros(tokens.SIZE, dtype=np.bool_)
        if self.done:
            raise ValueError("the bar is finished: begin the next one")
        if self._expects == "chord":
            self._allow_chords(mask)
        elif self._expects == "duration":
            self._allow_durations(mask)
        elif self._expects == "pitch":
            mask[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES] = self._pitches()
        else:
            if self._missing() is None:
                self._allow_positions(mask)
            room = self._together < self._rules.most_together or self._missing() is not None
            if self._expects == "pitch or position" and room:
                mask[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES] = self._pitches()
        return mask

    def on_tones(self) -> Mask:
        """(`tokens.SIZE`,): the pitches of the chord that sounds at the step being filled, as tokens.

        All false where no pitch may come next or no chord is known.
        """
        mask = np.zeros(tokens.SIZE, dtype=np.bool_)
        if self._expects in ("pitch", "pitch or position"):
            tones = sorted(self._chord_tones())
            mask[tokens.PITCH_0 : tokens.PITCH_0 + tokens.PITCHES] = np.isin(
                np.arange(tokens.PITCHES) % 12, tones
            )
        return mask

    @property
    def step(self) -> int:
        """The step being filled, -1 before the first."""
        return self._last_step

    def push(self, token: int) -> None:
        """Take the token that was chosen.

        Raises:
            ValueError: it is not legal here.
        """
        if not (0 <= token < tokens.SIZE and self.legal()[token]):
            raise ValueError(f"{tokens.name_of(token)} may not stand here")
        if token in (tokens.BAR, tokens.EOS):
            self.done = True
        elif tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS:
            self._last_step = token - tokens.POS_0
            self._last_pitch = -1
            self._together = 0
            self._expects = "chord" if self.part == "chords" else "pitch"
        elif tokens.PITCH_0 <= token < tokens.PITCH_0 + tokens.PITCHES:
            self._last_pitch = token - tokens.PITCH_0
            self._together += 1
            self._expects = "pitch or position" if self.part == "drums" else "duration"
        elif self._expects == "chord" or self.part in _ONE_AT_A_TIME:
            self._expects = "position"
        else:
            self._expects = "pitch or position"

    def _allow_positions(self, mask: Mask) -> None:
        """Later steps up to the next required one; the end when none is required any more."""
        rules = self._rules
        wanted = rules.required_steps | {step for step, _ in rules.strokes}
        required = {step for step in wanted if step > self._last_step}
        if self.part == "chords" and self._last_step < 0:
            required = {0}
        last = min(required, default=rules.steps - 1)
        for step in range(self._last_step + 1, last + 1):
            mask[tokens.POS_0 + step] = step in required or step not in rules.forbidden_steps
        if not required:
            mask[tokens.BAR] = True
            mask[tokens.EOS] = rules.last

    def _allow_chords(self, mask: Mask) -> None:
        if self._rules.chord_ids:
            mask[list(self._rules.chord_ids)] = True
        else:
            mask[tokens.CHORD_0 : tokens.CHORD_0 + tokens.CHORDS] = True

    def _allow_durations(self, mask: Mask) -> None:
        longest = self._rules.longest_steps
        if self._rules.end_steps is not None:
            longest = min(longest, self._rules.end_steps - self._last_step)
        for index, steps in enumerate(tokens.DURATIONS_STEPS):
            mask[tokens.DUR_0 + index] = index == 0 or steps <= longest

    def _pitches(self) -> Mask:
        """Pitches in range, above the last one of this step, that fit harmony and key; (128,)."""
        rules = self._rules
        numbers = np.arange(tokens.PITCHES)
        if self.part == "drums":
            allowed: Mask = _FILLS if self._last_step in rules.fill_steps else _DRUMS
            missing = self._missing()
            return allowed & (numbers > self._last_pitch) & (missing is None or numbers <= missing)
        mask: Mask = (numbers >= rules.pitch_low) & (numbers <= rules.pitch_high)
        chord_tones = self._chord_tones()
        wanted: frozenset[int] = frozenset()
        if self._last_step in rules.root_steps and chord_tones:
            wanted = frozenset((self._sounding_root(),))
        elif self._last_step in rules.chord_tone_steps and chord_tones:
            wanted = chord_tones
        elif rules.pitch_classes:
            wanted = rules.pitch_classes | chord_tones
        if wanted:
            fitting = mask & np.isin(numbers % 12, sorted(wanted))
            # A range too narrow for any wanted tone keeps its range: silence is not an option here.
            if fitting.any():
                mask = fitting
        return mask & (numbers > self._last_pitch)

    def _missing(self) -> int | None:
        """The lowest drum that must still be struck at this step."""
        rules = self._rules
        own = [drum for step, drum in rules.strokes if step == self._last_step and drum > self._last_pitch]
        return min(own, default=None)

    def _chord_tones(self) -> frozenset[int]:
        sounding = self._sounding()
        return frozenset(pitch_classes(sounding[-1].chord)) if sounding else frozenset()

    def _sounding_root(self) -> int:
        chord = self._sounding()[-1].chord
        return -1 if chord is None else chord.root_pc

    def _sounding(self) -> Sequence[ChordEvent]:
        return [event for event in self._rules.chords if event.step <= self._last_step]
