from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import TimecodeError, TimelineError
from bridge.timebase import (
    can_drop,
    cue_bounds,
    frames_to_s,
    frames_to_timecode,
    mark_frame,
    nominal_rate,
    parse_rate,
    s_to_frames,
    timecode_to_frames,
)

NTSC_24, NTSC_30, NTSC_60 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
RATES = [
    NTSC_24,
    Fraction(24),
    Fraction(25),
    NTSC_30,
    Fraction(30),
    Fraction(48),
    Fraction(50),
    NTSC_60,
    Fraction(60),
    Fraction(120000, 1001),
    Fraction(120),
]


@pytest.mark.parametrize(
    ("label", "rate"),
    [
        ("23.976", NTSC_24),
        ("23.98", NTSC_24),
        (23.976023976, NTSC_24),
        (23.976024627685547, NTSC_24),
        ("29.97", NTSC_30),
        (29.97002997, NTSC_30),
        ("29.97 DF", NTSC_30),
        (59.94, NTSC_60),
        (59.9401, NTSC_60),
        ("24000/1001", NTSC_24),
        ("25 fps", Fraction(25)),
        ("25p", Fraction(25)),
        (24, Fraction(24)),
        (30.0, Fraction(30)),
        (12.5, Fraction(25, 2)),
        (18, Fraction(18)),
    ],
)
def test_loose_labels_are_exact_rates(label: str | float, rate: Fraction) -> None:
    assert parse_rate(label) == rate


@pytest.mark.parametrize("label", ["", "fast", "0", "-25", "1001", "inf", "nan", "1/0", "50i", "25,0"])
def test_nonsense_is_no_rate(label: str) -> None:
    with pytest.raises(TimecodeError):
        parse_rate(label)


@given(st.sampled_from(RATES), st.integers(0, 30 * 3600 * 120))
def test_timecode_round_trip(rate: Fraction, frames: int) -> None:
    assert timecode_to_frames(frames_to_timecode(frames, rate), rate) == frames


@given(st.sampled_from([NTSC_30, NTSC_60]), st.integers(-(10**6), 24 * 3600 * 60))
def test_drop_frame_round_trip(rate: Fraction, frames: int) -> None:
    label = frames_to_timecode(frames, rate, drop=True)
    assert ";" in label
    assert timecode_to_frames(label, rate) == frames


@given(st.integers(0, 24 * 3600 * 30))
@example(2_587_610)  # 23:59:00;02, among the farthest off
def test_drop_frame_labels_follow_the_clock(frames: int) -> None:
    label = frames_to_timecode(frames, NTSC_30, drop=True)
    hours, minutes, seconds, frame = (int(part) for part in label.replace(";", ":").split(":"))
    shown_s = hours * 3600 + minutes * 60 + seconds + frame / 30
    # Two labels at the most, and 86 ms a day; non-drop would be 86 s off after a day.
    assert abs(shown_s - float(frames / NTSC_30)) < 0.16


@pytest.mark.parametrize(
    ("frames", "rate", "drop", "label"),
    [
        (86400, Fraction(24), False, "01:00:00:00"),
        (107892, NTSC_30, True, "01:00:00;00"),
        (107892, NTSC_30, False, "00:59:56:12"),
        (1800, NTSC_30, True, "00:01:00;02"),
        (1799, NTSC_30, True, "00:00:59;29"),
        (17982, NTSC_30, True, "00:10:00;00"),
        (3600, NTSC_60, True, "00:01:00;04"),
        (-25, Fraction(25), False, "-00:00:01:00"),
        (100, Fraction(25), True, "00:00:04:00"),
        (119, Fraction(120), False, "00:00:00:119"),
    ],
)
def test_known_timecodes(frames: int, rate: Fraction, drop: bool, label: str) -> None:
    assert frames_to_timecode(frames, rate, drop) == label
    assert timecode_to_frames(label, rate) == frames


@pytest.mark.parametrize(
    ("label", "rate"),
    [
        ("00:01:00;00", NTSC_30),
        ("00:01:00;01", NTSC_30),
        ("00:01:00;03", NTSC_60),
        ("00:00:00;00", Fraction(25)),
        ("00:00:00:25", Fraction(25)),
        ("00:60:00:00", Fraction(25)),
        ("00:00:60:00", Fraction(25)),
        ("1:2:3", Fraction(25)),
        ("yesterday", Fraction(25)),
    ],
)
def test_timecodes_that_do_not_exist(label: str, rate: Fraction) -> None:
    with pytest.raises(TimecodeError):
        timecode_to_frames(label, rate)


@given(st.sampled_from(RATES), st.integers(0, 10**7))
def test_seconds_are_exact(rate: Fraction, frames: int) -> None:
    assert s_to_frames(frames_to_s(frames, rate), rate) == frames


def test_names_of_rates() -> None:
    assert nominal_rate(NTSC_24) == 24
    assert can_drop(NTSC_30) and can_drop(NTSC_60)
    assert not can_drop(NTSC_24) and not can_drop(Fraction(30))


def test_marks_are_timecodes_or_frames() -> None:
    assert mark_frame("", "In", Fraction(24), 86400, False) is None
    assert mark_frame("48", "In", Fraction(24), 86400, False) == 48
    assert mark_frame("01:00:02:00", "In", Fraction(24), 86400, False) == 48
    # On a drop-frame timeline every label is one, however it is typed.
    assert mark_frame("01:01:00:02", "In", NTSC_30, 107892, True) == 1800


@pytest.mark.parametrize("text", ["bogus", "01:00:02", "-5", "01:00:01:24", "01:00:01;10"])
def test_a_mark_that_is_none_names_its_option_and_what_is_wanted(text: str) -> None:
    with pytest.raises(TimecodeError) as caught:
        mark_frame(text, "Out", Fraction(24), 86400, False)
    assert "--out" in caught.value.where and text in caught.value.what
    assert "such as 01:00:00:00, or a number of frames" in caught.value.remedy


def test_cue_lies_between_its_marks() -> None:
    assert cue_bounds("", "", Fraction(24), 86400, False, 240) == (0, 240)
    assert cue_bounds("01:00:01:00", "01:00:05:00", Fraction(24), 86400, False, 240) == (24, 120)
    assert cue_bounds("", "999", Fraction(24), 86400, False, 240) == (0, 240)
    for mark_in, mark_out in (("00:00:01:00", ""), ("240", ""), ("50", "50"), ("50", "20")):
        with pytest.raises(TimelineError, match="01:00:00:00 to 01:00:10:00"):
            cue_bounds(mark_in, mark_out, Fraction(24), 86400, False, 240)


def test_an_out_past_the_end_is_said() -> None:
    for mark_out, count in (("", 0), ("240", 0), ("01:00:10:00", 0), ("241", 1), ("02:00:00:00", 1)):
        warnings: list[str] = []
        assert cue_bounds("", mark_out, Fraction(24), 86400, False, 240, warnings) == (0, 240)
        assert len(warnings) == count
        assert all(mark_out in each and "ends there, at 01:00:10:00" in each for each in warnings)


def test_an_out_before_the_start_is_said() -> None:
    with pytest.raises(
        TimelineError, match="Out mark 00:00:05:00 lies before the timeline's start"
    ) as caught:
        cue_bounds("", "00:00:05:00", Fraction(24), 86400, False, 240)
    assert "01:00:00:00 to 01:00:10:00" in caught.value.remedy
