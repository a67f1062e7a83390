"""Choosing a port, with a stand-in for python-rtmidi that has the calls of the real one."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from bridge.errors import OutputError, SettingsError
from bridge.playing import open_port

PORTS = ["FLUID Synth (77):Synth input port", "Arturia KeyStep 37", "Arturia BeatStep"]


class Midi:
    """What both `MidiOut` and `MidiIn` do."""

    made: list[Midi] = []  # noqa: RUF012 - emptied by the fixture
    ports: list[str] = []  # noqa: RUF012

    def __init__(self, api: int, name: str = "", queue_size_limit: int = 0) -> None:
        if api == 2 and not MODULE.alsa_runs:  # type: ignore[attr-defined]
            raise RuntimeError("error creating ALSA sequencer client object")
        self.opened: object = None
        self.sent: list[bytes] = []
        self.deleted = False
        Midi.made.append(self)

    def get_ports(self) -> list[str]:
        return list(Midi.ports)

    def open_port(self, index: int, name: str = "") -> None:
        self.opened = index

    def open_virtual_port(self, name: str) -> None:
        if not MODULE.has_virtual:  # type: ignore[attr-defined]
            raise NotImplementedError("virtual ports are not supported by this system")
        self.opened = name

    def send_message(self, data: bytes) -> None:
        if MODULE.broken:  # type: ignore[attr-defined]
            raise RuntimeError("the cable is out")
        self.sent.append(data)

    def delete(self) -> None:
        self.deleted = True


MODULE = ModuleType("rtmidi")


@pytest.fixture(autouse=True)
def rtmidi(monkeypatch: pytest.MonkeyPatch) -> Any:
    MODULE.__dict__.update(
        MidiOut=Midi, MidiIn=Midi, alsa_runs=True, has_virtual=True, broken=False,
        get_compiled_api=lambda: [2], get_api_name=lambda api: {2: "alsa"}[api],
    )  # fmt: skip
    Midi.made.clear()
    Midi.ports[:] = PORTS
    monkeypatch.setitem(sys.modules, "rtmidi", MODULE)
    return MODULE


@pytest.mark.parametrize(
    ("asked", "index"), [("Arturia BeatStep", 2), ("fluid", 0), ("keystep", 1), ("ARTURIA beatstep", 2)]
)
def test_a_port_is_found_by_its_name_or_a_part_of_it(asked: str, index: int) -> None:
    port = open_port(asked)
    assert Midi.made[-1].opened == index
    assert port.names == (PORTS[index],)
    port.send(0, b"\x90\x3c\x50")
    assert Midi.made[-1].sent == [b"\x90\x3c\x50"]
    port.close()
    assert all(midi.deleted for midi in Midi.made)


def test_a_wrong_name_lists_the_ports_there_are() -> None:
    with pytest.raises(SettingsError, match=r"no MIDI port 'moog'.*BeatStep.*virtual"):
        open_port("moog")
    with pytest.raises(SettingsError, match=r"several ports match 'arturia'.*KeyStep.*BeatStep"):
        open_port("arturia")
    Midi.ports.clear()
    with pytest.raises(SettingsError, match="No other program has opened one"):
        open_port("moog")


def test_without_a_name_as_many_virtual_ports_as_needed() -> None:
    open_port("", count=3)
    assert [midi.opened for midi in Midi.made if midi.opened] == ["score", "score 2", "score 3"]


def test_more_than_sixteen_channels_do_not_fit_one_port() -> None:
    with pytest.raises(SettingsError, match="needs 2 ports"):
        open_port("fluid", count=2)


def test_a_system_without_virtual_ports_or_midi_says_so(rtmidi: Any) -> None:
    rtmidi.has_virtual = False
    with pytest.raises(OutputError, match="virtual ports are not supported"):
        open_port("")
    assert all(midi.deleted for midi in Midi.made)
    rtmidi.alsa_runs = False
    with pytest.raises(OutputError, match="no MIDI"):
        open_port("")
    with pytest.raises(SettingsError, match="'alsa' does not run here"):
        open_port("", driver="alsa")


def test_a_port_that_its_program_closes_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("bridge.playing.port.time.monotonic", lambda: now[0])
    port = open_port("fluid")
    port.check()
    del Midi.ports[0]
    port.check()  # it is not looked for at every message
    now[0] += 1.0
    with pytest.raises(OutputError, match=r"FLUID.*has gone"):
        port.check()


def test_a_message_that_cannot_be_sent_is_a_lost_port(rtmidi: Any) -> None:
    port = open_port("fluid")
    rtmidi.broken = True
    with pytest.raises(OutputError, match=r"has gone .the cable is out"):
        port.send(0, b"\xf8")


def test_without_rtmidi_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(SettingsError, match=r"cuebridge\[live\]"):
        open_port("")
