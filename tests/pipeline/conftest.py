"""Scores of hand-made cues, written as files and read by mido alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import pytest

from bridge import composing, performing, writing
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.record import Origin, Record, ScoreFiles
from bridge.schema.tempo import Form
from tests.make_models import write_models


@dataclass(frozen=True)
class Heard:
    """What mido reads of a file: notes (tick, length, pitch, velocity) and controllers (tick, number, value)
    by track name, and everything of the first track."""

    notes: dict[str, list[tuple[int, int, int, int]]]
    controls: dict[str, list[tuple[int, int, int]]]
    programs: dict[str, int]
    conductor: list[tuple[int, str]]


def hear(data: bytes) -> Heard:
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    heard = Heard({}, {}, {}, [])
    for index, track in enumerate(file.tracks):
        tick = 0
        sounding: dict[tuple[int, int], tuple[int, int]] = {}
        notes = heard.notes.setdefault(track.name, []) if index else []
        for message in track:
            tick += message.time
            if index == 0:
                heard.conductor.append((tick, str(message.copy(time=0))))
            elif message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note] = (tick, message.velocity)
            elif message.type in ("note_on", "note_off"):
                begun, velocity = sounding.pop((message.channel, message.note))
                notes.append((begun, tick - begun, message.note, velocity))
            elif message.type == "control_change":
                row = (tick, message.control, message.value)
                heard.controls.setdefault(track.name, []).append(row)
            elif message.type == "program_change":
                heard.programs[track.name] = message.program
        notes.sort()
    return heard


@pytest.fixture(scope="session", autouse=True)
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Small random decoders: what holds with them is held by rule, not by what a model has learnt."""
    root: Path = write_models(tmp_path_factory.mktemp("models"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUEBRIDGE_MODELS", str(root))
        yield


def scored(sheet: tuple[CueSheet, Form], seed: int = 0, name: str = "film") -> ScoreFiles:
    """A cue composed, played and written."""
    cues, form = sheet
    settings = Settings(seed=seed)
    written = composing.compose(cues, form, settings, composing.load_models(), Progress())
    played = performing.perform(written, form, cues, settings)
    record = Record({plot.id: Origin(seed) for plot in cues.plots}, written.palette)
    files = writing.write(Path(name), name, None, cues, form, written, played, record, Progress())
    return ScoreFiles(name, Path(name), files["mid"], files["cues.json"].decode())
