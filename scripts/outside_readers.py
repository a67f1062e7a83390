"""What readers nobody here wrote make of our MIDI files: MuseScore 3 and Ardour 7, without a screen.

    python -m scripts.outside_readers FILE.mid ...

prints, for each file, how far MuseScore's tempo events and Ardour's notes lie from our own tempo map, and,
where NAME.rpp lies beside NAME.mid, from REAPER's arithmetic over the project.
Debian and Ubuntu: apt-get install --no-install-recommends musescore3 ardour

MuseScore opens the file itself and writes MusicXML, whose tempo marks are whole numbers of beats a minute.
Ardour's batch shell has no door to its file import, so a session of its own making is given every track
of the file (chunks copied byte for byte) and the file's tempo numbers; ticks, notes and samples are then
Ardour's own. It changes tempo on whole quarters only: where the file does so between them (after a bar of
7/8), the chunks' header says half as many ticks a quarter and the tempi are doubled, which moves nothing.
"""

from __future__ import annotations

import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.schema.tempo import TICKS_PER_QUARTER, TempoEvent, TempoMap
from bridge.writing.midi import MidiReading, read_back
from scripts.project_reader import note_starts
from scripts.project_reader import project as parse_project

MUSESCORE = ("mscore3", "musescore3", "mscore", "musescore")
ARDOUR = ("ardour7-lua", "ardour8-lua", "ardour-lua")
SAMPLE_RATE = 48_000
_TIMEOUT_S = 300
_ARDOUR_QUARTER = 1920
# Quarters that MusicXML's rounding of tuplets may be off within one bar.
_ROUNDING = Fraction(1, 64)

_MAKE = """
local s = create_session(arg[1], "check", %d)
local one = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
s:new_midi_track(one, one, true, ARDOUR.PluginInfo(), nil, nil, 1, "Check",
  ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local map = Temporal.TempoMap.write_copy()
for line in io.lines(arg[2]) do
  local tick, bpm = line:match("(%%S+) (%%S+)")
  map:set_tempo(Temporal.Tempo(tonumber(bpm), tonumber(bpm), 4),
    Temporal.timepos_t.from_ticks(math.tointeger(tonumber(tick))))
end
Temporal.TempoMap.update(map)
s:save_state("")
close_session() quit()
"""

_READ = """
collectgarbage("stop") -- it frees what Ardour still holds, and Ardour crashes on long files
local s = load_session(arg[1], "check")
if not s then quit() end
for line in io.lines(arg[2]) do
  local tick = math.tointeger(tonumber(line))
  print("TICK", tick, Temporal.timepos_t.from_ticks(tick):samples())
end
for route in s:get_routes():iter() do
  local track = route:to_track()
  if not track:isnil() and not track:playlist():isnil() then
    for region in track:playlist():region_list():iter() do
      local midi = region:to_midiregion()
      if not midi:isnil() then
        local map = Temporal.TempoMap.read()
        for note in ARDOUR.LuaAPI.note_list(midi:midi_source(0):model()):iter() do
          print("NOTE", region:name(), tostring(note:time()), tostring(note:length()), note:note(),
            note:velocity(), map:sample_at_beats(note:time()))
        end
      end
    end
  end
end
close_session() quit()
"""


class OutsideError(RuntimeError):
    """A reader from outside failed to read; its own words are in the message."""


@dataclass(frozen=True)
class Notation:
    """MuseScore's reading: tempo marks as (tick, bpm) and metres as (tick, "3/4"), in our ticks.

    It takes a short first bar for an upbeat, `upbeat_ticks` long, and gives it the metre that follows.
    """

    upbeat_ticks: Fraction
    tempo: tuple[tuple[Fraction, float], ...]
    metres: tuple[tuple[Fraction, str], ...]
    parts: tuple[str, ...]


@dataclass(frozen=True)
class HeardNote:
    """A note as Ardour has it, in our ticks, with the sample where it starts."""

    track: int
    tick: Fraction
    duration_ticks: Fraction
    pitch: int
    velocity: int
    sample: int


@dataclass(frozen=True)
class Hearing:
    """Ardour's reading: notes by track and time, and the sample of every tick asked for."""

    notes: tuple[HeardNote, ...]
    samples: dict[int, int]


@dataclass(frozen=True)
class Agreement:
    """Largest differences between outside readers and our tempo map.

    `samples` is |Ardour − ours| at 48 kHz over all notes and markers; ours is exact, Ardour's is a whole
    sample, so 0.5 is perfect. `whole_samples` is the same after rounding ours to a sample too. `tempo_bpm` is
    |MuseScore − ours| over the tempo marks it shows; it shows whole bpm, and no mark where that number
    stays: `tempo_due` are the events up to the last note that bring another. `project_samples` is
    |Ardour − the REAPER project| over all notes; None without a project.
    """

    notes: int
    markers: int
    samples: float
    tempo_events: int
    tempo_due: int
    tempo_shown: int
    tempo_bpm: float
    metres: int
    whole_samples: int
    project_samples: float | None

    @property
    def ms(self) -> float:
        """`samples` in milliseconds."""
        return 1000 * self.samples / SAMPLE_RATE


def program(names: tuple[str, ...]) -> str | None:
    """Path of the first of these programs that is installed."""
    return next((found for found in map(shutil.which, names) if found), None)


def musescore(data: bytes) -> Notation:
    """Have MuseScore read a MIDI file.

    Raises:
        OutsideError: it is not installed, or failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mid"), Path(folder, "out.musicxml")
        source.write_bytes(data)
        _run(MUSESCORE, ["-o", str(target), str(source)], folder)
        if not target.exists():
            raise OutsideError("MuseScore wrote nothing")
        return _notation(ElementTree.parse(target).getroot())  # noqa: S314 - MuseScore's own file


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
                for sound in item.iterfind("sound[@tempo]"):
                    tempo.append(((now + offset) * TICKS_PER_QUARTER, float(sound.attrib["tempo"])))
            elif item.tag == "backup":
                now -= steps
            elif item.tag == "forward" or (item.tag == "note" and item.find("chord") is None):
                now += steps
            end = max(end, now)
        now = end if end > start else now
        # MusicXML rounds each note of a tuplet to whole divisions: bars must not drift by that.
        if abs(now - start - bar) < _ROUNDING:
            now = start + bar
        if start == 0 and measure.get("implicit") == "yes":
            upbeat = now * TICKS_PER_QUARTER
    parts = tuple(name.text or "" for name in root.iter("part-name"))
    return Notation(upbeat, tuple(tempo), tuple(metres), parts)


def ardour(data: bytes, ticks: list[int]) -> Hearing:
    """Have Ardour read every track of a MIDI file, and say at which sample each of `ticks` lies.

    Raises:
        OutsideError: it is not installed, or failed.
    """
    reading = read_back(data)
    finer = _finer(reading)
    scale = _ARDOUR_QUARTER // TICKS_PER_QUARTER * finer
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        session = root / "check"
        tempo, asked = root / "tempo.txt", root / "ticks.txt"
        tempo.write_text("".join(f"{tick * scale} {60e6 / us * finer!r}\n" for tick, us in reading.tempo))
        asked.write_text("".join(f"{tick * scale}\n" for tick in ticks))
        (root / "make.lua").write_text(_MAKE % SAMPLE_RATE)
        (root / "read.lua").write_text(_READ)
        _run(ARDOUR, [str(root / "make.lua"), str(session), str(tempo)], folder)
        _put_tracks(session, data, reading, finer)
        said = _run(ARDOUR, [str(root / "read.lua"), str(session), str(asked)], folder)
    samples, notes = {}, []
    for line in said.splitlines():
        fields = line.split()
        if fields[:1] == ["TICK"]:
            samples[int(fields[1]) // scale] = int(fields[2])
        elif fields[:1] == ["NOTE"]:
            track, pitch, velocity, sample = (int(fields[i]) for i in (1, 4, 5, 6))
            start, length = _beats(fields[2], finer), _beats(fields[3], finer)
            notes.append(HeardNote(track, start, length, pitch, velocity, sample))
    if ticks and not samples:
        raise OutsideError(f"Ardour did not load its session: {said[-500:]}")
    notes.sort(key=lambda note: (note.track, note.tick, note.pitch))
    return Hearing(tuple(notes), samples)


def _finer(reading: MidiReading) -> int:
    """How many of Ardour's quarters stand for one of ours, so that every tempo change is on one."""
    return TICKS_PER_QUARTER // math.gcd(TICKS_PER_QUARTER, *(tick for tick, _ in reading.tempo))


def _beats(words: str, finer: int) -> Fraction:
    """Ardour's "quarters:ticks" in our ticks."""
    quarters, _, ticks = words.partition(":")
    return Fraction(int(quarters) * _ARDOUR_QUARTER + int(ticks), _ARDOUR_QUARTER * finer) * TICKS_PER_QUARTER


def _chunks(data: bytes) -> list[bytes]:
    """The bodies of the file's track chunks."""
    at, bodies = 8 + struct.unpack(">I", data[4:8])[0], []
    while at + 8 <= len(data):
        kind, length = struct.unpack(">4sI", data[at : at + 8])
        if kind == b"MTrk":
            bodies.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    return bodies


def _put_tracks(session: Path, data: bytes, reading: MidiReading, finer: int) -> None:
    """Add each track's chunk to the session as a source and a region that starts at zero."""
    path = session / "check.ardour"
    tree = ElementTree.parse(path)  # noqa: S314 - Ardour's own file
    sources, regions = tree.find("Sources"), tree.find("Regions")
    playlist = tree.find("Playlists/Playlist")
    if sources is None or regions is None or playlist is None:
        raise OutsideError("Ardour made a session of another shape than 7.3 does")
    folder = session / "interchange" / "check" / "midifiles"
    folder.mkdir(parents=True, exist_ok=True)
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, reading.ticks_per_quarter // finer)
    for number, (body, track) in enumerate(zip(_chunks(data)[1:], reading.tracks)):
        if not track.notes:
            continue
        (folder / f"{number}.mid").write_bytes(header + struct.pack(">4sI", b"MTrk", len(body)) + body)
        source_id, region_id = str(90_000 + 3 * number), 90_001 + 3 * number
        about = {"name": f"{number}.mid", "type": "midi", "flags": "", "channel": "0", "id": source_id}
        ElementTree.SubElement(sources, "Source", about | {"natural-position": "b0", "gain": "1"})
        quarters = max(note.tick for note in track.notes) // TICKS_PER_QUARTER + 100
        length = quarters * finer * _ARDOUR_QUARTER
        region = {
            "name": str(number), "muted": "0", "opaque": "1", "start": "b0", "length": f"b{length}@b0",
            "position": "b0", "type": "midi", "first-edit": "nothing", "source-0": source_id,
            "master-source-0": source_id, "layer": str(number),
        }  # fmt: skip
        ElementTree.SubElement(regions, "Region", region | {"id": str(region_id), "whole-file": "1"})
        ElementTree.SubElement(playlist, "Region", region | {"id": str(region_id + 1), "whole-file": "0"})
    tree.write(path, encoding="UTF-8", xml_declaration=True)


def _run(names: tuple[str, ...], arguments: list[str], home: str) -> str:
    """Run a program with a home of its own; what it printed."""
    found = program(names)
    if found is None:
        raise OutsideError(f"{names[0]} is not installed")
    environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [found, *arguments], env=environment, cwd=home, timeout=_TIMEOUT_S, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise OutsideError(f"{found} ended with {done.returncode}: {said[-500:]}")
    return said


def agreement(data: bytes, project: bytes | None = None) -> Agreement:
    """Hold one file, and the REAPER project of the same score, against both readers.

    Raises:
        OutsideError: a reader is absent or failed, misses a note or a tempo mark, or has one of its own.
    """
    reading = read_back(data)
    tempo_map = TempoMap(tuple(TempoEvent(tick, us) for tick, us in reading.tempo))
    ticks = sorted({marker.tick for marker in reading.markers})
    heard = ardour(data, ticks)
    meant = [
        (number, n.tick, n.duration_ticks, n.pitch, n.velocity)
        for number, track in enumerate(reading.tracks)
        for n in track.notes
    ]
    got = [(n.track, n.tick, n.duration_ticks, n.pitch, n.velocity) for n in heard.notes]
    if sorted(meant) != sorted(got):
        raise OutsideError(f"Ardour has {len(got)} notes, the file {len(meant)}, or they differ")
    places = [(note.tick, note.sample) for note in heard.notes] + [(t, heard.samples[t]) for t in ticks]
    apart = [abs(float(tempo_map.s_at_tick(tick) * SAMPLE_RATE - sample)) for tick, sample in places]
    seen = musescore(data)
    apart_bpm = []
    for tick, bpm in seen.tempo:
        event = min(tempo_map.events, key=lambda e: abs(e.tick - tick))
        if abs(event.tick - tick) > _ROUNDING * TICKS_PER_QUARTER:
            raise OutsideError(f"MuseScore has a tempo of {bpm} at tick {tick}, where the file has none")
        apart_bpm.append(abs(bpm - event.bpm))
    metres = [(Fraction(tick), str(metre)) for tick, metre in reading.metres]
    if seen.upbeat_ticks and len(metres) > 1 and metres[1][0] == seen.upbeat_ticks:
        metres = [(Fraction(0), metres[1][1]), *metres[2:]]
    last = max(note.tick for note in heard.notes) if heard.notes else 0
    if [(t, m) for t, m in metres if t <= last] != [(t, m) for t, m in seen.metres if t <= last]:
        raise OutsideError(f"MuseScore has metres {seen.metres}, the file {metres}")
    return Agreement(
        notes=len(heard.notes),
        markers=len(ticks),
        samples=max(apart, default=0.0),
        tempo_events=len(tempo_map.events),
        tempo_due=_due(tempo_map, last),
        tempo_shown=len([tick for tick, _ in seen.tempo if tick <= last]),
        tempo_bpm=max(apart_bpm, default=0.0),
        metres=len(metres),
        whole_samples=max(
            (abs(round(tempo_map.s_at_tick(t) * SAMPLE_RATE) - s) for t, s in places), default=0
        ),
        project_samples=None if project is None else _project_apart(project, heard),
    )


def _due(tempo_map: TempoMap, last: int) -> int:
    """Tempo events up to a tick that change the whole number of beats a minute."""
    whole = [round(event.bpm) for event in tempo_map.events if event.tick <= last]
    return sum(before != after for before, after in zip([0, *whole], whole))


def _project_apart(data: bytes, heard: Hearing) -> float:
    """|Ardour − the project| in samples; the project's tracks with MIDI are the file's after its first."""
    starts = note_starts(parse_project(data))
    notes = {(n.track, int(n.tick), n.pitch): n.sample for n in heard.notes}
    if notes.keys() != starts.keys():
        raise OutsideError(f"the project has {len(starts)} notes, Ardour {len(notes)}, or they differ")
    return max((abs(starts[note] * SAMPLE_RATE - sample) for note, sample in notes.items()), default=0.0)


def main(paths: list[str]) -> int:
    """Print one line a file; 1 when a reader disagrees or is absent."""
    for path in paths:
        try:
            beside = Path(path).with_suffix(".rpp")
            found = agreement(Path(path).read_bytes(), beside.read_bytes() if beside.exists() else None)
        except OutsideError as fault:
            print(f"{path}: {fault}", file=sys.stderr)
            return 1
        near = found.project_samples
        print(
            f"{path}: Ardour {found.notes} notes and {found.markers} markers within "
            f"{found.samples:.2f} samples ({found.ms:.4f} ms at 48 kHz; {found.whole_samples} in whole ones)"
            + (f", of the .rpp within {near:.2f}" if near is not None else "")
            + f"; MuseScore {found.tempo_shown} of the {found.tempo_due} changes of whole bpm among "
            f"{found.tempo_events} tempo events, within {found.tempo_bpm:.2f} bpm, {found.metres} metres"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
