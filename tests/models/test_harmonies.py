"""What a chords model writes, judged; the model is random, so only the counting is tested."""

from pathlib import Path

import numpy as np
import pytest

from bridge.inference.session import Decoder
from bridge.vocabulary.bars import ChordEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import WIDTH
from bridge.vocabulary.music import MeasuredBar, Music, Played
from models.corpus.packing import pack
from models.corpus.pieces import Piece, tell
from models.harmonies import BARS, MEASURES, compare, excerpts
from models.windows import Pieces
from tests.make_models import TEST_BIASES, write_decoder

C, G, A = Chord(0, "maj"), Chord(7, "maj"), Chord(9, "min")


def song(number: int, *, turns: bool = False) -> Piece:
    bars = tuple(MeasuredBar(48 * at, 48 * at + 48, 100.0, "major") for at in range(BARS))
    chords = tuple((48 * at, (C, G, A)[(at + number) % 3]) for at in range(BARS))
    keys = ((0, "major"),) * 10 + ((2 if turns else 0, "minor" if turns else "major"),) * (BARS - 10)
    return Piece(
        number, "pop", "test", ((4, 4),) * BARS, keys, Music(bars, chords, {"melody": [Played(0, 9, 60, 80)]})
    )


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Pieces:
    path = tmp_path_factory.mktemp("packed") / "x.npz"
    np.savez(path, **pack([tell(piece, "chords") for piece in (song(1), song(2), song(3, turns=True))]))
    return Pieces(path)


def test_excerpts_are_whole_and_in_one_key(pieces: Pieces) -> None:
    found = excerpts(pieces, 9)
    assert [excerpt.song for excerpt in found] == [1, 2]
    assert found[0].chords[0] == (ChordEvent(0, G),)
    assert len(found[0].prompts) == BARS


def test_what_is_counted_of_bars() -> None:
    bars = [(ChordEvent(0, C), ChordEvent(24, G)), (ChordEvent(0, G),), (ChordEvent(0, A),)] * 4
    assert MEASURES["changes a bar"](bars) == pytest.approx(1.0)
    assert MEASURES["different chords"](bars) == 3
    assert MEASURES["share of major"](bars) == pytest.approx(2 / 3)
    assert MEASURES["runs of four changes that have been before"](bars) == pytest.approx(1 - 3 / 9)


def test_a_model_is_set_beside_the_songs(pieces: Pieces, tmp_path: Path) -> None:
    write_decoder(tmp_path / "chords-v2", "chords", bias=TEST_BIASES["chords"], conditions=WIDTH)
    found = compare(Decoder.load(tmp_path / "chords-v2"), pieces, 9)
    assert found["songs"] == 2
    assert found["different chords"]["real"] == [3.0, 0.0]  # type: ignore[index]
    assert any(name.startswith("tension asked") for name in found)
