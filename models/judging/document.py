"""`EVALUATION.md` and what goes into cards, from the numbers that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.inference.quoting import PART as QUOTES
from models.judging import cue_tables, tables
from models.judging.free import COUNTED
from models.judging.kept import SHORT, Kept

FIRST = ("chords", "melody", "accompaniment")
EVERY = (*FIRST, "bass", "drums")


@dataclass(frozen=True)
class Shown:
    """How a section is shown, the parts whose models it is measured with (none named: all that is released),
    and which of the sizes asked for it depends on.
    """

    table: Callable[[Mapping[str, Any]], str]
    parts: tuple[str, ...] = EVERY
    asked: tuple[str, ...] = ()


SHOWN = {
    "knowledge": Shown(tables.knowledge),
    "generation": Shown(tables.generation, (*FIRST, QUOTES), ("songs", "bars")),
    "metres": Shown(tables.metres, FIRST[1:], ("songs",)),
    "controls": Shown(tables.controls, EVERY[1:], ("songs",)),
    "moods": Shown(cue_tables.moods, (*EVERY, QUOTES), ("trials",)),
    "motif": Shown(cue_tables.motif, (*EVERY, QUOTES), ("cues",)),
    "picture": Shown(cue_tables.picture, (*EVERY, QUOTES), ("cues",)),
    "speed": Shown(cue_tables.speed, (*EVERY, QUOTES)),
    "size": Shown(cue_tables.size, ()),
}
WORDS = {
    "songs": "{} held-out songs",
    "bars": "at most {} bars of each",
    "trials": "{} trials an axis",
    "cues": "{} cues of a kind",
}

Sections = Mapping[str, Kept]
Released = Mapping[str, Mapping[str, str]]
"""By section the identities, by name, of the models released now that it concerns."""


def document(kept: Sections, released: Released) -> str:
    """The whole of `EVALUATION.md`: every section that is kept, marked where models have changed since."""
    parts = [
        "# What the released models and the line do, measured",
        "Written by `make evaluate` (`python -m models.judging`) from `models/judging/kept`. ± is a standard"
        " error over the units named. Held out are the 91 songs of POP909 whose number ends in 7, and of"
        " other sources the pieces that `manifest-v2.tsv` calls test. Bars are this project's own aims.",
    ]
    for name, shown in SHOWN.items():
        if name in kept:
            head, _, rest = shown.table(kept[name].found).partition("\n\n")
            parts += [head, *noted(kept[name], released[name]), rest]
    missing = [name for name in SHOWN if name not in kept]
    if missing:
        parts.append(f"Not measured yet: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def noted(kept: Kept, released: Mapping[str, str]) -> list[str]:
    """What was asked for, and of which models, where these are no longer the released ones."""
    out = []
    if kept.asked:
        out.append(f"Asked for: {', '.join(WORDS[name].format(size) for name, size in kept.asked.items())}.")
    if changed := kept.unlike(released):
        named = (
            f"{name}, {kept.models[name][:SHORT]}…" if name in kept.models else f"without {name}"
            for name in changed
        )
        out.append(f"(measured with {'; '.join(named)}; models have changed since)")
    return out


def of_card(kept: Sections, released: Released, part: str, name: str) -> dict[str, Any]:
    """What concerns one part's model, of what was measured with the models that are released now."""
    known = {
        section: each.found for section, each in kept.items() if not each.unlike(released.get(section, {}))
    }
    out: dict[str, Any] = {}
    if name in known.get("controls", {}):
        out["controls obeyed, Spearman over bars"] = known["controls"][name]
    if "generation" in known and part in FIRST:
        sets = known["generation"]["measures"]
        own = [measure for measure in sets["written"] if part in measure]
        out["free generation, all parts together"] = {
            who: {measure: rows[measure] for measure in (*COUNTED, *own)} for who, rows in sets.items()
        }
        if part == "melody":
            out["copying"] = known["generation"]["copying"]
    by_metre = {metre: each[part] for metre, each in known.get("metres", {}).items() if part in each}
    if by_metre:
        out["chord tones by metre"] = by_metre
    return out
