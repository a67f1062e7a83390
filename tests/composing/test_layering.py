"""Layers are planned: four at most, alike for one label; register, density and level by mood and course."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.composing import Models, compose
from bridge.composing.layers import HELD_CELLS, MOST_LAYERS, Layer, Layers
from bridge.composing.palettes import PALETTES
from bridge.composing.plan import Section, make_plan
from bridge.composing.planned import layers_of
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import Label, LayerPlan
from bridge.schema.score import PartRole
from tests.composing.forms import Scene, build

SEEDS = range(30)
STEADY = {"ostinato", "pulse", "driving"}
LABELS = (Label.INTRODUCTION, Label.DEVELOPMENT, Label.CLIMAX, Label.CONCLUSION)


def sections(*scenes: Scene, seed: int = 0) -> tuple[Section, ...]:
    return make_plan(*build(*scenes), Settings(seed=seed)).sections


def a_b_a(bars: int, energy: float = 0.6, seed: int = 0) -> tuple[Section, ...]:
    outer, inner = (
        Scene(n, label, 0.5, energy, 0.5, 0.6, 0.6, palette="orchestral")
        for n, label in ((8, Label.DEVELOPMENT), (bars, Label.CLIMAX))
    )
    return sections(outer, inner, outer, seed=seed)


def motion(layers: Layers) -> str:
    return next((layer.texture for layer in layers if layer.slot == "motion"), "")


def test_a_plot_of_the_same_label_has_the_first_ones_layers():
    for seed in SEEDS:
        first, _, again = a_b_a(HELD_CELLS, seed=seed)
        assert again.layers == tuple(replace(layer, enters=0) for layer in first.layers)


def test_only_a_motion_that_must_be_held_yet_goes_on_into_a_plot_that_comes_back():
    held = 0
    for seed in SEEDS:
        first, between, again = a_b_a(4, seed=seed)
        came = motion(between.layers) if motion(between.layers) != motion(first.layers) else ""
        held += came in STEADY
        assert motion(again.layers) == (came if came in STEADY else motion(first.layers))
        others = {layer.texture for layer in first.layers if layer.slot not in ("motion", "bed")}
        assert others == {layer.texture for layer in again.layers if layer.slot not in ("motion", "bed")}
    assert held


def test_a_plot_has_four_layers_at_most_drums_included():
    sizes = set()
    for seed in range(20):
        scenes = [Scene(8, label, 0.5, 0.8, 0.6, 0.8, 0.8, palette="orchestral") for label in LABELS]
        for section in sections(*scenes, seed=seed):
            assert any(layer.slot != "beat" for layer in section.layers)
            sizes.add(len(section.layers))
    assert min(sizes) >= 1 and max(sizes) == MOST_LAYERS


def by_texture(energy: float, valence: float, tension: float, label: Label) -> dict[str, Layer]:
    """The last layers of their texture that twenty seeds plan for a plot."""
    found = {}
    for seed in range(20):
        [section] = sections(
            Scene(8, label, valence, energy, tension, energy, energy, palette="orchestral"), seed=seed
        )
        found |= {layer.texture: layer for layer in section.layers}
    return found


def test_two_moods_differ_in_register_and_density():
    calm = by_texture(0.3, 0.45, 0.45, Label.DEVELOPMENT)
    lively = by_texture(0.75, 0.6, 0.45, Label.DEVELOPMENT)
    both = calm.keys() & lively.keys()
    assert {"bass", "inner", "line"} <= both
    for texture in both - {"groove"}:
        low, high = calm[texture].register, lively[texture].register
        assert low.low <= high.low and low.high <= high.high, texture
    for texture in ("inner", "line"):
        assert calm[texture].register.low < lively[texture].register.low
        assert calm[texture].density < lively[texture].density


def test_several_that_move_are_thinned_and_a_climax_is_denser():
    def densities(label: Label) -> dict[int, float]:
        """The melody's density by how many layers move."""
        found = {}
        for seed in range(40):
            [section] = sections(Scene(8, label, 0.55, 0.7, 0.4, 0.7, 0.7, palette="orchestral"), seed=seed)
            line = section.layer("line")
            moving = sum(layer.slot in ("motion", "top", "beat") for layer in section.layers)
            found |= {moving: line.density} if line is not None else {}
        return found

    plain, climax = densities(Label.DEVELOPMENT), densities(Label.CLIMAX)
    assert {2, 3} <= plain.keys() & climax.keys()
    assert plain[3] < plain[2] and climax[3] < climax[2]
    assert climax[3] > plain[3] and climax[2] > plain[2]


def test_levels_follow_the_labels_course_and_the_loudness_against_the_cue():
    def levels(label: Label, loudness: float) -> list[tuple[float, float]]:
        """Of the bass, whose own level is 1 throughout."""
        scenes = [
            Scene(8, label, 0.5, 0.6, 0.4, 0.6, loudness, palette="orchestral"),
            Scene(8, Label.DEVELOPMENT, 0.5, 0.6, 0.4, 0.6, 0.5, palette="orchestral"),
        ]
        found = (sections(*scenes, seed=seed)[0].layer("bass") for seed in range(20))
        return [layer.level for layer in found if layer is not None]

    for start, end in levels(Label.INTRODUCTION, 0.5):
        assert start < end <= 1
    for start, end in levels(Label.CONCLUSION, 0.5):
        assert start > end
    assert min(map(min, levels(Label.CLIMAX, 0.5))) > max(map(max, levels(Label.DEVELOPMENT, 0.5)))
    assert min(levels(Label.DEVELOPMENT, 0.9)) > max(levels(Label.DEVELOPMENT, 0.2))


def test_a_plot_in_two_sections_has_one_course():
    for seed in range(10):
        parts = sections(Scene(40, Label.INTRODUCTION, 0.5, 0.6, 0.4, palette="orchestral"), seed=seed)
        assert len(parts) == 2
        basses = [layer for layer in (part.layer("bass") for part in parts) if layer is not None]
        if len(basses) == 2:
            assert basses[0].level[1] == basses[1].level[0] < basses[1].level[1]
            return
    raise AssertionError("no seed gives both sections a bass")


def test_a_bed_leaves_the_tune_its_register():
    seen = 0
    for palette in PALETTES:
        for seed in range(12):
            for section in sections(Scene(8, palette=palette.name, energy=0.45), seed=seed):
                line = section.layer("line")
                for layer in section.layers if line is not None else ():
                    if layer.slot == "bed":
                        seen += 1
                        free = layer.register.high <= line.register.low + 5
                        assert free or layer.register.low == layer.voice.low
    assert seen > 10


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_registers_lie_within_the_instruments_and_have_an_octave(palette):
    for seed in range(6):
        for mood in ((0.2, 0.2, 0.8), (0.8, 0.9, 0.3), (0.3, 0.7, 0.95)):
            scenes = [Scene(4, label, *mood, palette=palette.name) for label in LABELS]
            for layer in (layer for section in sections(*scenes, seed=seed) for layer in section.layers):
                voice = palette.voice(layer.part)
                assert voice is not None and layer.voice == voice
                assert voice.low <= layer.register.low < layer.register.high <= voice.high
                least = 17 if layer.slot in ("bed", "top") else 12
                assert layer.register.high - layer.register.low >= min(least, voice.high - voice.low)


@pytest.mark.parametrize("palette", ["orchestral", "strings", "pulse"])
def test_who_has_one_layer_alone_plays_within_its_register(models: Models, palette: str):
    """Closes and what meets a hit have the whole instrument; here nothing is hit."""
    heard = 0
    for seed in range(4):
        cues, form = build(Scene(12, Label.DEVELOPMENT, 0.3, 0.7, 0.8, palette=palette), bpm=100)
        plan = make_plan(cues, form, Settings(seed=seed))
        score = compose(cues, form, Settings(seed=seed), models, Progress())
        if "taken up" in " ".join(score.notes):
            continue
        for section in plan.sections:
            for layer in section.layers:
                part = next((part for part in score.parts if part.name == layer.voice.name), None)
                shared = [each for each in section.layers if each.voice.name == layer.voice.name]
                if part is None or part.role is PartRole.DRUMS or len(shared) > 1:
                    continue
                for note in part.notes:
                    if note.start_beats < 4 * 11:
                        heard += 1
                        assert layer.register.low <= note.pitch <= layer.register.high, layer.texture
    assert heard > 100


def test_what_a_cue_sheet_names_stays_as_it_is():
    [named] = sections(Scene(8, Label.CLIMAX, layers=("pad", "ostinato", "bass", "melody", "drums", "ping")))
    assert len(named.layers) == 6
    assert {layer.density for layer in named.layers} == {1.0}
    assert all(layer.register == layer.voice for layer in named.layers)
    cues, form = build(Scene(8, Label.CLIMAX, palette="orchestral"))
    asked = LayerPlan("ostinato", "Spiccato strings", 50, 70, 0.6, (0.4, 0.7))
    cues = replace(cues, plots=(replace(cues.plots[0], plan=(asked,)),))
    assert layers_of(make_plan(cues, form, Settings())) == {"p0": (asked,)}
