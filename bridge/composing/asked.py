"""The layers that a cue sheet asks for, plot by plot: checked, and laid over a palette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from bridge.composing.layers import SILENCE, Layers, layer_of
from bridge.composing.palettes import PALETTES, Palette, Voice, instrument_range
from bridge.composing.tables import table
from bridge.errors import CueSheetError
from bridge.schema.cues import LayerPlan

LEAST_SPAN = 12
"""Semitones that a layer needs: chords are voiced and roots found within an octave."""


class Planned(Protocol):
    """A plot of any kind that may say which layers it wants."""

    @property
    def id(self) -> str:
        """The plot's name."""

    @property
    def plan(self) -> tuple[LayerPlan, ...]:
        """Its layers."""


def check_layers(plots: Iterable[Planned]) -> None:
    """Hold asked layers against the textures and instruments there are.

    Raises:
        CueSheetError: a texture or an instrument that nobody knows, a register under an octave, a texture
            named twice, or two layers that one part plays on two instruments.
    """
    for plot in plots:
        seen: dict[tuple[str, int | None], int] = {}
        players: dict[tuple[str, int | None], str] = {}
        for at, asked in enumerate(plot.plan):
            where = f"cue sheet, plot {plot.id}, layers[{at}]"
            row = next((row for row in table("textures") if row["texture"] == asked.texture), None)
            if asked.texture == SILENCE:
                continue
            if row is None or asked.texture == "none":
                known = ", ".join(each["texture"] for each in table("textures") if each["texture"] != "none")
                raise CueSheetError(
                    f"there is no texture {asked.texture!r}",
                    where=f"{where}.texture",
                    remedy=f"Choose one of {known}, or {SILENCE}",
                )
            if (asked.texture, asked.section) in seen:
                raise CueSheetError(
                    f"{asked.texture} is layers[{seen[asked.texture, asked.section]}] as well",
                    where=f"{where}.texture",
                    remedy="Keep one of the two",
                )
            seen[asked.texture, asked.section] = at
            drums = row["voice"] == "drums"
            found = None if asked.instrument is None else _named(asked.instrument)
            if found is not None and drums != (found.name == "Drums"):
                raise CueSheetError(
                    f"{found.name} cannot play {asked.texture}",
                    where=f"{where}.instrument",
                    remedy="Leave the drums to the groove, and the groove to the drums",
                )
            if asked.instrument is not None and found is None:
                words = ", ".join(row["word"] for row in table("instruments"))
                raise CueSheetError(
                    f"there is no instrument {asked.instrument!r}",
                    where=f"{where}.instrument",
                    remedy=f"Name a part of any palette, such as Violin or Halo pad, or one of {words}",
                )
            low, high = (0 if asked.low is None else asked.low), (127 if asked.high is None else asked.high)
            if high - low < LEAST_SPAN:
                raise CueSheetError(
                    f"a register from {low} to {high} is less than an octave",
                    where=f"{where}.low",
                    remedy="Put low and high twelve semitones apart or more",
                )
            player = players.setdefault((row["voice"], asked.section), asked.instrument or "")
            if asked.instrument and player and player != asked.instrument:
                raise CueSheetError(
                    f"{asked.texture} is played by the same part as another layer, which has {player}",
                    where=f"{where}.instrument",
                    remedy="Give both the same instrument, or take one of them out",
                )


def played_by(palette: Palette, plan: Sequence[LayerPlan], section: int) -> Palette:
    """The palette with the instruments and registers that layers ask for; the same one where none does."""
    voices = dict(palette.voices)
    for asked in _of(plan, section):
        row = next(row for row in table("textures") if row["texture"] == asked.texture)
        own = voices.get(row["voice"])
        found = own
        if asked.instrument is not None and (own is None or own.name != asked.instrument):
            found = _named(asked.instrument)
        if found is not None:
            voices[row["voice"]] = _within(found, asked)
    changed = tuple(voices.items())
    return palette if changed == palette.voices else replace(palette, voices=changed)


def asked_layers(plan: Sequence[LayerPlan], palette: Palette, section: int) -> Layers | None:
    """The layers that a sheet asks for in a section of a plot; `None` where it leaves them open."""
    if not plan:
        return None
    out = []
    for asked in _of(plan, section):
        layer = layer_of(asked.texture, palette)
        if layer is not None:
            out.append(
                replace(
                    layer,
                    level=layer.level if asked.level is None else asked.level,
                    enters=asked.enters_bars or 0,
                    density=1.0 if asked.density is None else asked.density,
                )
            )
    return tuple(out)


def section_number(key: str) -> int:
    """Which part of its plot a section is, from 1, by its key."""
    return int(key.partition("/")[2] or 0) + 1


def _of(plan: Sequence[LayerPlan], section: int) -> list[LayerPlan]:
    return [each for each in plan if each.section in (None, section) and each.texture != SILENCE]


def _named(name: str) -> Voice | None:
    """Who is called so: a part of any palette, or a word for instruments."""
    wanted = name.strip().casefold()
    for palette in PALETTES:
        for _, voice in palette.voices:
            if voice.name.casefold() == wanted:
                return voice
    row = next((row for row in table("instruments") if row["word"] == wanted), None)
    if row is None:
        return None
    program = int(row["program"])
    low, high = instrument_range(program) if row["low"] == "-" else (int(row["low"]), int(row["high"]))
    return Voice(row["name"], program, low, high)


def _within(voice: Voice, asked: LayerPlan) -> Voice:
    """The voice in the register asked for, if the instrument that is new there has an octave of it."""
    low = voice.low if asked.low is None else asked.low
    high = voice.high if asked.high is None else asked.high
    if asked.instrument is not None and voice.name != asked.instrument:
        low, high = max(low, voice.low), min(high, voice.high)
    return replace(voice, low=low, high=high) if high - low >= LEAST_SPAN else voice
