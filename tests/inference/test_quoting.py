"""The runs that are released: checked against their card; a guide that keeps a line off them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import ModelError
from bridge.inference.card import file_sha256
from bridge.inference.quoting import FILE, Unquoted, load_quotes, newest_quotes, read_quotes_card
from bridge.vocabulary import tokens
from bridge.vocabulary.quotes import Quotes, run_hashes

TUNE = (60, 62, 64, 65, 67, 65, 64, 62, 60, 55, 57, 59, 60, 64, 67, 72)


def legal(*names: int) -> np.ndarray:
    mask = np.zeros(tokens.SIZE, np.bool_)
    mask[list(names)] = True
    return mask


def guide() -> Unquoted:
    found = Unquoted(Quotes(run_hashes(TUNE)))
    for number, pitch in enumerate(TUNE[:-1]):
        if number % 4 == 0:
            found.begin(number // 4)
        for token in (tokens.POS_0, tokens.PITCH_0 + pitch, tokens.DUR_0):
            found.push(token)
    return found


def test_a_known_run_is_not_ended():
    quoted, other = tokens.PITCH_0 + TUNE[-1], tokens.PITCH_0 + 71
    assert np.flatnonzero(guide().narrow(legal(quoted, other))).tolist() == [other]


def test_what_is_left_alone_and_what_is_no_pitch_stay_legal():
    quoted = tokens.PITCH_0 + TUNE[-1]
    assert guide().narrow(legal(quoted))[quoted]
    assert guide().narrow(legal(tokens.BAR, tokens.POS_0))[[tokens.BAR, tokens.POS_0]].all()


def test_the_released_runs_are_those_of_their_card():
    folder = newest_quotes()
    card = read_quotes_card(folder)
    assert len(load_quotes(folder)) == card.runs > 500_000
    assert card.name == folder.name


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (FILE, None, "cannot be read"),
        (FILE, b"no array", "not the runs the card describes"),
        ("card.json", None, "the card cannot be read"),
        ("card.json", b"[]", "the card cannot be read"),
        ("card.json", b'{"name": "quotes-v1"}', "the card cannot be read"),
    ],
)
def test_a_broken_release_says_what_and_where(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    release(tmp_path)
    path = tmp_path / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ModelError, match=words) as refused:
        load_quotes(tmp_path)
    assert refused.value.where == str(path)


def test_another_file_than_the_cards_is_refused(tmp_path: Path) -> None:
    release(tmp_path)
    np.save(tmp_path / FILE, np.arange(3, dtype=np.uint32))
    with pytest.raises(ModelError, match="not the runs the card describes"):
        load_quotes(tmp_path)


def release(folder: Path) -> None:
    np.save(folder / FILE, run_hashes(TUNE))
    card = {"name": "quotes-v9", "sha256": file_sha256(folder / FILE), "runs": 1, "learnt_from": "a tune"}
    (folder / "card.json").write_text(json.dumps(card))
