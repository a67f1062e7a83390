"""The evaluation's numbers as the repository keeps them: a file a section, with what they are of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.inference.card import find_models, models_folder, read_card
from bridge.inference.quoting import PART, newest_quotes, read_quotes_card

FOLDER = Path(__file__).resolve().parent / "kept"
DIGITS = 4
"""Decimal places kept: one more than any table shows of a number, two more of a share in per cent."""
SHORT = 8
"""Hexadecimal digits by which a model is told from another."""


@dataclass(frozen=True)
class Kept:
    """One section's numbers.

    Args:
        found: what was measured.
        models: identity (`Card.identity`) by name of every model it was measured with.
        asked: songs, bars of each, trials and cues that were asked for, of those the section depends on.
    """

    found: dict[str, Any]
    models: dict[str, str]
    asked: dict[str, int]

    def unlike(self, released: Mapping[str, str]) -> list[str]:
        """Names of models that it was measured with, or without, unlike those released now."""
        return [
            name
            for name in (*self.models, *(name for name in released if name not in self.models))
            if self.models.get(name) != released.get(name)
        ]


def write(folder: Path, section: str, kept: Kept) -> None:
    """Put a section's numbers in place, beside first and then renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"models": kept.models, "asked": kept.asked, "found": rounded(kept.found)}
    path = folder / f"{section}.json"
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def read(folder: Path) -> dict[str, Kept]:
    """Every section that is kept, by name."""
    paths = sorted(folder.glob("*.json"))
    return {path.stem: Kept(**json.loads(path.read_text(encoding="utf-8"))) for path in paths}


def rounded(tree: Any) -> Any:
    """Numbers of nested lists and dictionaries to `DIGITS` places; keys as JSON has them."""
    if isinstance(tree, Mapping):
        return {str(name): rounded(value) for name, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [rounded(value) for value in tree]
    return round(float(tree), DIGITS) if isinstance(tree, float) else tree


def identities(parts: Iterable[str]) -> dict[str, str]:
    """Identity by name of the released models of some parts; of none named, of whatever lies beside them."""
    wanted = tuple(parts)
    if wanted:
        cards = [read_card(folder / "card.json") for part, folder in find_models().items() if part in wanted]
        runs = [read_quotes_card(newest_quotes())] if PART in wanted else []
        return {card.name: card.identity for card in cards} | {card.name: card.sha256 for card in runs}
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))["sha256"]
        for path in sorted(models_folder().glob("*/card.json"))
    }
