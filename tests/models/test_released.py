import csv
import hashlib
import json
from pathlib import Path

import pytest

from bridge.inference.card import FURTHER_PARTS, PARTS, checked_card, read_card
from bridge.vocabulary import tokens
from bridge.vocabulary.recall import read_trust
from models.corpus.songs import ASIDE, split_of

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "models" / "released"
MANIFEST = ROOT / "models" / "manifest.tsv"
LARGEST_BYTES = 12_000_000
# What is no decoder has a card of its own, and tests of its own where it is used.
OTHERS = ("colour", "motion", "quotes", "sight", "voice")
FOLDERS = sorted(p for p in RELEASED.iterdir() if p.is_dir() and p.name.partition("-v")[0] not in OTHERS)


def test_every_part_that_is_needed_is_released() -> None:
    parts = {folder.name.partition("-v")[0] for folder in FOLDERS}
    assert {*PARTS} <= parts <= {*PARTS, *FURTHER_PARTS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_card_describes_the_file_beside_it(folder: Path) -> None:
    card = checked_card(folder)
    content = (folder / "model.onnx").read_bytes()
    assert card.sha256 == hashlib.sha256(content).hexdigest()
    assert card.bytes == len(content) < LARGEST_BYTES
    assert folder.name == card.name == f"{card.part}-v{card.vocabulary_version}"
    assert card.vocabulary_size == tokens.SIZES[card.vocabulary_version]
    assert card.heads * card.head_width == card.width


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_card_names_its_data_and_what_the_songs_are(folder: Path) -> None:
    path = folder / "card.json"
    card = read_card(path)
    assert card.licence == "Apache-2.0"
    licences = {source["licence"] for source in card.data}
    if card.part == "drums":
        assert licences == {"CC-BY-4.0"}
        # The licence asks for the name, wherever the model goes.
        assert "Groove MIDI" in (ROOT / "NOTICE").read_text(encoding="utf-8")
    else:
        assert licences == {"MIT", "CC0-1.0", "BSD-3-Clause"}
        assert "commercial" in card.notes
        assert "Freedoom project" in (ROOT / "NOTICE").read_text(encoding="utf-8")
    differences = json.loads(path.read_text())["torch_against_onnx"]
    assert differences["alone_against_among_others"] == 0
    assert max(differences.values()) < 1e-3


def test_nothing_held_out_was_trained_on() -> None:
    with MANIFEST.open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    split = {int(row["song"]): row["split"] for row in rows}
    assert len(split) == len(rows) == 907
    assert {song for song in split if song % 10 == 7} == {s for s, kind in split.items() if kind == "test"}
    assert sum(kind == "test" for kind in split.values()) == 91
    trained = {song for song, kind in split.items() if kind == "train"}
    assert not trained & {song for song in split if song % 10 in (3, 7)}
    # Near-duplicates of a held-out song must not be trained on either.
    assert not trained & ASIDE
    for one, other in ((17, 18), (262, 805), (492, 666), (101, 103)):
        assert not ({split[one], split[other]} >= {"train", "test"})
        assert not ({split[one], split[other]} >= {"train", "validation"})
    assert all(split[song] == split_of(song) for song in split)


def newest(part: str) -> Path:
    """The released folder of a part."""
    return next(folder for folder in FOLDERS if folder.name.startswith(f"{part}-v"))


def test_each_part_is_released_once() -> None:
    parts = [folder.name.partition("-v")[0] for folder in FOLDERS]
    assert len(set(parts)) == len(parts), "superseded models leave the repository"


def _numbers(tree: object, name: str) -> list[float]:
    """Every mean kept under `name` in a card's nested figures."""
    if not isinstance(tree, dict):
        return []
    own = [tree[name][0]] if name in tree else []
    return own + [number for value in tree.values() for number in _numbers(value, name)]


@pytest.mark.parametrize(
    "folder", [each for each in FOLDERS if not each.name.startswith("chords")], ids=lambda folder: folder.name
)
def test_models_of_notes_clear_their_floors_and_spend_few_tokens(folder: Path) -> None:
    card = read_card(folder / "card.json")
    assert card.floors
    for source, floors in card.floors.items():
        ours = card.figures[f"{source}, controls open"]
        assert ours["bits_per_note"][0] < min(_numbers(floors, "bits_per_note")), source
        assert ours["tokens_a_note"] <= 4, source
        told = card.figures[f"{source}, controls told"]
        assert told["bits_per_note"][0] < ours["bits_per_note"][0], source


def test_the_chords_and_the_songs_own_past_clear_the_bar_on_the_card() -> None:
    """Automatic chords of the 91 held-out songs, the key known."""
    card = read_card(newest("chords") / "card.json")
    words = "automatic chords of POP909, key known"
    alone, together = (card.figures[words][name] for name in ("model", "model and the song's own past"))
    past = card.floors[words]["the song's own past alone"]
    assert together["items"] == alone["items"] > 10_000
    for name, least in (("hits1", 0.42), ("hits3", 0.72), ("hits5", 0.84)):
        assert together[name][0] > max(least, past[name][0])
    assert together["perplexity"][0] <= 7.5
    assert together["perplexity"][0] < past["perplexity"][0]
    markov = [floor for name, floor in card.floors[words].items() if name.startswith("Markov")]
    assert alone["perplexity"][0] < min(floor["perplexity"][0] for floor in markov)
    assert alone["hits1"][0] > max(floor["hits1"][0] for floor in markov)


def test_the_trust_in_a_songs_past_can_be_read() -> None:
    trust = read_trust(read_card(newest("chords") / "card.json").recall)
    assert len(trust) > 50
    assert all(0 < weight < 1 for weight in trust.values())
    # The longer a match, the more it says.
    short = [weight for (longest, _, _), weight in trust.items() if longest == 1]
    long = [weight for (longest, agreeing, _), weight in trust.items() if longest == 8 and agreeing]
    assert sum(long) / len(long) > sum(short) / len(short)
