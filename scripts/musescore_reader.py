"""What MuseScore 3 makes of a MIDI file, without a screen.

MuseScore opens the file itself and writes MusicXML. It keeps whole numbers of beats a minute, so the tempo
is read from a second copy that differs in one thing: every tempo in it is a hundred times as fast.
"""

from __future__ import annotations

import io
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import mido

from bridge.schema.tempo import TICKS_PER_QUARTER
from scripts.outside_program import OutsideError, run

MUSESCORE = ("mscore3", "musescore3", "mscore", "musescore")
FASTER = 100
# Quarters that MusicXML's rounding of tuplets may be off within one bar.
ROUNDING_QUARTERS = Fraction(1, 64)


@dataclass(frozen=True)
class Notation:
    """MuseScore's reading: tempo marks as (tick, bpm) and metres as (tick, "3/4"), in our ticks.

    Tempi are to a hundredth of a beat a minute; there is no mark where that number stays.
    It takes a short first bar for an upbeat, `upbeat_ticks` long, and gives it the metre that follows.
    """

    upbeat_ticks: Fraction
    tempo: tuple[tuple[Fraction, float], ...]
    metres: tuple[tuple[Fraction, str], ...]
    parts: tuple[str, ...]


def musescore(data: bytes) -> Notation:
    """Have MuseScore read a MIDI file.

    Raises:
        OutsideError: it is not installed, or failed.
    """
    return replace(_notated(data), tempo=tuple((t, bpm / FASTER) for t, bpm in _notated(_faster(data)).tempo))


def _notated(data: bytes) -> Notation:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mid"), Path(folder, "out.musicxml")
        source.write_bytes(data)
        run(MUSESCORE, ["-o", str(target), str(source)], folder)
        if not target.exists():
            raise OutsideError("MuseScore wrote nothing")
        return _notation(ElementTree.parse(target).getroot())  # noqa: S314 - MuseScore's own file


def _faster(data: bytes) -> bytes:
    """The file with every tempo a hundred times as fast, and nothing else changed."""
    file, out = mido.MidiFile(file=io.BytesIO(data), charset="utf-8"), io.BytesIO()
    for message in (message for track in file.tracks for message in track if message.type == "set_tempo"):
        message.tempo = round(message.tempo / FASTER)
    file.save(file=out)
    return out.getvalue()


def _notation(root: ElementTree.Element) -> Notation:
    tempo, metres, upbeat = [], [], Fraction(0)
    part = root.find("part")
    now, divisions, bar = Fraction(0), 1, Fraction(0)
    for measure in part.findall("measure") if part is not None else []:
        start = end = now
        for item in measure:
            steps = Fraction(item.findtext("duration") or 0) / divisions
            if item.tag == "attributes":
                divisions = int(item.findtext("divisions") or divisions)
                if item.find("time") is not None:
                    words = f"{item.findtext('time/beats')}/{item.findtext('time/beat-type')}"
                    metres.append((now * TICKS_PER_QUARTER, words))
                    bar = 4 * Fraction(words)
            elif item.tag == "direction":
                offset = Fraction(item.findtext("offset") or 0) / divisions
                for mark in item.iterfind("direction-type/metronome"):  # `sound` ends at 999 bpm
                    if mark.findtext("beat-unit") != "quarter" or mark.find("beat-unit-dot") is not None:
                        raise OutsideError("MuseScore counts a tempo in something else than quarters")
                    bpm = float(mark.findtext("per-minute") or "nan")
                    tempo.append(((now + offset) * TICKS_PER_QUARTER, bpm))
            elif item.tag == "backup":
                now -= steps
            elif item.tag == "forward" or (item.tag == "note" and item.find("chord") is None):
                now += steps
            end = max(end, now)
        now = end if end > start else now
        # MusicXML rounds each note of a tuplet to whole divisions: bars must not drift by that.
        if abs(now - start - bar) < ROUNDING_QUARTERS:
            now = start + bar
        if start == 0 and measure.get("implicit") == "yes":
            upbeat = now * TICKS_PER_QUARTER
    parts = tuple(name.text or "" for name in root.iter("part-name"))
    return Notation(upbeat, tuple(tempo), tuple(metres), parts)
