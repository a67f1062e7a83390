"""The tempo map, the bars laid on it, and how each hit fared: what timing hands to composing.

Ticks are 960 a quarter; tick 0 is the cue's first frame. A tempo is an integer number of microseconds
a quarter and changes at once, exactly as it stands in the MIDI file.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

TICKS_PER_QUARTER = 960


class Rung(str, Enum):
    """What met a hit, in the order they are tried; `none` when it was left."""

    TEMPO = "tempo"
    METRE = "metre"
    PICKUP = "pickup"
    REST = "rest"
    HOLD = "hold"
    RITARD = "ritard"
    ACCENT = "accent"
    NONE = "none"


@dataclass(frozen=True)
class Metre:
    """A time signature; `denominator` is a power of two."""

    numerator: int
    denominator: int

    @property
    def ticks(self) -> int:
        """Ticks in one bar."""
        return self.numerator * 4 * TICKS_PER_QUARTER // self.denominator

    @property
    def compound(self) -> bool:
        """Whether its beats are dotted, as in 6/8, 9/8 and 12/8; a 3/8 is no group of threes."""
        return self.denominator >= 8 and self.numerator > 3 and self.numerator % 3 == 0

    @property
    def beat_ticks(self) -> int:
        """Ticks in one beat: a quarter, or three of the written parts in a compound metre."""
        return 3 * 4 * TICKS_PER_QUARTER // self.denominator if self.compound else TICKS_PER_QUARTER

    @staticmethod
    def parse(text: str) -> Metre:
        """From "6/8". Inverse of `str`."""
        numerator, denominator = text.split("/")
        return Metre(int(numerator), int(denominator))

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True)
class TempoEvent:
    """From `tick` on, a quarter note lasts `us_per_quarter` microseconds."""

    tick: int
    us_per_quarter: int

    @property
    def bpm(self) -> float:
        """Quarter notes a minute."""
        return 60_000_000 / self.us_per_quarter


@dataclass(frozen=True)
class TempoMap:
    """Tempo events, rising in tick, the first at tick 0."""

    events: tuple[TempoEvent, ...]
    _ticks: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _scaled_us: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ticks = tuple(event.tick for event in self.events)
        if not ticks or ticks[0] != 0 or any(b <= a for a, b in zip(ticks, ticks[1:])):
            raise ValueError("tempo events must start at tick 0 and rise")
        total, sums = 0, [0]  # microseconds × TICKS_PER_QUARTER keeps the sums whole
        for before, after in zip(self.events, self.events[1:]):
            total += (after.tick - before.tick) * before.us_per_quarter
            sums.append(total)
        object.__setattr__(self, "_ticks", ticks)
        object.__setattr__(self, "_scaled_us", tuple(sums))

    def s_at_tick(self, tick: int | Fraction) -> Fraction:
        """Exact seconds from tick 0, by the integers written. Inverse of `tick_at_s`."""
        index = max(0, bisect_right(self._ticks, tick) - 1)
        event = self.events[index]
        scaled = self._scaled_us[index] + (Fraction(tick) - event.tick) * event.us_per_quarter
        return scaled / (TICKS_PER_QUARTER * 1_000_000)

    def tick_at_s(self, seconds: Fraction) -> Fraction:
        """Exact, possibly fractional, tick at a time. Inverse of `s_at_tick`."""
        target = Fraction(seconds) * TICKS_PER_QUARTER * 1_000_000
        index = max(0, bisect_right(self._scaled_us, target) - 1)
        event = self.events[index]
        return event.tick + (target - self._scaled_us[index]) / event.us_per_quarter

    def us_per_quarter_at(self, tick: int) -> int:
        """The tempo in force at a tick."""
        return self.events[max(0, bisect_right(self._ticks, tick) - 1)].us_per_quarter


@dataclass(frozen=True)
class MetreEvent:
    """From `tick` on, bars of a metre; the rest is what a MIDI time signature says besides."""

    tick: int
    metre: Metre
    clocks_per_click: int = 24
    notated_32nds_per_quarter: int = 8


@dataclass(frozen=True)
class GivenMap:
    """A tempo map from outside that is kept as it is; `metres` rise in tick, the first at tick 0."""

    tempo: TempoMap
    metres: tuple[MetreEvent, ...]


@dataclass(frozen=True)
class Bar:
    """One bar of the form.

    `phrase` numbers phrases within the plot, `phrase_bar` the bar within its phrase. `bars_left` counts
    the bars after this one until the plot ends: 0 is the last, where `cadence` is usually set. `accents`:
    ticks (on the cue's clock, inside the bar) where something must sound; `hold`: one chord is held
    through the bar; `rest`: nothing sounds; `pickup_ticks`: the last so many ticks belong to the next
    bar's phrase; `airs`: spans of ticks in which all music stops, to come in again at their ends.
    `partial` marks a bar that an end of the cue cuts short. `beat_ticks` is a quarter, or the dotted one
    of a compound metre. `cut_ticks`: the next bar starts after so many ticks, inside this one, as a given
    tempo map has it; 0 for a bar of its metre's length.
    """

    index: int
    tick: int
    metre: Metre
    plot_id: str
    phrase: int = 0
    phrase_bar: int = 0
    bars_left: int = 0
    cadence: bool = False
    accents: tuple[int, ...] = ()
    hold: bool = False
    rest: bool = False
    pickup_ticks: int = 0
    airs: tuple[tuple[int, int], ...] = ()
    partial: bool = False
    beat_ticks: int = TICKS_PER_QUARTER
    cut_ticks: int = 0

    @property
    def end_tick(self) -> int:
        """First tick after the bar."""
        return self.tick + (self.cut_ticks or self.metre.ticks)

    def beats(self) -> range:
        """Ticks of its beats; a partial bar counts them back from its end, as players do."""
        lead_ticks = (
            (self.end_tick - self.tick) % self.beat_ticks if self.partial and not self.cut_ticks else 0
        )
        return range(self.tick + lead_ticks, self.end_tick, self.beat_ticks)


@dataclass(frozen=True)
class HitResult:
    """How one hit of the cue sheet fared.

    `tick` is where music meets it (None when it was left); `error_frames` = music − picture from the
    integers written; for a hit that was left, the error of the nearest beat. `on_downbeat` says a bar
    starts there. `reason` explains a hit that was left, or the rung used.
    """

    hit_id: str
    met: bool
    tick: int | None
    error_frames: float
    rung: Rung
    on_downbeat: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Form:
    """Tempo map, bars and hit results. Bars abut from tick 0 and reach past the cue's last frame.

    `base_bpm` gives, by plot id, the tempo that bends are measured from. `end_tick` is the first tick
    at or after the cue's last frame. `given` is the map from outside that bars and tempi were taken from.
    """

    tempo_map: TempoMap
    bars: tuple[Bar, ...]
    hits: tuple[HitResult, ...]
    base_bpm: dict[str, float]
    end_tick: int
    notes: tuple[str, ...] = ()
    given: GivenMap | None = None

    def metre_events(self) -> tuple[MetreEvent, ...]:
        """Time signatures as they stand in a file: those of the given map up to the last bar, or one where
        the metre changes, whose click is the beat a conductor gives: dotted in compound metres.
        """
        if self.given is not None:
            return tuple(e for e in self.given.metres if e.tick < self.bars[-1].end_tick)
        found = []
        for before, bar in zip((None, *self.bars), self.bars):
            if before is None or before.metre != bar.metre:
                metre = bar.metre
                click = 24 * 4 * (3 if metre.compound else 1) // metre.denominator
                found.append(MetreEvent(bar.tick, metre, max(1, click)))
        return tuple(found)

    @property
    def largest_bend(self) -> float:
        """Largest distance of a written tempo from its plot's base, as a share (0.03 = 3 %)."""
        bends = [0.0]
        for bar in self.bars:
            base = self.base_bpm.get(bar.plot_id)
            if base is None:
                continue
            inside = [e for e in self.tempo_map.events if bar.tick < e.tick < bar.end_tick]
            speeds = [60e6 / self.tempo_map.us_per_quarter_at(bar.tick), *(e.bpm for e in inside)]
            bends += [abs(bpm / base - 1) for bpm in speeds]
        return max(bends)
