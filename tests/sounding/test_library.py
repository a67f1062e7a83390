"""Where FluidSynth is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.sounding import library
from bridge.sounding.fluid import FluidSynth


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the system nor an installer has it, nor a wheel."""
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CUEBRIDGE_FLUIDSYNTH", raising=False)
    monkeypatch.setattr(library, "find_library", lambda name: None)
    monkeypatch.setattr(library, "_FOLDERS", ())


def test_the_wheel_that_the_extra_brings_is_enough(bare_machine: None) -> None:
    pytest.importorskip("pygame", reason="the extra `audio` is not installed, or this is Windows")
    assert "pygame" in FluidSynth()._library._name
    assert FluidSynth().version.startswith("2.")


@pytest.mark.parametrize(
    ("platform", "remedy"),
    [
        ("win32", "models add synthesizer"),
        ("darwin", "brew install fluid-synth"),
        ("linux", "libfluidsynth3"),
    ],
)
def test_without_any_it_says_how_to_have_it(
    bare_machine: None, monkeypatch: pytest.MonkeyPatch, platform: str, remedy: str
) -> None:
    monkeypatch.setattr(library.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(library.sys, "platform", platform)
    with pytest.raises(InputError, match=f"not on this machine.*{remedy}"):
        library.load_library()


def test_a_library_that_was_named_and_is_none_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "libfluidsynth.so"
    monkeypatch.setenv("CUEBRIDGE_FLUIDSYNTH", str(path))
    with pytest.raises(InputError, match="no such file"):
        library.load_library()
    path.write_bytes(b"no library")
    with pytest.raises(InputError, match="not on this machine"):
        library.load_library()


def test_one_that_is_too_old_is_passed_over(bare_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygame", reason="the extra `audio` is not installed, or this is Windows")
    monkeypatch.setattr(library, "OLDEST", (99, 0, 0))
    with pytest.raises(InputError, match=r"is older than 99\.0"):
        library.load_library()
