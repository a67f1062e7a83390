"""MIDI output ports: the only import of python-rtmidi.

A port is one that another program has opened, by name, or a virtual one that other programs see. Windows
has no virtual ports of its own. Under JACK a server that has died takes messages without a word until
its buffer is full and then hangs the caller, so there a port of ours listens to what we send.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bridge.errors import OutputError, SettingsError

CLIENT = "Cuebridge"
PORT = "score"
# How often it is looked for a port that another program may close, and how long JACK may be silent.
LOOK_S = 0.5
SILENT_S = 2.0
# How long the last messages may take to leave, from one to the next.
SETTLE_S = 0.25


def _rtmidi() -> ModuleType:
    try:
        import rtmidi
    except ImportError:
        raise SettingsError(
            "playing live needs python-rtmidi", remedy='pip install "cuebridge[live]"'
        ) from None
    module: ModuleType = rtmidi
    return module


@contextmanager
def _hushed() -> Iterator[None]:
    """Without what ALSA and JACK write on standard error when one of them is not running."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@dataclass(frozen=True)
class Driver:
    """One of the system's ways to MIDI that works here: its name and number, and its output ports."""

    name: str
    api: int
    ports: tuple[str, ...]


def drivers() -> tuple[Driver, ...]:
    """The drivers that run on this machine, in rtmidi's order.

    Raises:
        SettingsError: python-rtmidi is not installed.
    """
    rtmidi = _rtmidi()
    found = []
    for api in rtmidi.get_compiled_api():
        name = rtmidi.get_api_name(api)
        # rtmidi raises classes of its own that share no base but Exception.
        with _hushed(), suppress(Exception):
            probe = rtmidi.MidiOut(api, name=CLIENT)
            # JACK's client is made without a word even where no server runs; its list then is empty.
            ports = tuple(probe.get_ports())
            probe.delete()
            if name != "jack" or _jack_runs(rtmidi, api):
                found.append(Driver(name, api, ports))
    return tuple(found)


def _jack_runs(rtmidi: ModuleType, api: int) -> bool:
    """Whether a port opened at JACK is seen there."""
    out, looking = rtmidi.MidiOut(api, name=CLIENT), rtmidi.MidiIn(api, name=f"{CLIENT} probe")
    try:
        before = set(looking.get_ports())
        out.open_virtual_port("probe")
        return bool(set(looking.get_ports()) - before)
    finally:
        out.delete()
        looking.delete()


def open_port(name: str, count: int = 1, driver: str = "") -> MidiPort:
    """Open a port.

    Args:
        name: another program's port, whole or a part that only one has, in any case; "" opens a virtual
            port that other programs see as "Cuebridge".
        count: ports of sixteen channels that are needed.
        driver: "alsa", "jack", "core" or "winmm"; "" takes what there is.

    Raises:
        SettingsError: python-rtmidi is missing, or there is no such port or driver; the ports there
            are stand in the message.
        OutputError: the system refuses.
    """
    rtmidi = _rtmidi()
    there = drivers()
    if driver:
        if driver not in {d.name for d in there}:
            known = ", ".join(d.name for d in there) or "none"
            raise SettingsError(f"the MIDI driver {driver!r} does not run here", remedy=f"There is: {known}")
        there = tuple(d for d in there if d.name == driver)
    if not there:
        raise OutputError(
            "this machine has no MIDI", remedy="On Linux, load snd-seq or start JACK, then try again"
        )
    if name:
        chosen, port = _find(name, there)
        if count > 1:
            raise SettingsError(
                f"the score needs {count} ports of sixteen channels, and {port} is one",
                remedy="Leave --port out: virtual ports are opened for all of them",
            )
        return MidiPort(rtmidi, chosen, [(port, chosen.ports.index(port))])
    return MidiPort(rtmidi, there[0], [(PORT if n == 0 else f"{PORT} {n + 1}", None) for n in range(count)])


def _find(name: str, there: tuple[Driver, ...]) -> tuple[Driver, str]:
    ports = [(d, port) for d in there for port in d.ports]
    asked = name.casefold()
    found = [(d, p) for d, p in ports if p.casefold() == asked]
    found = found or [(d, p) for d, p in ports if asked in p.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{p!r} ({d.name})" for d, p in found)
        raise SettingsError(f"several ports match {name!r}: {listed}", remedy="Name one, or add --driver")
    listed = ", ".join(repr(p) for _, p in ports)
    remedy = f"There are: {listed}" if listed else "No other program has opened one"
    raise SettingsError(
        f"there is no MIDI port {name!r}", remedy=f"{remedy}. Without --port a virtual one is opened"
    )


class MidiPort:
    """Open outputs of one driver; `open_port` makes it."""

    def __init__(self, rtmidi: ModuleType, driver: Driver, wanted: list[tuple[str, int | None]]) -> None:
        self.driver = driver.name
        self._named = [name for name, index in wanted if index is not None]
        self._outs: list[Any] = []
        self._ears: Any = None
        self._looked_s = self._heard_s = time.monotonic()
        # When something was sent after which nothing was heard yet; None when all is well.
        self._asked_s: float | None = None
        self._unheard = 0
        try:
            with _hushed():
                self._looking = rtmidi.MidiIn(driver.api, name=f"{CLIENT} watch", queue_size_limit=4096)
                before = set(self._looking.get_ports())
                for name, index in wanted:
                    out = rtmidi.MidiOut(driver.api, name=CLIENT)
                    self._outs.append(out)
                    if index is None:
                        out.open_virtual_port(name)
                    else:
                        out.open_port(index, name=PORT)
                self.names = tuple(name for name, _ in wanted) if self._named else self._seen(before)
                if driver.name == "jack":
                    self._listen(before)
        except Exception as error:
            self.close()
            remedy = "Windows has none of its own: make one with loopMIDI and name it with --port"
            raise OutputError(
                f"the MIDI port cannot be opened ({error})", remedy=remedy if sys.platform == "win32" else ""
            ) from None

    def _seen(self, before: set[str]) -> tuple[str, ...]:
        """The virtual ports as other programs see them."""
        return tuple(name for name in self._looking.get_ports() if name not in before) or (CLIENT,)

    def _listen(self, before: set[str]) -> None:
        ports = self._looking.get_ports()
        ours = [name for name in ports if name not in before]
        if not ours:
            return
        self._ears = self._looking
        self._ears.ignore_types(sysex=False, timing=False, active_sense=False)
        self._ears.open_port(ports.index(ours[0]), name="echo")

    def send(self, port: int, data: bytes) -> None:
        """Send one message now.

        Raises:
            OutputError: the port has gone.
        """
        if self._ears is not None and port == 0:
            self._unheard += 1
            if self._asked_s is None:
                self._asked_s = time.monotonic()
        try:
            self._outs[port].send_message(data)
        except Exception as error:
            raise self._gone(str(error)) from None

    def check(self) -> None:
        """Look, now and then, whether the port is still there.

        Raises:
            OutputError: it has gone.
        """
        self._hear()
        now = time.monotonic()
        if self._asked_s is not None and now - self._asked_s > SILENT_S:
            raise self._gone("JACK has stopped")
        if self._named and now - self._looked_s > LOOK_S:
            self._looked_s = now
            if self._named[0] not in self._outs[0].get_ports():
                raise self._gone("its program has closed it")

    def _hear(self) -> None:
        """Any message that comes back says that JACK lives; a busy one may drop others."""
        while self._ears is not None and self._ears.get_message() is not None:
            self._unheard -= 1
            self._asked_s = None
            self._heard_s = time.monotonic()

    def settle(self) -> None:
        """Wait until what was sent has left: until it was heard where we listen, else a moment."""
        if self._ears is None:
            time.sleep(0.02)
            return
        self._heard_s = time.monotonic()
        while self._unheard > 0 and time.monotonic() - self._heard_s < SETTLE_S:
            time.sleep(0.002)
            self._hear()

    def _gone(self, why: str) -> OutputError:
        names = ", ".join(self.names)
        return OutputError(f"the MIDI port {names} has gone ({why})", remedy="Open it again, then play again")

    def close(self) -> None:
        """Close everything; what was sent before has left if `settle` was called."""
        for midi in (*self._outs, getattr(self, "_looking", None)):
            if midi is not None:
                with suppress(Exception):
                    midi.delete()
        self._outs.clear()
