"""The three models a score needs, loaded together and checked against their cards."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import ModelError
from bridge.inference.card import Card, checked_card, find_models
from bridge.inference.session import Decoder, runtime_version

TOLD_IN_NUMBERS = ("chords", "melody")
"""Parts that can be written by a model of vocabulary 2."""


@dataclass(frozen=True)
class Models:
    """Decoders of the three learned parts."""

    chords: Decoder
    melody: Decoder
    accompaniment: Decoder

    @property
    def cards(self) -> dict[str, Card]:
        """Each part's card."""
        return {
            "chords": self.chords.card,
            "melody": self.melody.card,
            "accompaniment": self.accompaniment.card,
        }

    @property
    def hashes(self) -> dict[str, str]:
        """What each model's music depends on, as a hash by its name, for fingerprints."""
        return {card.name: card.identity for card in self.cards.values()}


def load_models() -> Models:
    """Load the newest model of each part.

    Raises:
        ModelError: a model is missing, is not the one its card describes, or onnxruntime is.
    """
    decoders = {part: Decoder.load(folder) for part, folder in find_models().items()}
    for part, decoder in decoders.items():
        if decoder.card.part != part:
            raise ModelError(
                f"{decoder.card.name} writes {decoder.card.part}, not {part}",
                remedy="Put the released models back under their own names",
            )
        if decoder.card.conditions and part not in TOLD_IN_NUMBERS:
            raise ModelError(
                f"{decoder.card.name} is told its controls as numbers, which the {part} is not written with",
                remedy="Use the models released with this version of Cuebridge",
            )
    return Models(decoders["chords"], decoders["melody"], decoders["accompaniment"])


def model_hashes() -> dict[str, str]:
    """The hashes of `Models.hashes`, checked against the files, without loading them.

    Raises:
        ModelError: a model is missing or is not the one its card describes.
    """
    cards = [checked_card(folder) for folder in find_models().values()]
    return {card.name: card.identity for card in cards}


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
