"""Under speech the music is sparser and softer, and the register of the voice is free."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.composing import Models, compose
from bridge.composing.approach import plan_gestures
from bridge.composing.palettes import Voice
from bridge.composing.plan import make_plan
from bridge.composing.speech import VOICE_HIGH, VOICE_LOW, out_of_the_way, register_free
from bridge.composing.writing import Draft
from bridge.config import Settings, TempoSettings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Label, Speech, Weight
from bridge.schema.score import PartRole
from bridge.schema.tempo import Form, Rung
from bridge.timing import solve
from tests.composing.forms import RATE, Scene, build
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


BAR = 3840
BLOWS = {
    "orchestral": {"Orchestra hit", "Low brass"},
    "strings": {"Pizzicato strings", "Contrabass"},
    "sparse pads": {"Crystal", "Deep drone"},
    "solo piano": {"Piano, left hand", "Piano, bass"},
}
"""Who may strike on a `must`, wherever it lies."""


def spoken_film(palette: str, weight: Weight, *layers: str) -> tuple[CueSheet, Form]:
    """A quiet plot, a loud tense climax that a hit opens, and a close, with hits in all; somebody speaks
    from the quiet plot's second half into the climax, through its middle, and over the end."""
    cues, form = build(
        Scene(8, Label.DEVELOPMENT, 0.4, 0.4, 0.6, 0.4, 0.4, palette=palette, hits=((2 * BAR, weight),)),
        Scene(
            12, Label.CLIMAX, 0.4, 0.9, 0.85, 0.8, 0.9, palette=palette, layers=layers,
            hits=((0, weight), (3 * BAR, weight), (6 * BAR + 960, weight), (9 * BAR, Weight.NICE)),
        ),
        Scene(
            6, Label.CONCLUSION, 0.4, 0.7, 0.7, 0.5, 0.5, palette=palette, marks={2: {"hold": True}},
            hits=((0, weight), (2 * BAR, Weight.WANT)),
        ),
        bpm=100,
    )  # fmt: skip

    def frame(bar: float) -> int:
        return round(form.tempo_map.s_at_tick(round(bar * BAR)) * RATE)

    spans = ((4.5, 10.5), (13.25, 15.5), (22.5, 25.5))
    return replace(cues, speech=tuple(Speech(frame(a), frame(b)) for a, b in spans)), form


@pytest.mark.parametrize("palette", BLOWS)
@pytest.mark.parametrize("weight", [Weight.MUST, Weight.WANT])
def test_under_speech_nothing_sounds_in_its_register_but_blows_on_a_must_and_the_close(
    models: Models, palette: str, weight: Weight
):
    strayed = []
    doubled = False
    for seed in range(4):
        for layers in ((), ("line", "bass", "pad", "ostinato")):
            cues, form = spoken_film(palette, weight, *layers)
            plan = make_plan(cues, form, Settings(seed=seed))
            score = compose(cues, form, Settings(seed=seed), models, Progress())
            must = {tick for s in plan.sections for item in s.cells for tick in item.must}
            closes = {i.cell.tick for s in plan.sections for i in s.cells if i.kind == "final"}
            button = plan.palette.voice("button")
            doubled = doubled or any("doubling" in part.name for part in score.parts)
            for part in score.parts:
                for note in part.notes:
                    start, end = (round(960 * b) for b in (note.start_beats, note.end_beats))
                    if part.role is PartRole.DRUMS or not VOICE_LOW <= note.pitch <= VOICE_HIGH:
                        continue
                    if start in must and part.name in BLOWS[palette]:
                        continue
                    if start in closes and button is not None and part.name == button.name:
                        continue
                    if any(start < high and low < end for low, high in plan.speech):
                        strayed.append((seed, part.name, start / BAR, end / BAR, note.pitch))
            starts = {round(960 * note.start_beats) for part in score.parts for note in part.notes}
            met = {tick for s in plan.sections for item in s.cells for tick in item.forced}
            assert met <= starts
    assert strayed == []
    assert doubled or palette not in ("orchestral", "strings")


def test_a_swell_over_words_keeps_above_them_and_a_riser_waits():
    cues, form = spoken_film("orchestral", Weight.MUST)
    silent = replace(cues, speech=())
    kinds = {}
    for each_sheet in (silent, cues):
        plan = make_plan(each_sheet, form, Settings())
        found = plan_gestures(plan).approaches
        kinds[bool(each_sheet.speech)] = {each.kind for each in found}
        for each in found:
            spoken = any(each.start_tick < high and low < each.end_tick for low, high in plan.speech)
            assert each.low == (VOICE_HIGH + 1 if spoken else 0)
    assert "riser" in kinds[False]
    assert "riser" not in kinds[True]
    only = replace(cues, speech=(Speech(0, 24),))
    assert {each.kind for each in plan_gestures(make_plan(only, form, Settings())).approaches} == kinds[False]


def test_what_is_held_on_into_speech_stops_there_and_a_hits_last_onset_stays():
    cues, form = spoken_film("strings", Weight.WANT)
    plan = make_plan(cues, form, Settings())
    low, high = plan.speech[0]
    hit = next(t for s in plan.sections for i in s.cells for t in i.forced if low <= t < high)
    lines = {
        "pad": [Draft(low - 960, 50, high), Draft(low - 960, 62, high), Draft(low + 960, 45, high)],
        "bass": [Draft(hit, 41, hit + 1920, True)],
        "locked": [Draft(low, 50, high)],
    }
    free = register_free(plan, lines)
    assert free["pad"] == [Draft(low - 960, 50, low), Draft(low - 960, 62, high)]
    assert free["bass"] == [Draft(hit, 41, hit + 480, True)]
    assert free["locked"] == lines["locked"]
