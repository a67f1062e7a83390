"""Which packs of the corpus are written before judging and training; and sections that need torch."""

from pathlib import Path

import numpy as np
import pytest

from bridge.vocabulary import prompts, tokens
from bridge.vocabulary.bars import ChordEvent, EncodedBar, NoteEvent, melody_body
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import OPEN
from models import packs
from models.band import opened
from models.corpus.packing import Told, pack
from models.windows import Pieces


def test_a_source_is_read_again_only_for_the_parts_that_lack_a_pack(tmp_path: Path) -> None:
    wanted = [("chords", "test", "heard"), ("chords", "test", "pop"), ("bass", "train", "quartet"),
              ("drums", "train", "fills"), ("melody", "train", "metres")]  # fmt: skip
    assert packs.missing(wanted, tmp_path) == {
        "pop": ["chords", "melody"],
        "quartet": ["bass"],
        "drums": ["drums"],
    }
    for name in ("chords-test-heard", "chords-test-pop", "drums-train-fills"):
        (tmp_path / f"{name}.npz").touch()
    assert packs.missing(wanted, tmp_path) == {"pop": ["melody"], "quartet": ["bass"]}


@pytest.mark.train
def test_what_is_needed_is_what_is_read() -> None:
    pytest.importorskip("torch")
    from models.corpus.write import READERS
    from models.fit import MIXES

    judged, trained = packs.to_judge(), packs.to_train()
    assert {("melody", "test", "game"), ("chords", "validation", "heard"), ("bass", "test", "quartet"),
            ("drums", "train", "drums"), ("chords", "validation", "orchestra")} <= judged  # fmt: skip
    assert {(part, "train", name) for part, mix in MIXES.items() for name in mix} <= trained
    assert {packs.WRITERS.get(name, name) for _, _, name in trained} <= set(READERS)


@pytest.mark.train
def test_every_section_that_is_measured_is_shown() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from models.judging.document import SHOWN
    from models.judging.sections import SECTIONS

    assert list(SECTIONS) == list(SHOWN)


@pytest.mark.train
def test_lines_end_where_the_key_changes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from models.judging import copied

    pitches, keys = ((60, 62), (64,), (65,)), (None, "minor", None)
    harmony = (ChordEvent(0, Chord(0, "maj")), ChordEvent(24, None))
    encoded = tuple(
        EncodedBar(
            prompts.notes_prompt((4, 4), harmony, key=key),
            melody_body([NoteEvent(12 * at, pitch, 12) for at, pitch in enumerate(some)], 48),
        )
        for some, key in zip(pitches, keys)
    )
    told = Told(1, "song", ("major", "minor", "minor"), encoded, (OPEN,) * 3)
    np.savez(tmp_path / "pack.npz", **pack([told, told]))
    pieces = Pieces(tmp_path / "pack.npz")
    assert copied.learnt(pieces) == [[60, 62], [64, 65]] * 2
    start, own = opened(pieces, 1, 0, 60)
    assert start[1] == tokens.source_id("song")
    assert copied.chords_of(own[0]) == harmony
    notes = [[NoteEvent(0, pitch, 12) for pitch in some] for some in pitches]
    assert copied.lines(own, notes) == [[60, 62], [64, 65]]
    assert copied.spread_out(100, 4) == [0, 25, 50, 75]
    assert copied.spread_out(2, 14) == [0, 1]
