"""The brief as it is written: measured values in words, a paragraph a stage, and what is not known said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.about import About
from bridge.schema.brief_text import parse_brief
from bridge.schema.cues import CueSheet, Speech
from bridge.writing.brief import brief_text
from tests.writing.make import make_cues, make_form, make_performance, make_picture, make_score, make_timeline


def _text(cues: CueSheet, *, composed: bool = True, **look: object) -> str:
    form = make_form(cues)
    score = make_score(form, make_performance(form)) if composed else None
    picture = replace(make_picture(cues), **look)  # type: ignore[arg-type]
    return brief_text("A film\nin two lines", make_timeline(cues), picture, cues, form, score).decode()


def _stage(text: str, plot: str, stage: str) -> str:
    section = text.split(f"## {plot}:")[1].split("\n## ")[0]
    return next(line for line in section.splitlines() if line.startswith(f"{stage}: "))


def test_every_plot_has_every_stage_and_reads_back() -> None:
    cues = replace(make_cues(), about=About(audience="children", no_music=("10-20",)))
    text = _text(cues)
    for plot in cues.plots:
        for stage in ("Seen", "Heard", "Spotted", "Timed", "Composed"):
            assert len(_stage(text, plot.id, stage)) > len(stage) + 5
    document = parse_brief(text)
    assert document.brief == "a brief" and document.about == cues.about
    assert [(p.id, p.label, p.music, p.words) for p in document.plots] == [
        (p.id, p.label, p.music, p.words) for p in cues.plots
    ]
    assert text == _text(cues)
    assert text.startswith("# Brief: A film in two lines\n")


def test_words_follow_what_was_measured() -> None:
    cues = make_cues()
    count = make_picture(cues).samples
    seen = np.ones(count, dtype=bool)
    dark = _text(
        cues, seen=seen, brightness=np.full(count, 0.1, np.float32), motion=np.full(count, 0.005, np.float32)
    )
    bright = _text(
        cues, seen=seen, brightness=np.full(count, 0.8, np.float32), motion=np.full(count, 0.2, np.float32)
    )
    assert "dark (brightness 0.10)" in _stage(dark, "p1", "Seen")
    assert "; still (0.005)" in _stage(dark, "p1", "Seen")
    assert "bright (brightness 0.80)" in _stage(bright, "p1", "Seen")
    assert "moving fiercely (0.200)" in _stage(bright, "p1", "Seen")
    rising = np.linspace(0.2, 0.8, count, dtype=np.float32)
    assert "growing brighter" in _stage(_text(cues, seen=seen, brightness=rising), "p1", "Seen")
    assert "growing" not in _stage(dark, "p1", "Seen")


def test_what_is_not_known_is_said() -> None:
    cues = make_cues()
    unseen = _text(cues, seen=np.zeros(make_picture(cues).samples, dtype=bool), composed=False)
    assert "could not be looked at" in _stage(unseen, "p1", "Seen")
    assert "Looked at: none of it" in unseen
    assert _stage(unseen, "p1", "Heard") == "Heard: no speech is noted."
    assert _stage(unseen, "p1", "Composed") == "Composed: not composed."
    half = np.zeros(make_picture(cues).samples, dtype=bool)
    half[::2] = True
    assert "50 % of it could not be looked at" in _stage(_text(cues, seen=half), "p1", "Seen")


def test_speech_hits_silence_and_notes_are_told() -> None:
    cues = make_cues(length=480)
    cues = replace(cues, speech=(Speech(0, 60, "Anna: run!"),))
    text = _text(cues)
    assert "speech over 25 % of it, 1 span: “Anna: run!”" in _stage(text, "p1", "Heard")
    assert "2 hits met" in _stage(text, "p1", "Timed") or "hit met" in _stage(text, "p1", "Timed")
    assert "no music" in _stage(text, "p2", "Spotted")
    assert _stage(text, "p2", "Composed") == "Composed: silence."
    assert "A minor" in _stage(text, "p1", "Composed")


def test_only_who_listened_says_that_nobody_speaks() -> None:
    cues = make_cues(length=480)
    off = replace(cues, unheard="there is no sound to listen to")
    assert _stage(_text(off), "p1", "Heard") == "Heard: no speech is noted: there is no sound to listen to."
    levels = (-20.0, -90.0) * 10
    heard = _stage(_text(replace(cues, loudness_db=levels)), "p1", "Heard")
    assert heard == "Heard: nobody speaks; sound over 50 % of it, -23 dB RMS."
    part = replace(cues, loudness_db=(-90.0,) * 20, unheard="not all of the cue's sounds could be read")
    told = "Heard: nobody is heard to speak; it is silent; not all of the cue's sounds could be read."
    assert _stage(_text(part), "p1", "Heard") == told


def test_the_words_an_encoder_is_nearest_to_stand_beside_what_was_measured() -> None:
    assert "nearest to" not in _text(make_cues())
    count = make_picture(make_cues()).samples
    emotion = np.tile(np.array([0.7, 0.3], np.float32), (count, 1))
    feeling = np.tile(np.array([0.2, 0.5, 0.3], np.float32), (count, 1))
    text = _text(
        make_cues(),
        emotion=emotion,
        emotion_names=("tense", "neutral"),
        feeling=feeling,
        feeling_names=("joyful", "eerie", "lonely"),
    )
    assert "nearest to the words tense (70 %), eerie and lonely" in _stage(text, "p1", "Seen")
    assert "meaning and emotion." in text
    assert "not for meaning or emotion" in _text(make_cues())
