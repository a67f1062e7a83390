from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.sounding import find_soundfont, soundfont
from tests.sounding.make import make_soundfont


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CUEBRIDGE_SOUNDFONT", raising=False)
    monkeypatch.setattr(soundfont, "_SYSTEM", (str(tmp_path / "system"),))


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return make_soundfont(path)


def test_without_any_it_says_how_to_have_one() -> None:
    with pytest.raises(InputError, match=r"no soundfont on this machine.*models add soundfont"):
        find_soundfont()


def test_the_users_choice_goes_first_then_the_environment_then_ours_then_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = put(tmp_path / "system" / "FluidR3_GM.sf2")
    assert find_soundfont() == system
    ours = put(tmp_path / "home" / "soundfonts" / "a.sf3")
    assert find_soundfont() == ours
    told = put(tmp_path / "told é.sf2")
    monkeypatch.setenv("CUEBRIDGE_SOUNDFONT", str(told))
    assert find_soundfont() == told
    named = put(tmp_path / "named.sf2")
    assert find_soundfont(named) == named


def test_musescore_general_goes_before_the_others_of_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "system" / "A.sf2")
    general = put(tmp_path / "system" / "MuseScore_General_Lite.sf3")
    put(tmp_path / "system" / "default-GM.sf3")
    assert find_soundfont() == general


def test_what_is_found_and_is_none_is_passed_over(tmp_path: Path) -> None:
    good = put(tmp_path / "system" / "z.sf2")
    (tmp_path / "system" / "a.sf2").write_bytes(b"not a soundfont")
    assert find_soundfont() == good


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"", "not a soundfont"), (b"RIFF0000WAVE", "not a sound")],
)
def test_a_choice_that_cannot_be_used_is_said(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "chosen.sf2"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        find_soundfont(path)
    assert caught.value.where == str(path)
