"""What counts as speech, and that speech is found in noise and music, and not found in them alone."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bench.voice import f1, mixture, voices
from bridge.config import Settings
from bridge.hearing.listen import hear
from bridge.hearing.voice import SMOOTHING, WINDOW, WINDOW_S, Voice, frames_of, spans
from bridge.progress import Progress
from bridge.schema.timeline import Knot, MediaSpan, Sound, Timeline
from tests.hearing.made import noise, tone, write_sound

spoken = pytest.mark.skipif(
    shutil.which("espeak-ng") is None and "CI" not in os.environ, reason="espeak-ng is not installed"
)


def windows(*lasting: tuple[float, float]) -> np.ndarray:
    """Probabilities that last so many seconds each."""
    return np.concatenate(
        [np.full(round(seconds / WINDOW_S), value, np.float32) for value, seconds in lasting]
    )


def test_speech_begins_at_the_threshold_and_holds_a_little_below_it() -> None:
    plain = replace(SMOOTHING, pad_s=0)
    (span,) = spans(windows((0.0, 1), (0.6, 1), (0.4, 1), (0.1, 1)), plain)
    assert span == pytest.approx((1, 3), abs=2 * WINDOW_S)
    assert spans(windows((0.4, 3)), plain) == [], "but it does not begin there"


def test_short_bursts_are_none_and_short_pauses_belong_to_speech() -> None:
    assert spans(windows((0, 1), (0.9, 0.1), (0, 1))) == []
    (span,) = spans(windows((0, 1), (0.9, 1), (0, 0.3), (0.9, 1), (0, 1)))
    assert span == pytest.approx((1 - SMOOTHING.pad_s, 3.3 + SMOOTHING.pad_s), abs=3 * WINDOW_S)
    assert len(spans(windows((0, 1), (0.9, 1), (0, 1), (0.9, 1)))) == 2


def test_padding_stays_within_the_sound() -> None:
    (span,) = spans(windows((0.9, 1)))
    assert span == pytest.approx((0, 1), abs=WINDOW_S)
    assert spans(np.zeros(0, np.float32)) == []


def test_nobody_speaks_in_noise_and_tones() -> None:
    for wave in (noise(8), tone(220, 8) + tone(277, 8) + tone(330, 8), np.zeros(8 * 16_000, np.float32)):
        assert spans(Voice().hear(wave)) == []


def test_it_hears_the_same_in_pieces_as_at_once() -> None:
    wave = noise(8, 3)
    voice = Voice()
    parts = [voice.hear(wave[at : at + 50 * WINDOW]) for at in range(0, len(wave), 50 * WINDOW)]
    assert np.concatenate(parts) == pytest.approx(Voice().hear(wave), abs=1e-6)


@spoken
@pytest.mark.parametrize("kind", ["pink noise", "chords"])
def test_speech_is_found_under_five_decibels_more_than_what_sounds_beside_it(kind: str) -> None:
    for index, voice in enumerate(voices()[:2]):
        made = mixture(voice, kind, 5.0, seed=index, seconds=24)
        found = frames_of(spans(Voice().hear(made.samples)), len(made.speech))
        assert f1(found, made.speech) >= 0.9, voice


@spoken
def test_speech_of_a_sound_track_lands_on_its_frames(tmp_path: Path) -> None:
    made = mixture(voices()[0], "pink noise", 10.0, seed=5, seconds=16)
    path = write_sound(tmp_path / "a.wav", made.samples)
    rate, delay_s = Fraction(24), 4
    knots = (Knot(Fraction(0), Fraction(0)), Knot(Fraction(16), Fraction(16)))
    sounds = (Sound("1", 24 * delay_s, 24 * (delay_s + 16), MediaSpan(path, knots)),)
    timeline = Timeline("t", rate, False, 0, 600, 48, 600, (), sounds=sounds)
    heard = hear(timeline, Settings(), Progress())
    assert not heard.problems
    assert len(heard.loudness_db) == 23
    middles = (np.arange(len(made.speech)) + 0.5) * WINDOW_S + delay_s
    found = np.array(
        [any(s.start_frame <= second * 24 < s.end_frame for s in heard.speech) for second in middles]
    )
    assert f1(found, made.speech) >= 0.9
    assert all(span.heard for span in heard.speech)
    path.unlink()
    assert hear(timeline, replace(Settings(), listen=False), Progress()).speech == ()


def test_sound_that_is_not_there_leaves_the_cue_without_speech(tmp_path: Path) -> None:
    knots = (Knot(Fraction(0), Fraction(0)), Knot(Fraction(4), Fraction(4)))
    sounds = (Sound("1", 0, 96, MediaSpan(tmp_path / "gone.wav", knots)),)
    heard = hear(Timeline("t", Fraction(24), False, 0, 96, 0, 96, (), sounds=sounds), Settings(), Progress())
    assert heard.speech == ()
    assert any("gone.wav" in problem for problem in heard.problems)
    assert heard.unheard == "the sounds could not be read" and heard.loudness_db == ()


def test_why_nothing_was_listened_to_is_known() -> None:
    quiet = Timeline("t", Fraction(24), False, 0, 96, 0, 96, ())
    assert hear(quiet, Settings(), Progress()).unheard == "there is no sound to listen to"
    assert "switched off" in hear(quiet, Settings(listen=False), Progress()).unheard
