"""What readers nobody here wrote make of our MIDI files: MuseScore 3 and Ardour 7, without a screen.

    python -m scripts.outside_readers FILE.mid ...

prints, for each file, how far MuseScore's tempo events and Ardour's notes lie from our own tempo map, and,
where NAME.rpp lies beside NAME.mid, from REAPER's arithmetic over the project.
Debian and Ubuntu: apt-get install --no-install-recommends musescore3 ardour
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.schema.tempo import TICKS_PER_QUARTER, TempoEvent, TempoMap
from bridge.writing.midi import read_back
from scripts.ardour_reader import SAMPLE_RATE, Hearing, ardour
from scripts.musescore_reader import FASTER, ROUNDING_QUARTERS, musescore
from scripts.outside_program import OutsideError
from scripts.project_reader import note_starts
from scripts.project_reader import project as parse_project


@dataclass(frozen=True)
class Agreement:
    """Largest differences between outside readers and our tempo map.

    `samples` is |Ardour − ours| at 48 kHz over all notes and markers; ours is exact, Ardour's is a whole
    sample, so 0.5 is perfect. `whole_samples` is the same after rounding ours to a sample too. `tempo_bpm` is
    |MuseScore − ours| over the tempo marks it shows (`Notation`): every event up to the last note that
    changes the tempo by what it can show. `project_samples` is
    |Ardour − the REAPER project| over all notes; None without a project.
    """

    notes: int
    markers: int
    samples: float
    tempo_events: int
    tempo_shown: int
    tempo_bpm: float
    metres: int
    whole_samples: int
    project_samples: float | None

    @property
    def ms(self) -> float:
        """`samples` in milliseconds."""
        return 1000 * self.samples / SAMPLE_RATE


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
        if abs(event.tick - tick) > ROUNDING_QUARTERS * TICKS_PER_QUARTER:
            raise OutsideError(f"MuseScore has a tempo of {bpm} at tick {tick}, where the file has none")
        apart_bpm.append(abs(bpm - event.bpm))
    metres = [(Fraction(tick), str(metre)) for tick, metre in reading.metres]
    if seen.upbeat_ticks and len(metres) > 1 and metres[1][0] == seen.upbeat_ticks:
        metres = [(Fraction(0), metres[1][1]), *metres[2:]]
    last = max(note.tick for note in heard.notes) if heard.notes else 0
    shown = len([tick for tick, _ in seen.tempo if tick <= last])
    if shown < (due := _due(tempo_map, last)):
        raise OutsideError(f"MuseScore has {shown} changes of tempo, the file {due} that it could show")
    if [(t, m) for t, m in metres if t <= last] != [(t, m) for t, m in seen.metres if t <= last]:
        raise OutsideError(f"MuseScore has metres {seen.metres}, the file {metres}")
    return Agreement(
        notes=len(heard.notes),
        markers=len(ticks),
        samples=max(apart, default=0.0),
        tempo_events=len(tempo_map.events),
        tempo_shown=shown,
        tempo_bpm=max(apart_bpm, default=0.0),
        metres=len(metres),
        whole_samples=max(
            (abs(round(tempo_map.s_at_tick(t) * SAMPLE_RATE) - s) for t, s in places), default=0
        ),
        project_samples=None if project is None else _project_apart(project, heard),
    )


def _due(tempo_map: TempoMap, last: int) -> int:
    """Tempo events up to a tick whose tempo, as MuseScore keeps it, is another than before."""
    kept = [
        round(60e6 / round(event.us_per_quarter / FASTER)) for event in tempo_map.events if event.tick <= last
    ]
    return sum(before != after for before, after in zip([0, *kept], kept))


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
            + f"; MuseScore {found.tempo_shown} of {found.tempo_events} tempo events (the others change "
            "less than it can show, or come after the last note), "
            f"within {found.tempo_bpm:.3f} bpm, {found.metres} metres"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
