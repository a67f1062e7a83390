"""Each section of the evaluation: what it measures, as plain numbers that can be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import torch

from bench import decoding
from bridge.composing import Models, load_models
from bridge.inference.card import find_models, models_folder
from bridge.inference.quoting import FILE
from bridge.vocabulary.quotes import NO_QUOTES
from bridge.vocabulary.recall import read_trust
from models import band
from models.judging import copied, cues, free, metres, obeyed, pictured
from models.judging import knowledge as known
from models.judging.floors import ORDER, MarkovDecoder
from models.judging.stretches import Stretch, first_bars, of_song, songs
from models.loading import of_release

CHAIN_SONGS = 30
"""Songs that the Markov chain writes for: it is slow, and a floor."""


@dataclass(frozen=True)
class Judged:
    """What is judged: the released models, and how many songs, bars of each, trials and cues are taken."""

    songs: int
    bars: int
    trials: int
    cues: int

    @cached_property
    def models(self) -> Models:
        """The released models."""
        return load_models()

    @cached_property
    def held_out(self) -> list[Stretch]:
        """The held-out songs' first bars."""
        return [stretch for song in songs("test")[: self.songs] for stretch in first_bars(song, self.bars)]


def knowledge(judged: Judged) -> dict[str, Any]:
    """Chord changes and bits a note of the released graphs, with the floors counted on the same items."""
    out: dict[str, Any] = {}
    for part, folder in find_models().items():
        model, card = of_release(folder)
        found = (
            known.of_chords(model, read_trust(card.recall))
            if part == "chords"
            else known.of_notes(part, model)
        )
        out[part] = {"name": card.name, **found}
    return out


def generation(judged: Judged) -> dict[str, Any]:
    """Free generation beside the held-out songs, other songs and a Markov chain; chord tones; copying."""
    held_out, models = judged.held_out, judged.models
    others = [
        stretch for song in songs("validation")[: judged.songs] for stretch in first_bars(song, judged.bars)
    ]
    parts = ("chords", "melody", "accompaniment")
    chain = SimpleNamespace(quotes=NO_QUOTES, **{part: MarkovDecoder(models.cards[part]) for part in parts})
    written = free.write(models, held_out, "free")
    few = {song.number for song in songs("test")[:CHAIN_SONGS]}
    some = [stretch for stretch in held_out if stretch.song in few]
    rows = {
        "held-out songs": free.measured(held_out, free.real(held_out)),
        "written": free.measured(held_out, written),
        "other real songs": free.measured(others, free.real(others)),
        f"Markov chain of order {ORDER}": free.measured(some, free.write(chain, some, "free")),
    }
    return {
        "songs": len({stretch.song for stretch in held_out}),
        "bars": sum(len(stretch.metres) for stretch in held_out),
        "measures": free.compared(rows, "held-out songs"),
        "copying": copied.judge(models.melody, models.quotes, held_out, written[1]),
    }


def by_metre(judged: Judged) -> dict[str, Any]:
    """Chord tones in bars of each metre."""
    return metres.judge(judged.models, songs("test")[: judged.songs])


def controls(judged: Judged) -> dict[str, Any]:
    """Controls asked for bar by bar; beside them the same under `orchestra`, and nothing asked."""
    longest = [max(of_song(song), key=lambda s: len(s.metres)) for song in songs("test")[: judged.songs]]
    some = [stretch for stretch in longest if len(stretch.metres) >= obeyed.BARS]
    found: dict[str, Any] = {}
    for decoder in (judged.models.melody, judged.models.accompaniment):
        each = {"unit": "songs", "asked": obeyed.judge(decoder, some)}
        if decoder.card.conditions:  # vocabulary 1 knows no sources
            each["orchestra"] = obeyed.judge(decoder, some, "orchestra")
        found[decoder.card.name] = {**each, "nothing asked": obeyed.judge(decoder, some, told=False)}
    for decoder in (judged.models.bass, judged.models.drums):
        if decoder is not None:
            part = decoder.card.part
            test = known.pieces(part, "test", known.SOURCES[part][0])
            each = {"unit": "takes" if part == "drums" else "songs", "asked": band.obedience(decoder, test)}
            if part != "drums":  # which have one source
                each["orchestra"] = band.obedience(decoder, test, "orchestra")
            found[decoder.card.name] = {**each, "nothing asked": band.obedience(decoder, test, tell=False)}
    return found


def moods(judged: Judged) -> dict[str, Any]:
    """Paired trials of whole cues."""
    return cues.paired(judged.models, judged.trials)


def motif(judged: Judged) -> dict[str, Any]:
    """Likeness of plots."""
    return cues.motif(judged.models, judged.cues)


def picture(judged: Judged) -> dict[str, Any]:
    """Textures, hits, boundaries and palettes; piano rolls to look at."""
    return pictured.judge(judged.models, judged.cues)


def speed(judged: Judged) -> dict[str, Any]:
    """Tokens a second beside torch, growth with length, a minute of five parts."""
    torch.set_num_threads(1)
    return {
        "paces": decoding.paces(),
        "growth": decoding.growth(),
        "cues": decoding.cues(),
        "minute": decoding.minute(),
        "context": judged.models.cards["melody"].context,
    }


def size(judged: Judged) -> dict[str, Any]:
    """Bytes of every model that is released, and of the runs of notes beside them."""
    files = [path for name in ("model.onnx", FILE) for path in models_folder().glob(f"*/{name}")]
    return {path.parent.name: path.stat().st_size for path in sorted(files)}


SECTIONS: dict[str, Callable[[Judged], dict[str, Any]]] = {
    "knowledge": knowledge,
    "generation": generation,
    "metres": by_metre,
    "controls": controls,
    "moods": moods,
    "motif": motif,
    "picture": picture,
    "speed": speed,
    "size": size,
}
