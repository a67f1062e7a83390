"""Sounding: a score's MIDI file as audio, by FluidSynth and a soundfont, both found on this machine."""

from bridge.sounding.render import Rendered, render
from bridge.sounding.soundfont import find_soundfont
from bridge.sounding.studio import Studio, open_studio

__all__ = ["Rendered", "Studio", "find_soundfont", "open_studio", "render"]
