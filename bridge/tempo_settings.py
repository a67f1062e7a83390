"""How the tempo map may be: its range, its bends, its metre, and what it answers to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bridge.errors import SettingsError

SLOWEST_BPM, FASTEST_BPM = 20.0, 300.0
# Metres that a score can be in: beats a bar, and eighths a beat. Compound ones count in dotted quarters.
METRES = {
    "2/4": (2, 2), "3/4": (3, 2), "4/4": (4, 2), "5/4": (5, 2), "6/4": (6, 2), "7/4": (7, 2),
    "6/8": (2, 3), "9/8": (3, 3), "12/8": (4, 3),
}  # fmt: skip


FOLLOWED = ("cuts", "mood")


@dataclass(frozen=True)
class TempoSettings:
    """Limits of the tempo map, in beats of the `metre` a minute: quarters, or dotted quarters.

    `target_bpm` is the base tempo of every plot, exactly; None lets the picture's energy aim it. Bends are
    shares of the plot's base tempo (`design`: 3, 5 and 8 %); a `max_bend` below the other two lowers them.
    `changes`: the tempo may take another character wherever a plot begins. `follows`, one of `FOLLOWED`: what
    the tempo answers to first where it cannot serve both, the picture's cuts or its mood.
    """

    min_bpm: float = 60.0
    max_bpm: float = 160.0
    target_bpm: float | None = None
    free_bend: float = 0.03
    costed_bend: float = 0.05
    max_bend: float = 0.08
    ramp_min_beats: int = 4
    exact: bool = False
    metre: str = "4/4"
    changes: bool = False
    follows: str = "cuts"

    def __post_init__(self) -> None:
        if not SLOWEST_BPM <= self.min_bpm <= self.max_bpm <= FASTEST_BPM:
            raise SettingsError(
                f"a tempo range of {self.min_bpm:g} to {self.max_bpm:g} bpm makes no sense",
                remedy=f"Stay within {SLOWEST_BPM:g} to {FASTEST_BPM:g} bpm, the lower number first",
            )
        if self.target_bpm is not None:
            self._check_target(self.target_bpm)
        if not 0 <= self.max_bend <= 0.08:
            raise SettingsError(
                f"a largest bend of {100 * self.max_bend:g} % is out of range", remedy="Use 0 to 8 %"
            )
        if not 0 <= self.free_bend <= self.costed_bend <= 1:
            raise SettingsError("bends must rise from free to costed, from 0 on")
        for name in ("free_bend", "costed_bend"):
            object.__setattr__(self, name, min(getattr(self, name), self.max_bend))
        if self.metre not in METRES:
            raise SettingsError(
                f"{self.metre or 'an empty text'} is not a metre that a score can be in",
                remedy=f"Choose one of {', '.join(METRES)}",
            )
        if self.follows not in FOLLOWED:
            raise SettingsError(
                f"the tempo cannot follow {self.follows or 'nothing'}",
                remedy=f"Choose one of {', '.join(FOLLOWED)}",
            )
        if self.follows == "mood" and (self.target_bpm is not None or self.min_bpm == self.max_bpm):
            raise SettingsError(
                "the tempo cannot be one that is asked for and follow the mood",
                remedy="Ask for one of the two",
            )

    def _check_target(self, bpm: float) -> None:
        if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
            raise SettingsError(
                f"a tempo of {bpm:g} bpm is out of range",
                remedy=f"Stay within {SLOWEST_BPM:g} to {FASTEST_BPM:g} bpm",
            )
        if not self.min_bpm <= bpm <= self.max_bpm:
            raise SettingsError(
                f"a tempo of {bpm:g} bpm lies outside the range of {self.min_bpm:g} to {self.max_bpm:g}",
                remedy="Change one of the two",
            )
        if self.changes:
            raise SettingsError(
                f"the tempo cannot be {bpm:g} bpm throughout and change with the plots",
                remedy="Ask for one of the two, or give single plots a tempo_bpm in the cue sheet",
            )

    @property
    def beats_per_bar(self) -> int:
        """Beats in a bar where nothing asks for another metre."""
        return METRES[self.metre][0]

    @property
    def beat_quarters(self) -> Fraction:
        """Quarters in a beat: 1, or 3/2 in a compound metre."""
        return Fraction(METRES[self.metre][1], 2)
