"""What rules write: each texture alone in a plot, by the labeller and by its own promises."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from bridge.composing import Models, compose
from bridge.composing.layering import LONGEST_WITHOUT_LINE_S
from bridge.composing.layers import SLOTS, words_known
from bridge.composing.palettes import PALETTES, palette_named
from bridge.composing.tables import strayed, table
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Label, Weight
from bridge.schema.score import Note, Part, PartRole, Score
from bridge.schema.tempo import Form, Metre
from bridge.vocabulary.texture import Sounded, textures
from tests.composing.forms import Scene, build

BAR = 3840
BARS = 16
TREMOLO_STRINGS = 44
"""General MIDI program, from 0, of the instrument that trembles by itself."""


def write(models: Models, sheet: tuple[CueSheet, Form], seed: int = 0, **settings: object) -> Score:
    return compose(*sheet, Settings(seed=seed, **settings), models, Progress())  # type: ignore[arg-type]


def alone(models: Models, layer: str, palette: str = "strings", seed: int = 0, **scene: object) -> Score:
    """Sixteen bars of one layer."""
    return write(models, build(Scene(BARS, layers=(layer,), palette=palette, **scene)), seed)  # type: ignore[arg-type]


def part_of(score: Score, slot: str, palette: str = "strings") -> Part:
    found = palette_named(palette)
    voice = found.voice(slot) if found is not None else None
    assert voice is not None
    return next(part for part in score.parts if part.name == voice.name)


def labels(part: Part, trembles: bool = False) -> list[str]:
    """What the labeller calls a part's windows of two bars; the closing one is left out."""
    heard = sorted(Sounded(float(n.start_beats), float(n.end_beats), n.pitch, trembles) for n in part.notes)
    return list(textures(heard, [4.0 * bar for bar in range(BARS)]))[:-1]


@pytest.mark.parametrize(
    ("layer", "slot", "name"),
    [
        ("drone", "drone", "drone"),
        ("open fifth", "drone", "pad"),
        ("pad", "pad", "pad"),
        ("pulse", "pulse", "pulse"),
        ("ostinato", "ostinato", "ostinato"),
        ("driving", "ostinato", "ostinato"),
        ("tremolo", "tremolo", "tremolo"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_layer_is_what_it_is_called(models: Models, layer: str, slot: str, name: str, seed: int):
    score = alone(models, layer, seed=seed, energy=0.6, density=0.5, tension=0.5)
    part = part_of(score, slot)
    # Over a diminished chord an ostinato's fifth is lowered: one rhythm, and no longer the same intervals.
    spans = [(c.start_beats, c.end_beats) for c in score.chords if c.quality in ("dim", "hdim7")]
    lowered = {w for w in range(BARS // 2) for start, end in spans if start < 8 * w + 8 and 8 * w < end}
    found = labels(part, trembles=part.program == TREMOLO_STRINGS)
    for window, label in enumerate(found):
        assert label == name or (name == "ostinato" and window in lowered and label == "figure"), found
    assert found.count(name) >= 3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_tremolo_is_a_held_chord_of_an_instrument_that_trembles(models: Models, seed: int):
    part = part_of(alone(models, "tremolo", seed=seed, tension=0.5), "tremolo")
    assert part.program == TREMOLO_STRINGS
    assert set(labels(part)) == {"pad"}
    for beat in range(4 * (BARS - 1)):
        sounding = {n.pitch for n in part.notes if n.start_beats <= beat < n.end_beats}
        assert len(sounding) >= 3 and max(sounding) - min(sounding) <= 24


def test_driving_is_sixteenths_on_root_and_fifth_that_stay_the_same(models: Models):
    score = alone(models, "driving", energy=0.8, tension=0.2)
    notes = [n for n in part_of(score, "ostinato").notes if n.start_beats < 4 * (BARS - 1)]
    assert [n.start_beats for n in notes] == [Fraction(at, 4) for at in range(16 * (BARS - 1))]
    for chord in score.chords:
        own = {n.pitch for n in notes if chord.start_beats <= n.start_beats < chord.end_beats}
        assert not own or (min(own) % 12 == chord.root_pc and {p - min(own) for p in own} <= {0, 7})
    assert len({n.pitch for n in notes}) >= 4


def test_a_ping_is_one_tone_every_other_bar(models: Models):
    notes = [n for n in part_of(alone(models, "ping"), "ping").notes if n.start_beats < 4 * (BARS - 1)]
    assert [n.start_beats for n in notes] == list(range(0, 4 * (BARS - 1), 8))


def test_a_drone_stays_on_its_tonic_and_is_struck_again_every_eight_bars(models: Models):
    score = alone(models, "drone")
    drone = part_of(score, "drone")
    assert {note.pitch % 12 for note in drone.notes} == {score.keys[0].tonic_pc}
    assert [note.start_beats for note in drone.notes if note.start_beats < 60] == [0, 32]


def test_a_figure_is_slower_where_the_plot_is_calm(models: Models):
    def onsets(density: float) -> int:
        sheet = build(Scene(8, layers=("figure",), palette="strings", density=density), bpm=140)
        return len({n.start_beats for n in part_of(write(models, sheet), "accompaniment").notes})

    assert onsets(0.3) <= 0.7 * onsets(0.8)


def test_an_ostinato_is_one_rhythm_and_one_shape_for_all_its_bars(models: Models):
    ostinato = part_of(alone(models, "ostinato", tension=0.2), "ostinato")
    bars: dict[int, list[Note]] = {}
    for note in ostinato.notes:
        bars.setdefault(int(note.start_beats) // 4, []).append(note)
    rhythms = {tuple(n.start_beats % 4 for n in bars[bar]) for bar in range(BARS - 1)}
    assert len(rhythms) == 1
    assert len(bars) >= 8


def test_an_ostinato_fits_bars_of_any_metre(models: Models):
    for metre in (Metre(3, 4), Metre(7, 8), Metre(5, 4), Metre(1, 8)):
        sheet = build(Scene(48, metre=metre, layers=("ostinato",), palette="orchestral"), bpm=100)
        ostinato = part_of(write(models, sheet), "ostinato", "orchestral")
        starts = {bar.tick for bar in sheet[1].bars[:-1]}
        assert starts <= {int(n.start_beats * 960) for n in ostinato.notes}


def test_a_pulse_gains_its_octave_after_eight_bars(models: Models):
    pulse = part_of(alone(models, "pulse", palette="pulse", energy=0.7), "pulse", "pulse")
    together: dict[Fraction, int] = {}
    for note in pulse.notes:
        together[note.start_beats] = together.get(note.start_beats, 0) + 1
    assert {count for beats, count in together.items() if beats < 32} == {1}
    assert 2 in {count for beats, count in together.items() if 32 <= beats < 56}


@pytest.mark.parametrize("slot", ["tremolo", "pad", "pulse"])
def test_a_tense_texture_rubs_and_a_calm_one_does_not(models: Models, slot: str):
    def rubs(tension: float) -> bool:
        notes = part_of(alone(models, slot, tension=tension, valence=0.4), slot).notes
        return any(
            abs(a.pitch - b.pitch) == 1 and a.start_beats < b.end_beats and b.start_beats < a.end_beats
            for a in notes
            for b in notes
        )

    assert rubs(0.9)
    assert not rubs(0.2)


def test_a_clusters_voices_enter_apart_and_together_where_the_first_bar_is_too_short(models: Models):
    def entries(first: Metre) -> list[Fraction]:
        score = alone(models, "cluster", tension=0.9, valence=0.2, metres={0: first})
        return sorted(note.start_beats for note in part_of(score, "tremolo").notes)[:5]

    assert entries(Metre(4, 4)) == [Fraction(step, 2) for step in range(5)]
    assert entries(Metre(1, 8)) == [0] * 5


def test_a_tense_drone_has_a_minor_ninth_and_a_tense_pulse_keeps_its_pitch(models: Models):
    keys = set()
    for seed in range(12):
        for palette in ("orchestral", "sparse pads", "pulse"):
            tense = alone(models, "drone", palette, seed, tension=0.9, valence=0.3)
            drone = part_of(tense, "drone", palette)
            low, high = sorted({note.pitch for note in drone.notes if note.start_beats < 4 * (BARS - 1)})
            keys.add(tense.keys[0].tonic_pc)
            assert low % 12 == tense.keys[0].tonic_pc
            # Where the instrument has no ninth over its lowest tonic it has the second.
            voice = palette_named(palette).voice("drone")  # type: ignore[union-attr]
            lowest = next(p for p in range(voice.low, voice.high) if p % 12 == low % 12)
            assert (low, high) == (lowest, lowest + 13) if lowest + 13 <= voice.high else high == low + 1
            for pitch in (low, high):
                assert {0, 32} <= {n.start_beats for n in drone.notes if n.pitch == pitch}
    assert len(keys) >= 4
    pulse = part_of(alone(models, "pulse", tension=0.7, valence=0.4), "pulse")
    inside = {note.pitch for note in pulse.notes if note.start_beats < 32}
    assert len(inside) == 1


def test_a_tense_bass_is_a_pedal_under_a_bed_though_a_model_writes_basses(models: Models):
    def roots(tension: float, *layers: str) -> set[int]:
        score = write(models, build(Scene(BARS, layers=layers, palette="strings", tension=tension)))
        bass = part_of(score, "bass").notes
        tonic = score.keys[0].tonic_pc
        # Of every four bars the last moves, and what closes too.
        return {(n.pitch - tonic) % 12 for n in bass if n.start_beats // 4 % 4 != 3 and n.start_beats < 60}

    assert roots(0.7, "bass", "pad") == {0}
    assert len(roots(0.2, "bass", "pad")) > 1
    assert len(roots(0.7, "bass")) > 1


def test_no_named_layer_brings_others_with_it_but_for_the_close(models: Models):
    score = alone(models, "drone", energy=0.8, tension=0.8, valence=0.2)
    early = {part.name for part in score.parts for n in part.notes if n.start_beats < 4 * (BARS - 1)}
    assert early == {"Contrabass"}


def test_every_layer_of_the_table_has_a_writer_and_a_name(models: Models):
    for row in table("textures"):
        if row["texture"] != "none":
            assert row["texture"] in words_known()
            assert any(part.notes for part in alone(models, row["texture"]).parts)


def climb() -> tuple[CueSheet, Form]:
    """A quiet plot, then a loud tense one that a must opens."""
    return build(
        Scene(8, Label.INTRODUCTION, 0.4, 0.3, 0.4, 0.4, 0.3, palette="orchestral"),
        Scene(
            12,
            Label.CLIMAX,
            0.35,
            0.85,
            0.8,
            0.8,
            0.9,
            palette="orchestral",
            hits=((0, Weight.MUST), (8 * BAR, Weight.MUST)),
        ),
        bpm=90,
    )


def test_a_riser_leads_into_a_louder_plot_and_leaves_a_breath(models: Models):
    for seed in range(3):
        score = write(models, climb(), seed)
        riser = part_of(score, "riser", "orchestral").notes
        pitches = [n.pitch for n in riser]
        assert pitches == sorted(pitches) and pitches[0] < pitches[-1]
        gaps = [b.start_beats - a.start_beats for a, b in zip(riser, riser[1:])]
        assert gaps[0] > gaps[-1]
        assert riser[-1].end_beats == 31
        for part in score.parts:
            assert not any(31 <= n.start_beats < 32 for n in part.notes)
            assert not any(n.start_beats < 32 < n.end_beats for n in part.notes)


def test_loud_hits_are_struck_by_everybody_the_palette_has_for_it(models: Models):
    score = write(models, climb(), 1)
    impact = part_of(score, "impact", "orchestral").notes
    stinger = part_of(score, "stinger", "orchestral").notes
    assert {n.start_beats for n in impact} == {32}
    assert len({n.pitch % 12 for n in impact}) == 1 < len({n.pitch for n in impact})
    assert {n.start_beats for n in stinger} == {64}
    assert len(stinger) >= 7
    assert all(n.duration_beats <= 1 and n.accent for n in stinger)


def test_a_swell_is_held_up_to_its_hit(models: Models):
    sheet = build(
        Scene(16, Label.DEVELOPMENT, 0.4, 0.5, 0.5, palette="strings", hits=((8 * BAR, Weight.MUST),)), bpm=80
    )
    for seed in range(3):
        part = part_of(write(models, sheet, seed), "swell")
        [(start, end)] = part.swells
        assert (end, end - start) in ((32, 4), (32, 8))
        assert any(n.start_beats <= start and n.end_beats >= start + 4 for n in part.notes)


def test_the_form_comes_before_gestures(models: Models):
    """A pickup, a hold or a rest before the hit leaves no room for a riser, a swell or air."""
    for mark in ({"pickup_ticks": 960}, {"hold": True}, {"rest": True}):
        scenes = [
            Scene(8, Label.INTRODUCTION, 0.4, 0.3, 0.7, palette="orchestral", marks={7: dict(mark)}),
            Scene(8, Label.CLIMAX, 0.4, 0.9, 0.8, palette="orchestral", hits=((0, Weight.MUST),)),
        ]
        score = write(models, build(*scenes), 1)
        assert all(part.swells == () for part in score.parts)
        assert "Woodwinds" not in {part.name for part in score.parts}


def test_a_tune_is_never_away_long(models: Models):
    """Minutes that ask for little still say their motif: in the melody, or in a voice that takes it up."""
    for bars, plots in ((24, 6), (8, 8), (6, 12)):
        scenes = [Scene(bars, Label.DEVELOPMENT, 0.3, 0.2, 0.5, 0.3, 0.3) for _ in range(plots)]
        cues, form = build(*scenes, bpm=60)
        for seed in range(3):
            score = write(models, (cues, form), seed)
            sung = {n.start_beats for p in score.parts if p.role is PartRole.MELODY for n in p.notes}
            taken_up = re.findall(r"in bar (\d+)", " ".join(score.notes))
            told = sorted(sung | {Fraction(form.bars[int(bar) - 1].tick, 960) for bar in taken_up})
            # A quarter is a second.
            gaps = [float(b - a) for a, b in pairwise([Fraction(0), *told, Fraction(form.end_tick, 960)])]
            assert max(gaps) <= LONGEST_WITHOUT_LINE_S


def test_films_that_nobody_has_seen_do_not_all_sound_alike(models: Models):
    cues, form = build(Scene(4))
    scores = [write(models, (replace(cues, name=f"Reel {n}"), form)) for n in range(12)]
    assert len({score.notes[0] for score in scores}) >= 3
    assert len({score.keys[0].tonic_pc for score in scores}) >= 4


def test_tense_music_turns_to_the_diminished_family(models: Models):
    def diminished(tension: float, valence: float) -> float:
        beats = found = Fraction(0)
        for seed in range(4):
            for chord in write(models, build(Scene(24, tension=tension, valence=valence)), seed).chords:
                beats += chord.end_beats - chord.start_beats
                found += (chord.end_beats - chord.start_beats) * (chord.quality in ("dim", "hdim7"))
        return float(found / beats)

    assert diminished(0.85, 0.25) >= 0.1
    assert diminished(0.2, 0.7) < 0.05


def test_each_plot_may_have_a_palette_of_its_own(models: Models):
    cues, form = build(
        Scene(8, palette="solo piano", layers=("melody", "pad")),
        Scene(8, palette="sparse pads", layers=("melody", "drone")),
        bpm=100,
    )
    score = write(models, (cues, form))
    spans = {part.name: [float(n.start_beats) for n in part.notes] for part in score.parts}
    assert max(spans["Piano"]) < 32 <= min(spans["Celesta"])
    assert max(spans["Warm pad"]) < 32 <= min(spans["Deep drone"])


def test_all_palettes_in_one_cue_fit_the_channels(models: Models):
    scenes = [
        Scene(6, label, energy=0.9, tension=0.8, palette=palette.name, hits=((0, Weight.MUST),))
        for palette in PALETTES
        for label in (Label.INTRODUCTION, Label.CLIMAX)
    ]
    cues, form = build(*scenes)
    for seed in range(2):
        score = write(models, (cues, form), seed)
        assert 8 <= sum(part.role is not PartRole.DRUMS for part in score.parts) <= 15
        perform(score, form, cues, Settings())


def test_silence_as_a_layer_leaves_only_hits_and_the_close(models: Models):
    hits = ((3 * BAR, Weight.WANT), (5 * BAR + 960, Weight.MUST))
    score = write(models, build(Scene(8, layers=("silence",), palette="guitar", hits=hits)))
    starts = {int(n.start_beats * 960) for part in score.parts for n in part.notes}
    assert starts == {3 * BAR, 5 * BAR + 960, 7 * BAR}
    assert score.notes == ("Palette: guitar.",)


def test_tables_hold_what_the_code_asks_of_them():
    assert {row["slot"] for row in table("textures")} == {*SLOTS}
    assert {row["palette"] for row in table("palettes")} == {palette.name for palette in PALETTES}
    assert strayed({"valence": "1-9", "energy": "1-9", "tension": "1-9"}, (0.0, 1.0, 0.5)) == 0
    assert strayed({"valence": "5-9", "energy": "1-9", "tension": "1-9"}, (0.25, 1.0, 0.5)) == pytest.approx(
        2
    )
