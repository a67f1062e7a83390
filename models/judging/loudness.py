"""How loud a performance is: by its notes and controllers, and by the ear of BS.1770 when it is rendered."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bridge.performing.controllers import EXPRESSION, VOLUME
from bridge.playing import read_piece
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.tempo import Form
from bridge.sounding.fluid import BLOCK_FRAMES, RATE_HZ
from bridge.sounding.loudness import Meter
from bridge.sounding.stems import stems_of
from bridge.sounding.studio import Studio
from bridge.writing.midi import midi_bytes

MOMENT_TICKS = 60


def level(played: Performance) -> float:
    """Decibels of all that sounds together, averaged over the moments in which anything does.

    0 is one note of full velocity on a channel of full volume and expression. A note's amplitude goes as the
    square of its velocity (Dannenberg 2006), of its expression (CC 11) and of its volume (CC 7), as General
    MIDI has it. Silence is left out, as in programme loudness (ITU-R BS.1770): detached notes of one level
    are no softer than held ones. What it cannot know is how loud an instrument's samples are.
    """
    ends = [note.tick + note.duration_ticks for track in played.tracks for note in track.notes]
    power = np.zeros(max(ends, default=0) // MOMENT_TICKS + 1)
    for track in played.tracks:
        changes = [each for each in track.controllers if each.number == EXPRESSION]
        volume = next((each.value for each in track.controllers if each.number == VOLUME), 127) / 127
        at = 0
        for note in sorted(track.notes, key=lambda note: note.tick):
            while at < len(changes) and changes[at].tick <= note.tick:
                at += 1
            expression = changes[at - 1].value / 127 if at else 1.0
            first = note.tick // MOMENT_TICKS
            last = max(first + 1, (note.tick + note.duration_ticks) // MOMENT_TICKS)
            power[first:last] += (note.velocity / 127 * expression * volume) ** 4
    return float((10 * np.log10(power[power > 0])).mean())


def rendered(played: Performance, form: Form, sheet: CueSheet, studio: Studio) -> float:
    """Integrated loudness of the cue as the studio plays it, LUFS, before any gain brings it to a target."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cue.mid"
        path.write_bytes(midi_bytes(played, form, sheet, "cue"))
        stems = stems_of(read_piece(path))
    messages = sorted(
        ((block, index, data) for index, stem in enumerate(stems) for block, data in stem.messages),
        key=lambda each: each[:2],
    )
    meter, at = Meter(), 0
    last = round(sheet.cue_length_s * RATE_HZ / BLOCK_FRAMES)
    with studio.player() as player:
        for block, data in [(min(block, last), data) for block, _, data in messages] + [(last, b"")]:
            if block > at:
                meter.add(player.generate((block - at) * BLOCK_FRAMES))
                at = block
            if data:
                player.send(data)
    return meter.integrated_lufs
