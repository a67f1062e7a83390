"""The band's figures on packs made by hand, with small random models."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is for training only: `make test-train`")

from bridge.inference.session import Decoder
from bridge.vocabulary import prompts
from bridge.vocabulary.bars import ChordEvent, EncodedBar, NoteEvent, drums_body, melody_body
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import WIDTH, Conditions
from bridge.vocabulary.kit import HAT, KICK, SNARE
from models import band
from models.corpus.packing import Told, pack
from models.windows import Pieces
from tests.make_models import TEST_BIASES, write_decoder

pytestmark = pytest.mark.train


def packed(path: Path, pieces: list[Told]) -> Pieces:
    np.savez(path, **pack(pieces))
    return Pieces(path)


def take(number: int, *, bounded: bool) -> Told:
    prompt = prompts.notes_prompt((4, 4), (ChordEvent(0, None),))
    beat = drums_body([NoteEvent(0, KICK, 1), NoteEvent(12, HAT, 1), NoteEvent(24, HAT, 1)], 48)
    fill = drums_body([NoteEvent(0, KICK, 1), NoteEvent(36, SNARE, 1)], 48)
    bars = [EncodedBar(prompt, beat)] * 15 + [EncodedBar(prompt, fill)]
    asked = tuple(
        Conditions(density=0.75 + number % 3, bars_to_plot=16.0 - at if bounded else None) for at in range(16)
    )
    return Told(number, "drums", ("unknown",) * 16, tuple(bars), asked)


def test_bars_come_out_of_a_pack_as_they_went_in(tmp_path: Path) -> None:
    pieces = packed(tmp_path / "x.npz", [take(0, bounded=True), take(1, bounded=False)])
    start, bars = band.opened(pieces, 1, 14, 9)
    assert start == prompts.opening("drums", "unknown")
    assert [(bar.prompt, bar.body) for bar in bars] == [
        tuple(each) for each in take(1, bounded=False).bars[14:]
    ]
    assert bars[0].metre == (4, 4)
    assert band.told(bars[0].conditions, "density") == pytest.approx(1.75, abs=0.01)
    assert band.told(bars[0].conditions, "bars_to_plot") is None


def test_fills_and_obedience_of_drums_are_counted(tmp_path: Path) -> None:
    pieces = packed(tmp_path / "x.npz", [take(at, bounded=at % 2 == 0) for at in range(8)])
    write_decoder(tmp_path / "drums-v2", "drums", bias=TEST_BIASES["drums"], conditions=WIDTH)
    decoder = Decoder.load(tmp_path / "drums-v2")
    found = band.fills(decoder, pieces)
    assert found["takes"] == found["asked"]["count"] == 4
    assert found["takes' own fills"] == {"mean": 0.5, "error": 0.0, "count": 4}
    assert found["takes' other bars"]["mean"] == pytest.approx(4 * 0.5 / 124, abs=1e-3)
    obeyed = band.obedience(decoder, pieces)
    assert obeyed["pieces"] == 8 and obeyed["bars"] == 128
    assert -1 <= obeyed["density"]["spearman"] <= 1


def test_the_rule_is_right_where_the_bass_is_the_nearest_root(tmp_path: Path) -> None:
    chords = (ChordEvent(0, Chord(0, "maj")), ChordEvent(24, Chord(7, "7")))
    prompt = prompts.notes_prompt((4, 4), chords, given=())
    notes = [NoteEvent(0, 36, 12), NoteEvent(24, 31, 12), NoteEvent(36, 35, 12)]
    told = Told(
        1, "pop", ("major",) * 2, (EncodedBar(prompt, melody_body(notes, 48)),) * 2, (Conditions(),) * 2
    )
    # Of five notes with one before them the second G, the C after B, and again G follow the rule.
    assert band.roots(packed(tmp_path / "x.npz", [told]))["mean"] == pytest.approx(3 / 5)
