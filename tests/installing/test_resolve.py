"""Resolve's scripts put in place and taken out; what users complained of when they installed others'."""

from __future__ import annotations

import ast
import json
import plistlib
from pathlib import Path

import pytest

from bridge import __version__
from bridge.cli import main
from bridge.errors import CuebridgeError, InputError, OutputError, SettingsError
from bridge.installing import HOSTS, Place, Wish, resolve_places
from bridge.installing.resolve import SCRIPTS, Resolve
from bridge.installing.resolve_places import python_for_resolve, user_scripts
from bridge.installing.resolve_script import one_file
from bridge.installing.source import command_words, plugin_folder

LIBRARY = "Library/Application Support"
MAKER = "Blackmagic Design/DaVinci Resolve"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No launchctl and no registry, whatever this machine has."""
    monkeypatch.setattr(resolve_places, "_launched_with", lambda name: "")
    monkeypatch.setattr(resolve_places, "_registered_python", lambda: "")


def host(tmp_path: Path, system: str = "linux", **environment: str) -> Resolve:
    """A machine with Resolve on it and a Python for it."""
    home, root = tmp_path / "home ü", tmp_path / "root"
    base = {"APPDATA": str(home / "Roaming"), "PROGRAMDATA": str(root / "ProgramData")}
    base |= {"PROGRAMFILES": str(root / "Program Files"), "FUSION_PYTHON3_HOME": "C:/Python"}
    user_scripts(system, base, home).parents[1].mkdir(parents=True)
    for python in ("usr/bin/python3", "usr/local/bin/python3"):
        (root / python).parent.mkdir(parents=True, exist_ok=True)
        (root / python).touch()
    return Resolve(system, {**base, **environment}, home, root)


def program_of(tmp_path: Path, version: str) -> None:
    """A Mac's Resolve of a version."""
    contents = tmp_path / "root" / "Applications" / "DaVinci Resolve" / "DaVinci Resolve.app" / "Contents"
    contents.mkdir(parents=True, exist_ok=True)
    (contents / "Info.plist").write_bytes(plistlib.dumps({"CFBundleShortVersionString": version}))


def ran(tmp_path: Path, product: str, version: str) -> None:
    """What a script leaves behind that has run."""
    scores = tmp_path / "home ü" / "Cuebridge"
    scores.mkdir(exist_ok=True)
    about = {"product": product, "version": version, "python": "3.10.12"}
    (scores / "last-run.json").write_text(json.dumps(about))


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("system", "user", "shared"),
    [
        ("darwin", f"{LIBRARY}/{MAKER}/Fusion/Scripts", f"{LIBRARY}/{MAKER}/Fusion/Scripts"),
        ("win32", f"Roaming/{MAKER}/Support/Fusion/Scripts", f"ProgramData/{MAKER}/Fusion/Scripts"),
        ("linux", ".local/share/DaVinciResolve/Fusion/Scripts", "opt/resolve/Fusion/Scripts"),
    ],
)  # fmt: skip
def test_the_folders_are_those_of_each_system(tmp_path: Path, system: str, user: str, shared: str) -> None:
    there = host(tmp_path, system)
    assert there.places(None, False) == (Place(tmp_path / "home ü" / user / "Utility"),)
    assert there.places(None, False, all_users=True) == (Place(tmp_path / "root" / shared / "Utility"),)


@pytest.mark.parametrize("system", ["darwin", "win32", "linux"])
@pytest.mark.parametrize("all_users", [False, True])
def test_the_script_is_not_in_the_menu_there_was_no_utility_folder(
    tmp_path: Path, system: str, all_users: bool
) -> None:
    there, before = host(tmp_path, system), tree(tmp_path)
    (place,) = there.places(None, False, all_users)
    assert not place.folder.exists()
    there.install(place, Wish())
    first = tree(tmp_path)
    there.install(place, Wish())
    assert tree(tmp_path) == first
    assert sorted(path.name for path in place.folder.iterdir()) == sorted(SCRIPTS)
    standing = there.status(place)
    assert (standing.version, standing.faults) == (__version__, ())
    there.uninstall(place)
    assert tree(tmp_path) == before
    assert there.status(place).version == ""


def test_an_installed_script_is_whole_and_starts_this_very_command(tmp_path: Path) -> None:
    there = host(tmp_path)
    (place,) = there.places(None, False)
    there.install(place, Wish())
    for name in SCRIPTS:
        text = (place.folder / name).read_text(encoding="ascii")
        names: dict[str, object] = {}
        source = text[: text.rindex("# ---")]
        exec(source, names)
        assert names["COMMAND"] == list(command_words())
        assert (names["VERSION"], names["RECORD"]) == (__version__, False)
        assert names["SCORES"] == str(Path("~/Cuebridge").expanduser())
        assert "cuebridge_resolve" not in text
        assert ast.get_docstring(ast.parse(text))


def test_what_is_the_users_stays(tmp_path: Path) -> None:
    there = host(tmp_path)
    (place,) = there.places(None, False)
    place.folder.mkdir(parents=True)
    (place.folder / "mine.lua").write_text("mine")
    before = tree(tmp_path)
    there.install(place, Wish())
    changed = place.folder / SCRIPTS[0]
    kept = changed.read_bytes() + b"# mine\n"
    changed.write_bytes(kept)
    assert f"{SCRIPTS[0]} was changed" in there.status(place).faults
    assert "left there" in there.uninstall(place)[0]
    changed.unlink()
    assert tree(tmp_path) == before


def test_a_script_of_that_name_that_is_not_ours_is_not_overwritten(tmp_path: Path) -> None:
    there = host(tmp_path)
    (place,) = there.places(None, False)
    place.folder.mkdir(parents=True)
    (place.folder / SCRIPTS[1]).write_text("print('mine')")
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="not written"):
        there.install(place, Wish())
    assert tree(tmp_path) == before
    assert there.uninstall(place) == ("Nothing of Cuebridge's is installed there",)


def test_a_stale_second_copy_is_named(tmp_path: Path) -> None:
    there = host(tmp_path)
    (user,), (shared,) = there.places(None, False), there.places(None, False, all_users=True)
    there.install(shared, Wish())
    said = there.install(user, Wish())
    assert any("a second copy lies in" in sentence and str(shared.folder) in sentence for sentence in said)
    assert any("second copy" in fault for fault in there.status(user).faults)
    assert there.places(None, everywhere=True) == (user, shared)
    found, faults = there.doctor()
    assert found.startswith("installed, and not run yet")
    copies = [fault for fault in faults if "second copy" in fault]
    assert len(copies) == 1  # and not once more from the other's side
    assert str(shared.folder) in copies[0]


def test_an_older_one_and_one_whose_command_is_gone_are_told(tmp_path: Path) -> None:
    there = host(tmp_path)
    (place,) = there.places(None, False)
    there.install(place, Wish())
    path = place.folder / SCRIPTS[0]
    text = path.read_text(encoding="ascii").replace(f"# cuebridge {__version__} ", "# cuebridge 0.0.1 ")
    path.write_text(text, encoding="ascii")
    assert f"it is of version 0.0.1, this is {__version__}" in there.status(place).faults
    path.write_text(text.replace("COMMAND = [", "COMMAND = ['/no/such/python', "), encoding="ascii")
    assert any("is gone: /no/such/python" in fault for fault in there.status(place).faults)


@pytest.mark.parametrize("system", ["darwin", "win32", "linux"])
def test_the_script_is_not_in_the_menu_resolve_finds_no_python(
    tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = host(tmp_path, system, FUSION_PYTHON3_HOME="")
    monkeypatch.setattr(resolve_places.shutil, "which", lambda name: None)
    for path in (tmp_path / "root" / "usr").rglob("python3"):
        path.unlink()
    (place,) = there.places(None, False)
    assert any("until it finds a Python" in sentence for sentence in there.install(place, Wish()))
    assert any("python.org" in fault for fault in there.doctor()[1])


def test_on_a_mac_resolve_sees_the_python_of_the_dock_or_of_python_org_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert python_for_resolve("darwin", {}, tmp_path) == ""
    monkeypatch.setattr(resolve_places, "_launched_with", lambda name: f"/{name}")
    assert python_for_resolve("darwin", {}, tmp_path) == "/PYTHON3HOME"
    assert python_for_resolve("darwin", {"PYTHON3HOME": "/mine"}, tmp_path) == "/mine"


def test_studio_brings_its_own_python_since_21_1(tmp_path: Path) -> None:
    there = host(tmp_path, "darwin")
    (tmp_path / "root" / "usr" / "local" / "bin" / "python3").unlink()
    assert not there.runs_python()
    program_of(tmp_path, "21.1.0")
    assert there.runs_python()


def test_the_app_store_build_is_explained(tmp_path: Path) -> None:
    box = tmp_path / "Library" / "Containers" / "com.blackmagic-design.DaVinciResolveLite"
    box.mkdir(parents=True)
    with pytest.raises(InputError, match=r"App Store.*sandbox.*by hand"):
        Resolve("darwin", {}, tmp_path, tmp_path / "root").places(None, False)
    found, faults = Resolve("darwin", {}, tmp_path, tmp_path / "root").doctor()
    assert "App Store" in found
    assert faults == ()  # who never installed it there has no fault to mend


def test_the_status_explains_it_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    box = tmp_path / "Library" / "Containers" / "com.blackmagic-design.DaVinciResolveLite"
    box.mkdir(parents=True)
    monkeypatch.setitem(HOSTS, "resolve", Resolve("darwin", {}, tmp_path, tmp_path / "root"))
    assert main(["plugins", "status"]) in (0, 1)  # as this machine's REAPER stands
    (said,) = [each for each in capsys.readouterr().out.splitlines() if each.startswith("resolve:")]
    assert "App Store" in said


def test_of_two_resolves_the_one_that_takes_scripts_gets_them(tmp_path: Path) -> None:
    box = tmp_path / "home ü" / "Library" / "Containers" / "com.blackmagic-design.DaVinciResolveLite"
    box.mkdir(parents=True)
    there = host(tmp_path, "darwin")
    (place,) = there.places(None, False)
    there.install(place, Wish())
    assert list(box.iterdir()) == []
    assert any("App Store" in fault for fault in there.doctor()[1])


@pytest.mark.parametrize(
    ("product", "version", "fault"),
    [
        ("DaVinci Resolve Studio", "21.1.0.14", ""),
        ("DaVinci Resolve", "21.0.4.5", ""),
        ("DaVinci Resolve", "18.1.3.7", ""),
        ("DaVinci Resolve", "17.4.6.4", "too old"),
    ],
)
def test_the_doctor_knows_what_the_scripts_last_ran_in(
    tmp_path: Path, product: str, version: str, fault: str
) -> None:
    there = host(tmp_path)
    assert there.doctor() == ("not installed in DaVinci Resolve", ())
    (place,) = there.places(None, False)
    there.install(place, Wish())
    ran(tmp_path, product, version)
    found, faults = there.doctor()
    assert found.startswith(f"last run in {product} {version} with Python 3.10.12")
    assert ("to be dragged" in found) == version.startswith("18.1")
    assert [bool(fault) and fault in each for each in faults] == ([True] if fault else [])


@pytest.mark.parametrize(
    ("product", "before", "now", "warned", "fault"),
    [
        ("DaVinci Resolve", "21.0.4.5", "21.1.0", False, True),
        ("DaVinci Resolve", "21.0.4.5", "21.0.4", False, False),
        ("DaVinci Resolve", "21.0.4.5", "", True, False),
        ("DaVinci Resolve Studio", "21.0.4.5", "21.1.0", False, False),
        ("", "", "21.1.0", True, False),
        ("", "", "21.0.4", False, False),
        ("", "", "", True, False),
    ],
)  # fmt: skip
def test_nothing_happens_the_free_edition_of_21_1_runs_no_python_and_can_leave_no_word_of_it(
    tmp_path: Path, product: str, before: str, now: str, warned: bool, fault: bool
) -> None:
    """What was last run is of before the update; where the edition is not known, both are told."""
    there = host(tmp_path, "darwin")
    if now:
        program_of(tmp_path, now)
    (place,) = there.places(None, False)
    hints = [each for each in there.install(place, Wish()) if "only Studio runs Python" in each]
    assert bool(hints) == (now != "21.0.4")
    if product:
        ran(tmp_path, product, before)
    found, faults = there.doctor()
    assert ("only Studio runs Python" in found) == warned
    assert ["only Studio runs Python" in each for each in faults] == ([True] if fault else [])
    assert ("21.1 is installed now" in found) == bool(product and now == "21.1.0")


def test_no_resolve_is_said_and_a_folder_can_be_named(tmp_path: Path) -> None:
    there = Resolve("linux", {}, tmp_path, tmp_path)
    with pytest.raises(InputError, match="not installed"):
        there.places(None, False)
    assert there.doctor() == ("", ())
    with pytest.raises(InputError, match="no folder of Resolve's scripts"):
        there.places(tmp_path, False)
    scripts = tmp_path / "Fusion" / "Scripts"
    scripts.mkdir(parents=True)
    assert there.places(scripts, False) == (Place(scripts / "Utility"),)
    (scripts / "Utility").mkdir()
    assert there.places(scripts / "Utility", False) == (Place(scripts / "Utility"),)


def test_a_traced_script_says_so(tmp_path: Path) -> None:
    there = host(tmp_path)
    (place,) = there.places(None, False)
    assert any("trace" in sentence for sentence in there.install(place, Wish(record=True)))
    assert "\nRECORD = True\n" in (place.folder / SCRIPTS[0]).read_text(encoding="ascii")
    with pytest.raises(SettingsError):
        there.install(place, Wish(startup=True))


def test_the_command_installs_says_and_takes_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scripts = tmp_path / "Fusion" / "Scripts"
    scripts.mkdir(parents=True)
    to = ["--to", str(scripts), "--json"]
    for words in (["install", "resolve", *to], ["status", *to], ["uninstall", "resolve", *to]):
        assert main(["plugins", *words]) in (0, 1)  # 1: this machine may have no Python that Resolve sees
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["install", "plugin", "uninstall"]
    assert events[1]["version"] == __version__
    assert list(scripts.iterdir()) == []
    assert main(["plugins", "install", "reaper", "--all-users"]) == 2


def test_two_parts_may_not_define_one_name(tmp_path: Path) -> None:
    parts = tmp_path / "cuebridge_resolve"
    parts.mkdir()
    for name in ("one", "two"):
        (parts / f"{name}.py").write_text("import os\n\nclash = os.sep\n")
    script = tmp_path / "s.py"
    script.write_text(
        '"""S."""\nfrom cuebridge_resolve.one import clash\nfrom cuebridge_resolve.two import clash\n'
    )
    with pytest.raises(CuebridgeError, match="one and two both define clash"):
        one_file(script, {})
    with pytest.raises(CuebridgeError, match="there is no setting NO"):
        one_file(plugin_folder("resolve") / SCRIPTS[0], {"NO": 1})
