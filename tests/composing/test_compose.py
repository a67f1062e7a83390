from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.composing import Models, compose
from bridge.composing.palettes import PALETTES, palette_named
from bridge.composing.parts import instrument_names
from bridge.composing.textures.doubling import doubling_of
from bridge.config import Settings
from bridge.errors import Cancelled
from bridge.progress import Progress, Step
from bridge.schema.cues import CueSheet, Label, Weight
from bridge.schema.score import Note, PartRole, Score
from bridge.schema.tempo import Form, Metre
from bridge.vocabulary.chords import INTERVALS
from tests.composing.forms import Scene, build, film

BAR = 3840
SEEDS = (0, 1, 2, 3)


def write(models: Models, sheet: tuple[CueSheet, Form], seed: int = 0, **settings: object) -> Score:
    return compose(*sheet, Settings(seed=seed, **settings), models, Progress())  # type: ignore[arg-type]


def ticks(note: Note) -> tuple[int, int]:
    start, end = note.start_beats * 960, note.end_beats * 960
    assert start.denominator == end.denominator == 1
    return int(start), int(end)


def notes(score: Score, role: PartRole | None = None) -> list[Note]:
    return [n for part in score.parts if role in (None, part.role) for n in part.notes]


def onsets(score: Score) -> set[int]:
    return {ticks(note)[0] for note in notes(score)}


@pytest.fixture(scope="module", params=SEEDS)
def scored(request: pytest.FixtureRequest, models: Models) -> tuple[CueSheet, Form, Score]:
    cues, form = film()
    return cues, form, write(models, (cues, form), request.param)


def test_same_seed_same_score_and_another_seed_another(models: Models):
    one = write(models, film(), 5)
    assert write(models, film(), 5) == one
    assert write(models, film(), 6) != one
    assert write(models, film(), 5, variation=1) != one


def test_every_met_hit_and_accent_has_a_chord_or_bass_at_its_tick(scored):
    _, form, score = scored
    wanted = {result.tick for result in form.hits if result.met}
    wanted |= {tick for bar in form.bars for tick in bar.accents}
    assert len(wanted) == 11
    for tick in wanted:
        here = [note for note in notes(score) if ticks(note)[0] == tick]
        assert len(here) >= 2, tick
        assert all(note.accent for note in here)
    marked = {ticks(note)[0] for note in notes(score) if note.accent}
    assert marked == wanted


def test_plots_without_music_are_silent_but_for_half_a_beat_of_ringing(scored):
    cues, form, score = scored
    silent = {plot.id for plot in cues.plots if not plot.music}
    spans = [(bar.tick, bar.end_tick) for bar in form.bars if bar.plot_id in silent]
    start, end = spans[0][0], spans[-1][1]
    for note in notes(score):
        low, high = ticks(note)
        assert not start <= low < end
        assert not (low < start and high > start + 480)


def test_rest_bars_are_silent(scored):
    _, form, score = scored
    [bar] = [bar for bar in form.bars if bar.rest]
    for note in notes(score):
        low, high = ticks(note)
        assert high <= bar.tick or low >= bar.end_tick


def test_held_bars_hold_one_chord_and_start_nothing_else(scored):
    _, form, score = scored
    [bar] = [bar for bar in form.bars if bar.hold]
    inside = [note for note in notes(score) if bar.tick <= ticks(note)[0] < bar.end_tick]
    assert len({note.pitch % 12 for note in inside}) >= 2
    assert {ticks(note) for note in inside} == {(bar.tick, bar.end_tick)}
    ringing = [note for note in notes(score) if ticks(note)[0] < bar.tick < ticks(note)[1]]
    assert ringing == []


def test_a_pickup_is_sung(scored):
    _, form, score = scored
    [bar] = [bar for bar in form.bars if bar.pickup_ticks]
    start = bar.end_tick - bar.pickup_ticks
    sung = [ticks(note)[0] for note in notes(score, PartRole.MELODY)]
    assert any(start <= tick < bar.end_tick for tick in sung)


def test_notes_stay_in_their_instruments_ranges(scored):
    *_, score = scored
    palette = palette_named(score.notes[0].removeprefix("Palette: ").rstrip("."))
    assert palette is not None
    known = instrument_names(palette)
    for slot in ("melody", "bass"):
        found = doubling_of(dict(palette.voices)[slot])
        if found is not None:
            voice, _ = found
            known[voice.name] = (voice.program, voice.low, voice.high)
    for part in score.parts:
        program, low, high = known[part.name]
        assert part.program == program
        assert all(low <= note.pitch <= high for note in part.notes)


def test_melody_is_one_voice_without_wild_leaps(scored):
    *_, score = scored
    melody = notes(score, PartRole.MELODY)
    for a, b in zip(melody, melody[1:]):
        assert a.end_beats <= b.start_beats
        if b.start_beats - a.end_beats < 1:
            assert abs(a.pitch - b.pitch) <= 24
    run = [n.pitch for n in melody]
    assert all(len(set(run[i : i + 5])) > 1 for i in range(len(run) - 5))


def test_it_ends_on_the_tonic_held_past_the_last_frame_but_not_past_the_tail(scored):
    cues, form, score = scored
    last = max(ticks(note)[1] for note in notes(score))
    limit = form.tempo_map.tick_at_s(cues.cue_length_s + 3)
    assert form.end_tick < last <= limit
    assert all(tick < form.end_tick for tick in onsets(score))
    key = score.keys[-1]
    assert score.chords[-1].root_pc == key.tonic_pc
    assert score.chords[-1].quality == ("maj" if key.mode == "major" else "min")
    triad = {(key.tonic_pc + step) % 12 for step in INTERVALS[score.chords[-1].quality]}
    final = [note for note in notes(score) if ticks(note)[1] == last]
    assert {note.pitch % 12 for note in final} <= triad
    bass = notes(score, PartRole.BASS)[-1]
    assert bass.pitch % 12 == key.tonic_pc


def test_the_bar_before_a_plot_closes_into_its_first_chord(scored):
    _, form, score = scored
    for bar, after in zip(form.bars, form.bars[1:]):
        if bar.plot_id == after.plot_id or not bar.cadence or after.plot_id == "p2" or bar.plot_id == "p2":
            continue
        before = [c for c in score.chords if c.start_beats * 960 < after.tick][-1]
        goal = next(c for c in score.chords if c.start_beats * 960 <= after.tick < c.end_beats * 960)
        assert (before.root_pc - goal.root_pc) % 12 in (7, 5), (before, goal)


def test_chords_cover_the_music_and_do_not_stand_still(scored):
    cues, form, score = scored
    music = {plot.id for plot in cues.plots if plot.music}
    for bar in form.bars:
        if bar.plot_id in music and not bar.rest:
            assert any(c.start_beats * 960 <= bar.tick < c.end_beats * 960 for c in score.chords)
    for a, b in zip(score.chords, score.chords[1:]):
        assert a.end_beats <= b.start_beats
        assert (a.name, a.end_beats) != (b.name, b.start_beats)
    assert len({c.name for c in score.chords}) >= 6


def test_a_plot_changed_leaves_the_others_alone_but_for_its_motif(models: Models):
    cues, form = film()
    plots = list(cues.plots)
    plots[4] = replace(plots[4], density=0.9, energy=0.9)
    changed = compose(replace(cues, plots=tuple(plots)), form, Settings(seed=1), models, Progress())
    before = compose(cues, form, Settings(seed=1), models, Progress())
    start = next(bar.tick for bar in form.bars if bar.plot_id == "p4")
    until = next(bar.tick for bar in form.bars if bar.plot_id == "p3")

    def early(score: Score) -> list[Note]:
        return [n for n in notes(score, PartRole.MELODY) if ticks(n)[0] < until]

    assert early(changed) == early(before)
    assert [n for n in notes(changed) if ticks(n)[0] >= start] != [
        n for n in notes(before) if ticks(n)[0] >= start
    ]


@pytest.mark.parametrize(
    "metre",
    [
        Metre(2, 4),
        Metre(3, 4),
        Metre(5, 8),
        Metre(7, 8),
        Metre(11, 8),
        Metre(3, 16),
        Metre(9, 4),
        Metre(2, 2),
    ],
    ids=str,
)
def test_odd_metres(models: Models, metre: Metre):
    cues, form = build(Scene(12, metre=metre, energy=0.8, density=0.8, tension=0.5), bpm=90)
    score = write(models, (cues, form))
    last = form.tempo_map.tick_at_s(cues.cue_length_s + 3)
    assert {bar.tick for bar in form.bars} & onsets(score)
    assert all(ticks(note)[0] < form.end_tick and ticks(note)[1] <= last for note in notes(score))
    sounding = sum(high - low for low, high in {ticks(n) for n in notes(score, PartRole.BASS)})
    assert sounding > 0.5 * form.end_tick


def test_partial_first_and_last_bars(models: Models):
    cues, form = build(
        Scene(
            8,
            Label.CLIMAX,
            energy=0.9,
            density=0.9,
            metres={0: Metre(5, 16), 7: Metre(3, 8)},
            marks={0: {"partial": True}, 7: {"partial": True}},
            hits=((1200, Weight.MUST),),
        )
    )
    score = write(models, (cues, form))
    assert 1200 in onsets(score)
    assert max(ticks(note)[1] for note in notes(score)) > form.end_tick


def test_plots_of_one_bar(models: Models):
    scenes = [Scene(1, label, energy=0.7) for label in Label for _ in range(3)]
    cues, form = build(*scenes)
    score = write(models, (cues, form))
    for bar in form.bars:
        assert any(bar.tick <= tick < bar.end_tick for tick in onsets(score))


def test_a_bar_that_the_picture_leaves_at_once_is_not_begun(models: Models):
    cues, form = build(Scene(6), end_early_ticks=BAR - 100)
    score = write(models, (cues, form))
    assert max(onsets(score)) < form.bars[-1].tick
    assert score.chords[-1].root_pc == score.keys[-1].tonic_pc


def test_bars_past_the_last_frame_are_for_ringing(models: Models):
    cues, form = build(Scene(8, marks={6: {"hold": True}, 7: {"hold": True}}), end_early_ticks=2 * BAR)
    score = write(models, (cues, form))
    final = [ticks(n) for n in notes(score) if ticks(n)[0] >= 5 * BAR]
    assert {low for low, _ in final} == {5 * BAR}
    assert max(high for _, high in final) > form.end_tick
    assert score.chords[-1].root_pc == score.keys[-1].tonic_pc


def test_music_that_stops_before_its_plot_does_still_closes(models: Models):
    cues, form = build(Scene(8, marks={6: {"rest": True}, 7: {"rest": True}}), Scene(4, music=False))
    score = write(models, (cues, form))
    assert max(onsets(score)) == 5 * BAR
    assert max(ticks(n)[1] for n in notes(score)) == 6 * BAR
    assert score.chords[-1].root_pc == score.keys[-1].tonic_pc


@pytest.mark.parametrize("bars, bpm", [(1, 120), (2, 130), (3, 200), (1, 240)])
def test_under_four_seconds_is_one_gesture_that_rings_out(models: Models, bars: int, bpm: int):
    cues, form = build(Scene(bars, hits=((480, Weight.MUST),)), bpm=bpm, end_early_ticks=300)
    score = write(models, (cues, form))
    assert 480 in onsets(score)
    assert len({chord.name for chord in score.chords}) == 1
    assert max(ticks(note)[1] for note in notes(score)) > form.end_tick
    assert len(notes(score)) < 30


def test_no_music_at_all_is_an_empty_score_that_says_so(models: Models):
    score = write(models, build(Scene(4, music=False)))
    assert score.parts == ()
    assert "No plot asks for music" in score.notes[0]


def test_a_plot_that_names_layers_and_palette_gets_them(models: Models):
    score = write(models, build(Scene(8, layers=("pad", "bass"), palette="solo piano")))
    assert {part.role for part in score.parts} - {PartRole.ACCOMPANIMENT} == {PartRole.PAD, PartRole.BASS}
    assert score.notes == ("Palette: solo piano.",)
    # Only the closing chord may be doubled by the accompaniment.
    inner = notes(score, PartRole.ACCOMPANIMENT)
    assert len({n.start_beats for n in inner}) <= 1


def test_a_brief_can_name_the_palette(models: Models):
    score = write(models, build(Scene(4)), brief="Something for guitar, please")
    assert score.notes == ("Palette: guitar.",)


def test_mode_follows_mood(models: Models):
    for seed in SEEDS:
        dark = write(models, build(Scene(8, valence=0.15, tension=0.8)), seed)
        bright = write(models, build(Scene(8, valence=0.85, tension=0.2)), seed)
        assert {key.mode for key in dark.keys} == {"minor"}
        assert {key.mode for key in bright.keys} == {"major"}


def test_more_density_is_more_notes(models: Models):
    def count(density: float) -> int:
        sheet = build(Scene(16, density=density, layers=("melody", "accompaniment"), palette="solo piano"))
        return sum(len(notes(write(models, sheet, seed))) for seed in SEEDS)

    assert count(0.1) < count(0.5) < count(0.95)


def test_a_motif_comes_back_in_plots_of_the_same_label(models: Models):
    """The rhythm of the first sung bars opens the later plot, where no hit changes it."""
    scene = Scene(8, Label.CLIMAX, energy=0.8, density=0.5, layers=("melody",))
    score = write(models, build(scene, Scene(8, Label.CLIMAX, energy=0.7, layers=("melody",))), 2)

    def opening(start: int) -> list[Fraction]:
        melody = notes(score, PartRole.MELODY)
        return [n.start_beats - start for n in melody if start <= n.start_beats < start + 4]

    assert opening(0) == opening(32) != []


def test_cancelling_stops_at_the_next_step(models: Models):
    seen: list[int] = []

    def listen(step: Step) -> None:
        seen.append(step.done)
        if step.done == 5:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        compose(*film(), Settings(), models, progress)
    assert seen[-1] == 5


def test_progress_rises_to_its_end(models: Models):
    seen: list[Step] = []
    compose(*film(), Settings(), models, Progress(seen.append))
    assert [s.done for s in seen] == sorted(s.done for s in seen)
    assert {s.stage for s in seen} == {"composing"}
    assert seen[-1].done == seen[-1].total
    assert len(seen) > 100


def test_a_hit_in_a_rest_or_a_hold_is_still_met(models: Models):
    cues, form = build(
        Scene(
            8,
            marks={2: {"rest": True}, 5: {"hold": True}},
            hits=((2 * BAR + 1920, Weight.MUST), (5 * BAR + 2880, Weight.WANT)),
        )
    )
    score = write(models, (cues, form))
    assert {2 * BAR + 1920, 5 * BAR + 2880} <= onsets(score)
    in_rest = [ticks(n) for n in notes(score) if 2 * BAR <= ticks(n)[0] < 3 * BAR]
    assert {low for low, _ in in_rest} == {2 * BAR + 1920}
    assert all(high - low <= 480 for low, high in in_rest)


def test_consecutive_held_bars_are_one_hold(models: Models):
    cues, form = build(Scene(8, marks={3: {"hold": True}, 4: {"hold": True}, 5: {"hold": True}}))
    score = write(models, (cues, form))
    inside = [ticks(n) for n in notes(score) if 3 * BAR <= ticks(n)[0] < 6 * BAR]
    assert set(inside) == {(3 * BAR, 6 * BAR)}


def test_palettes_are_playable():
    for palette in PALETTES:
        for slot, voice in palette.voices:
            assert 0 <= voice.program <= 127
            assert 21 <= voice.low <= voice.high - 12 <= 96, (palette.name, slot)
        for slot in (
            "melody",
            "accompaniment",
            "bass",
            "pad",
            "drone",
            "pulse",
            "ostinato",
            "tremolo",
            "ping",
        ):
            assert palette.voice(slot) is not None, (palette.name, slot)
        by_name = [(voice.name, voice.program) for _, voice in palette.voices]
        assert len({name for name, _ in by_name}) == len(set(by_name))
        assert palette_named(palette.name) is palette
