from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.cli import main
from bridge.errors import InputError, OutputError, SettingsError
from bridge.installing import Place, Wish
from bridge.installing import reaper as module
from bridge.installing.reaper import Reaper, portable_folders, resource_folder
from bridge.installing.reaper_package import reaper_package
from bridge.installing.source import command_words, plugin_folder

KEYS = b'SCR 4 0 RSabc "Custom: mine.lua" mine.lua\r\nKEY 1 65 _RSabc 0'
STARTUP = b"-- mine\nreturn 1\n"


@pytest.fixture(autouse=True)
def resting(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """REAPER does not run, whatever this machine is doing."""

    def says(running: bool) -> None:
        monkeypatch.setattr(module, "is_running", lambda system: running)

    says(False)
    return says


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A resource folder with the user's own things in it."""
    folder = tmp_path / "REAPER ä"
    (folder / "Scripts" / "Cuebridge").mkdir(parents=True)
    (folder / "reaper.ini").write_bytes(b"[reaper]\n")
    (folder / "reaper-kb.ini").write_bytes(KEYS)
    (folder / "Scripts" / "__startup.lua").write_bytes(STARTUP)
    (folder / "Scripts" / "Cuebridge" / "mine.lua").write_bytes(b"mine")
    return Place(folder)


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")
    }


@pytest.mark.parametrize("startup", [False, True])
def test_everything_is_put_there_once_and_taken_out_again(place: Place, startup: bool) -> None:
    host, before = Reaper("linux"), tree(place.folder)
    host.install(place, Wish(startup=startup))
    first = tree(place.folder)
    host.install(place, Wish(startup=startup))
    assert tree(place.folder) == first
    home = place.folder / "Scripts" / "Cuebridge"
    for file in reaper_package().files:
        assert (home / file.path).read_bytes() == file.data
    assert (home / "cuebridge" / "command.txt").read_text().splitlines() == list(command_words())
    standing = host.status(place)
    assert standing.faults == ()
    assert standing.registered == ("__startup.lua" if startup else "reaper-kb.ini")
    host.uninstall(place)
    assert tree(place.folder) == before
    assert host.status(place).version == ""


def test_one_way_takes_the_place_of_the_other(place: Place) -> None:
    host, before = Reaper("linux"), tree(place.folder)
    host.install(place, Wish(startup=True))
    host.install(place, Wish(startup=False))
    assert host.status(place).registered == "reaper-kb.ini"
    assert (place.folder / "Scripts" / "__startup.lua").read_bytes() == STARTUP
    host.uninstall(place)
    assert tree(place.folder) == before


def test_files_that_were_not_there_are_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / "reaper.ini").touch()
    for startup in (False, True):
        Reaper("win32").install(Place(tmp_path), Wish(startup=startup))
        assert b"\r\n" in (tmp_path / "reaper-kb.ini").read_bytes() if not startup else True
        Reaper("win32").uninstall(Place(tmp_path))
        assert tree(tmp_path) == {"reaper.ini": b""}


def test_what_reaper_wrote_meanwhile_stays(place: Place) -> None:
    host = Reaper("linux")
    host.install(place, Wish(startup=False))
    keys = place.folder / "reaper-kb.ini"
    optional = b'SCR 4 0 RSfff "Custom: x" "Cuebridge/Cuebridge_Another take of time selection.lua"\n'
    keys.write_bytes(keys.read_bytes() + optional + b"KEY 1 66 _RSabc 0\n")
    host.uninstall(place)
    assert keys.read_bytes() == KEYS + b"\r\nKEY 1 66 _RSabc 0\n"


def test_what_the_scripts_remember_of_their_actions_goes_with_them(place: Place) -> None:
    host, memory = Reaper("linux"), place.folder / "reaper-extstate.ini"
    host.install(place, Wish(startup=False))
    ours = b"[cuebridge]\r\nregistered_Revise=/x/Another.lua\r\ncommand=/usr/bin/cuebridge\r\n"
    memory.write_bytes(b"[other]\r\nregistered_me=1\r\n" + ours + b"[z]\r\nregistered_you=2\r\n")
    host.uninstall(place)
    assert memory.read_bytes() == (
        b"[other]\r\nregistered_me=1\r\n[cuebridge]\r\ncommand=/usr/bin/cuebridge\r\n[z]\r\nregistered_you=2\r\n"
    )


def test_a_running_reaper_is_not_written_under(place: Place, resting: Callable[[bool], None]) -> None:
    before = tree(place.folder)
    resting(True)
    with pytest.raises(SettingsError, match=r"REAPER is running .* --startup"):
        Reaper("linux").install(place, Wish(startup=False))
    assert tree(place.folder) == before
    Reaper("linux").install(place, Wish(startup=True))  # a script is read when REAPER starts next
    Reaper("linux").uninstall(place)
    assert tree(place.folder) == before


def test_a_broken_block_stops_it_before_anything_is_written(place: Place) -> None:
    startup = place.folder / "Scripts" / "__startup.lua"
    startup.write_bytes(module.block.BEGIN + b"\nmine\n")
    before = tree(place.folder)
    for way in (False, True):
        with pytest.raises(OutputError, match="broken"):
            Reaper("linux").install(place, Wish(startup=way))
    assert tree(place.folder) == before


def test_what_somebody_changed_is_said_and_left(place: Place) -> None:
    host = Reaper("linux")
    host.install(place, Wish(startup=False))
    changed = place.folder / "Scripts" / "Cuebridge" / "cuebridge" / "map.lua"
    changed.write_bytes(b"-- mine now\n")
    (place.folder / "Scripts" / "Cuebridge" / "Cuebridge_Insert score.lua").unlink()
    faults = " ".join(host.status(place).faults)
    assert "cuebridge/map.lua was changed" in faults and "Insert score.lua is missing" in faults
    assert any("map.lua was changed" in sentence for sentence in host.uninstall(place))
    assert changed.read_bytes() == b"-- mine now\n"


def test_another_version_and_a_gone_command_are_faults(place: Place) -> None:
    host = Reaper("linux")
    host.install(place, Wish(startup=False))
    listed = place.folder / "Scripts" / "Cuebridge" / "installed.json"
    old = json.loads(listed.read_text()) | {"version": "0.0.1"}
    gone = place.folder / "Scripts" / "Cuebridge" / "old.lua"
    gone.write_bytes(b"old")
    old["files"]["old.lua"] = module.files.sha256(b"old")
    listed.write_text(json.dumps(old))
    command = place.folder / "Scripts" / "Cuebridge" / "cuebridge" / "command.txt"
    command.write_text("/no/such/python\n")
    faults = " ".join(host.status(place).faults)
    assert "version 0.0.1" in faults and "/no/such/python" in faults
    host.install(place, Wish(startup=False))
    assert host.status(place).faults == ()
    assert not gone.exists()  # what the old version had and this one has not


@pytest.mark.parametrize(
    ("system", "environment", "folder"),
    [
        ("win32", {"APPDATA": "R:/Roaming"}, Path("R:/Roaming/REAPER")),
        ("win32", {}, Path("/home/ana/AppData/Roaming/REAPER")),
        ("darwin", {"XDG_CONFIG_HOME": "/x"}, Path("/home/ana/Library/Application Support/REAPER")),
        ("linux", {}, Path("/home/ana/.config/REAPER")),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, Path("/x/REAPER")),
    ],
)
def test_the_resource_folder_of_each_system(system: str, environment: dict[str, str], folder: Path) -> None:
    assert resource_folder(system, environment, Path("/home/ana")) == folder


def test_places_are_the_usual_one_a_named_one_or_all(tmp_path: Path) -> None:
    host = Reaper("linux", {}, tmp_path)
    with pytest.raises(InputError, match=r"\.config.*no resource folder"):
        host.places(None, everywhere=False)
    usual, portable = tmp_path / ".config" / "REAPER", tmp_path / "opt" / "REAPER 7"
    for folder in (usual, portable):
        folder.mkdir(parents=True)
        (folder / "reaper.ini").touch()
    assert host.places(None, everywhere=False) == (Place(usual),)
    assert set(host.places(None, everywhere=True)) >= {Place(usual), Place(portable, True)}
    assert portable in portable_folders("linux", tmp_path)
    assert host.places(portable, everywhere=False) == (Place(portable, True),)
    with pytest.raises(InputError, match=r"no reaper\.ini"):
        host.places(tmp_path, everywhere=False)


def test_the_package_is_every_lua_file_of_the_plugin() -> None:
    folder = plugin_folder("reaper")
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*.lua") if "tests" not in p.parts}
    package = reaper_package()
    assert {file.path for file in package.files} == there
    assert set(package.actions) == {
        f"Cuebridge_{name}.lua"
        for name in ("Insert score", "Score this project's video", "Remove last score")
    }


def test_the_command_installs_says_and_takes_out(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    before, to = tree(place.folder), ["--to", str(place.folder), "--json"]
    for words in (["install", "reaper", *to], ["status", *to], ["uninstall", "reaper", *to]):
        assert main(["plugins", *words]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["install", "plugin", "uninstall"]
    assert {event["folder"] for event in events} == {str(place.folder)}
    assert tree(place.folder) == before


def test_a_wrong_folder_is_the_users_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "install", "reaper", "--to", str(tmp_path / "nowhere")]) == 2
    assert "reaper.ini" in capsys.readouterr().err
    assert main(["plugins", "install", "protools"]) == 2
