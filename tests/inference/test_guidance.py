"""Controls carried further than the model itself would: what is told less what is told nothing."""

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.inference.card import read_card
from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import prompts
from bridge.vocabulary.bars import ChordEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import WIDTH, Conditions
from bridge.vocabulary.masks import BarRules
from tests.make_models import TEST_BIASES, Weights, answers, write_decoder

GUIDANCE = 1.5
CONTEXT = 300


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Decoder, Decoder, Weights]:
    """One model with guidance and without, and its weights."""
    found = []
    for value in (GUIDANCE, 0.0):
        folder = tmp_path_factory.mktemp("models") / "melody-v2"
        weights = write_decoder(
            folder, "melody", seed=5, context=CONTEXT, bias=TEST_BIASES["melody"], conditions=WIDTH
        )
        card = json.loads((folder / "card.json").read_text())
        (folder / "card.json").write_text(json.dumps({**card, "guidance": value}))
        found.append(Decoder.load(folder))
    return found[0], found[1], weights


def test_what_the_controls_change_is_carried_further_token_by_token(
    guided: tuple[Decoder, Decoder, Weights],
) -> None:
    decoder, _, weights = guided
    sequence = [*prompts.opening("song", "major"), *prompts.notes_prompt((4, 4), [ChordEvent(0, None)])]
    told = np.tile(np.array(Conditions(density=3.0, register=80.0).vector(), np.float32), (len(sequence), 1))
    free, wanted = answers(weights, sequence), answers(weights, sequence, told)
    past = decoder.empty_past(2, 64)
    for at, token in enumerate(sequence):
        valid = np.zeros((2, 65), np.float32)
        valid[:, :at] = valid[:, -1] = 1
        logits, fresh = decoder.run(
            np.array([[token]] * 2), past, np.array([[at]] * 2), valid, np.tile(told[at], (2, 1, 1))
        )
        past[:, :, :, :, at] = fresh[:, :, :, :, 0]
        np.testing.assert_allclose(logits[0, 0], free[at] + GUIDANCE * (wanted[at] - free[at]), atol=1e-4)
    assert np.abs(wanted - free).max() > 0.05, "the controls must matter"


def row(number: int, density: float | None) -> Row:
    """Four bars of a melody."""
    beside = Conditions(density=density).vector()
    prompt = prompts.notes_prompt((4, 4), [ChordEvent(0, Chord(number % 12, "maj"))])
    tasks = (BarTask(prompt, BarRules(48), conditions=beside),) * (2 + number % 3)
    generator = stream(number, 0, "test", "melody")
    return Row("melody", prompts.opening("song", "major"), tasks, generator, Sampling(0.9, 0.9))


def test_told_nothing_nothing_changes_and_rows_are_alike_alone_and_together(
    guided: tuple[Decoder, Decoder, Weights],
) -> None:
    decoder, plain, _ = guided
    free = generate(plain, [row(3, None)])
    assert generate(decoder, [row(3, None)]) == generate(decoder.unguided(), [row(3, None)]) == free
    together = generate(decoder, [row(number, 2.0) for number in range(9)], max_rows=16)
    for number in (0, 4, 8):
        assert generate(decoder, [row(number, 2.0)]) == [together[number]]
    assert together != generate(plain, [row(number, 2.0) for number in range(9)])


def test_guidance_is_part_of_what_the_music_depends_on(tmp_path: Path) -> None:
    write_decoder(tmp_path / "melody-v2", "melody", conditions=WIDTH)
    path = tmp_path / "melody-v2" / "card.json"
    before = read_card(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "guidance": 1.5}))
    assert read_card(path).identity != before.identity == before.sha256
