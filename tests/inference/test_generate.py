from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import Cancelled
from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.progress import Progress
from bridge.vocabulary import bars, tokens
from bridge.vocabulary.bars import BarControls, ChordEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.masks import BarRules
from tests.make_models import TEST_BIASES, answers, write_decoder


@pytest.fixture(scope="module")
def melody(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("models") / "melody-v1"
    weights = write_decoder(folder, "melody", seed=5, context=300, bias=TEST_BIASES["melody"])
    return Decoder.load(folder), weights


def row(number: int, count: int, *, prime: int = 0) -> Row:
    """A row of `count` bars whose prompts differ in length from row to row."""
    controls = BarControls(metre=(4, 4), label="climax", left=number % 8, density=2, energy=number % 5)
    chords = [ChordEvent(0, Chord(0, "maj"))]
    if number % 3 == 1:
        chords.append(ChordEvent(24, Chord(7, "maj")))
    task = BarTask(bars.melody_prompt(controls, chords), BarRules(steps=48, pitch_low=55, pitch_high=79))
    before = (*task.prompt, *bars.melody_body([bars.NoteEvent(0, 60 + number, 12)], 48))
    return Row(
        part="melody",
        start=bars.start("major"),
        bars=(task,) * count,
        generator=stream(7, 0, "composing", "melody", f"plot-{number}"),
        sampling=Sampling(0.95, 0.95),
        prime=(before,) * prime,
    )


def rows(count: int) -> list[Row]:
    return [row(number, 3 + number % 4, prime=number % 3) for number in range(count)]


def test_cache_and_padding_give_the_known_answers(melody):
    decoder, weights = melody
    sequence = [*bars.start("minor"), *row(1, 1).bars[0].prompt, tokens.POS_0, tokens.PITCH_0 + 60]
    expected = answers(weights, sequence)
    past = decoder.empty_past(2, 9)
    past += 77.0  # what stands in the padding must not matter
    valid = np.zeros((2, 9 + 4), np.float32)
    valid[:, 9:] = 1
    logits, fresh = decoder.run(np.array([sequence[:4]] * 2), past, np.array([[0, 1, 2, 3]] * 2), valid)
    np.testing.assert_allclose(logits[0], expected[:4], atol=2e-5)
    for index in range(4, len(sequence)):
        valid = np.concatenate([valid, np.ones((2, 1), np.float32)], axis=1)
        past = np.concatenate([past, fresh], axis=4)
        logits, fresh = decoder.run(np.array([[sequence[index]]] * 2), past, np.full((2, 1), index), valid)
    np.testing.assert_allclose(logits[1, 0], expected[-1], atol=2e-5)


def test_greedy_rows_write_what_the_whole_sequence_says(melody):
    """Ragged rows among each other, decoded greedily, agree with the cache-free numpy model."""
    decoder, weights = melody
    wanted = [Row(r.part, r.start, r.bars, r.generator, Sampling(temperature=0), r.prime) for r in rows(5)]
    for r, bodies in zip(wanted, generate(decoder, wanted)):
        sequence = [*r.start, *(token for bar in r.prime for token in bar)]
        checked = 0
        for task, body in zip(r.bars, bodies):
            sequence += task.prompt
            grammar_free = answers(weights, [*sequence, *body])[len(sequence) - 1 :]
            for place, token in enumerate(body):
                kind = tokens.name_of(token).split("_")[0]
                same = [i for i, name in enumerate(tokens.NAMES) if name.split("_")[0] == kind]
                legal = [i for i in same if kind != "PITCH" or 55 <= i - tokens.PITCH_0 <= 79]
                if kind != "POS":  # positions also compete with the end of the bar
                    assert grammar_free[place][token] == max(grammar_free[place][i] for i in legal)
                    checked += 1
            sequence += body
        assert checked > 0


def test_a_row_alone_is_the_row_among_fifteen_others(melody):
    decoder, _ = melody
    together = generate(decoder, rows(16), max_rows=16)
    for number in (0, 1, 2, 7, 15):
        assert generate(decoder, [rows(16)[number]]) == [together[number]]
    assert generate(decoder, rows(16), max_rows=3) == together
    assert len({body for bodies in together for body in bodies}) > 8


def test_logits_of_a_row_do_not_change_by_a_bit_in_company(melody):
    decoder, _ = melody
    random = np.random.default_rng(0)
    fed = random.integers(0, tokens.SIZES[1], (16, 1))
    past = random.standard_normal(decoder.empty_past(16, 128).shape).astype(np.float32)
    valid = np.ones((16, 129), np.float32)
    valid[3, 70:128] = 0
    positions = np.full((16, 1), 70)
    everyone, _ = decoder.run(fed, past, positions, valid)
    pair = [3, 9]
    alone, _ = decoder.run(fed[pair], past[:, :, pair].copy(), positions[pair], valid[pair])
    assert np.array_equal(everyone[pair], alone)


def test_a_full_context_is_primed_again_with_the_last_bars(melody):
    decoder, _ = melody
    long_row = row(2, 60)
    [bodies] = generate(decoder, [long_row])
    assert len(bodies) == 60
    assert sum(map(len, bodies)) + 60 * len(long_row.bars[0].prompt) > 2 * decoder.card.context
    assert [bodies] == generate(decoder, [row(2, 60)])


def test_given_bodies_are_kept_and_read(melody):
    decoder, _ = melody
    base = row(0, 3)
    given = bars.melody_body([bars.NoteEvent(0, 72, 48)], 48)
    other = bars.melody_body([bars.NoteEvent(0, 55, 3), bars.NoteEvent(6, 79, 3)], 48)

    def first_given(body: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        tasks = (BarTask(base.bars[0].prompt, base.bars[0].rules, body), *base.bars[1:])
        [bodies] = generate(
            decoder, [Row("melody", base.start, tasks, stream(1, 0, "s", "p"), Sampling(0.9, 1.0))]
        )
        return bodies

    assert first_given(given)[0] == given
    assert first_given(given)[1:] != first_given(other)[1:]


def test_a_lean_on_chord_tones_is_heard_on_beats_alone(melody):
    decoder, _ = melody

    def shares(nats: float) -> tuple[float, float]:
        asked = []
        for number in range(8):
            plain = row(number, 6)
            # The chords are known, but nothing is forced.
            rules = BarRules(steps=48, pitch_low=55, pitch_high=79, chords=(ChordEvent(0, Chord(0, "maj")),))
            task = replace(plain.bars[0], rules=rules, tone_lean=nats)
            asked.append(replace(plain, bars=(task,) * 6))
        notes = [n for bodies in generate(decoder, asked) for body in bodies for n in bars.decode_notes(body)]
        on, off = [
            [note.pitch % 12 in (0, 4, 7) for note in notes if (note.step % 12 == 0) is beat]
            for beat in (True, False)
        ]
        return float(np.mean(on)), float(np.mean(off))

    plain, leant = shares(0.0), shares(20.0)
    assert leant[0] == 1
    assert plain[0] < 0.9
    assert leant[1] < 0.9


def test_cancelling_stops_before_the_next_pass(melody):
    decoder, _ = melody
    progress = Progress()
    finished = 0

    def on_bar() -> None:
        nonlocal finished
        finished += 1
        if finished == 2:
            progress.cancel()

    with pytest.raises(Cancelled):
        generate(decoder, rows(4), check=progress.check, on_bar=on_bar)
    assert finished < 8


def test_no_rows_and_empty_rows(melody):
    decoder, _ = melody
    assert generate(decoder, []) == []
    empty = Row("melody", bars.start("major"), (), stream(0, 0, "s", "p"), Sampling())
    assert generate(decoder, [empty, row(0, 1)])[0] == ()


def test_written_models_are_truthful(tmp_path: Path):
    folder = tmp_path / "chords-v1"
    write_decoder(folder, "chords")
    assert Decoder.load(folder).card.part == "chords"
