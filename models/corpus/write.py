"""Write the second generation's corpus: `python -m models.corpus.write [DATA] --sources pop song quartet`.

Leaves `models/build/v2/PART-SPLIT-SOURCE.npz` and `models/manifest-v2.tsv`, with the hash of what each piece
was read from. Of pop songs the chords are written twice, as corrected by hand (`pop`) and as heard by a
machine (`heard`), and once more with bars cut and joined to other metres (`metres`).
"""

from __future__ import annotations

import argparse
import pickle
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bridge.vocabulary.measure import whole
from models.corpus import drums, game, scores
from models.corpus.duplicates import pairs, runs
from models.corpus.packing import Told, pack
from models.corpus.pieces import Piece, of_song, tell
from models.corpus.sequences import remetred
from models.corpus.songs import Song, split_of
from models.corpus.sources import members, read_all

HERE = Path(__file__).resolve().parents[1]
BUILD = HERE / "build" / "v2"
MANIFEST = HERE / "manifest-v2.tsv"
SEED = 909
PARTS = ("chords", "melody", "accompaniment", "bass")
SPLITS = ("train", "validation", "test")
Entry = tuple[Piece, str, str]  # piece, name, sha256 of its source


def pop(data: Path) -> tuple[list[Entry], list[Song]]:
    """The songs of POP909, read once and kept."""
    cache = HERE / "build" / "songs.pkl"
    if cache.exists():
        songs, facts = pickle.loads(cache.read_bytes())
    else:
        songs, facts = read_all(data)
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(pickle.dumps((songs, facts)))
    return [
        (of_song(song, split_of(song.number)), f"{song.number:03d}", facts[song.number][0]) for song in songs
    ], songs


def metres(songs: list[Song]) -> list[Piece]:
    """Training songs with bars of 2/4, 3/4, 5/4 and others, scattered or throughout."""
    choose = random.Random(SEED)
    chosen = [song for song in songs if split_of(song.number) == "train"]
    return [of_song(remetred(song, choose, whole=choose.random() < 0.5), "train") for song in chosen]


def save(part: str, split: str, name: str, told: Iterator[Told]) -> None:
    """Pack and write, beside first and then renamed."""
    packed = pack(list(told))
    path = BUILD / f"{part}-{split}-{name}.npz"
    beside = path.with_suffix(".part.npz")
    np.savez(beside, **packed)
    beside.replace(path)
    print(path.name, len(packed["meta"]), len(packed["tokens"]), int(packed["written"].sum()), flush=True)


def across(entries: list[Entry]) -> list[tuple[str, str, float]]:
    """Near-duplicates among pieces, by the tune; see `duplicates`."""
    by_name = {name: piece for piece, name, _ in entries if piece.split in SPLITS}
    found = pairs({name: runs(piece.music.parts.get("melody", ())) for name, piece in by_name.items()})
    return [pair for pair in found if by_name[pair[0]].split != by_name[pair[1]].split]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--sources", nargs="+", default=list(READERS), choices=list(READERS))
    parser.add_argument("--parts", nargs="*", help="none: the manifest alone")
    asked = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    old = MANIFEST.read_text().splitlines()[1:] if MANIFEST.exists() else []
    lines = [line for line in old if line.split("\t")[0] not in asked.sources]
    for source in asked.sources:
        if asked.parts != []:
            for one, other, share in across(READERS[source](asked.data, asked.parts)):
                print(f"near-duplicates on two sides: {source} {one} {other} {share:.2f}", flush=True)
        lines += [
            f"{source}\t{name}\t{split}\t{bars}\t{digest}"
            for name, split, bars, digest in listed(asked.data, source)
        ]
    MANIFEST.write_text("\n".join(["source\tpiece\tsplit\tbars\tsha256", *sorted(lines)]) + "\n")


def listed(data: Path, source: str) -> list[tuple[str, str, int, str]]:
    """(Name, split, bars, sha256) of every piece of a source."""
    if source in scores.SOURCES:
        return list(scores.listing(members(data / f"{scores.SOURCES[source]}.tar.gz"), source))
    if source == "game":
        return list(game.listing(members(data / "freedoom.tar.gz")))
    entries = pop(data)[0] if source == "pop" else list(drums.read(data))
    return [(name, piece.split, len(piece.metres), digest) for piece, name, digest in entries]


def write_pop(data: Path, parts: list[str] | None) -> list[Entry]:
    """Pop songs, in both editions of their chords, and with other metres."""
    entries, songs = pop(data)
    scattered = metres(songs)
    heard = {id(piece): whole(piece.music) for piece in [*(piece for piece, _, _ in entries), *scattered]}
    for part in PARTS if parts is None else parts:
        for split in SPLITS:
            chosen = [piece for piece, _, _ in entries if piece.split == split]
            save(part, split, "pop", (tell(p, part, whole=heard[id(p)]) for p in chosen))
            if part == "chords":
                save(part, split, "heard", (tell(p, part, heard=True, whole=heard[id(p)]) for p in chosen))
        save(part, "train", "metres", (tell(p, part, whole=heard[id(p)]) for p in scattered))
    return entries


def write_score(source: str) -> Callable[[Path, list[str] | None], list[Entry]]:
    """A writer of one of the CC0 scores, or of game music."""

    def write(data: Path, parts: list[str] | None) -> list[Entry]:
        entries = list(game.read(data) if source == "game" else scores.read(data, source))
        heard = {piece.number: whole(piece.music) for piece, _, _ in entries}
        for part in PARTS if parts is None else parts:
            for split in SPLITS:
                chosen = [piece for piece, _, _ in entries if piece.split == split]
                save(part, split, source, (tell(piece, part, whole=heard[piece.number]) for piece in chosen))
        return entries

    return write


def write_drums(data: Path, parts: list[str] | None) -> list[Entry]:
    """Drum takes; those that end in a fill once more by themselves, for they are half of the takes and a
    seventh of the bars.
    """
    entries = list(drums.read(data))
    if parts is None or "drums" in parts:
        for split in SPLITS:
            save("drums", split, "drums", (tell(p, "drums") for p, _, _ in entries if p.split == split))
        filling = [p for p, _, _ in entries if p.split == "train" and p.music.bars[-1].plot_left == 0]
        save("drums", "train", "fills", (tell(p, "drums") for p in filling))
    return entries


READERS: dict[str, Callable[[Path, list[str] | None], list[Entry]]] = {
    "pop": write_pop,
    **{source: write_score(source) for source in (*scores.SOURCES, "game")},
    "drums": write_drums,
}


if __name__ == "__main__":
    main()
