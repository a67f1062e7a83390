"""What audio is made with on this machine: a synthesizer and a soundfont, looked up once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridge.sounding.fluid import FluidPlayer, FluidSynth
from bridge.sounding.soundfont import find_soundfont


@dataclass(frozen=True)
class Studio:
    """A synthesizer and the soundfont it plays with."""

    synthesizer: FluidSynth
    soundfont: Path

    @property
    def words(self) -> str:
        """Both by name, for files and reports."""
        return f"FluidSynth {self.synthesizer.version}, {self.soundfont.name}"

    def player(self) -> FluidPlayer:
        """An instance of the synthesizer with the soundfont.

        Raises:
            InputError: the soundfont cannot be read.
        """
        return self.synthesizer.player(self.soundfont)


def open_studio(soundfont: Path | None = None) -> Studio:
    """The machine's studio, with the user's soundfont or the one that is found.

    Raises:
        InputError: one of the two is missing; what to do stands in its remedy.
    """
    return Studio(FluidSynth(), find_soundfont(soundfont))
