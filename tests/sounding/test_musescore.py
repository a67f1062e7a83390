"""A whole soundfont: what users have, and what the tests' own two samples cannot show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.config import AudioSettings
from bridge.errors import InputError
from bridge.progress import Progress
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.sounding import Studio, open_studio, render
from bridge.writing.midi import midi_bytes
from tests.sounding.conftest import missing
from tests.sounding.make import read_wave
from tests.sounding.test_render import onsets
from tests.writing.make import make_cues, make_form

# General MIDI: piano, pizzicato, timpani, a drum kit: what is struck can be measured.
STRUCK = {"piano": (0, 0, 72), "pizzicato": (1, 45, 67), "drums": (9, 0, 38)}


@pytest.fixture(scope="module")
def studio() -> Studio:
    try:
        found = open_studio()
    except InputError as error:
        missing(str(error))
    if "MuseScore_General" not in found.soundfont.name:
        missing("MuseScore General is not here: apt install musescore-general-soundfont-small")
    return found


def test_struck_instruments_sound_at_the_hits(studio: Studio, tmp_path: Path) -> None:
    cues = make_cues(length=240, cuts=(60, 97, 190))
    form = make_form(cues)
    ticks = list(range(960, form.end_tick, 1920))
    assert {hit.tick for hit in form.hits if hit.met} & set(ticks)
    tracks = tuple(
        Track(
            name, PartRole.RHYTHM, channel, program,
            tuple(PlayedNote(tick, 480, pitch, 110) for tick in ticks), (Controller(0, 91, 0),),
        )
        for name, (channel, program, pitch) in STRUCK.items()
    )  # fmt: skip
    midi = tmp_path / "hits.mid"
    midi.write_bytes(midi_bytes(Performance(tracks), form, cues, "n"))
    made = render(midi, tmp_path, "hits", studio, AudioSettings(), Progress())
    hits_s = [float(form.tempo_map.s_at_tick(tick)) for tick in ticks]
    for name in STRUCK:
        wave = read_wave(made.stems[name])
        assert np.abs(wave).max() > 1 << 14
        assert onsets(wave, hits_s) == pytest.approx(hits_s, abs=0.005), name
