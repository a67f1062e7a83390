"""The models a score needs, checked against their cards together, each loaded when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from weakref import WeakValueDictionary

from bridge.config import inference_threads, provider
from bridge.errors import ModelError
from bridge.inference.card import Card, checked_card, find_models
from bridge.inference.quoting import QuotesCard, checked_quotes_card, load_quotes, newest_quotes
from bridge.inference.session import Decoder, runtime_version
from bridge.vocabulary.quotes import NO_QUOTES, Quotes

_NUMBERS_ONLY = ("bass", "drums")
"""Parts that vocabulary 1 has no prompts for."""


class Models:
    """Decoders of the learned parts; `bass` and `drums` are `None` where no model of them is installed.

    Args:
        folders: where each part's model lies.
        cards: each part's card.
        load: gives the decoder in a folder.
        quoting: where the runs of notes lie that no melody may quote; `None` for none.
    """

    def __init__(
        self,
        folders: Mapping[str, Path],
        cards: Mapping[str, Card],
        load: Callable[[Path], Decoder] = Decoder.load,
        quoting: Path | None = None,
    ) -> None:
        self._folders = dict(folders)
        self._cards = dict(cards)
        self._load = load
        self._loaded: dict[str, Decoder] = {}
        self._quoting = quoting
        self._quotes_card = None if quoting is None else checked_quotes_card(quoting)

    @cached_property
    def quotes(self) -> Quotes:
        """The runs of notes that no melody may quote."""
        return NO_QUOTES if self._quoting is None else load_quotes(self._quoting)

    @property
    def chords(self) -> Decoder:
        """Who writes the harmony."""
        return self._part("chords")

    @property
    def melody(self) -> Decoder:
        """Who writes the tune."""
        return self._part("melody")

    @property
    def accompaniment(self) -> Decoder:
        """Who writes the inner lines."""
        return self._part("accompaniment")

    @property
    def bass(self) -> Decoder | None:
        """Who writes the bass line; `None` leaves it to the rule."""
        return self._part("bass") if "bass" in self._folders else None

    @property
    def drums(self) -> Decoder | None:
        """Who writes the drums; `None`: nobody does."""
        return self._part("drums") if "drums" in self._folders else None

    @property
    def cards(self) -> dict[str, Card]:
        """Each part's card."""
        return dict(self._cards)

    @property
    def hashes(self) -> dict[str, str]:
        """What each model's music depends on, as a hash by its name, for fingerprints."""
        return _hashes(self._cards, self._quotes_card)

    def _part(self, part: str) -> Decoder:
        if part not in self._loaded:
            self._loaded[part] = self._load(self._folders[part])
        return self._loaded[part]


_IN_USE: WeakValueDictionary[tuple[str, str, str, int], Decoder] = WeakValueDictionary()
_LOADING = threading.Lock()


def shared_decoder(folder: Path) -> Decoder:
    """The decoder in a folder: the one that somebody in this process uses already, else a new one.

    Jobs that have the same decoder are decoded together (`inference.scheduler`). It goes with its last user.

    Raises:
        ModelError: as `Decoder.load`.
    """
    # Whatever a row's bits may depend on: the model itself and how its session is opened.
    key = (str(folder), checked_card(folder).to_json(), provider(), inference_threads())
    with _LOADING:  # or jobs that begin at once would each load their own
        decoder = _IN_USE.get(key)
        if decoder is None:
            decoder = _IN_USE[key] = Decoder.load(folder)
        return decoder


def load_models() -> Models:
    """The newest model of each part, shared with whoever else in this process has it. The chords' is loaded
    at once, so that a runtime that cannot run says so before any work is done; the others when they are
    asked for.

    Raises:
        ModelError: a model is missing, is not the one its card describes, or onnxruntime is.
    """
    folders = find_models()
    cards = {part: checked_card(folder) for part, folder in folders.items()}
    for part, card in cards.items():
        if card.part != part:
            raise ModelError(
                f"{card.name} writes {card.part}, not {part}",
                remedy="Put the released models back under their own names",
            )
        if part in _NUMBERS_ONLY and not card.conditions:
            raise ModelError(
                f"{card.name} is not told its controls as numbers, as the {part} is written with",
                remedy="Use the models released with this version of Cuebridge",
            )
    models = Models(folders, cards, shared_decoder, newest_quotes())
    _ = models.chords
    return models


def model_hashes() -> dict[str, str]:
    """The hashes of `Models.hashes`, checked against the files, without loading them.

    Raises:
        ModelError: a model is missing or is not the one its card describes.
    """
    cards = {part: checked_card(folder) for part, folder in find_models().items()}
    return _hashes(cards, checked_quotes_card(newest_quotes()))


def describe_models() -> dict[str, object]:
    """What `describe` says of the models: each card's head, and the runtime's version and provider.

    Raises:
        ModelError: as `load_models`.
    """
    loaded = load_models()
    heads = [
        {
            "name": card.name,
            "part": card.part,
            "sha256": card.sha256,
            "bytes": card.bytes,
            "vocabulary_version": card.vocabulary_version,
            "licence": card.licence,
            "date": card.date,
        }
        for card in loaded.cards.values()
    ]
    return {"models": heads, "onnxruntime": runtime_version(), "provider": loaded.chords.provider}


def _hashes(cards: Mapping[str, Card], runs: QuotesCard | None) -> dict[str, str]:
    return {card.name: card.identity for card in cards.values()} | (
        {} if runs is None else {runs.name: runs.sha256}
    )
