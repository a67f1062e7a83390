"""What a bar should be like, as numbers: the controls of vocabulary 2.

A model reads a bar's conditions as one vector beside every token of that bar (as midi-emotion does with
valence and arousal: Sulun, Davies & Viana 2022, "Symbolic music generation conditioned on continuous-valued
emotions"), and bends it through two small layers. A control so stays a number: an edit of any size moves the
music a little, nothing is binned, and a bar costs no token for what it is told. What is not told is
`None`, a zero beside a flag of zero, so that any subset of the controls can be given.

`measure` finds the same numbers in notes; nothing else measures them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

LABELS: Final = ("introduction", "development", "climax", "conclusion")
SLOTS_PER_QUARTER: Final = 4
SLOTS: Final = 32
"""Onset patterns are told in sixteenths, for bars of up to eight quarters."""

SCALES: Final[dict[str, tuple[float, float]]] = {
    "density": (0.0, 4.0),
    "loudness": (20.0, 120.0),
    "register": (36.0, 84.0),
    "polyphony": (0.0, 6.0),
    "harmonic_rhythm": (0.0, 2.0),
    "valence": (-1.0, 1.0),
    "energy": (-1.0, 1.0),
    "tension": (-1.0, 1.0),
    "phrase_position": (0.0, 1.0),
    "bars_to_plot": (0.0, 16.0),
    "beats_to_hit": (0.0, 16.0),
}
"""The range of each number that becomes 0 to 1; a value outside is told as it is, up to `FURTHEST`."""

FURTHEST: Final = 1.5
MARKS: Final = ("accent", "hold", "rest", "pickup")
WIDTH: Final = 2 * len(SCALES) + len(LABELS) + 2 * len(MARKS) + SLOTS + 1


@dataclass(frozen=True)
class Conditions:
    """The controls of one bar of one part; `None` leaves a control open.

    Args:
        density: distinct onsets a quarter note.
        loudness: mean MIDI velocity.
        register: mean MIDI pitch.
        polyphony: notes sounding together, averaged over the time in which any sounds.
        harmonic_rhythm: chord changes a quarter note.
        valence, energy, tension: mood, -1 to 1 (see `mood`).
        phrase_position: 0 at the phrase's first bar, 1 at its last.
        bars_to_plot: bars until the next plot begins, this one counted: 1 is a plot's last bar.
        beats_to_hit: quarter notes from the bar's start to the next hit.
        label: one of `LABELS`.
        accent, hold, rest, pickup: what is asked of the bar, yes or no.
        onsets: where parts that are given start notes, one flag a sixteenth of the bar.
    """

    density: float | None = None
    loudness: float | None = None
    register: float | None = None
    polyphony: float | None = None
    harmonic_rhythm: float | None = None
    valence: float | None = None
    energy: float | None = None
    tension: float | None = None
    phrase_position: float | None = None
    bars_to_plot: float | None = None
    beats_to_hit: float | None = None
    label: str | None = None
    accent: bool | None = None
    hold: bool | None = None
    rest: bool | None = None
    pickup: bool | None = None
    onsets: tuple[bool, ...] | None = None

    def __post_init__(self) -> None:
        if self.label is not None and self.label not in LABELS:
            raise ValueError(f"no label {self.label!r}; there are {', '.join(LABELS)}")
        if self.onsets is not None and len(self.onsets) > SLOTS:
            raise ValueError(f"an onset pattern has at most {SLOTS} sixteenths, not {len(self.onsets)}")

    def vector(self) -> tuple[float, ...]:
        """`WIDTH` numbers: value and flag of each scale, labels, marks with their flags, the pattern."""
        out: list[float] = []
        for name, (low, high) in SCALES.items():
            value = getattr(self, name)
            out += (0.0, 0.0) if value is None else (_unit(value, low, high), 1.0)
        out += (float(self.label == label) for label in LABELS)
        for name in MARKS:
            mark = getattr(self, name)
            out += (0.0, 0.0) if mark is None else (float(mark), 1.0)
        pattern = self.onsets or ()
        out += (float(struck) for struck in pattern)
        out += [0.0] * (SLOTS - len(pattern))
        out.append(float(self.onsets is not None))
        return tuple(out)

    def without(self, *names: str) -> Conditions:
        """The same with some controls left open.

        Raises:
            TypeError: there is no such control.
        """
        return replace(self, **dict.fromkeys(names))


OPEN: Final = Conditions()
"""Nothing asked."""

GROUPS: Final[dict[str, slice]] = {
    **{name: slice(2 * at, 2 * at + 2) for at, name in enumerate(SCALES)},
    "label": slice(2 * len(SCALES), 2 * len(SCALES) + len(LABELS)),
    **{
        name: slice(start, start + 2)
        for at, name in enumerate(MARKS)
        for start in (2 * len(SCALES) + len(LABELS) + 2 * at,)
    },
    "onsets": slice(WIDTH - SLOTS - 1, WIDTH),
}
"""Which columns of a vector belong to each control; zeros there leave it open."""


def _unit(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low)
    return max(1.0 - FURTHEST, min(share, FURTHEST))


if tuple(field.name for field in fields(Conditions)) != tuple(GROUPS):
    raise TypeError("every control has its columns, in order")
