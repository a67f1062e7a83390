"""Standard MIDI files, format 1, 960 ticks a quarter, and reading them back: the only import of mido.

The first track holds tempo, metre and markers; every part has a track of its own. Text is UTF-8, which
the standard neither asks for nor forbids and which every current DAW reads. The bytes depend on the
arguments alone.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mido

from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance, Track
from bridge.schema.score import KeySpan
from bridge.schema.tempo import TICKS_PER_QUARTER, Form, Metre, MetreEvent
from bridge.timebase import can_drop, frames_to_timecode, nominal_rate
from bridge.writing.events import CHANNELS, part_events, places
from bridge.writing.marks import END_WORDS, hit_words, music_tick, origin_words, picture_tick, plot_words
from bridge.writing.text import one_line

CHARSET = "utf-8"
# mido keeps the charset of the file at hand in a global: two jobs at once would change each other's.
_CHARSET_LOCK = threading.Lock()
_DAY_H = 24
_HEADER_BYTES = 14
# SMPTE offset codes that the standard has; 23.976 counts labels as 24 does, 29.97 non-drop as 30.
_SMPTE_RATES = {24: 24, 25: 25, 30: 30}
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")

_Event = tuple[int, int, int, mido.Message]


@dataclass(frozen=True)
class ReadNote:
    """A note as mido reads it: ticks, and seconds from tick 0 by the file's own tempo events."""

    tick: int
    duration_ticks: int
    start_s: float
    end_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True)
class ReadTrack:
    """One track after the first, by name, port and 0-based channel (-1 when it holds no note or program)."""

    name: str
    port: int
    channel: int
    programs: tuple[int, ...]
    notes: tuple[ReadNote, ...]


@dataclass(frozen=True)
class ReadMarker:
    """A marker: tick, seconds from tick 0, text."""

    tick: int
    time_s: float
    text: str


@dataclass(frozen=True)
class MidiReading:
    """What mido's own parse finds in a file. `tempo` holds (tick, microseconds a quarter)."""

    ticks_per_quarter: int
    name: str
    tempo: tuple[tuple[int, int], ...]
    metres: tuple[tuple[int, Metre], ...]
    markers: tuple[ReadMarker, ...]
    texts: tuple[str, ...]
    tracks: tuple[ReadTrack, ...]


@dataclass(frozen=True)
class PartEvents:
    """Channel messages of one track, rising in tick, as bytes; ports count from 0."""

    name: str
    port: int
    channel: int
    program: int | None
    events: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class MidiEvents:
    """What stands in a file, on its own ticks. `tempo` holds (tick, microseconds a quarter).

    `end_tick` is the first track's end. Tracks without channel messages are left out of `parts`.
    """

    ticks_per_quarter: int
    end_tick: int
    tempo: tuple[tuple[int, int], ...]
    metres: tuple[tuple[int, Metre], ...]
    markers: tuple[tuple[int, str], ...]
    texts: tuple[str, ...]
    parts: tuple[PartEvents, ...]


def midi_bytes(
    performance: Performance, form: Form, cues: CueSheet, name: str, keys: tuple[KeySpan, ...] = ()
) -> bytes:
    """The whole cue as a MIDI file.

    Args:
        performance: tracks; more than sixteen, or two on one channel, go to further ports by meta event.
        form: tempo events, bars and hit results, written as they are.
        cues: plots and hits, which become markers: a met hit's stands where the music meets it, a
            missed one's where the picture is.
        name: the cue's name, any Unicode.
        keys: key signatures, when they are known.

    Raises:
        ValueError: a note before tick 0 or outside MIDI's ranges: a fault of the stage that played it.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset=CHARSET)
    end_tick = max(form.end_tick, form.bars[-1].end_tick if form.bars else 0)
    file.tracks.append(_written(_conductor(form, cues, name, keys), end_tick))
    located = places(performance.tracks)
    with_ports = any(port for port, _ in located)
    for track, (port, channel) in zip(performance.tracks, located):
        file.tracks.append(_written(_part(track, port if with_ports else None, channel)))
    buffer = io.BytesIO()
    with _CHARSET_LOCK:
        file.save(file=buffer)
    return buffer.getvalue()


def track_chunks(tracks: Sequence[Track], *, with_ports: bool) -> bytes:
    """The chunks of some parts, on whatever ticks they are; channels from 16 on are of further ports."""
    file = mido.MidiFile(type=1, charset=CHARSET)
    for track in tracks:
        port, channel = divmod(track.channel, CHANNELS)
        file.tracks.append(_written(_part(track, port if with_ports else None, channel)))
    buffer = io.BytesIO()
    with _CHARSET_LOCK:
        file.save(file=buffer)
    return buffer.getvalue()[_HEADER_BYTES:]


def _written(events: Iterable[_Event], end_tick: int = 0) -> mido.MidiTrack:
    """Events on absolute ticks → a track with deltas and its end."""
    track, now = mido.MidiTrack(), 0
    for tick, _, _, message in sorted(events, key=lambda event: event[:3]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end_tick - now)))
    return track


def _conductor(form: Form, cues: CueSheet, name: str, keys: tuple[KeySpan, ...]) -> list[_Event]:
    heads = [mido.MetaMessage("track_name", name=one_line(name)), *_start(cues)]
    events: list[_Event] = [(0, 0, order, message) for order, message in enumerate(heads)]
    events += [(each.tick, 1, 0, _time_signature(each)) for each in form.metre_events()]
    for key in keys:
        names = _MINOR_NAMES if key.mode == "minor" else _MAJOR_NAMES
        message = mido.MetaMessage("key_signature", key=names[key.tonic_pc % 12])
        events.append((round(key.start_beats * TICKS_PER_QUARTER), 2, 0, message))
    for event in form.tempo_map.events:
        events.append((event.tick, 3, 0, mido.MetaMessage("set_tempo", tempo=event.us_per_quarter)))
    for order, (tick, words) in enumerate(_markers(form, cues)):
        events.append((tick, 4, order, mido.MetaMessage("marker", text=one_line(words))))
    return events


def _time_signature(event: MetreEvent) -> mido.MetaMessage:
    return mido.MetaMessage(
        "time_signature",
        numerator=event.metre.numerator,
        denominator=event.metre.denominator,
        clocks_per_click=event.clocks_per_click,
        notated_32nd_notes_per_beat=event.notated_32nds_per_quarter,
    )


def _start(cues: CueSheet) -> list[mido.MetaMessage]:
    """Where tick 0 lies on the timeline: always in words, as an SMPTE offset where that has a code."""
    words = mido.MetaMessage("text", text=origin_words(cues))
    frame = cues.start_timecode_frames + cues.cue_start_frame
    label = frames_to_timecode(frame, cues.rate, cues.drop_frame)
    nominal = nominal_rate(cues.rate)
    legal = nominal in _SMPTE_RATES and cues.rate in (nominal, Fraction(nominal * 1000, 1001))
    hour, minute, second, part = (int(field) for field in label.lstrip("-").replace(";", ":").split(":"))
    if not legal or frame < 0 or hour >= _DAY_H:
        return [words]
    offset = mido.MetaMessage(
        "smpte_offset",
        frame_rate=29.97 if cues.drop_frame and can_drop(cues.rate) else _SMPTE_RATES[nominal],
        hours=hour,
        minutes=minute,
        seconds=second,
        frames=part,
        sub_frames=0,
    )
    return [offset, words]


def _markers(form: Form, cues: CueSheet) -> list[tuple[int, str]]:
    """Plots, hits and the picture's end, by tick."""
    results = {result.hit_id: result for result in form.hits}
    marks = [(picture_tick(form.tempo_map, cues, p.start_frame), 0, plot_words(p)) for p in cues.plots]
    for hit in cues.hits:
        result = results.get(hit.id)
        tick = music_tick(result)
        if tick is None:
            tick = picture_tick(form.tempo_map, cues, hit.frame)
        marks.append((tick, 1, hit_words(hit, result, cues)))
    marks.append((form.end_tick, 2, END_WORDS))
    return [(tick, words) for tick, _, words in sorted(marks, key=lambda mark: mark[:2])]


def _part(track: Track, port: int | None, channel: int) -> list[_Event]:
    heads = [mido.MetaMessage("track_name", name=one_line(track.name))]
    if port is not None:
        heads.append(mido.MetaMessage("midi_port", port=port))
    events: list[_Event] = [(0, 0, order, message) for order, message in enumerate(heads)]
    for order, event in enumerate(part_events(track, channel)):
        events.append((event.tick, 1, order, mido.Message.from_bytes(event.data)))
    return events


def read_back(data: bytes) -> MidiReading:
    """A MIDI file as mido parses and times it, by its own tempo events.

    Raises:
        OSError, EOFError, ValueError: not a MIDI file that mido can read.
    """
    with _CHARSET_LOCK:
        file = mido.MidiFile(file=io.BytesIO(data), charset=CHARSET)
    first = file.tracks[0] if file.tracks else mido.MidiTrack()
    clock = _clock(file)
    tempo, metres, markers, texts = [], [], [], []
    tick = 0
    for message in first:
        tick += message.time
        if message.type == "set_tempo":
            tempo.append((tick, message.tempo))
        elif message.type == "time_signature":
            metres.append((tick, Metre(message.numerator, message.denominator)))
        elif message.type == "marker":
            markers.append(ReadMarker(tick, clock[tick], message.text))
        elif message.type == "text":
            texts.append(message.text)
    return MidiReading(
        ticks_per_quarter=file.ticks_per_beat,
        name=first.name,
        tempo=tuple(tempo),
        metres=tuple(metres),
        markers=tuple(markers),
        texts=tuple(texts),
        tracks=tuple(_read_track(track, clock) for track in file.tracks[1:]),
    )


def events_of(data: bytes) -> MidiEvents:
    """A MIDI file's own events, untouched: what another writer hands on byte by byte.

    Raises:
        OSError, EOFError, ValueError: not a MIDI file that mido can read.
    """
    with _CHARSET_LOCK:
        file = mido.MidiFile(file=io.BytesIO(data), charset=CHARSET)
    found: dict[str, list[tuple[int, mido.Message]]] = {}
    parts = []
    for track in file.tracks:
        tick, port, events, programs = 0, 0, [], []
        for message in track:
            tick += message.time
            found.setdefault(message.type, []).append((tick, message))
            if hasattr(message, "channel"):
                events.append((tick, bytes(message.bytes()), message.channel))
            if message.type == "midi_port":
                port = message.port
            if message.type == "program_change":
                programs.append(message.program)
        if events:
            kept = tuple((at, raw) for at, raw, _ in events)
            program = programs[0] if programs else None
            parts.append(PartEvents(track.name, port, events[0][2], program, kept))
    return MidiEvents(
        ticks_per_quarter=file.ticks_per_beat,
        end_tick=sum(message.time for message in file.tracks[0]) if file.tracks else 0,
        tempo=tuple((tick, m.tempo) for tick, m in found.get("set_tempo", [])),
        metres=tuple((t, Metre(m.numerator, m.denominator)) for t, m in found.get("time_signature", [])),
        markers=tuple((tick, m.text) for tick, m in found.get("marker", [])),
        texts=tuple(m.text for _, m in found.get("text", [])),
        parts=tuple(parts),
    )


def _clock(file: mido.MidiFile) -> dict[int, float]:
    """Seconds at every tick that has an event, by mido's own playback iteration."""
    clock, tick, now = {0: 0.0}, 0, 0.0
    merged = mido.merge_tracks(file.tracks)
    for in_ticks, in_s in zip(merged, file):
        tick += in_ticks.time
        now += in_s.time
        clock[tick] = now
    return clock


def _read_track(track: mido.MidiTrack, clock: dict[int, float]) -> ReadTrack:
    tick, port, channel = 0, 0, -1
    programs: list[int] = []
    sounding: dict[int, tuple[int, int]] = {}
    notes: list[ReadNote] = []
    for message in track:
        tick += message.time
        channel = getattr(message, "channel", channel)
        if message.type == "midi_port":
            port = message.port
        elif message.type == "program_change":
            programs.append(message.program)
        elif message.type in ("note_on", "note_off") and message.note in sounding:
            start, velocity = sounding.pop(message.note)
            length = tick - start
            notes.append(ReadNote(start, length, clock[start], clock[tick], message.note, velocity))
        if message.type == "note_on" and message.velocity:
            sounding[message.note] = (tick, message.velocity)
    notes.sort(key=lambda note: (note.tick, note.pitch))
    return ReadTrack(track.name, port, channel, tuple(programs), tuple(notes))


def hit_errors_from_midi(data: bytes, cues: CueSheet) -> dict[str, float]:
    """By hit id, music − picture in frames, from mido's parse of the file and nothing of ours.

    A met hit's music is at its marker. Hits whose marker says that they were left or grouped are not
    in the answer.
    """
    frames = {hit.id: hit.frame for hit in cues.hits}
    errors = {}
    for marker in read_back(data).markers:
        words = marker.text.partition(": ")[0].split(" ")
        if words[0] in frames and words[-1] == "frames":
            picture_s = cues.cue_s(frames[words[0]])
            errors[words[0]] = (marker.time_s - float(picture_s)) * float(cues.rate)
    return errors
