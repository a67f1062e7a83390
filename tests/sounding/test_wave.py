from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bridge.sounding.wave import Stamp, WaveFile, time_reference
from bridge.timebase import timecode_to_frames
from bridge.writing.marks import Origin
from tests.sounding.make import read_wave

NTSC_24, NTSC_30, NTSC_60 = Fraction(24_000, 1001), Fraction(30_000, 1001), Fraction(60_000, 1001)


# Seconds by hand: a label's frames over the true rate. Drop frame loses 108 labels an hour at 29.97.
@pytest.mark.parametrize(
    ("timecode", "rate", "samples"),
    [
        ("01:00:00:00", Fraction(24), 3600 * 48_000),
        ("01:00:00:00", Fraction(25), 3600 * 48_000),
        ("01:00:00:00", NTSC_24, 3600 * 48_048),
        ("01:00:00:00", NTSC_30, 3600 * 48_048),
        ("01:00:00;00", NTSC_30, round((3600 * 30 - 108) * 48_000 * 1001 / 30_000)),
        ("00:01:00;02", NTSC_30, round(1800 * 1601.6)),
        ("00:10:00;00", NTSC_30, round((18_000 - 18) * 1601.6)),
        ("10:00:00;00", NTSC_60, round((36_000 * 60 - 2160) * 800.8)),
        ("00:00:00:00", Fraction(30), 0),
        ("23:59:59:24", Fraction(25), 24 * 3600 * 48_000 - 1920),
        ("24:00:00:00", Fraction(25), 0),
        ("25:00:00;00", NTSC_30, round((3600 * 30 - 108) * 1601.6)),
    ],
)
def test_samples_since_midnight_count_frames_not_labels(timecode: str, rate: Fraction, samples: int) -> None:
    origin = Origin(timecode_to_frames(timecode, rate), rate, ";" in timecode)
    assert time_reference(origin) == samples


@pytest.mark.parametrize("drop", [False, True])
def test_an_hour_of_drop_frame_is_an_hour_but_for_3_6_milliseconds(drop: bool) -> None:
    label = "01:00:00;00" if drop else "01:00:00:00"
    found_s = time_reference(Origin(timecode_to_frames(label, NTSC_30), NTSC_30, drop)) / 48_000
    assert found_s == pytest.approx(3599.9964 if drop else 3603.6, abs=1e-4)


def write(path: Path, values: np.ndarray, stamp: Stamp) -> Path:
    with WaveFile(path, len(values), stamp) as file:
        file.write(values[:7])
        file.write(values[7:])
    return path


def test_ffmpeg_reads_the_samples_and_the_stamp(tmp_path: Path) -> None:
    values = np.array([[0, -1], [1, 8_388_607], [-8_388_608, 5]] * 11, np.int32)
    reference = (1 << 32) + 12_345  # past 24 hours at 48 kHz, so that both halves are seen
    path = write(tmp_path / "a.wav", values, Stamp("cut: Stück", "A=PCM", reference, -23.0, -3.25))
    assert read_wave(path).tolist() == values.tolist()
    with av.open(str(path)) as container:
        told = container.metadata
    assert told["time_reference"] == str(reference)
    assert (told["encoded_by"], told["comment"]) == ("Cuebridge", "cut: St?ck")
    assert told["coding_history"].startswith("A=PCM")


def test_the_stamp_has_the_measurements_where_tech_3285_puts_them(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.zeros((9, 2), np.int32), Stamp("x", "", 0, -23.04, -3.25))
    data = path.read_bytes()
    start = data.index(b"bext") + 8
    # description 256, originator 32, reference 32, date 10, time 8, time reference 8, version 2, UMID 64
    lufs, _, dbtp, *_ = struct.unpack_from("<5h", data, start + 256 + 32 + 32 + 10 + 8 + 8 + 2 + 64)
    assert (lufs, dbtp) == (-2304, -325)


def test_a_file_that_gets_another_length_is_a_fault(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="3 frames were written of 4"),
        WaveFile(tmp_path / "a.wav", 4, Stamp("", "", 0)) as file,
    ):
        file.write(np.zeros((3, 2), np.int32))
