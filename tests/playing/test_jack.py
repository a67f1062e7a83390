"""The command itself on a real MIDI system, heard by a JACK client: what arrives, and that it ends.

Nothing here asks how late a message is; `python -m bench.live` measures that.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

# A skip is for a developer's machine. Where the checks run nobody would notice one.
MISSING = [] if shutil.which("jackd") else ["jackd: apt-get install jackd2"]
MISSING += [name for name in ("fcntl", "rtmidi", "jack") if importlib.util.find_spec(name) is None]
if MISSING and os.environ.get("CI") == "true":
    pytest.fail(f"missing where nothing may be: {', '.join(MISSING)}", pytrace=False)
if MISSING:
    pytest.skip(f"missing: {', '.join(MISSING)}", allow_module_level=True)

from bench.live import (  # noqa: E402 - it locks files, which Windows does otherwise
    WAYS,
    Ear,
    command,
    dense_score,
    hanging,
    interrupted_run,
    jack_server,
    whole_run,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("live")
        patch.setenv("CUEBRIDGE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def ear(home: Path) -> Iterator[Ear]:
    with jack_server():
        listening = Ear(home)
        yield listening
        listening.close()


def test_every_message_arrives_in_order_and_no_note_hangs(ear: Ear, tmp_path: Path) -> None:
    verdict = whole_run(dense_score(tmp_path / "dense.mid", 5), ear)
    assert verdict.sent > 5 * 30
    assert verdict.heard == verdict.sent
    assert verdict.same
    assert verdict.clocks == verdict.clocks_wanted > 0
    assert hanging(ear.heard().events) == []


@pytest.mark.parametrize("way", WAYS)
def test_no_note_hangs_after_an_interruption(ear: Ear, tmp_path: Path, way: str) -> None:
    score = dense_score(tmp_path / "dense.mid", 30)
    assert interrupted_run(score, ear, way, after_s=1.2, clock=True) == ""


def test_a_synth_that_is_closed_is_a_lost_port(ear: Ear, tmp_path: Path) -> None:
    synth = Ear(tmp_path, own="synth")
    words = command(dense_score(tmp_path / "dense.mid", 60), "--port", "synth:in")
    player = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert player.stdout is not None
    player.stdout.readline()
    synth.close()
    said, _ = player.communicate(timeout=60)
    assert player.returncode == 2
    assert "synth:in has gone" in said


def test_a_plot_is_looped_until_it_is_stopped(ear: Ear, tmp_path: Path) -> None:
    from tests.playing.make import make_score

    score, *_ = make_score(tmp_path)
    before = len(ear.heard().events)
    words = command(score, "--loop", "p2", "--from", "01:00:21:00", "--clock")
    player = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert player.stdout is not None
    player.stdout.readline()
    for _ in range(600):
        # Each round begins with where it begins.
        if sum(data[0] == 0xF2 for _, data in ear.heard().events[before:]) >= 2:
            break
    else:
        pytest.fail("the loop never came round")
    player.send_signal(signal.SIGINT)
    player.communicate(timeout=60)
    assert player.returncode == 130
    assert hanging(ear.heard().events[before:]) == []


def test_a_jack_that_ends_does_not_hang_the_player(home: Path, tmp_path: Path) -> None:
    words = command(dense_score(tmp_path / "dense.mid", 60))
    with jack_server() as server:
        player = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert player.stdout is not None
        player.stdout.readline()
        server.terminate()  # killed, it would leave its name taken on this machine
        said, _ = player.communicate(timeout=60)
    assert player.returncode == 2
    assert "JACK has stopped" in said
