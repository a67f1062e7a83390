"""What is played: the channel messages of a MIDI file on its tempo map, and the landmarks it names."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.errors import InputError, SettingsError
from bridge.schema.tempo import TICKS_PER_QUARTER, TempoEvent, TempoMap
from bridge.timebase import mark_frame
from bridge.writing.marks import END_WORDS, Origin, origin_in, plot_starts
from bridge.writing.midi import events_of

# A file that says nothing plays at 120 (Standard MIDI Files 1.0).
_DEFAULT_US = 500_000
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Piece:
    """A MIDI file, made ready.

    `messages` holds (tick, port, bytes), rising in tick, 960 ticks a quarter whatever the file counts in;
    on one tick a track's order is kept and tracks follow each other. `plots` maps a plot's id to its
    [start, end) in ticks. `origin` is the timecode of tick 0; None in a file that does not say. `parts`
    holds the tracks that send something: (name, port, channel). `picture_end_tick` is where the picture
    ends, or the file, where it does not say.
    """

    messages: tuple[tuple[Fraction, int, bytes], ...]
    tempo_map: TempoMap
    end_tick: Fraction
    plots: dict[str, tuple[Fraction, Fraction]]
    origin: Origin | None
    parts: tuple[tuple[str, int, int], ...]
    picture_end_tick: Fraction

    @property
    def ports(self) -> int:
        """How many ports of sixteen channels it needs."""
        return 1 + max((port for _, port, _ in self.messages), default=0)

    def tick_at(self, timecode: str) -> Fraction:
        """The tick at a timecode of the timeline, or at a number of frames from the cue's first.

        Raises:
            TimecodeError: neither of the two.
            SettingsError: the file does not say where it lies, or the music is not there.
        """
        if self.origin is None:
            raise SettingsError(
                "this file does not say at which timecode it starts", remedy="Play it from its beginning"
            )
        frame = mark_frame(timecode, "From", self.origin.rate, self.origin.frame, self.origin.drop_frame)
        tick = self.tempo_map.tick_at_s(Fraction(frame or 0) / self.origin.rate)
        if not 0 <= tick < self.end_tick:
            last = self.origin.label(self.tempo_map.s_at_tick(self.end_tick))
            raise SettingsError(
                f"--from {timecode} lies outside the music",
                remedy=f"It runs from {self.origin.label(Fraction(0))} to {last}",
            )
        return tick

    def plot(self, name: str) -> tuple[Fraction, Fraction]:
        """The ticks of a plot.

        Raises:
            SettingsError: there is none of that name.
        """
        if name not in self.plots:
            known = f"It has {', '.join(self.plots)}" if self.plots else "It names no plots"
            raise SettingsError(f"there is no plot {name!r}", remedy=known)
        return self.plots[name]


def read_piece(path: Path) -> Piece:
    """Read a MIDI file.

    Raises:
        InputError: it is not there, cannot be read, or is no MIDI file.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("it is too large for a MIDI file", where=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror or error})", where=str(path), remedy="Check the path"
        ) from None
    try:
        read = events_of(data)
    except (OSError, EOFError, ValueError, LookupError):
        raise InputError(
            "it is not a MIDI file", where=str(path), remedy="Name the NAME.mid that scoring has written"
        ) from None
    if read.ticks_per_quarter <= 0:
        raise InputError("it counts film frames, not beats, which cannot be played", where=str(path))

    def ours(tick: int) -> Fraction:
        return Fraction(tick * TICKS_PER_QUARTER, read.ticks_per_quarter)

    tempi = {0: _DEFAULT_US} | {round(ours(tick)): us for tick, us in read.tempo if us > 0}
    messages = [(ours(tick), part.port, data) for part in read.parts for tick, data in part.events]
    messages.sort(key=lambda message: message[0])
    end = max([ours(read.end_tick), *(tick for tick, _, _ in messages)])
    starts = plot_starts(read.markers)
    ends = [tick for _, tick in starts[1:]] + [read.end_tick]
    return Piece(
        messages=tuple(messages),
        tempo_map=TempoMap(tuple(TempoEvent(tick, us) for tick, us in sorted(tempi.items()))),
        end_tick=end,
        plots={name: (ours(a), ours(b)) for (name, a), b in zip(starts, ends) if b > a},
        origin=origin_in(read.texts),
        parts=tuple((part.name, part.port, part.channel) for part in read.parts),
        picture_end_tick=next((ours(tick) for tick, text in read.markers if text == END_WORDS), end),
    )
