"""Sections and phrases heard in notes, and game music whose downbeat is found, on music made here."""

import io
from dataclasses import replace

import mido
import numpy as np
import pytest

from bridge.vocabulary.music import MeasuredBar, Music, Played
from models.corpus import game
from models.corpus.form import PHRASE_BARS, formed, phrases, sections
from models.corpus.scores import Named, work_of

METRE = (4, 4)
KEY = (0, "major")


def music(*stretches: tuple[int, int, int], bpm: float = 100.0) -> Music:
    """Stretches of (bars, onsets a bar, pitch), one after the other, in 4/4."""
    notes, bars, at = [], [], 0
    for count, onsets, pitch in stretches:
        for _ in range(count):
            step = 48 * at
            gap = 48 // onsets
            notes += [Played(step + gap * i, gap, pitch + i % 3, 60 + 8 * onsets) for i in range(onsets)]
            bars.append(MeasuredBar(step, step + 48, bpm, "major"))
            at += 1
    return Music(tuple(bars), (), {"melody": notes})


def test_sections_begin_where_the_music_turns() -> None:
    piece = music((12, 1, 48), (12, 8, 72), (12, 1, 48))
    assert sections(piece, [METRE] * 36, [KEY] * 36) == [0, 12, 24]
    told = formed(piece, [METRE] * 36, [KEY] * 36).bars
    assert [told[at].label for at in (0, 12, 24)] == ["introduction", "climax", "conclusion"]
    assert [told[at].plot_left for at in (0, 11, 12, 35)] == [11, 0, 11, 11 - 11]


def test_a_change_of_key_speaks_for_a_section_where_the_notes_hardly_do() -> None:
    piece = music((10, 4, 60), (10, 4, 61), (10, 4, 60))
    keys = [KEY] * 10 + [(1, "major")] * 10 + [KEY] * 10
    assert sections(piece, [METRE] * 30, keys) == [0, 10, 20]


def test_phrases_end_where_the_tune_breathes_and_have_two_to_eight_bars() -> None:
    piece = music((16, 4, 60))
    gone = {48 * at + step for at in (4, 9) for step in (12, 24, 36)}
    tune = [note for note in piece.parts["melody"] if note.step not in gone]
    breathing = replace(piece, parts={"melody": tune})
    told = formed(breathing, [METRE] * 16, [KEY] * 16).bars
    starts = [at for at in range(16) if at == 0 or told[at - 1].phrase_left == 0]
    assert {5, 10} <= set(starts)
    for at in starts:
        assert told[at].phrase_bars in PHRASE_BARS
        assert [told[at + i].phrase_left for i in range(told[at].phrase_bars)][-1] == 0
    even = phrases(piece.notes("melody"), piece.bars, 0, 16)
    assert even == [0, 4, 8, 12], "four bars where nothing speaks"


def test_songs_of_a_set_are_one_work() -> None:
    one, other = ({"composer": "Beach", "work": f"Songs,_Op.44/{title}"} for title in ("1_A", "2_B"))
    assert work_of(one) == work_of(other)
    alone = [{"composer": "Beach", "work": f"_/{title}"} for title in ("A", "B")]
    assert work_of(alone[0]) != work_of(alone[1])


def sequenced(first_beat: int, *, offset_ticks: int = 0) -> bytes:
    """Sixteen bars of bass and drums whose bars begin on a beat, as a MIDI file."""
    midi = mido.MidiFile(ticks_per_beat=96)
    track = mido.MidiTrack()
    midi.tracks.append(track)
    events = []
    for beat in range(64):
        tick = 96 * beat + (offset_ticks if beat % 2 else 0)
        strong = (beat - first_beat) % 4 == 0
        events.append((tick, 1, 36 if strong else 43, 100 if strong else 60))
        events.append((tick, 2, 72 + beat % 5, 80))
        if strong:
            events.append((tick, 9, 49, 110))
    messages = [(t, 1, c, p, v) for t, c, p, v in events] + [(t + 40, 0, c, p, 0) for t, c, p, _ in events]
    now = 0
    for tick, _, channel, pitch, velocity in sorted(messages):
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    out = io.BytesIO()
    midi.save(file=out)
    return out.getvalue()


@pytest.mark.parametrize("first_beat", [0, 1, 3])
def test_bars_of_game_music_begin_on_the_stressed_beat(first_beat: int) -> None:
    piece = game.read_piece(sequenced(first_beat), Named(0, "game", "train"))
    assert piece is not None
    assert piece.source == "game"
    lows = [note.step for note in piece.music.parts["bass"] if note.pitch == 36]
    starts = {bar.step for bar in piece.music.bars}
    assert len(lows) >= 14
    assert set(lows) <= starts
    assert piece.music.bars[0].step == 12 * first_beat
    assert all(np.diff([bar.step for bar in piece.music.bars]) == 48)


def test_game_music_beside_the_grid_is_left_out() -> None:
    assert game.read_piece(sequenced(0, offset_ticks=20), Named(0, "game", "train")) is None
