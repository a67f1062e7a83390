"""The released models write music: what learning, not rule, has to hold. Skipped where none are released."""

from pathlib import Path

import pytest

from bridge.composing import Models, compose, load_models
from bridge.config import Settings
from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.sampling import Sampling
from bridge.inference.streams import stream
from bridge.progress import Progress
from bridge.schema.cues import Label
from bridge.schema.score import PartRole
from bridge.vocabulary import bars, prompts, tokens
from bridge.vocabulary.bars import ChordEvent
from bridge.vocabulary.chords import INTERVALS, Chord
from bridge.vocabulary.conditions import Conditions
from bridge.vocabulary.masks import BarRules
from tests.composing.forms import Scene, build

RELEASED = Path(__file__).resolve().parents[2] / "models" / "released"


@pytest.fixture(scope="module")
def released(monkeypatch_module: None) -> Models:
    if not any(RELEASED.glob("melody-v*/model.onnx")):
        pytest.skip(f"no released models in {RELEASED}")
    return load_models()


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUEBRIDGE_MODELS", str(RELEASED))
        yield


def free_row(number: int) -> Row:
    """A melody with every bar left to the model: one chord a bar, no mask but the grammar."""
    chords = [Chord(0, "maj"), Chord(9, "min"), Chord(5, "maj"), Chord(7, "maj")]
    beside = Conditions(density=1.5 + number % 3, register=67, label="development").vector()
    tasks = tuple(
        BarTask(
            prompts.notes_prompt((4, 4), [ChordEvent(0, chords[index % 4])]), BarRules(48), conditions=beside
        )
        for index in range(4 + number % 3)
    )
    generator = stream(number, 0, "test", "melody")
    return Row("melody", prompts.opening("song", "major"), tasks, generator, Sampling(0.9, 0.9))


def test_the_melody_model_hears_its_chords(released: Models):
    """Without any mask, far more of its downbeats are chord tones than the 3 in 12 of chance."""
    hits = total = 0
    for row, bodies in zip(
        [free_row(n) for n in range(8)], generate(released.melody, [free_row(n) for n in range(8)])
    ):
        for index, body in enumerate(bodies[: len(row.bars)]):
            root, quality = [(0, "maj"), (9, "min"), (5, "maj"), (7, "maj")][index % 4]
            for note in bars.decode_notes(body):
                total += 1
                hits += (note.pitch - root) % 12 in INTERVALS[quality]
    assert total > 60
    assert hits / total > 0.5


def test_a_row_alone_is_the_row_among_fifteen_others(released: Models):
    together = generate(released.melody, [free_row(n) for n in range(16)], max_rows=16)
    for number in (0, 5, 15):
        assert generate(released.melody, [free_row(number)]) == [together[number]]


def test_a_short_film_twice(released: Models):
    sheet = build(
        Scene(4, Label.INTRODUCTION, energy=0.3, density=0.3),
        Scene(6, Label.CLIMAX, energy=0.8, density=0.7),
    )
    one = compose(*sheet, Settings(seed=4), released, Progress())
    assert compose(*sheet, Settings(seed=4), released, Progress()) == one
    melody = next(part for part in one.parts if part.role is PartRole.MELODY)
    assert len({note.pitch for note in melody.notes}) >= 4
    assert len({note.duration_beats for note in melody.notes}) >= 2


def band_row(part: str, number: int) -> Row:
    """Bass or drums, told how dense to be."""
    chords = [ChordEvent(0, Chord(0, "maj"))] if part == "bass" else [ChordEvent(0, None)]
    prompt = prompts.notes_prompt((4, 4), chords, given=() if part == "bass" else None)
    beside = Conditions(density=0.5 + number % 4).vector()
    tasks = (BarTask(prompt, BarRules(48), conditions=beside),) * (3 + number % 3)
    source = "drums" if part == "drums" else "orchestra"
    key = "unknown" if part == "drums" else "major"
    generator = stream(number, 0, "test", part)
    return Row(part, prompts.opening(source, key), tasks, generator, Sampling(0.9, 0.9))


@pytest.mark.parametrize("part", ["bass", "drums"])
def test_the_band_alone_writes_what_it_writes_among_others_and_hears_how_dense(released: Models, part: str):
    decoder = released.bass if part == "bass" else released.drums
    if decoder is None:
        pytest.skip(f"no model of {part} is released")
    rows = 12
    together = generate(decoder, [band_row(part, n) for n in range(rows)], max_rows=16)
    for number in (0, 5, 11):
        assert generate(decoder, [band_row(part, number)]) == [together[number]]
    counts = [
        sum(tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS for body in bodies for token in body)
        / len(bodies)
        for bodies in together
    ]
    assert sum(counts[3::4]) > 1.3 * sum(counts[0::4])
