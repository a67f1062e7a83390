"""What Ardour 7 makes of a MIDI file, without a screen.

Ardour's batch shell has no door to its file import, so a session of its own making is given every track
of the file (chunks copied byte for byte) and the file's tempo numbers; ticks, notes and samples are then
Ardour's own. It changes tempo on whole quarters only: where the file does so between them (after a bar of
7/8), the chunks' header says half as many ticks a quarter and the tempi are doubled, which moves nothing.
"""

from __future__ import annotations

import math
import struct
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.schema.tempo import TICKS_PER_QUARTER
from bridge.writing.midi import MidiReading, read_back
from scripts.outside_program import OutsideError, run

ARDOUR = ("ardour7-lua", "ardour8-lua", "ardour-lua")
SAMPLE_RATE = 48_000
_ARDOUR_QUARTER = 1920

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
        run(ARDOUR, [str(root / "make.lua"), str(session), str(tempo)], folder)
        _put_tracks(session, data, reading, finer)
        said = run(ARDOUR, [str(root / "read.lua"), str(session), str(asked)], folder)
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
