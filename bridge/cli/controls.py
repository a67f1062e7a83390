"""The options that hold the music to a tempo, a metre and a closeness of its hits."""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from bridge.config import FASTEST_BPM, SLOWEST_BPM, HitSettings, TempoSettings
from bridge.errors import SettingsError
from bridge.tempo_settings import FOLLOWED

# Windows up to half a frame are the exact mode: every hit may then bend the tempo as a `must` does.
EXACT_FRAMES = Fraction(1, 2)


def add_controls(parser: argparse.ArgumentParser) -> None:
    """Add the options, which `score` and `batch` share; `tempo_of` and `hits_of` read them."""
    group = parser.add_argument_group(
        "tempo and hits", "a beat is a quarter, in 6/8, 9/8 and 12/8 a dotted one"
    )
    group.add_argument(
        "--tempo", metavar="BPM", help="base tempo of every plot, exactly; bends to hits are measured from it"
    )
    group.add_argument(
        "--tempo-range", metavar="LOW-HIGH",
        help="no tempo outside it (default 60-160); LOW-LOW is one tempo throughout",
    )  # fmt: skip
    group.add_argument("--metre", metavar="N/D", help="2/4 to 7/4, 6/8, 9/8 or 12/8 (default 4/4)")
    group.add_argument(
        "--max-bend", metavar="PERCENT", help="furthest that a hit may bend the tempo, 0 to 8 (default 8)"
    )
    group.add_argument(
        "--hit-window", metavar="FRAMES",
        help="how far music may lie from a hit, such as 1, or EARLY/LATE (default 1/2); 0.5 or less is the "
        "exact mode, in which any hit may bend the tempo as far as --max-bend",
    )  # fmt: skip
    group.add_argument(
        "--tempo-changes", action="store_true",
        help="let the tempo take another character wherever a plot begins",
    )  # fmt: skip
    group.add_argument(
        "--tempo-follows", choices=FOLLOWED, default="cuts",
        help="what the tempo answers to first where it cannot serve both: the cuts (default), or the mood, "
        "at the price of some cuts",
    )  # fmt: skip
    group.add_argument(
        "--learnt-curves", metavar="SHARE", default="0",
        help="0 to 1: how far density and loudness lean on a regressor taught by one cartoon, which has not "
        "beaten chance (default 0)",
    )  # fmt: skip
    group.add_argument(
        "--keep-tempo-map", type=Path, metavar="FILE.mid",
        help="compose inside this file's tempi, metres and bars, its start on the cue's first frame",
    )  # fmt: skip


def map_of(options: argparse.Namespace) -> bytes:
    """The MIDI file whose tempo map is kept, read and checked; empty without the option.

    Raises:
        SettingsError: it cannot be read, or holds no tempo map that can be kept.
    """
    path: Path | None = options.keep_tempo_map
    if path is None:
        return b""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"it cannot be read ({error.strerror})", where=str(path), remedy="Check --keep-tempo-map"
        ) from None
    from bridge.reading.midi_map import read_tempo_map  # loads OTIO with its room: only who asks waits

    read_tempo_map(data, str(path))
    return data


def tempo_of(options: argparse.Namespace) -> TempoSettings:
    """The tempo settings that the options ask for.

    Raises:
        SettingsError: one makes no sense, or two clash.
    """
    _check_kept_map(options)
    found = TempoSettings(changes=options.tempo_changes, follows=options.tempo_follows)
    if options.metre is not None:
        found = replace(found, metre=options.metre)
    if options.max_bend is not None:
        percent = _number(options.max_bend.removesuffix("%"), "--max-bend")
        found = replace(found, max_bend=percent / 100)
    if options.tempo_range is not None:
        low, high = _range(options.tempo_range)
        found = replace(found, min_bpm=low, max_bpm=high)
    if options.tempo is not None:
        bpm = _number(options.tempo, "--tempo")
        if options.tempo_range is None and SLOWEST_BPM <= bpm <= FASTEST_BPM:
            # Without a range of the user's own there is room for bends around any tempo.
            low = max(SLOWEST_BPM, min(found.min_bpm, bpm * (1 - found.max_bend)))
            high = min(FASTEST_BPM, max(found.max_bpm, bpm * (1 + found.max_bend)))
            found = replace(found, min_bpm=low, max_bpm=high)
        found = replace(found, target_bpm=bpm)
    if options.hit_window is not None:
        early, late = _window(options.hit_window)
        found = replace(found, exact=max(early, late) <= EXACT_FRAMES)
    return found


def learnt_of(options: argparse.Namespace) -> float:
    """The share of the learnt curves.

    Raises:
        SettingsError: it is not a number.
    """
    return _number(options.learnt_curves, "--learnt-curves")


def _check_kept_map(options: argparse.Namespace) -> None:
    """Refuse what a kept map decides, even where it says what would hold without it."""
    if options.keep_tempo_map is None:
        return
    told = [
        f"--{name.replace('_', '-')}"
        for name in ("tempo", "tempo_range", "metre", "max_bend")
        if getattr(options, name) is not None
    ]
    told += ["--tempo-changes"] if options.tempo_changes else []
    told += ["--tempo-follows"] if options.tempo_follows != "cuts" else []
    if told:
        raise SettingsError(
            "a tempo map that is kept leaves no choice of tempo, range, metre, bends, --tempo-changes or"
            " --tempo-follows",
            where="--keep-tempo-map",
            remedy=f"Leave it out, or leave out {', '.join(told)}",
        )


def hits_of(options: argparse.Namespace) -> HitSettings:
    """The hit settings that the options ask for; a `must` is never held less closely than by default.

    Raises:
        SettingsError: the window makes no sense.
    """
    found = HitSettings()
    if options.hit_window is None:
        return found
    early, late = _window(options.hit_window)
    must = (max(-early, found.must_window_frames[0]), min(late, found.must_window_frames[1]))
    return replace(found, window_frames=(-early, late), must_window_frames=must)


def _number(text: str, option: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SettingsError(f"{text!r} is not a number", where=option, remedy="Write one such as 96 or 96.5")
    return value


def _range(text: str) -> tuple[float, float]:
    low, dash, high = text.replace("–", "-").partition("-")
    if not dash or not low or not high:
        raise SettingsError(
            f"{text!r} is not a range", where="--tempo-range", remedy="Write two numbers, such as 80-100"
        )
    return _number(low, "--tempo-range"), _number(high, "--tempo-range")


def _window(text: str) -> tuple[Fraction, Fraction]:
    """Frames before and after a hit, neither below zero."""
    early, slash, late = text.partition("/")
    sides = [_number(side, "--hit-window") for side in ((early, late) if slash else (early, early))]
    if min(sides) < 0:
        raise SettingsError(
            f"{text!r} has a side below zero",
            where="--hit-window",
            remedy="Write how far before and after, such as 1/2 for a frame before to two after",
        )
    first, last = (Fraction(side).limit_denominator(10_000) for side in sides)
    return first, last
