"""Whole renderings, with a soundfont whose onsets are known to the sample."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import mido
import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.config import AudioSettings
from bridge.errors import Cancelled, InputError, OutputError
from bridge.progress import Progress
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.sounding import Rendered, Studio, render
from bridge.writing.midi import midi_bytes
from tests.playing.make import make_score
from tests.sounding.make import PLUCK, TONE, measured_by_ffmpeg, read_wave
from tests.writing.make import make_cues, make_form

LOUD = AudioSettings(loudness_lufs=-20.0, ring_out_s=1.5)
FULL = float(1 << 23)
Render = Callable[..., Rendered]


@pytest.fixture
def rendered(studio: Studio, tmp_path: Path) -> Render:
    def run(midi: Path, settings: AudioSettings = LOUD, folder: Path = tmp_path) -> Rendered:
        return render(midi, folder, midi.stem, studio, settings, Progress())

    return run


def plucks(tmp_path: Path, controllers: tuple[Controller, ...] = (), program: int = PLUCK) -> Path:
    """The tests' own cue, whose hits the form puts on quarters, with a pluck on every quarter."""
    cues = make_cues(start=48)
    form = make_form(cues)
    notes = tuple(PlayedNote(tick, 700, 76, 100) for tick in range(0, form.end_tick - 1920, 960))
    path = tmp_path / "plucks.mid"
    dry = (Controller(0, 91, 0), Controller(0, 10, 64))
    track = Track("pluck", PartRole.MELODY, 0, program, notes, (*dry, *controllers))
    path.write_bytes(midi_bytes(Performance((track,)), form, cues, "n"))
    return path


def test_mix_and_stems_lie_beside_each_other_and_nothing_else(rendered: Render, tmp_path: Path) -> None:
    midi, cues, *_ = make_score(tmp_path, parts=3)
    made = rendered(midi)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.mid", "cut.stems", "cut.wav"]
    assert made.mix == tmp_path / "cut.wav"
    assert {path.name for path in (tmp_path / "cut.stems").iterdir()} == {
        f"Stimme {n} é.wav" for n in (1, 2, 3)
    }
    frames = round((cues.cue_length_s + Fraction(3, 2)) * 48_000)
    files = [made.mix, *made.stems.values()]
    assert [len(read_wave(path)) for path in files] == [frames] * 4
    assert made.length_s == frames / 48_000


def test_stems_sum_to_the_mix_sample_for_sample(rendered: Render, tmp_path: Path) -> None:
    made = rendered(make_score(tmp_path, parts=3)[0])
    stems = sum(read_wave(path) for path in made.stems.values())
    mix = read_wave(made.mix)
    assert np.abs(mix).max() > 1 << 18
    assert np.array_equal(stems, mix)


@pytest.mark.parametrize("target_lufs", [-30.0, -23.0])
def test_ffmpeg_finds_the_loudness_asked_for_and_the_peak_told(
    rendered: Render, tmp_path: Path, target_lufs: float
) -> None:
    made = rendered(make_score(tmp_path, parts=3)[0], AudioSettings(target_lufs))
    lufs, dbtp = measured_by_ffmpeg(read_wave(made.mix) / FULL)
    assert lufs == pytest.approx(target_lufs, abs=0.1)
    assert made.loudness_lufs == pytest.approx(lufs, abs=0.1)
    assert made.true_peak_dbtp == pytest.approx(dbtp, abs=0.3)
    assert not made.held_back


def test_peaks_stay_below_one_decibel_however_loud_it_is_asked_to_be(
    rendered: Render, tmp_path: Path
) -> None:
    made = rendered(plucks(tmp_path), AudioSettings(loudness_lufs=-5.0))
    _, dbtp = measured_by_ffmpeg(read_wave(made.mix) / FULL)
    assert -2.0 < dbtp <= -1.0
    assert made.held_back
    assert made.loudness_lufs < -5.0


def test_a_part_that_stands_out_is_turned_down_and_the_loudness_is_reached(
    rendered: Render, tmp_path: Path
) -> None:
    cues = make_cues()
    form = make_form(cues)
    soft = (Controller(0, 11, 36), Controller(0, 91, 0))
    bed = Track("bed", PartRole.PAD, 0, TONE, (PlayedNote(0, form.end_tick, 69, 127),), soft)
    stab = Track(
        "stab", PartRole.EFFECT, 1, PLUCK, (PlayedNote(9600, 480, 76, 127),), (Controller(0, 91, 0),)
    )
    path = tmp_path / "stab.mid"
    path.write_bytes(midi_bytes(Performance((bed, stab)), form, cues, "n"))
    made = rendered(path, AudioSettings())
    assert set(made.trims_db) == {"stab"}
    assert made.trims_db["stab"] < -1
    assert not made.held_back
    mix, parts = read_wave(made.mix), {name: read_wave(each) for name, each in made.stems.items()}
    lufs, _ = measured_by_ffmpeg(mix / FULL)
    assert lufs == pytest.approx(-23.0, abs=0.1)
    assert np.array_equal(parts["bed"] + parts["stab"], mix)
    peak_db = 20 * np.log10(np.abs(parts["stab"]).max() / FULL)
    assert peak_db < -23.0 + 21


def test_the_timecode_of_the_cues_first_frame_is_stamped(rendered: Render, tmp_path: Path) -> None:
    midi, cues, *_ = make_score(tmp_path)
    made = rendered(midi)
    frame = cues.start_timecode_frames + cues.cue_start_frame
    for path in (made.mix, *made.stems.values()):
        with av.open(str(path)) as container:
            assert container.metadata["time_reference"] == str(round(frame / cues.rate * 48_000))


def onsets(wave: NDArray[np.int32], near_s: list[float]) -> list[float]:
    """Where the spectral flux of windows of 2.7 ms first reaches a fifth of its height within ±60 ms."""
    window, hop = 128, 16
    mono = wave.sum(axis=1) / FULL
    found = []
    for expected_s in near_s:
        first = max(0, round((expected_s - 0.06) * 48_000))
        part = mono[first : first + round(0.12 * 48_000)]
        starts = np.arange(0, len(part) - window, hop)
        frames = np.stack([part[start : start + window] for start in starts]) * np.hanning(window)
        flux = np.maximum(np.diff(np.abs(np.fft.rfft(frames, axis=1)), axis=0), 0).sum(axis=1)
        rising = int(np.argmax(flux > 0.2 * flux.max())) + 1
        found.append((first + starts[rising] + window / 2) / 48_000)
    return found


def test_the_audio_has_an_onset_at_every_hit(rendered: Render, tmp_path: Path) -> None:
    midi = plucks(tmp_path)
    cues = make_cues(start=48)
    form = make_form(cues)
    hits_s = [float(form.tempo_map.s_at_tick(hit.tick)) for hit in form.hits if hit.met]
    assert len(hits_s) >= 2
    found = onsets(read_wave(rendered(midi).mix), hits_s)
    assert [abs(a - b) for a, b in zip(found, hits_s)] == pytest.approx([0] * len(found), abs=0.002)


def test_the_first_note_begins_with_the_first_sample(rendered: Render, tmp_path: Path) -> None:
    wave = read_wave(rendered(plucks(tmp_path)).mix)
    loudest = np.abs(wave[:4800]).max()
    assert np.abs(wave[:96]).max() > 0.3 * loudest


def test_it_ends_in_silence_without_a_step(rendered: Render, tmp_path: Path) -> None:
    held = tmp_path / "held.mid"
    cues = make_cues()
    form = make_form(cues)
    note = PlayedNote(0, form.end_tick + 960 * 30, 69, 100)  # sounds on past every end
    held.write_bytes(midi_bytes(Performance((Track("t", PartRole.PAD, 0, TONE, (note,)),)), form, cues, "n"))
    for ring_out_s in (0.0, 0.5, 5.0):
        made = rendered(held, AudioSettings(ring_out_s=ring_out_s), tmp_path)
        wave = read_wave(made.mix)
        shutil.rmtree(tmp_path / "held.stems")
        made.mix.unlink()
        assert len(wave) == round((float(cues.cue_length_s) + ring_out_s) * 48_000)
        loudest = np.abs(wave).max()
        assert np.abs(wave[-2000:-960]).max() > 0
        assert np.abs(wave[-24:]).max() < 0.002 * loudest
        # A wave of 440 Hz turns by at most 6 % of its height from one sample to the next.
        assert np.abs(np.diff(wave, axis=0)).max() < 0.08 * loudest


def test_expression_is_baked_into_the_stems(rendered: Render, tmp_path: Path) -> None:
    cues = make_cues()
    form = make_form(cues)
    note = PlayedNote(0, form.end_tick, 69, 100)
    fade = (Controller(0, 11, 110), Controller(form.end_tick // 2, 11, 30))
    path = tmp_path / "fade.mid"
    track = Track("t", PartRole.PAD, 0, TONE, (note,), fade)
    path.write_bytes(midi_bytes(Performance((track,)), form, cues, "n"))
    wave = read_wave(rendered(path).stems["t"]).astype(float)
    turn = round(float(form.tempo_map.s_at_tick(form.end_tick // 2)) * 48_000)
    before = np.sqrt((wave[turn - 48_000 : turn - 4800] ** 2).mean())
    after = np.sqrt((wave[turn + 24_000 : turn + 60_000] ** 2).mean())
    # SoundFont 2.04 turns CC 11 into 40·log10(value/127) dB: 22.6 dB between the two.
    assert 20 * np.log10(before / after) == pytest.approx(22.6, abs=3.0)


def test_the_same_score_gives_the_same_bytes(rendered: Render, tmp_path: Path) -> None:
    midi = make_score(tmp_path)[0]
    (tmp_path / "again").mkdir()
    first, second = rendered(midi), rendered(midi, LOUD, tmp_path / "again")
    assert first.mix.read_bytes() == second.mix.read_bytes()
    for name, path in first.stems.items():
        assert path.read_bytes() == second.stems[name].read_bytes()


def test_progress_is_told_and_a_stop_leaves_nothing(studio: Studio, tmp_path: Path) -> None:
    midi = make_score(tmp_path, parts=3)[0]
    steps: list[tuple[str, int, int, str]] = []
    progress = Progress(lambda step: steps.append((step.stage, step.done, step.total, step.note)))
    render(midi, tmp_path, "whole", studio, LOUD, progress)
    assert {stage for stage, *_ in steps} == {"rendering"}
    done = [at for _, at, _, _ in steps]
    assert done == sorted(done)
    assert max(done) < steps[0][2]
    for last in (1, len(steps) // 2, len(steps)):
        stopping = Progress(lambda step: None)
        left = [last]

        def count(step: object, stopping: Progress = stopping, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] <= 0:
                stopping.cancel()

        stopping._listener = count
        with pytest.raises(Cancelled):
            render(midi, tmp_path, "stopped", studio, LOUD, stopping)
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {"cut.mid", "whole.wav", "whole.stems"}


def test_nothing_is_overwritten(rendered: Render, tmp_path: Path) -> None:
    midi = make_score(tmp_path)[0]
    (tmp_path / "cut.wav").write_bytes(b"mine")
    with pytest.raises(OutputError, match="it is there already"):
        rendered(midi)
    assert (tmp_path / "cut.wav").read_bytes() == b"mine"


def test_a_file_without_a_note_and_one_that_is_no_midi_are_said(rendered: Render, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mid"
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(empty)
    with pytest.raises(InputError, match="no note to play"):
        rendered(empty)
    empty.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="not a MIDI file"):
        rendered(empty)


def test_too_little_room_is_said_before_the_work(
    rendered: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    midi = make_score(tmp_path)[0]
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OutputError, match="GiB are free"):
        rendered(midi)
    assert [path.name for path in tmp_path.iterdir()] == ["cut.mid"]


def test_a_soundfont_that_is_broken_inside_is_said(studio: Studio, tmp_path: Path) -> None:
    midi = make_score(tmp_path)[0]
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(studio.soundfont.read_bytes()[:40])
    with pytest.raises(InputError, match="cannot read this soundfont"):
        render(midi, tmp_path, "cut", Studio(studio.synthesizer, broken), LOUD, Progress())


@pytest.mark.parametrize("folder", ["é ü", "with spaces", "日本"])
def test_paths_may_hold_any_letters(studio: Studio, tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    font = Path(shutil.copy(studio.soundfont, place / "klänge.sf2"))
    midi = make_score(place)[0]
    made = render(midi, place, "schön 日", Studio(studio.synthesizer, font), LOUD, Progress())
    assert made.mix.name == "schön 日.wav"
    assert len(read_wave(made.mix)) > 48_000
