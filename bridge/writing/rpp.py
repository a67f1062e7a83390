"""The score as a REAPER project: tempo map, metres, regions, markers, coloured tracks, MIDI and picture.

Project time 0 is tick 0, the cue's first frame, and the project's start time is that frame's timecode.
Tempo points are square and stand where the MIDI file has them; MIDI items hold the same messages on the
same ticks as the file, so each note lies where `TempoMap` says. Markers, regions, tempo points and the
video keep their time when the map is edited, and the music follows the map. The bytes depend on the
arguments alone. Nobody here has opened one in REAPER: what it saves itself was read, and imitated.
"""

from __future__ import annotations

import hashlib
import uuid
from fractions import Fraction

from bridge import __version__
from bridge.schema.cues import CueSheet, Hit
from bridge.schema.performance import Performance, Track
from bridge.schema.tempo import TICKS_PER_QUARTER, Form, HitResult, Metre
from bridge.schema.timeline import Timeline
from bridge.timebase import can_drop, frames_to_timecode, nominal_rate
from bridge.writing.colors import BLUE, GREY, LABEL_COLORS, ORANGE, PART_COLORS, SILENCE, VERMILION
from bridge.writing.events import ChannelEvent, part_events, places
from bridge.writing.marks import END_WORDS, hit_words, music_tick, plot_words
from bridge.writing.rpp_picture import VideoItem, video_items
from bridge.writing.rpp_text import Block, Word, seconds

FOLDER = "SCORE"
PICTURE = "Video"
SAMPLE_RATE = 48_000
# Which REAPER wrote a file is in its head; an older one than the reader's own is read by every reader.
_VERSION = "6.13/cuebridge"
_NO_COLOR = 16_576
_CUSTOM = 0x100_0000
_SQUARE = 1
_SETS_METRE, _CUTS_BAR = 1, 4
# Timebases of a track and of a project: 0 keeps seconds, 1 keeps beats.
_BY_TIME, _BY_BEATS = 0, 1
_MARKER, _REGION = 0, 1
_SPACE = uuid.UUID("3d0c9a5e-8f0e-5f6c-9b1e-6a0f8f3c2b71")


def rpp_bytes(performance: Performance, form: Form, cues: CueSheet, timeline: Timeline, name: str) -> bytes:
    """The whole cue as a project file, UTF-8.

    Args:
        performance: tracks, each a track with one MIDI item.
        form: tempo events, bars and hit results, written as they are.
        cues: plots (regions) and hits (markers): a met hit's marker stands where the music meets it,
            a missed one's where the picture is.
        timeline: shots, which become video items.
        name: the cue's name, any Unicode.

    Raises:
        ValueError: a note that MIDI cannot hold: a fault of the stage that played it.
    """
    # 0 seconds since 1970: a date would make no two files alike.
    project = Block("REAPER_PROJECT", (Word("0.1"), _VERSION, 0))
    _head(project, form, cues, name)
    _tempo(project, form)
    _regions(project, cues)
    _markers(project, form, cues)
    project.block("PROJBAY")
    ids = _Ids(name)
    items = video_items(timeline)
    if items:
        _picture_track(project, items, ids)
    if performance.tracks:
        _score_tracks(project, performance, form, ids)
    return project.text().encode("utf-8", "replace")


class _Ids:
    """GUIDs that follow from what they name, so that equal scores give equal files."""

    def __init__(self, name: str) -> None:
        self._name = name

    def of(self, *words: object) -> Word:
        found = uuid.uuid5(_SPACE, "\n".join(map(repr, (self._name, *words))))
        return Word(f"{{{str(found).upper()}}}")


def _head(project: Block, form: Form, cues: CueSheet, name: str) -> None:
    first = cues.start_timecode_frames + cues.cue_start_frame
    base, pulled = _frame_rate(cues)
    notes = project.block("NOTES", 0, 2)
    notes.quote(f"{name}, scored by cuebridge {__version__}")
    label = frames_to_timecode(first, cues.rate, cues.drop_frame)
    notes.quote(f"Project start is {label} at {cues.rate.numerator}/{cues.rate.denominator} frames a second")
    for statement in (
        ("RIPPLE", 0),
        ("GROUPOVERRIDE", 0, 0, 0),
        ("AUTOXFADE", 1),
        ("ENVATTACH", 1),
        ("POOLEDENVATTACH", 0),
        ("MIXERUIFLAGS", 11, 48),
        ("PEAKGAIN", 1),
        ("FEEDBACK", 0),
        ("PANLAW", 1),
        ("PROJOFFS", seconds(float(Fraction(first) / cues.rate)), 0, 0),
        ("MAXPROJLEN", 0, 600),
        ("GRID", 3199, 8, 1, 8, 1, 0, 0, 0),
        ("TIMEMODE", 5, 5, -1, base, pulled, 0, -1),
        ("VIDEO_CONFIG", 0, 0, 256),
        ("PANMODE", 3),
        ("CURSOR", 0),
        ("USE_REC_CFG", 0),
        ("RECMODE", 1),
        ("SMPTESYNC", 0, float(cues.rate), 100, 40, 1000, 300, 0, 0, 1, 0, 0),
        ("LOOP", 0),
        ("LOOPGRAN", 0, 4),
        ("TIMELOCKMODE", _BY_TIME),
        ("TEMPOENVLOCKMODE", _BY_TIME),
        ("ITEMMIX", 0),
        ("TAKELANE", 1),
        ("SAMPLERATE", SAMPLE_RATE, 0, 0),
        ("LOCK", 1),
        ("GLOBAL_AUTO", -1),
        ("TEMPO", *_tempo_setting(form)),
        ("PLAYRATE", 1, 0, 0.25, 4),
        ("SELECTION", 0, 0),
        ("SELECTION2", 0, 0),
    ):
        project.say(*statement)


def _frame_rate(cues: CueSheet) -> tuple[int, int]:
    """REAPER's `projfrbase` and `projfrdrop`: 1 drops labels, 2 is slower by 1000/1001."""
    base = nominal_rate(cues.rate)
    if cues.drop_frame and can_drop(cues.rate):
        return base, 1
    return base, 2 if cues.rate == Fraction(base * 1000, 1001) else 0


def _tempo_setting(form: Form) -> tuple[float, int, int]:
    """The project's own tempo, which counts denominators; the first tempo point stands above it."""
    metre = form.bars[0].metre if form.bars else Metre(4, 4)
    bpm = form.tempo_map.events[0].bpm * metre.denominator / 4
    return bpm, metre.numerator, metre.denominator


def _tempo(project: Block, form: Form) -> None:
    envelope = project.block("TEMPOENVEX")
    for statement in (("ACT", 1, -1), ("VIS", 1, 0, 1), ("LANEHEIGHT", 0, 0), ("ARM", 0)):
        envelope.say(*statement)
    envelope.say("DEFSHAPE", _SQUARE, -1, -1)
    metres = {event.tick: event.metre for event in form.metre_events()}
    since = 0
    for tick in sorted({*metres, *(event.tick for event in form.tempo_map.events)}):
        bpm = 60e6 / form.tempo_map.us_per_quarter_at(tick)
        point = (Word(f"{float(form.tempo_map.s_at_tick(tick)):.12f}"), Word(f"{bpm:.10f}"), _SQUARE)
        if tick in metres:
            signature = (metres[tick].denominator << 16) + metres[tick].numerator
            # A given map may cut a bar short by a new metre; REAPER would move the bar line otherwise.
            cut = tick > 0 and (tick - since) % metres[since].ticks != 0
            envelope.say("PT", *point, signature, 0, _SETS_METRE | (_CUTS_BAR if cut else 0))
            since = tick
        else:
            envelope.say("PT", *point)


def _regions(project: Block, cues: CueSheet) -> None:
    for number, plot in enumerate(cues.plots, start=1):
        color = _native(LABEL_COLORS[plot.label] if plot.music else SILENCE)
        ends_s = (float(cues.cue_s(frame)) for frame in (plot.start_frame, plot.end_frame))
        for words, at_s in zip((plot_words(plot), ""), ends_s):
            project.say("MARKER", number, seconds(at_s), words, _REGION, color, 1, Word("R"))


def _markers(project: Block, form: Form, cues: CueSheet) -> None:
    results = {result.hit_id: result for result in form.hits}
    marks = []
    for hit in cues.hits:
        result = results.get(hit.id)
        tick = music_tick(result)
        at_s = cues.cue_s(hit.frame) if tick is None else form.tempo_map.s_at_tick(tick)
        marks.append((at_s, hit_words(hit, result, cues), _hit_color(hit, result)))
    marks.append((cues.cue_length_s, END_WORDS, GREY))
    for number, (at_s, words, color) in enumerate(sorted(marks, key=lambda mark: mark[0]), start=1):
        project.say("MARKER", number, seconds(float(at_s)), words, _MARKER, _native(color), 1, Word("B"))


def _hit_color(hit: Hit, result: HitResult | None) -> str:
    if music_tick(result) is not None:
        return BLUE
    return ORANGE if hit.grouped_with else VERMILION


def _native(color: str) -> int:
    """A colour as projects hold it: red in the lowest byte, and a bit that says it is set."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return _CUSTOM | red | green << 8 | blue << 16


def _track(project: Block, name: str, color: str, timebase: int, depth: tuple[int, int], ids: _Ids) -> Block:
    """A track like those REAPER makes. `depth`: (1, 1) opens a folder, (2, -1) is the last one inside."""
    guid = ids.of("track", len(project.lines), name)
    track = project.block("TRACK", guid)
    for statement in (
        ("NAME", name),
        ("PEAKCOL", _native(color) if color else _NO_COLOR),
        ("BEAT", timebase),
        ("AUTOMODE", 0),
        ("VOLPAN", 1, 0, -1, -1, 1),
        ("MUTESOLO", 0, 0, 0),
        ("IPHASE", 0),
        ("PLAYOFFS", 0, 1),
        ("ISBUS", *depth),
        ("BUSCOMP", 0, 0, 0, 0, 0),
        ("SHOWINMIX", 1, 0.6667, 0.5, 1, 0.5, 0, 0, 0),
        ("FREEMODE", 0),
        ("SEL", 0),
        ("REC", 0, 0, 1, 0, 0, 0, 0),
        ("VU", 2),
        ("TRACKHEIGHT", 0, 0, 0),
        ("INQ", 0, 0, 0, 0.5, 100, 0, 0, 100),
        ("NCHAN", 2),
        ("FX", 1),
        ("TRACKID", guid),
        ("PERF", 0),
        ("MIDIOUT", -1),
        ("MAINSEND", 1, 0),
    ):
        track.say(*statement)
    return track


def _item(track: Block, name: str, start_s: float, length_s: float) -> Block:
    item = track.block("ITEM")
    for statement in (
        ("POSITION", seconds(start_s)),
        ("SNAPOFFS", 0),
        ("LENGTH", seconds(length_s)),
        ("LOOP", 0),
        ("ALLTAKES", 0),
        ("FADEIN", 1, 0, 0, 1, 0, 0),
        ("FADEOUT", 1, 0, 0, 1, 0, 0),
        ("MUTE", 0, 0),
        ("SEL", 0),
    ):
        item.say(*statement)
    return item


def _picture_track(project: Block, items: tuple[VideoItem, ...], ids: _Ids) -> None:
    track = _track(project, PICTURE, "", _BY_TIME, (0, 0), ids)
    for video in items:
        item = _item(track, video.name, float(video.start_s), float(video.end_s - video.start_s))
        if not video.path:
            notes = item.block("NOTES")
            notes.quote(f"{video.name}: {video.reason}")
            continue
        item.say("NAME", video.name)
        item.say("VOLPAN", 1, 0, 1, -1)
        item.say("SOFFS", seconds(float(video.media_s)), 0)
        item.say("PLAYRATE", float(video.speed), 1, 0, -1, 0, 0.0025)
        item.say("CHANMODE", 0)
        source = item.block("SOURCE", Word("VIDEO"))
        source.say("FILE", video.path)


def _score_tracks(project: Block, performance: Performance, form: Form, ids: _Ids) -> None:
    _track(project, FOLDER, GREY, _BY_BEATS, (1, 1), ids)
    events = [
        part_events(track, channel)
        for track, (_, channel) in zip(performance.tracks, places(performance.tracks))
    ]
    ends = [part[-1].tick for part in events]
    # One length for all: the last bar's end, or the last note's where it rings on past it.
    length_ticks = max(form.end_tick, form.bars[-1].end_tick if form.bars else 0, *ends)
    for number, (part, played) in enumerate(zip(performance.tracks, events), start=1):
        depth = (2, -1) if number == len(events) else (0, 0)
        track = _track(project, part.name, PART_COLORS[part.role], _BY_BEATS, depth, ids)
        _midi_item(track, part, played, length_ticks, form, ids)


def _midi_item(
    track: Block, part: Track, events: tuple[ChannelEvent, ...], length_ticks: int, form: Form, ids: _Ids
) -> None:
    """One item from tick 0: deltas in ticks, and at the end the all-notes-off that bounds its source."""
    # Two items of one GUID would be taken for one: what they hold is part of what they are named by.
    digest = hashlib.sha256(b"".join(b"%d %b\n" % (e.tick, e.data) for e in events)).hexdigest()
    item = _item(track, part.name, 0.0, float(form.tempo_map.s_at_tick(length_ticks)))
    item.say("IGUID", ids.of("item", digest))
    item.say("NAME", part.name)
    item.say("VOLPAN", 1, 0, 1, -1)
    item.say("SOFFS", 0, 0)
    item.say("PLAYRATE", 1, 1, 0, -1, 0, 0.0025)
    item.say("CHANMODE", 0)
    item.say("GUID", ids.of("take", digest))
    source = item.block("SOURCE", Word("MIDI"))
    source.say("HASDATA", 1, TICKS_PER_QUARTER, Word("QN"))
    source.say("CCINTERP", 32)
    now = 0
    for event in events:
        # Two-byte messages are filled up with a zero: every line has three bytes.
        words = [Word(f"{byte:02x}") for byte in event.data.ljust(3, b"\0")]
        source.say("E", event.tick - now, *words)
        now = event.tick
    source.say("E", length_ticks - now, Word("b0"), Word("7b"), Word("00"))
    source.say("IGNTEMPO", 0, 120, 4, 4)
