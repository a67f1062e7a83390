"""From a cue sheet through timing and composing to the MIDI file: what timing says is what sounds."""

from __future__ import annotations

import io

import mido

from bridge.composing import Models, compose
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import Weight
from bridge.timing import solve
from bridge.writing.midi import midi_bytes
from tests.timing.sheets import sheet


def test_music_that_stops_on_a_hit_is_over_on_its_tick(models: Models):
    cues = sheet(
        [240, 480], end=720, plot_frames=[240, 480], music=[True, False, True], weights=[Weight.MUST] * 2
    )
    asked = Settings()
    form = solve(cues, asked, Progress())
    stop, start = form.hits
    assert stop.met and stop.tick is not None and start.tick is not None
    assert "music stops on it" in stop.reason
    score = compose(cues, form, asked, models, Progress())
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(perform(score, form, cues, asked), form, cues, "stop")))
    ends = []
    for track in file.tracks[1:]:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_off" or (message.type == "note_on" and not message.velocity):
                ends.append(now)
    assert ends.count(stop.tick) >= 3
    assert not any(stop.tick < end <= start.tick for end in ends)
