"""Rows of a model that is told its controls as numbers beside the tokens, and remembers its chords."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import ModelError
from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.memory import CHORDS, FIRST, ChordMemory
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import tokens
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import WIDTH, Conditions
from bridge.vocabulary.masks import BarRules
from bridge.vocabulary.prompts import chords_prompt, opening
from tests.make_models import Weights, answers, write_decoder


@pytest.fixture(scope="module")
def chords(tmp_path_factory: pytest.TempPathFactory) -> tuple[Decoder, Weights]:
    folder = tmp_path_factory.mktemp("conditioned") / "chords-v2"
    weights = write_decoder(folder, "chords", context=128, bias={"BAR": 3.0}, conditions=WIDTH)
    return Decoder.load(folder), weights


def row(number: int, count: int, *, tension: float | None = None, prime: int = 0) -> Row:
    told = Conditions(tension=tension, harmonic_rhythm=number / 4).vector()
    task = BarTask(chords_prompt((4, 4)), BarRules(steps=48), conditions=told)
    before = (*task.prompt, tokens.POS_0, tokens.chord_id(Chord(number % 12, "maj")))
    return Row(
        part="chords",
        start=opening("song", "minor"),
        bars=(task,) * count,
        generator=stream(7, 0, "composing", "chords", f"plot-{number}"),
        sampling=Sampling(1.0, 1.0),
        prime=(before,) * prime,
        prime_conditions=(told,) * prime,
    )


def test_conditions_reach_every_token_of_their_bar(chords: tuple[Decoder, Weights]) -> None:
    """Greedy rows of several bars, and past a full context, write what the whole sequence says."""
    decoder, weights = chords
    wanted = [
        replace(row(n, 6, tension=0.2 * n, prime=n), sampling=Sampling(temperature=0)) for n in range(3)
    ]
    for asked, bodies in zip(wanted, generate(decoder, wanted)):
        sequence, beside = list(asked.start), [np.zeros(WIDTH)] * len(asked.start)
        for bar, told in zip(asked.prime, asked.prime_conditions):
            sequence += bar
            beside += [np.array(told)] * len(bar)
        for task, body in zip(asked.bars, bodies):
            sequence += task.prompt
            beside += [np.array(task.conditions)] * (len(task.prompt) + len(body))
            logits = answers(weights, [*sequence, *body], np.array(beside))[len(sequence) - 1 :]
            for place, token in enumerate(body):
                if FIRST <= token < FIRST + CHORDS:
                    assert logits[place][token] == logits[place][FIRST - 1 : FIRST + CHORDS].max()
            sequence += body


def test_a_control_changes_what_is_written(chords: tuple[Decoder, Weights]) -> None:
    decoder, _ = chords
    calm, tense, open_ = (generate(decoder, [row(1, 8, tension=value)]) for value in (-1.0, 1.0, None))
    assert calm != tense != open_ != calm


def test_a_row_alone_is_the_row_among_others(chords: tuple[Decoder, Weights]) -> None:
    decoder, _ = chords

    def rows() -> list[Row]:
        return [row(n, 3 + n % 30, tension=n / 8 - 1, prime=n % 3) for n in range(9)]

    together = generate(decoder, rows(), max_rows=9)
    for number in (0, 3, 8):
        assert generate(decoder, [rows()[number]]) == [together[number]]


def test_a_full_context_is_primed_again_with_its_conditions(chords: tuple[Decoder, Weights]) -> None:
    decoder, _ = chords
    [bodies] = generate(decoder, [row(2, 60, tension=0.5)])
    assert len(bodies) == 60
    assert sum(map(len, bodies)) > 2 * decoder.card.context


def test_a_graph_without_the_conditions_its_card_promises_is_refused(tmp_path: Path) -> None:
    write_decoder(tmp_path / "x", "chords")
    card = (tmp_path / "x" / "card.json").read_text()
    (tmp_path / "x" / "card.json").write_text(card.replace('"conditions": 0', '"conditions": 5'))
    with pytest.raises(ModelError, match="not a decoder"):
        Decoder.load(tmp_path / "x")


def logits_of(**shares: float) -> np.ndarray:
    out = np.full(tokens.SIZE, -9.0, np.float32)
    for name, value in shares.items():
        root, quality = name.split("_")
        out[tokens.chord_id(Chord(int(root[1:]), quality))] = np.log(value)
    return out


def chord(root: int, quality: str = "maj") -> int:
    return tokens.chord_id(Chord(root, quality))


def test_memory_shares_out_a_change_and_leaves_staying_to_the_model() -> None:
    memory = ChordMemory({(2, 1, 2): 0.8})
    for token in (tokens.BAR, chord(0), chord(5), chord(7), chord(0), tokens.POS_0, chord(5)):
        memory.push(token)
    given = logits_of(r5_maj=0.6, r0_maj=0.1, r7_maj=0.1, r9_min=0.15)
    before = np.exp(given.astype(np.float64))
    after = np.exp(memory.mixed(given).astype(np.float64))
    assert after[chord(5)] == pytest.approx(before[chord(5)], rel=1e-4)
    slice_ = slice(FIRST, FIRST + CHORDS)
    assert after[slice_].sum() == pytest.approx(before[slice_].sum(), rel=1e-4)
    change = before[slice_].sum() - before[chord(5)]
    assert after[chord(7)] == pytest.approx(0.8 * change + 0.2 * 0.1, rel=1e-2)
    assert np.array_equal(given[:FIRST], memory.mixed(given)[:FIRST])


def test_memory_without_a_past_changes_nothing() -> None:
    given = logits_of(r5_maj=0.6, r0_maj=0.3)
    np.testing.assert_allclose(ChordMemory({}).mixed(given), given, atol=1e-4)


def test_a_row_with_a_memory_repeats_itself(chords: tuple[Decoder, Weights]) -> None:
    decoder, _ = chords
    trust = {(n, agree, sure): 0.97 for n in range(1, 9) for agree in range(4) for sure in range(5)}

    def again(asked: Row) -> float:
        [bodies] = generate(decoder, [asked])
        line = [token for body in bodies for token in body if FIRST <= token < FIRST + CHORDS]
        pairs = list(zip(line, line[1:]))
        return 1 - len(set(pairs)) / len(pairs)

    assert again(replace(row(3, 40), memory=ChordMemory(trust))) > again(row(3, 40)) + 0.2


def test_a_lean_changes_what_is_drawn(chords: tuple[Decoder, Weights]) -> None:
    decoder, _ = chords
    only = np.zeros(tokens.SIZE, np.float32)
    only[chord(4, "min")] = 60.0
    asked = row(1, 6)
    [bodies] = generate(decoder, [replace(asked, bars=tuple(replace(bar, lean=only) for bar in asked.bars))])
    assert {body[1] for body in bodies} == {chord(4, "min")}
