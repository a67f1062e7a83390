"""Build the corpus: `python -m models.corpus [DATA_FOLDER]` writes `models/build/` and the manifest."""

from __future__ import annotations

import argparse
import pickle
import random
from collections import Counter
from pathlib import Path

import numpy as np

from models.corpus.sequences import Segment, encode, pack, remetred
from models.corpus.songs import Song, split_of
from models.corpus.sources import read_all

HERE = Path(__file__).resolve().parents[1]
BUILD = HERE / "build"
MANIFEST = HERE / "manifest.tsv"
SEED = 909


def main() -> None:
    """Read the archives, write song cache, token arrays and the manifest."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--parts", nargs="+", default=["chords", "melody", "accompaniment"])
    parser.add_argument(
        "--again", action="store_true", help="read the archives even if they were read before"
    )
    asked = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    cache = BUILD / "songs.pkl"
    if cache.exists() and not asked.again:
        songs, facts = pickle.loads(cache.read_bytes())
    else:
        songs, facts = read_all(asked.data)
        cache.write_bytes(pickle.dumps((songs, facts)))
    lines = ["song\tsplit\tbars\tsha256\thands_told\tlabelled"]
    for song in songs:
        digest, told = facts[song.number]
        labelled = any(bar.label != "unknown" for bar in song.bars)
        lines.append(
            f"{song.number:03d}\t{split_of(song.number)}\t{len(song.bars)}\t{digest}\t{told:.3f}\t{int(labelled)}"
        )
    MANIFEST.write_text("\n".join(lines) + "\n")
    print(Counter(split_of(song.number) for song in songs))
    for part in asked.parts:
        for split in ("train", "validation", "test"):
            chosen = [song for song in songs if split_of(song.number) == split]
            for variant, segments in variants(chosen, part, split).items():
                packed = pack(segments)
                np.savez(BUILD / f"{part}-{split}-{variant}.npz", **packed)
                print(part, split, variant, len(packed["tokens"]), int(packed["written"].sum()), flush=True)


def variants(songs: list[Song], part: str, split: str) -> dict[str, list[Segment]]:
    """The ways in which the songs are told; held-out songs only as they are."""

    def told(these: list[Song], *, sections: bool, keyed: bool = True, heard: bool = False) -> list[Segment]:
        return [
            segment
            for song in these
            for segment in encode(song, part, sections=sections, keyed=keyed, heard=heard)
        ]

    out = {"plain": told(songs, sections=False)}
    if part == "chords":
        out["unkeyed"] = told(songs, sections=False, keyed=False)
        out["heard"] = told(songs, sections=True, keyed=False, heard=True)
    if split == "train":
        choose = random.Random(SEED)
        scattered = [remetred(song, choose, whole=False) for song in songs]
        whole = [remetred(song, choose, whole=True) for song in songs]
        out["sections"] = told(songs, sections=True)
        out["scattered"] = told(scattered, sections=False)
        out["whole"] = told(whole, sections=True)
        if part == "chords":
            out["unkeyed-scattered"] = told(scattered, sections=True, keyed=False)
    return out


if __name__ == "__main__":
    main()
