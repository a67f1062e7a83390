"""What an editor's markers ask for: hits, silence, speech, sections with words.

Rules (whole words, any case, in the name or the note):
    must / want / nice          a hit of that weight at the marker's frame
    hit, sync, accent, stinger  a hit, `must` unless another weight is said
    no music, no score, silence nothing sounds for the marker's length; without a length, until the next
                                "music in" marker, or else to the end of that plot
    music out / music in        the same as a pair of instants
    dialogue, dialog, speech,   somebody speaks for the marker's length; without a length, from "dialogue in"
    VO, voice-over, narration   until the next "dialogue out". Only at the head of the text; what follows
                                directs the mood there if it holds mood words, as a section's does
    no dialogue, no speech,     nobody speaks for the marker's length, whatever was heard there
    no voice
    any other words on a marker with a length: a section, one plot, whose words direct its mood
On a marker with a length the weights and hit words count only where they stand alone or lead ("want",
"must: tense strings"), for "nice and warm strings" describes a section; the hit is then at its start. A
marker without a length and without such words directs nothing; it is named in the notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.schema.cue_json import merged
from bridge.schema.cues import Speech, Weight
from bridge.schema.timeline import Marker, Timeline
from bridge.spotting.lexicon import read_words
from bridge.timebase import frames_to_timecode

_WEIGHT = re.compile(r"\b(must|want|nice)\b", re.IGNORECASE)
_HIT = re.compile(r"\b(hit|sync|accent|stinger)\b", re.IGNORECASE)
_SILENCE = re.compile(r"\b(no music|music out|silence|no score)\b", re.IGNORECASE)
_ENTER = re.compile(r"\b(music in|music starts?|score in)\b", re.IGNORECASE)
# At the head of a longer text: "must: ...", "hit - ...", or the word alone.
_LEADING = re.compile(
    r"^\s*(must|want|nice|hit|sync|accent|stinger)\b(\s+hit\b)?\s*($|[:;,.–—-])", re.IGNORECASE
)
_SILENCE_LEADING = re.compile(r"^\s*(no music|music out|silence|no score)\b(.*)$", re.IGNORECASE | re.DOTALL)
_SPEECH_LEADING = re.compile(
    r"^\s*(?:under\s+)?(?:dialog(?:ue)?|speech|v\.?\s?o\.?|voice[ -]?over|narrat(?:ion|or))(?!\w)(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NO_SPEECH = re.compile(r"^\s*no\s+(dialog(?:ue)?|speech|voice(?:[ -]?over)?|v\.?o\.?)(?!\w)", re.IGNORECASE)
_SPEECH_ENDS = re.compile(r"^\W*(out|off|over|ends?|stops?)\b", re.IGNORECASE)
_ONLY_HIT = re.compile(r"^\s*((must|want|nice|hit|sync|accent|stinger|here)\b[\s:;,.–—-]*)+$", re.IGNORECASE)
_DEFAULT_NAME = re.compile(r"^\s*(marker\s*\d*)?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class MarkedHit:
    """A hit a marker asks for."""

    frame: int
    weight: Weight
    words: str


@dataclass(frozen=True)
class Span:
    """A span of timeline frames with what was said of it; `end_frame` None is open."""

    start_frame: int
    end_frame: int | None
    words: str


@dataclass(frozen=True)
class Directions:
    """All that markers ask for."""

    hits: tuple[MarkedHit, ...] = ()
    silences: tuple[Span, ...] = ()
    sections: tuple[Span, ...] = ()
    speech: tuple[Speech, ...] = ()
    unspoken: tuple[Span, ...] = ()
    notes: tuple[str, ...] = ()


def marker_words(marker: Marker) -> str:
    """A marker's own words: name and note, without a default name such as "Marker 3"."""
    name = "" if _DEFAULT_NAME.match(marker.name) else marker.name.strip()
    note = marker.note.strip()
    return f"{name}: {note}" if name and note and name != note else name or note


def _asks_for_silence(words: str) -> bool:
    """Whether a marker with a length is a silence: it begins so and asks for no mood after all."""
    match = _SILENCE_LEADING.match(words)
    return match is not None and not read_words(match.group(2)).understood


def _ends_speech(words: str) -> bool:
    spoken = _SPEECH_LEADING.match(words)
    return spoken is not None and _SPEECH_ENDS.match(spoken.group(1)) is not None


def read_directions(timeline: Timeline) -> Directions:
    """Read every marker inside the cue."""
    hits: list[MarkedHit] = []
    silences: list[Span] = []
    sections: list[Span] = []
    speech: list[Speech] = []
    unspoken: list[Span] = []
    notes: list[str] = []
    markers = sorted(timeline.markers, key=lambda m: m.frame)
    entrances = [m.frame for m in markers if _ENTER.search(marker_words(m))]
    exits = [m.frame for m in markers if _ends_speech(marker_words(m))]

    def undirected(marker: Marker, words: str, remedy: str) -> None:
        at = frames_to_timecode(
            timeline.start_timecode_frames + marker.frame, timeline.rate, timeline.drop_frame
        )
        notes.append(f"The marker at {at} ({words or 'no words'}) directs nothing: {remedy}")

    for marker in markers:
        words = marker_words(marker)
        long = marker.duration_frames > 1
        end_frame = min(marker.frame + marker.duration_frames, timeline.cue_end_frame)
        weight = _WEIGHT.search(words)
        is_hit = bool(_LEADING.match(words) if long else weight or _HIT.search(words))
        spoken = _SPEECH_LEADING.match(words)
        if spoken and _ends_speech(words) and not long:
            continue
        if long and _NO_SPEECH.match(words):
            unspoken.append(Span(marker.frame, end_frame, words))
        elif spoken:
            end = end_frame if long else next((f for f in exits if f > marker.frame), None)
            if end is None:
                undirected(marker, words, "give it a length, or put a marker dialogue out where speech ends")
                continue
            speech.append(Speech(marker.frame, end, words))
            rest = spoken.group(1).lstrip(" \t\r\n:;,.–—-")
            if _SILENCE.search(rest):
                silences.append(Span(marker.frame, end, words))
            elif long and read_words(rest).understood:
                sections.append(Span(marker.frame, end_frame, rest))
        elif _asks_for_silence(words) if long else _SILENCE.search(words):
            end = end_frame if long else next((f for f in entrances if f > marker.frame), None)
            silences.append(Span(marker.frame, end, words))
        elif _ENTER.search(words) and not long:
            sections.append(Span(marker.frame, None, words))
        elif is_hit or (long and words):
            if is_hit:
                kind = Weight(weight.group(1).lower()) if weight else Weight.MUST
                hits.append(MarkedHit(marker.frame, kind, words))
            if long and not _ONLY_HIT.match(words):
                sections.append(Span(marker.frame, end_frame, words))
        else:
            undirected(
                marker,
                words,
                "write hit, must, want, nice or no music in it, or give it a length to make it a section",
            )
    return Directions(
        tuple(hits), tuple(silences), tuple(sections), merged(speech), tuple(unspoken), tuple(notes)
    )
