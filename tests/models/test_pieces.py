"""From notes to packed windows, on pieces made here."""

import io
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import GROUPS, WIDTH
from bridge.vocabulary.kit import NINE
from bridge.vocabulary.music import MeasuredBar, Music, Played
from models.corpus.drums import read_strokes
from models.corpus.duplicates import pairs, runs
from models.corpus.packing import pack
from models.corpus.pieces import Piece, bass_of, one_line, tell
from models.corpus.scores import clock, cut_up, first_track, lay, thinned
from models.windows import OPENING, Drawer, Pieces, untextured


def piece(bars: int = 6) -> Piece:
    """A scale over two chords a bar, which goes up a step of key half-way."""
    notes = [Played(12 * at, 12, 62 + at % 7, 60 + at) for at in range(4 * bars)]
    low = [Played(48 * at, 48, 38, 70) for at in range(bars)]
    half = bars // 2
    keys = ((0, "major"),) * half + ((2, "major"),) * (bars - half)
    chords = tuple((24 * at, Chord((2 * at) % 12, "maj")) for at in range(2 * bars))
    music = Music(
        tuple(MeasuredBar(48 * at, 48 * at + 48, 100.0, "major") for at in range(bars)),
        chords,
        {"melody": notes, "accompaniment": low, "bass": low},
    )
    return Piece(4, "quartet", "train", ((4, 4),) * bars, keys, music)


def test_a_piece_is_told_in_its_keys() -> None:
    told = tell(piece(), "melody")
    names = [[tokens.name_of(token) for token in (*bar.prompt, *bar.body)] for bar in told.bars]
    assert "PITCH_62" in names[0]
    assert [any(name.startswith("KEY") for name in bar) for bar in names] == [
        False,
        False,
        False,
        True,
        False,
        False,
    ]
    # D major comes down to C: the D of bar 3 (step 12 of the scale, pitch 67) is told two lower.
    assert piece().music.parts["melody"][12].pitch == 67
    assert names[3][names[3].index("SEP") + 2] == "PITCH_65"
    assert names[0][2] == "TEXTURE_chorale"


def test_the_accompaniment_hears_the_tune_and_the_chords_hear_nobody() -> None:
    body = [tokens.name_of(token) for token in tell(piece(), "accompaniment").bars[0].prompt]
    assert body.count("SEP") == 2
    assert body.count("PITCH_62") == 1
    chords = tell(piece(), "chords").bars[0]
    assert [tokens.name_of(token) for token in chords.prompt] == ["BAR", "METRE_4/4"]
    assert len(chords.body) == 4


def test_a_line_has_one_note_at_a_time() -> None:
    notes = [Played(0, 48, 60, 80), Played(0, 12, 64, 80), Played(24, 48, 55, 80)]
    assert one_line(notes) == [Played(0, 12, 64, 80), Played(24, 48, 55, 80)]
    assert one_line(notes, lowest=True) == [Played(0, 24, 60, 80), Played(24, 48, 55, 80)]
    assert one_line([]) == []


def test_the_bass_is_what_nothing_sounds_under() -> None:
    notes = sorted(
        [Played(0, 24, 36, 80), Played(0, 24, 43, 80), Played(12, 12, 48, 80), Played(24, 24, 41, 80)]
    )
    assert [note.pitch for note in bass_of(notes)] == [36, 41]


def test_packed_pieces_come_back_in_windows_with_their_conditions(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **pack([tell(piece(), "melody"), tell(piece(9), "melody")]))
    pieces = Pieces(tmp_path / "x.npz")
    assert [row[3] for row in pieces.meta] == [6, 9]
    window, end = pieces.window(1, 2, 60)
    assert end > 2
    assert [tokens.name_of(token) for token in window.ids[:4]] == [
        "BOS",
        "SOURCE_quartet",
        "KEY_MAJOR",
        "BAR",
    ]
    assert not window.written[: OPENING + 1].any()
    assert window.conditions.shape == (len(window.ids), WIDTH)
    # The BAR that ends the window is the next bar's, and stands beside the next bar's conditions.
    assert window.ids[-1] == tokens.BAR
    following = pieces.conditions[pieces.segment_bars[1] + end]
    assert np.array_equal(window.conditions[-1], following)
    whole, end = pieces.window(0, 0, 500)
    assert end == 6
    assert whole.ids[-1] == tokens.EOS


def test_every_bar_is_judged_once(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **pack([tell(piece(12), "melody")]))
    pieces = Pieces(tmp_path / "x.npz")
    total = int(pieces.written.sum())
    for overlap in (0, 2):
        judged = sum(
            int(window.written[fresh:].sum()) for _, window, fresh in pieces.consecutive(80, overlap)
        )
        # The BAR between two windows ends the first of them; the piece's EOS is one more.
        assert judged == total + 1


def test_controls_are_left_open_all_together_or_in_any_number(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **pack([tell(piece(12), "melody")]))
    pack_of = [(Pieces(tmp_path / "x.npz"), 1.0)]
    nothing = Drawer(pack_of, 200, 1, open_all=1.0).draw()
    assert not nothing.conditions.any()
    assert tokens.texture_id("chorale") not in nothing.ids
    drawer = Drawer(pack_of, 200, 1, open_all=0.0)
    windows = [drawer.draw() for _ in range(60)]
    told = [
        sum(bool(window.conditions[:, columns].any()) for columns in GROUPS.values()) for window in windows
    ]
    assert max(told) - min(told) >= 6
    assert sum(few <= 3 for few in told) >= 6, "a control must be met alone, or nearly"
    known = [window.conditions[OPENING:-1, GROUPS["register"]] for window in windows]
    assert {bool(columns[:, 1].all()) for columns in known} == {True, False}
    ids, written, beside = Drawer(pack_of, 200, 2, open_all=0.5).batch(3)
    assert ids.shape == written.shape == beside.shape[:2]


def test_joined_windows_turn_at_a_bar_and_are_told_so(tmp_path: Path) -> None:
    told = [replace(tell(piece(12), "melody"), piece=number) for number in range(2)]
    np.savez(tmp_path / "x.npz", **pack(told))
    pieces = Pieces(tmp_path / "x.npz")
    # What the second piece is told cannot be mistaken for the first's.
    second = slice(int(pieces.segment_bars[1]), None)
    pieces.conditions[second, GROUPS["density"]] += 9
    plain = {piece: pieces.window(piece, 0, 500)[0] for piece in range(2)}
    drawer = Drawer([(pieces, 1.0)], 300, 3, open_all=1.0, joined=1.0)
    turned = 0
    for _ in range(40):
        window = drawer.draw()
        assert len(window.ids) <= 300
        assert window.conditions.any(), "a joined window is never told nothing"
        starts = np.flatnonzero(window.ids == tokens.BAR)
        density = window.conditions[:, GROUPS["density"].start]
        of_second = density >= 9
        if not of_second.any() or of_second[OPENING:-1].all():
            continue
        turned += 1
        turn = int(np.flatnonzero(np.diff(of_second[OPENING:].astype(int)))[0]) + OPENING + 1
        assert turn in starts
        assert window.written[turn], "the BAR ends the bar before it"
        bar = untextured(window.ids[turn : turn + 6]).tolist()
        other = untextured(plain[int(of_second[turn])].ids).tolist()
        assert any(other[at : at + 6] == bar for at in range(len(other)))
    assert turned >= 5


@pytest.mark.parametrize(
    ("steps", "metres"),
    [(48, [(4, 4)]), (108, [(5, 4), (4, 4)]), (15, []), (6, []), (33, [(2, 4), (3, 16)])],
)
def test_odd_bars_are_cut_into_known_ones(steps: int, metres: list[tuple[int, int]]) -> None:
    found = cut_up(steps)
    assert sum(tokens.bar_steps(metre) for metre in found) in (steps, 0)
    assert len(found) == len(metres)


def test_bars_are_laid_as_printed_and_a_pickup_joins_the_next() -> None:
    onsets = np.array([0, 240, 2160, 4080])  # an eighth, then 4/4
    edges, metres = lay(onsets, 6000, [(0, (4, 4))])
    assert edges[0] == 0
    assert edges[1] == 54
    assert metres[0] == (9, 8)
    assert metres[1:] == [(4, 4), (4, 4)]


def test_a_clock_starts_at_nothing() -> None:
    assert clock(mido.MidiFile()) == ([(0, 100.0)], [(0, (4, 4))])


def test_an_orchestra_is_thinned_from_the_inside() -> None:
    together = [Played(0, 12, pitch, 80) for pitch in range(40, 60, 2)] + [Played(0, 24, 40, 80)]
    kept = thinned(together)
    assert [note.pitch for note in kept] == [40, 42, 44, 54, 56, 58]
    assert kept[0].steps == 24


def test_takes_of_drums_come_down_to_nine(tmp_path: Path) -> None:
    track = mido.MidiTrack()
    # A ghost note of the snare between two backbeats goes.
    for pitch, gap, velocity in ((36, 0, 90), (22, 0, 90), (44, 118, 20), (38, 2, 30), (40, 120, 90)):
        track.append(mido.Message("note_on", channel=9, note=pitch, velocity=velocity, time=gap))
        track.append(mido.Message("note_off", channel=9, note=pitch, time=0))
    midi = mido.MidiFile(ticks_per_beat=480)
    midi.tracks.append(track)
    midi.save(tmp_path / "x.mid")
    strokes = read_strokes((tmp_path / "x.mid").read_bytes())
    assert [(note.step, note.pitch) for note in strokes] == [(0, 36), (0, 42), (3, 42), (6, 38)]
    assert {note.pitch for note in strokes} <= set(NINE)


@pytest.mark.parametrize("gap, grid", [(120, 3), (160, 4)])
def test_a_take_lies_on_sixteenths_or_on_triplets(gap: int, grid: int, tmp_path: Path) -> None:
    touch, now = (0, 17, -12, 9, -20, 14, 5, -8), 0
    track = mido.MidiTrack()
    for index in range(16):
        tick = index * gap + touch[index % 8]
        track.append(mido.Message("note_on", channel=9, note=42, velocity=90, time=max(0, tick - now)))
        track.append(mido.Message("note_off", channel=9, note=42, time=0))
        now = max(tick, now)
    midi = mido.MidiFile(ticks_per_beat=480)
    midi.tracks.append(track)
    midi.save(tmp_path / "x.mid")
    strokes = read_strokes((tmp_path / "x.mid").read_bytes())
    assert [note.step for note in strokes] == [grid * index for index in range(16)]


def test_a_tune_is_known_again_in_another_key_and_place() -> None:
    choose = np.random.default_rng(1)
    line = [Played(6 * at, 6, int(60 + choose.integers(-5, 6)), 80) for at in range(80)]
    moved = [note._replace(step=note.step + 96, pitch=note.pitch + 5) for note in line]
    other = [Played(6 * at, 6, int(60 + choose.integers(-5, 6)), 80) for at in range(80)]
    found = pairs({"a": runs(line), "b": runs(moved[:60]), "c": runs(other)})
    assert [(one, two) for one, two, _ in found] == [("a", "b")]
    assert found[0][2] == pytest.approx(1.0)


def test_the_first_track_of_a_score_stands_alone(tmp_path: Path) -> None:
    midi = mido.MidiFile(type=1, ticks_per_beat=480)
    for tempo in (400_000, 700_000):
        track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo, time=0)])
        track.append(mido.Message("note_on", note=60, velocity=9, time=30))
        midi.tracks.append(track)
    midi.save(tmp_path / "x.mid")
    content = first_track((tmp_path / "x.mid").read_bytes())
    alone = mido.MidiFile(file=io.BytesIO(content))
    assert alone.ticks_per_beat == 480
    assert [[message.type for message in track] for track in alone.tracks] == [
        ["set_tempo", "note_on", "end_of_track"]
    ]
    assert clock(alone)[0][-1] == (0, 150.0)
