"""Each section of the evaluation: what it measures, as plain numbers that can be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.palettes import compare_palettes, piano_roll
from bench.references import reference_rows
from bench.sync.lists import simulated
from bench.textures import KINDS, cue, promise_table, run_kind, texture_table
from bridge.composing import Models, compose, load_models
from bridge.config import Settings
from bridge.inference.card import find_models
from bridge.progress import Progress
from bridge.vocabulary.recall import read_trust
from models import band
from models.judging import copying, cues, free, metres, obeyed
from models.judging import knowledge as known
from models.judging.floors import ORDER, MarkovDecoder
from models.judging.spread import mean_of
from models.judging.stretches import Stretch, first_bars, melodies, of_song, songs
from models.loading import of_release

HERE = Path(__file__).resolve().parents[1]
PICTURES = HERE / "build" / "rolls"
ROLLS = 10
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
    chain = SimpleNamespace(**{part: MarkovDecoder(models.cards[part]) for part in parts})
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
        "copying": _copying(held_out, written[1]),
    }


def _copying(held_out: Sequence[Stretch], written: Sequence[Any]) -> dict[str, Any]:
    known = copying.Known(copying.line(melody) for song in songs("train") for melody in melodies(song))
    out: dict[str, Any] = {}
    for name, lines in (("written", written), ("held-out songs", [s.melody for s in held_out])):
        for length in copying.LENGTHS:
            counts = [known.count(copying.line(line), length) for line in lines]
            share = mean_of([found / of for found, of in counts if of])
            out.setdefault(f"runs of {length} notes", {})[name] = {
                "found": sum(found for found, _ in counts),
                "of": sum(of for _, of in counts),
                "mean": share.value,
                "error": share.error,
            }
    return out


def by_metre(judged: Judged) -> dict[str, Any]:
    """Chord tones in bars of each metre."""
    return metres.judge(judged.models, songs("test")[: judged.songs])


def controls(judged: Judged) -> dict[str, Any]:
    """Controls asked for bar by bar."""
    longest = [max(of_song(song), key=lambda s: len(s.metres)) for song in songs("test")[: judged.songs]]
    some = [stretch for stretch in longest if len(stretch.metres) >= obeyed.BARS]
    found = {
        decoder.card.name: obeyed.judge(decoder, some)
        for decoder in (judged.models.melody, judged.models.accompaniment)
    }
    for decoder in (judged.models.bass, judged.models.drums):
        if decoder is not None:
            part = decoder.card.part
            test = known.pieces(part, "test", known.SOURCES[part][0])
            found[decoder.card.name] = band.obedience(decoder, test)
    return found


def moods(judged: Judged) -> dict[str, Any]:
    """Paired trials of whole cues."""
    return cues.paired(judged.models, judged.trials)


def motif(judged: Judged) -> dict[str, Any]:
    """Likeness of plots."""
    return cues.motif(judged.models, judged.cues)


def picture(judged: Judged) -> dict[str, Any]:
    """Textures, hits, boundaries and palettes, as `bench.textures` finds them; piano rolls to look at."""
    tallies = {kind: run_kind(kind, judged.cues, 100, judged.models) for kind in KINDS}
    roll_cues(judged.models)
    sheet, form = cue("underscore", simulated()[1], 100)
    return {
        "cues": judged.cues,
        "textures": texture_table(tallies, reference_rows()),
        "promises": promise_table(tallies),
        "palettes": compare_palettes(sheet, form, judged.models, PICTURES),
    }


def roll_cues(models: Models) -> None:
    """Piano rolls of ten cues of all kinds, for eyes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    lists = simulated()
    for number in range(ROLLS):
        kind = tuple(KINDS)[number % len(KINDS)]
        sheet, form = cue(kind, lists[(2 * number + 1) * len(lists) // (2 * ROLLS)], 60)
        score = compose(sheet, form, Settings(seed=number), models, Progress())
        title = f"cue {number}, {kind}, {score.palette}"
        piano_roll(score, form, title, PICTURES / f"cue-{number}-{kind}.png")


def size(judged: Judged) -> dict[str, Any]:
    """Bytes of the released models."""
    return {folder.name: (folder / "model.onnx").stat().st_size for folder in find_models().values()}


SECTIONS: dict[str, Callable[[Judged], dict[str, Any]]] = {
    "knowledge": knowledge,
    "generation": generation,
    "metres": by_metre,
    "controls": controls,
    "moods": moods,
    "motif": motif,
    "picture": picture,
    "size": size,
}
