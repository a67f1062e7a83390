"""The options that say what the music is for: words, notes, stills, and where there is none."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bridge.about import About
from bridge.errors import SettingsError
from bridge.schema.brief_text import is_brief_document
from bridge.wire.naming import is_utf8

MAX_BRIEF_BYTES = 2 << 20
_NOTES = ("audience", "brand", "style", "instruments")


def add_brief(parser: argparse.ArgumentParser) -> None:
    """Add the options, which `score`, `spot` and `batch` share; `brief_of` and `about_of` read them."""
    group = parser.add_argument_group("brief", "what the music is for; words in English")
    group.add_argument(
        "--brief", default="", metavar="TEXT",
        help="what the music should be, in words; @FILE takes them from a file, or a corrected NAME.brief.md",
    )  # fmt: skip
    group.add_argument("--audience", default="", metavar="TEXT", help="who it is for, such as children")
    group.add_argument(
        "--brand", default="", metavar="TEXT", help="what the brand is like, such as bold, premium"
    )
    group.add_argument(
        "--style", default="", metavar="TEXT", help="how it shall sound, such as minimal techno"
    )
    group.add_argument(
        "--instruments", default="", metavar="TEXT", help="who plays: piano and cello, no drums"
    )
    group.add_argument(
        "--no-music", action="append", default=[], metavar="IN-OUT",
        help="nothing sounds from one timecode to the other; may be said again",
    )  # fmt: skip
    group.add_argument(
        "--no-listening", action="store_false", dest="listen",
        help="do not listen for speech; markers and an edited cue sheet still say where it is",
    )  # fmt: skip
    group.add_argument(
        "--encoder", default="", metavar="FILE.onnx",
        help="your own encoder of what pictures mean, or none (default: the one that was added)",
    )  # fmt: skip
    group.add_argument(
        "--still", action="extend", nargs="+", default=[], metavar="FILE",
        help="pictures whose light and colour the mood leans to, and emotion if an encoder has words",
    )  # fmt: skip


def brief_of(options: argparse.Namespace) -> tuple[str, str]:
    """The words of the brief, and the text of one that was handed back; either may be empty.

    Raises:
        SettingsError: a file cannot be read, or holds bytes that are not UTF-8.
    """
    text: str = options.brief
    if not text.startswith("@"):
        return _checked(text, "--brief"), ""
    text = _text_of(Path(os.path.expanduser(text[1:])))  # noqa: PTH111 (fails where there is no such user)
    return ("", text) if is_brief_document(text) else (text.strip(), "")


def about_of(options: argparse.Namespace) -> About:
    """The notes, spans and stills that the options name.

    Raises:
        SettingsError: one cannot be used.
    """
    from bridge.cli.scoring import absolute  # it needs what this module has

    notes = {name: _checked(getattr(options, name), f"--{name}") for name in _NOTES}
    spans = tuple(_checked(text, "--no-music") for text in options.no_music)
    stills = []
    for name in options.still:
        path = absolute(Path(_checked(name, "--still")))
        if not path.is_file():
            raise SettingsError("there is no such still", where=str(path), remedy="Check --still")
        stills.append(str(path))
    return About(**notes, no_music=spans, stills=tuple(stills))


def encoder_of(options: argparse.Namespace) -> str:
    """The encoder that the option names: a file that is there, the word none, or nothing.

    Raises:
        SettingsError: there is no such file.
    """
    from bridge.cli.scoring import absolute  # it needs what this module has

    name = _checked(options.encoder, "--encoder")
    if name in ("", "none"):
        return name
    path = absolute(Path(name))
    if not path.is_file():
        raise SettingsError("there is no such encoder", where=str(path), remedy="Check --encoder")
    return str(path)


def _checked(text: str, option: str) -> str:
    if not is_utf8(text):
        raise SettingsError(
            f"{option} has bytes that are not UTF-8", where=repr(text), remedy="Type it again"
        )
    return text


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"it cannot be read ({error.strerror})", where=str(path), remedy="Check --brief @FILE"
        ) from None
    if len(data) > MAX_BRIEF_BYTES:
        raise SettingsError(
            f"a brief of {len(data) >> 20} MB is too large", where=str(path), remedy="Check --brief @FILE"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("it is not UTF-8 text", where=str(path), remedy="Save it as UTF-8") from None
