"""FluidSynth: MIDI messages in, floating-point stereo out. The only place that calls the library."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
from bridge.sounding.library import load_library

RATE_HZ = 48_000
# FluidSynth works in blocks of this many frames: a message takes effect where one begins.
BLOCK_FRAMES = 64
_FAILED = -1
_LOG_LEVELS = 5
# Voices at once in one part; a pedalled piano holds some dozens of two or three voices each.
_POLYPHONY = 512
# A concert stage: FluidSynth's own reverb, a little larger and darker than it is by default.
_REVERB = {"room-size": 0.65, "damp": 0.35, "width": 0.9, "level": 0.7}
_POINTER = ctypes.c_void_p
_INT, _DOUBLE, _TEXT = ctypes.c_int, ctypes.c_double, ctypes.c_char_p
# name → (result, arguments), as in fluidsynth.h
_CALLS: dict[str, tuple[object, tuple[object, ...]]] = {
    "new_fluid_settings": (_POINTER, ()),
    "delete_fluid_settings": (None, (_POINTER,)),
    "fluid_settings_setint": (_INT, (_POINTER, _TEXT, _INT)),
    "fluid_settings_setnum": (_INT, (_POINTER, _TEXT, _DOUBLE)),
    "fluid_settings_setstr": (_INT, (_POINTER, _TEXT, _TEXT)),
    "new_fluid_synth": (_POINTER, (_POINTER,)),
    "delete_fluid_synth": (None, (_POINTER,)),
    "fluid_synth_sfload": (_INT, (_POINTER, _TEXT, _INT)),
    "fluid_synth_noteon": (_INT, (_POINTER, _INT, _INT, _INT)),
    "fluid_synth_noteoff": (_INT, (_POINTER, _INT, _INT)),
    "fluid_synth_cc": (_INT, (_POINTER, _INT, _INT, _INT)),
    "fluid_synth_program_change": (_INT, (_POINTER, _INT, _INT)),
    "fluid_synth_channel_pressure": (_INT, (_POINTER, _INT, _INT)),
    "fluid_synth_key_pressure": (_INT, (_POINTER, _INT, _INT, _INT)),
    "fluid_synth_pitch_bend": (_INT, (_POINTER, _INT, _INT)),
    "fluid_synth_system_reset": (_INT, (_POINTER,)),
    "fluid_synth_write_float": (_INT, (_POINTER, _INT, _POINTER, _INT, _INT, _POINTER, _INT, _INT)),
    "fluid_set_log_function": (_POINTER, (_INT, _POINTER, _POINTER)),
}


class FluidSynth:
    """The library; `player` makes an instance with a soundfont.

    Raises:
        InputError: the library is not here or cannot be used.
    """

    def __init__(self) -> None:
        self._library, self.version = load_library()
        for name, (result, arguments) in _CALLS.items():
            call = getattr(self._library, name)
            call.restype, call.argtypes = result, list(arguments)
        for level in range(_LOG_LEVELS):
            # It writes to standard error otherwise, past everything that is told in order.
            self._library.fluid_set_log_function(level, None, None)

    def player(self, soundfont: Path) -> FluidPlayer:
        """An instance with a soundfont; its samples are read when a program asks for them.

        Raises:
            InputError: the soundfont cannot be read, or there is no memory for it.
        """
        return FluidPlayer(self._library, soundfont)


class FluidPlayer:
    """Sixteen channels at 48 kHz. Close it, or use it as a context."""

    def __init__(self, library: ctypes.CDLL, soundfont: Path) -> None:
        self._library = library
        self._synth: int | None = None
        self._settings: int | None = library.new_fluid_settings()
        if not self._settings:
            raise InputError("FluidSynth has no memory for its settings")
        for name, number in (
            ("synth.sample-rate", float(RATE_HZ)),
            ("synth.gain", 0.5),
            *((f"synth.reverb.{name}", value) for name, value in _REVERB.items()),
        ):
            library.fluid_settings_setnum(self._settings, name.encode(), number)
        for name, count in (
            ("synth.polyphony", _POLYPHONY),
            ("synth.dynamic-sample-loading", 1),
            ("synth.cpu-cores", 1),  # the order of a sum would depend on threads
            ("synth.lock-memory", 0),
            ("synth.reverb.active", 1),
            ("synth.chorus.active", 1),
        ):
            library.fluid_settings_setint(self._settings, name.encode(), count)
        library.fluid_settings_setstr(self._settings, b"synth.midi-bank-select", b"gm")
        self._synth = library.new_fluid_synth(self._settings)
        if not self._synth:
            self.close()
            raise InputError("FluidSynth cannot be started")
        # On Windows FluidSynth takes UTF-8, which is what `fsencode` gives there too.
        if library.fluid_synth_sfload(self._synth, os.fsencode(soundfont), 1) == _FAILED:
            self.close()
            raise InputError(
                "FluidSynth cannot read this soundfont",
                where=str(soundfont),
                remedy="Name another with --soundfont, or run cuebridge models add soundfont",
            )

    def __enter__(self) -> FluidPlayer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back; further calls do nothing."""
        if self._synth:
            self._library.delete_fluid_synth(self._synth)
        if self._settings:
            self._library.delete_fluid_settings(self._settings)
        self._synth = self._settings = None

    def reset(self) -> None:
        """Silence, no reverb left, and every channel as it was at first: ready for another part."""
        self._library.fluid_synth_system_reset(self._synth)

    def send(self, message: bytes) -> None:
        """One channel message, as in a MIDI file. What the soundfont has no use for is passed over."""
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        first, second = message[1], message[2] if len(message) > 2 else 0
        library, synth = self._library, self._synth
        if kind == 0x80 or (kind == 0x90 and second == 0):
            library.fluid_synth_noteoff(synth, channel, first)
        elif kind == 0x90:
            library.fluid_synth_noteon(synth, channel, first, second)
        elif kind == 0xA0:
            library.fluid_synth_key_pressure(synth, channel, first, second)
        elif kind == 0xB0:
            library.fluid_synth_cc(synth, channel, first, second)
        elif kind == 0xC0:
            library.fluid_synth_program_change(synth, channel, first)
        elif kind == 0xD0:
            library.fluid_synth_channel_pressure(synth, channel, first)
        elif kind == 0xE0:
            library.fluid_synth_pitch_bend(synth, channel, first | second << 7)

    def generate(self, frames: int) -> NDArray[np.float32]:
        """The next frames, reverb and chorus in them; shape (frames, 2), not limited to ±1.

        Raises:
            InputError: the library refuses.
        """
        out = np.empty((frames, 2), np.float32)
        start = out.ctypes.data
        if self._library.fluid_synth_write_float(self._synth, frames, start, 0, 2, start, 1, 2) == _FAILED:
            raise InputError("FluidSynth has stopped playing")
        return out
