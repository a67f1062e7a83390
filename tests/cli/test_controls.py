"""The options that hold the music: what they become, and what is refused before anything is started."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bridge.cli.arguments import parse
from bridge.cli.controls import hits_of, tempo_of
from bridge.config import HitSettings, TempoSettings
from bridge.errors import SettingsError
from tests.cli.conftest import Run

HALF = Fraction(1, 2)


def asked(*words: str) -> tuple[TempoSettings, HitSettings]:
    options = parse(["score", "cut.otio", "-o", "out", *words])
    return tempo_of(options), hits_of(options)


def test_without_options_the_defaults_stand() -> None:
    assert asked() == (TempoSettings(), HitSettings())


def test_a_tempo_brings_room_for_its_bends() -> None:
    tempo, _ = asked("--tempo", "96")
    assert tempo == TempoSettings(target_bpm=96)
    tempo, _ = asked("--tempo", "170", "--max-bend", "5%")
    assert (tempo.target_bpm, tempo.min_bpm, tempo.max_bpm) == (170, 60, pytest.approx(178.5))
    assert asked("--tempo", "300")[0].max_bpm == 300


def test_ranges_metres_and_bends() -> None:
    tempo, _ = asked("--tempo-range", "80.5-100", "--metre", "6/8", "--max-bend", "2")
    assert (tempo.min_bpm, tempo.max_bpm, tempo.metre) == (80.5, 100, "6/8")
    assert (tempo.free_bend, tempo.costed_bend, tempo.max_bend) == (0.02, 0.02, 0.02)
    assert (tempo.beats_per_bar, tempo.beat_quarters) == (2, Fraction(3, 2))
    assert asked("--tempo-changes")[0] == TempoSettings(changes=True)
    assert asked("--tempo-follows", "mood")[0] == TempoSettings(follows="mood")


@pytest.mark.parametrize(
    ("word", "window", "must", "exact"),
    [
        ("0.5", (-HALF, HALF), (-HALF, HALF), True),
        ("0.25", (Fraction(-1, 4), Fraction(1, 4)), (Fraction(-1, 4), Fraction(1, 4)), True),
        ("1/2", (Fraction(-1), Fraction(2)), (-HALF, HALF), False),
        ("0/1.5", (Fraction(0), Fraction(3, 2)), (Fraction(0), HALF), False),
        ("3", (Fraction(-3), Fraction(3)), (-HALF, HALF), False),
    ],
)
def test_windows(
    word: str, window: tuple[Fraction, Fraction], must: tuple[Fraction, Fraction], exact: bool
) -> None:
    tempo, hits = asked("--hit-window", word)
    assert (hits.window_frames, hits.must_window_frames, tempo.exact) == (window, must, exact)


BAD = [
    (["--tempo", "10"], "10 bpm is out of range"),
    (["--tempo", "301"], "out of range"),
    (["--tempo", "fast"], "not a number"),
    (["--tempo", "nan"], "not a number"),
    (["--tempo", "120", "--tempo-range", "60-90"], "outside the range of 60 to 90"),
    (["--tempo", "90", "--tempo-changes"], "throughout"),
    (["--tempo-range", "100-80"], "100 to 80 bpm makes no sense"),
    (["--tempo-range", "90"], "not a range"),
    (["--tempo-range", "5-400"], "20 to 300"),
    (["--metre", "0/4"], "0/4 is not a metre"),
    (["--metre", "4/3"], "4/3 is not a metre"),
    (["--metre", "waltz"], "6/8"),
    (["--metre", ""], "an empty text is not a metre"),
    (["--keep-tempo-map", "a.mid", "--tempo-range", "60-160"], "or leave out --tempo-range"),
    (["--keep-tempo-map", "a.mid", "--metre", "4/4", "--max-bend", "8"], "leave out --metre, --max-bend"),
    (["--keep-tempo-map", "a.mid", "--tempo-changes"], "leaves no choice"),
    (["--keep-tempo-map", "a.mid", "--tempo-follows", "mood"], "leave out --tempo-follows"),
    (["--max-bend", "9"], "9 % is out of range"),
    (["--max-bend", "-1"], "out of range"),
    (["--hit-window", "-1"], "below zero"),
    (["--hit-window", "1/-2"], "below zero"),
    (["--hit-window", "30"], "makes no sense"),
    (["--hit-window", "1/x"], "not a number"),
]


@pytest.mark.parametrize("command", ["score", "batch"])
@pytest.mark.parametrize(("words", "said"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_what_makes_no_sense_is_said_before_a_daemon_is_started(
    run: Run, home, tmp_path, command: str, words: list[str], said: str
) -> None:
    source = tmp_path / "cut.otio"
    source.write_text("{}")
    ran = run(command, source, "-o", tmp_path / "out", *words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not home.exists() and not (tmp_path / "out").exists()


def test_bad_controls_raise_settings_errors() -> None:
    for words, _ in BAD:
        with pytest.raises(SettingsError):
            asked(*words)
