"""Makes `surface.tsv`: which method of which class Resolve has, since when, with how many arguments.

Read from the table beside the repository (names and signatures of `fusionscript-stubs`, MIT, which follow
Blackmagic's own README of each version). What is kept are facts alone: class, name, the first version that
documents it, the first that does not any more, and the least and most positional arguments.

    python -m tests.fake_resolve.make_surface > tests/fake_resolve/surface.tsv
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "resolve_api_methods_by_version.json"
# The stubs ask for arguments that may be left out: Blackmagic's README says so of AddTrack's and Export's
# last (all but EDL and AAF ignore it), and the others came to calls that had been without. The least number.
LEAST = {
    ("Timeline", "AddTrack"): 1,
    ("Timeline", "Export"): 2,
    ("Timeline", "DeleteClips"): 1,
    ("TimelineItem", "GetStart"): 0,
    ("TimelineItem", "GetEnd"): 0,
    ("TimelineItem", "GetDuration"): 0,
    ("TimelineItem", "GetLeftOffset"): 0,
    ("TimelineItem", "GetRightOffset"): 0,
    ("MediaPool", "ImportTimelineFromFile"): 1,
}
ANY = 99


def rows(document: dict[str, dict[str, dict[str, list[str]]]]) -> list[str]:
    """The table's rows, sorted."""
    versions = list(document)
    found = []
    for kind in sorted({kind for surface in document.values() for kind in surface}):
        names = {name for surface in document.values() for name in surface.get(kind, {})}
        for name in sorted(names):
            has = [version for version in versions if name in document[version].get(kind, {})]
            after = versions.index(has[-1]) + 1
            gone = versions[after] if after < len(versions) else "-"
            signatures = [text for version in has for text in document[version][kind][name]]
            least, most = _arity(signatures)
            least = LEAST.get((kind, name), least)
            found.append("\t".join([kind, name, has[0], gone, str(least), str(most)]))
    return found


def _arity(signatures: list[str]) -> tuple[int, int]:
    if not signatures:
        return 0, 0  # a constant
    counts = [_count(text) for text in signatures]
    return min(least for least, _ in counts), max(most for _, most in counts)


def _count(signature: str) -> tuple[int, int]:
    """Least and most arguments of `self, name: Type, other: Optional[T] = x) -> R`."""
    inside, depth, words = signature.rpartition(")")[0], 0, [""]
    for char in inside:
        depth += (char in "[(") - (char in "])")
        if char == "," and not depth:
            words.append("")
        else:
            words[-1] += char
    given = [word.strip() for word in words[1:]]
    least = sum(not (w.startswith(("*", "optional")) or "Optional[" in w or "=" in w) for w in given)
    return least, ANY if any(word.startswith("*") for word in given) else len(given)


if __name__ == "__main__":
    with SOURCE.open(encoding="utf-8") as file:
        sys.stdout.write("\n".join(rows(json.load(file))) + "\n")
