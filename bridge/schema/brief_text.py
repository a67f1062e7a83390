"""The brief as a text that a person reads, corrects and hands back: its form, and how it is read again.

A line `- NAME: VALUE` can be changed; every other line is for reading. Those before the first heading `##`
say what was asked of the whole cue, those under `## p02: IN to OUT` say it of one plot. An empty value asks
for nothing, or leaves the choice to Cuebridge; lines that are indented go on with the value above them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from bridge.about import About
from bridge.errors import SettingsError
from bridge.schema.cues import Label

MARK = "cuebridge brief 1"
HEAD_NAMES = ("brief", "audience", "brand", "style", "instruments", "no music", "still")
PLOT_NAMES = ("label", "music", "words", "mood", "palette", "tempo")
AXES = ("valence", "energy", "tension", "density", "loudness")
_SEVERAL = ("no music", "still")
_MAX_CHARS = 2 << 20
_LINE = re.compile(r"^[-*] +([a-z][a-z ]{0,30}?) *:(.*)$", re.IGNORECASE)
_HEADING = re.compile(r"^##+ *(?P<id>[A-Za-z0-9][A-Za-z0-9_.-]{0,39}) *: *(?P<start>\S+) +to +(?P<end>\S+)")
_MOOD = re.compile(r"^([a-z]+)[ =:]+(-?[0-9]*\.?[0-9]+)$", re.IGNORECASE)


@dataclass(frozen=True)
class PlotNote:
    """What the brief says of one plot: `line` counts from 1; `start` and `end` are timecodes as written.

    None or empty where it says nothing. `numbers` are axes of the mood, 0 to 1.
    """

    id: str
    line: int
    start: str
    end: str
    label: Label | None = None
    music: bool | None = None
    words: str = ""
    palette: str = ""
    tempo_bpm: float | None = None
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class BriefDocument:
    """A brief that was handed back."""

    brief: str = ""
    about: About = field(default_factory=About)
    plots: tuple[PlotNote, ...] = ()


def is_brief_document(text: str) -> bool:
    """Whether a text is a brief that was written here, its mark kept or not.

    Editors drop comments; a first line `# Brief:` with a line of ours below it then tells it from words.
    """
    if MARK in text[:2000]:
        return True
    lines = text.removeprefix("\ufeff").strip().splitlines()
    return bool(lines) and lines[0].startswith("# Brief:") and any(map(_is_ours, lines[1:]))


def _is_ours(line: str) -> bool:
    """Whether a line is a heading between two times, or says something of the whole cue."""
    heading, entry = _HEADING.match(line), _LINE.match(line)
    if heading is not None:
        return heading["start"][0].isdigit() and heading["end"][0].isdigit()
    return entry is not None and " ".join(entry[1].lower().split()) in HEAD_NAMES


def line_of(name: str, value: str) -> str:
    """`- NAME: VALUE`, with further lines of the value indented; read back by `parse_brief`."""
    told = "\n  ".join(line.strip() for line in value.splitlines() if line.strip())
    return f"- {name}: {told}".rstrip()


def parse_brief(text: str) -> BriefDocument:
    """Read a brief that was handed back.

    Raises:
        SettingsError: it is not one, a line is not known, or a value makes no sense. Names the line.
    """
    if not is_brief_document(text) or len(text) > _MAX_CHARS:
        raise SettingsError(
            "it is not a brief that Cuebridge wrote",
            where="brief",
            remedy="Start from a NAME.brief.md and keep its first line and its headings",
        )
    head: dict[str, list[str]] = {}
    notes: list[tuple[int, re.Match[str], dict[str, tuple[int, str]]]] = []
    for number, line, name, value in _entries(text):
        if name is None:
            heading = _HEADING.match(line)
            if heading is not None:
                notes.append((number, heading, {}))
        elif notes:
            _keep(notes[-1][2], name, value, number)
        else:
            _known(name, HEAD_NAMES, number)
            if name in head and name not in _SEVERAL:
                _fail(number, f"{name!r} stands twice", "Keep one of the two")
            head.setdefault(name, []).append(value)
    single = {name: (head.get(name) or [""])[0] for name in HEAD_NAMES if name not in _SEVERAL}
    brief = single.pop("brief")
    lists = {name: tuple(filter(None, head.get(name, []))) for name in _SEVERAL}
    about = About(**single, no_music=lists["no music"], stills=lists["still"])
    plots = tuple(_note(number, heading, values) for number, heading, values in notes)
    ids = [note.id for note in plots]
    for note in plots:
        if ids.count(note.id) > 1:
            _fail(note.line, f"there are two plots {note.id}", "Give each its own name")
    return BriefDocument(brief, about, plots)


def _entries(text: str) -> Iterator[tuple[int, str, str | None, str]]:
    """(number, line, name or None, value) of every line, indented ones joined to the entry above."""
    pending: tuple[int, str, str | None, str] | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if pending is not None and line[:1] in (" ", "\t") and line.strip():
            pending = (*pending[:3], f"{pending[3]}\n{line.strip()}")
            continue
        if pending is not None:
            yield pending
            pending = None
        found = _LINE.match(line)
        if found is None:
            yield number, line, None, ""
        else:
            pending = (number, line, " ".join(found[1].lower().split()), found[2].strip())
    if pending is not None:
        yield pending


def _keep(into: dict[str, tuple[int, str]], name: str, value: str, number: int) -> None:
    _known(name, PLOT_NAMES, number)
    if name in into:
        _fail(number, f"{name!r} stands twice", "Keep one of the two")
    into[name] = (number, value)


def _known(name: str, names: tuple[str, ...], number: int) -> None:
    if name not in names:
        _fail(number, f"{name!r} is not known here", f"Known are {', '.join(names)}")


def _note(number: int, heading: re.Match[str], values: dict[str, tuple[int, str]]) -> PlotNote:
    def said(name: str) -> tuple[int, str]:
        return values.get(name, (number, ""))

    return PlotNote(
        id=heading["id"],
        line=number,
        start=heading["start"],
        end=heading["end"].rstrip(",."),
        label=_label(*said("label")),
        music=_yes(*said("music")),
        words=said("words")[1],
        palette=said("palette")[1],
        tempo_bpm=_tempo(*said("tempo")),
        numbers=_numbers(*said("mood")),
    )


def _label(number: int, value: str) -> Label | None:
    known = [label.value for label in Label]
    if value and value.lower() not in known:
        _fail(number, f"{value!r} is no label", f"Choose one of {', '.join(known)}")
    return Label(value.lower()) if value else None


def _yes(number: int, value: str) -> bool | None:
    if value and value.lower() not in ("yes", "no"):
        _fail(number, f"{value!r} is neither yes nor no", "Write yes, no, or nothing")
    return value.lower() == "yes" if value else None


def _tempo(number: int, value: str) -> float | None:
    text = value.lower().removesuffix("bpm").strip()
    if not text:
        return None
    try:
        bpm = float(text)
    except ValueError:
        bpm = 0.0
    if not 1 <= bpm <= 1000:
        _fail(number, f"{value!r} is no tempo", "Write beats a minute, such as 96")
    return bpm


def _numbers(number: int, value: str) -> dict[str, float]:
    out: dict[str, float] = {}
    for item in filter(None, (part.strip() for part in re.split(r"[,;\n]", value))):
        found = _MOOD.match(item)
        name = found[1].lower() if found is not None else ""
        if found is None or name not in AXES:
            _fail(number, f"{item!r} is no mood", f"Write such as valence 0.3, energy 0.8; {', '.join(AXES)}")
        amount = float(found[2])
        if not 0 <= amount <= 1:
            _fail(number, f"{name} {amount:g} is out of range", "Use 0 to 1")
        out[name] = amount
    return out


def _fail(number: int, what: str, remedy: str) -> NoReturn:
    raise SettingsError(what, where=f"brief, line {number}", remedy=remedy)
