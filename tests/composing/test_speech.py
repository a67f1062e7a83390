"""Under speech the music is sparser and softer, and the register of the voice is free."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.composing import Models, compose
from bridge.composing.palettes import Voice
from bridge.composing.speech import VOICE_HIGH, VOICE_LOW, out_of_the_way
from bridge.config import Settings, TempoSettings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Speech, Weight
from bridge.schema.score import PartRole
from bridge.schema.tempo import Rung
from bridge.timing import solve
from tests.timing.sheets import random_cuts, sheet

SPOKEN = (288, 528)


def spoken_sheet(layers: tuple[str, ...], weight: Weight = Weight.WANT) -> CueSheet:
    cues = sheet([192, 384], end=768, plot_frames=[192], weights=[Weight.MUST, weight])
    plots = tuple(replace(plot, layers=layers, energy=0.6, density=0.6, loudness=0.7) for plot in cues.plots)
    return replace(cues, plots=plots, speech=(Speech(*SPOKEN),))


def counted(cues: CueSheet, models: Models) -> tuple[float, float, float, float, list[int]]:
    """Notes a second and mean velocity under speech and beside it, and the pitches that start under it."""
    form = solve(cues, Settings(), Progress())
    played = perform(compose(cues, form, Settings(), models, Progress()), form, cues, Settings())
    spoken_s = [float(cues.cue_s(frame)) for frame in SPOKEN]
    under, beside = [], []
    for track in played.tracks:
        if track.role is PartRole.EFFECT:
            continue
        for note in track.notes:
            at_s = float(form.tempo_map.s_at_tick(note.tick))
            if spoken_s[0] <= at_s < spoken_s[1]:
                under.append(note)
            elif spoken_s[0] - 5 <= at_s < spoken_s[1] + 5:
                beside.append(note)

    def mean(notes: list) -> float:
        return sum(note.velocity for note in notes) / max(1, len(notes))

    length_s = spoken_s[1] - spoken_s[0]
    return len(under) / length_s, len(beside) / 10, mean(under), mean(beside), [n.pitch for n in under]


@pytest.mark.parametrize("layers", [("ostinato", "bass", "pad"), ("line", "inner", "bass")])
def test_it_is_sparser_and_softer_and_the_voice_has_its_register(layers: tuple[str, ...], models: Models):
    under, beside, soft, loud, pitches = counted(spoken_sheet(layers), models)
    assert under <= 0.7 * beside
    assert soft < loud
    assert pitches and not [pitch for pitch in pitches if VOICE_LOW <= pitch <= VOICE_HIGH]


def test_without_speech_nothing_is_changed(models: Models):
    cues = replace(spoken_sheet(("ostinato", "bass", "pad")), speech=())
    under, beside, _, _, pitches = counted(cues, models)
    assert under > 0.7 * beside
    assert [pitch for pitch in pitches if VOICE_LOW <= pitch <= VOICE_HIGH]


def test_a_hit_under_speech_is_met_but_only_a_must_is_struck(models: Models):
    loudest = {}
    for weight in (Weight.WANT, Weight.MUST):
        cues = spoken_sheet(("ostinato", "pad"), weight)
        form = solve(cues, Settings(), Progress())
        hit = form.hits[1]
        assert hit.met and hit.tick is not None
        played = perform(compose(cues, form, Settings(), models, Progress()), form, cues, Settings())
        struck = [note for track in played.tracks for note in track.notes if note.tick == hit.tick]
        assert struck
        loudest[weight] = max(note.velocity for note in struck)
    assert loudest[Weight.WANT] < 80 < loudest[Weight.MUST]


def test_no_accent_off_the_beat_falls_on_a_word():
    # At one tempo without bends some hits are left to accents, unless somebody speaks throughout.
    frames = random_cuts(1, 40, 2.5, Fraction(24))
    cues = sheet(frames)
    asked = Settings(tempo=TempoSettings(min_bpm=96, max_bpm=96, target_bpm=96, max_bend=0.0))
    said = Speech(0, cues.cue_end_frame)
    rungs = {
        bool(speech): {each.rung for each in solve(replace(cues, speech=speech), asked, Progress()).hits}
        for speech in ((), (said,))
    }
    assert Rung.ACCENT in rungs[False]
    assert Rung.ACCENT not in rungs[True]


@pytest.mark.parametrize(
    ("pitch", "down", "expected"), [(48, True, 36), (48, False, 60), (72, True, 72), (30, False, 30)]
)
def test_pitches_go_by_octaves(pitch: int, down: bool, expected: int):
    assert out_of_the_way(pitch, Voice("any", 0, 28, 84), down=down) == expected


def test_an_instrument_without_another_octave_rests():
    assert out_of_the_way(50, Voice("narrow", 0, 45, 58), down=True) is None
