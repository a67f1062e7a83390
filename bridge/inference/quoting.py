"""Runs of the tunes that were learnt from, as they are released, and a guide that keeps a melody off them."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from bridge.errors import ModelError
from bridge.inference.card import REINSTALL, check_sha256, newest_model
from bridge.vocabulary import tokens
from bridge.vocabulary.masks import Mask
from bridge.vocabulary.quotes import Quotes

PART = "quotes"
FILE = "runs.npy"


@dataclass(frozen=True)
class QuotesCard:
    """What a list of runs is: its file's hash, how many it has, and of what they are."""

    name: str
    sha256: str
    runs: int
    learnt_from: str


class Unquoted:
    """Of the pitches that may come next, those that end no known run of notes; for `row.Guide`."""

    def __init__(self, quotes: Quotes) -> None:
        self._quotes = quotes
        self._pitches: list[int] = []

    def begin(self, bar: int) -> None:
        """A bar begins: runs go on across bar lines."""

    def narrow(self, legal: Mask) -> Mask:
        """Drop pitches that would end a quotation; all of them are left where nothing else may come."""
        pitches = slice(tokens.PITCH_0, tokens.PITCH_0 + tokens.PITCHES)
        if not legal[pitches].any():
            return legal
        wanted = legal.copy()
        wanted[pitches] &= ~self._quotes.ending(self._pitches)
        return wanted if wanted.any() else legal

    def push(self, token: int) -> None:
        """Remember a pitch."""
        if tokens.PITCH_0 <= token < tokens.PITCH_0 + tokens.PITCHES:
            self._pitches.append(token - tokens.PITCH_0)


def load_quotes(folder: Path) -> Quotes:
    """The runs that lie in a folder, checked against their card.

    Raises:
        ModelError: file or card is missing, broken, or not the other's.
    """
    checked_quotes_card(folder)
    path = folder / FILE
    try:
        return Quotes(np.load(path, allow_pickle=False))
    except (OSError, ValueError) as error:
        raise ModelError(f"the runs cannot be read ({error})", where=str(path), remedy=REINSTALL) from None


def checked_quotes_card(folder: Path) -> QuotesCard:
    """The card of the runs in a folder, once the file's hash is known to be the card's.

    Raises:
        ModelError: file or card is missing, broken, or not the other's.
    """
    card, path = read_quotes_card(folder), folder / FILE
    try:
        check_sha256(path, card.sha256, "these are not the runs the card describes")
    except OSError as error:
        raise ModelError(f"the runs cannot be read ({error})", where=str(path), remedy=REINSTALL) from None
    return card


def read_quotes_card(folder: Path) -> QuotesCard:
    """The card of the runs in a folder.

    Raises:
        ModelError: it is missing or broken.
    """
    path = folder / "card.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return QuotesCard(**{field.name: raw[field.name] for field in fields(QuotesCard)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the card cannot be read ({error})", where=str(path), remedy=REINSTALL) from None


def newest_quotes() -> Path:
    """The folder of the newest released ones.

    Raises:
        ModelError: there are none.
    """
    return newest_model(PART)
