"""Write `bridge/spotting/data/valence.tsv` from VADER's lexicon: `python -m scripts.valence_norms FILE`.

FILE is the vader_lexicon.txt of the package vaderSentiment 3.3.2 on PyPI (MIT). Kept are plain words of three
letters and more that ten raters put at half a point or more from neutral, of -4 to 4, with a standard
deviation of at most 1.5.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

SHA256 = "1ec9c6e9ee19aade328f8beb393a6afa71a5bb3acf7d3cc22d4ef568df374bf5"
LEAST, MOST_SPREAD = 0.5, 1.5
PLACE = Path(__file__).resolve().parent.parent / "bridge" / "spotting" / "data" / "valence.tsv"
HEAD = """# How pleasant English words are: means of ten raters, -4 to 4. From VADER (Hutto and Gilbert 2014,
# vaderSentiment 3.3.2, MIT; see NOTICE), by scripts/valence_norms.py, which says what was kept.
word\tvalence
"""


def rows(text: str) -> list[tuple[str, float]]:
    """(word, mean rating) of the lines that are kept, in alphabetical order."""
    found = []
    for line in text.splitlines():
        word, mean, spread = line.split("\t")[:3]
        plain = re.fullmatch(r"[a-z]{3,}", word) is not None
        if plain and abs(float(mean)) >= LEAST and float(spread) <= MOST_SPREAD:
            found.append((word, float(mean)))
    return sorted(found)


def main(path: Path) -> None:
    """Write the table."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        sys.exit(f"{path} is not the vader_lexicon.txt of vaderSentiment 3.3.2")
    kept = rows(data.decode("utf-8"))
    PLACE.write_text(HEAD + "".join(f"{word}\t{mean:g}\n" for word, mean in kept), encoding="utf-8")
    print(f"{len(kept)} words in {PLACE}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
