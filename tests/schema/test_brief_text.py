"""The brief as a text: what is written is read back, and what is wrong is named with its line."""

from __future__ import annotations

import pytest

from bridge.about import About
from bridge.errors import SettingsError
from bridge.schema.brief_text import MARK, BriefDocument, PlotNote, is_brief_document, line_of, parse_brief
from bridge.schema.cues import Label

TEXT = f"""# Brief: a film
<!-- {MARK} -->

Some words for a person - not: read.

- brief: dark and slow
  then bright
- audience: children
- brand:
- style: minimal
- instruments: piano, no drums
- no music: 00:00:01:00-00:00:02:00
- no music: 48-72
- still: /a/b.png

## p01: 00:00:00:00 to 00:00:05:00

Seen: dark.

- label: climax
- music: no
- words: a chase
- mood: valence 0.25, tension = 1
- palette: strings
- tempo: 96 bpm

## p02: 00:00:05:00 to 00:00:10:00
"""


def test_every_line_arrives() -> None:
    assert parse_brief(TEXT) == BriefDocument(
        "dark and slow\nthen bright",
        About(
            audience="children", style="minimal", instruments="piano, no drums",
            no_music=("00:00:01:00-00:00:02:00", "48-72"), stills=("/a/b.png",),
        ),
        (
            PlotNote("p01", 16, "00:00:00:00", "00:00:05:00", Label.CLIMAX, False, "a chase", "strings", 96.0,
                     {"valence": 0.25, "tension": 1.0}),
            PlotNote("p02", 27, "00:00:05:00", "00:00:10:00"),
        ),
    )  # fmt: skip


def test_a_value_of_several_lines_is_read_as_it_was_written() -> None:
    text = f"{MARK}\n" + line_of("brief", "one\ntwo: - three\n\n four")
    assert parse_brief(text).brief == "one\ntwo: - three\nfour"
    assert line_of("brand", "") == "- brand:"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("- audience: children", "- audiense: children", 8, "audiense"),
        ("- brand:", "- style: x", 10, "twice"),
        ("- label: climax", "- label: finale", 20, "no label"),
        ("- music: no", "- music: perhaps", 21, "neither yes nor no"),
        ("valence 0.25", "valence 1.25", 23, "out of range"),
        ("valence 0.25", "joy 0.25", 23, "no mood"),
        ("- tempo: 96 bpm", "- tempo: allegro", 25, "no tempo"),
        ("## p02", "## p01", 16, "two plots p01"),
        ("48-72", "48", None, "not a span"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int | None, what: str) -> None:
    with pytest.raises(SettingsError, match=what) as fault:
        parse_brief(TEXT.replace(old, new))
    if line is not None:
        assert fault.value.where == f"brief, line {line}"
    assert fault.value.remedy


def test_any_other_text_is_no_brief_of_ours() -> None:
    assert not is_brief_document("dark and slow")
    with pytest.raises(SettingsError, match="not a brief"):
        parse_brief("# My brief\n- brief: dark")


def test_a_brief_without_its_mark_is_still_one_and_words_stay_words() -> None:
    bare = TEXT.replace(f"<!-- {MARK} -->", "")
    title = bare if bare.lstrip().startswith("# Brief:") else "# Brief: film\n" + bare.split("\n", 1)[1]
    assert MARK not in title and is_brief_document(title)
    assert parse_brief(title).about == parse_brief(TEXT).about
    assert parse_brief(title).plots[0].id == "p01"
    assert is_brief_document("\ufeff# Brief: film\r\n\r\n## p01: 01:00:00:00 to 01:00:10:00\r\n")
    for words in ("# Brief: dark and slow", "# Brief: x\n## Act: calm to tense\n- mood: dark\n- music: slow"):
        assert not is_brief_document(words)
