"""Frame rates, integer frames, seconds and SMPTE timecode.

Rates are exact `Fraction`s: 23.976 on a label means 24000/1001. Timecode follows SMPTE ST 12-1; drop
frame skips labels 0 and 1 (0 to 3 at 59.94) at the start of every minute but each tenth.
"""

from __future__ import annotations

import re
from fractions import Fraction

from bridge.errors import TimecodeError, TimelineError

_NTSC_BASES = (24, 30, 48, 60, 96, 120)
# Loose decimals seen for NTSC rates (23.976, 23.98, 23.976023976, 29.97002997 ...) lie within .02 % of
# n*1000/1001; the nearest integer rates are .1 % away, so .03 % tells the two apart.
_NTSC_TOLERANCE = Fraction(3, 10_000)
_TIMECODE = re.compile(r"^(-)?(\d{1,3}):(\d{2}):(\d{2})([:;.,])(\d{2,3})$")
MAX_RATE = Fraction(1000)


def parse_rate(text: str | float | Fraction) -> Fraction:
    """The exact rate behind a label: "23.976", 29.97, "24000/1001", "25 fps", "29.97 DF" → `Fraction`.

    Raises:
        TimecodeError: when it is not a number, not positive, or above 1,000 frames a second.
    """
    if isinstance(text, Fraction):
        value = text
    else:
        label = str(text).strip().lower()
        for suffix in ("fps", "ndf", "df", "p"):
            label = label.removesuffix(suffix).strip()
        try:
            value = Fraction(label)
        except (ValueError, ZeroDivisionError):
            raise TimecodeError(
                f"{text!r} is not a frame rate", remedy="Use a number such as 25, 23.976 or 30000/1001"
            ) from None
    if not 0 < value <= MAX_RATE:
        raise TimecodeError(
            f"a frame rate of {text} makes no sense", remedy="Rates lie above 0 and up to 1000"
        )
    return _nearest_standard(value)


def _nearest_standard(value: Fraction) -> Fraction:
    """NTSC rates and whole rates are snapped to; anything else is kept as it is."""
    nearest_whole = Fraction(round(value))
    if nearest_whole and abs(value / nearest_whole - 1) <= Fraction(1, 100_000):
        return nearest_whole
    for base in _NTSC_BASES:
        exact = Fraction(base * 1000, 1001)
        if abs(value / exact - 1) <= _NTSC_TOLERANCE:
            return exact
    return value.limit_denominator(100_000)


def nominal_rate(rate: Fraction) -> int:
    """Frames counted in one second of timecode: 24 for 24000/1001."""
    return max(1, round(rate))


def can_drop(rate: Fraction) -> bool:
    """Whether drop-frame timecode is defined at this rate (29.97 and 59.94)."""
    return rate in (Fraction(30_000, 1001), Fraction(60_000, 1001))


def frames_to_s(frames: int | Fraction, rate: Fraction) -> Fraction:
    """Exact seconds of a count of frames. Inverse of `s_to_frames`."""
    return Fraction(frames) / rate


def s_to_frames(seconds: Fraction, rate: Fraction) -> Fraction:
    """Exact, possibly fractional, frames in a span of seconds. Inverse of `frames_to_s`."""
    return Fraction(seconds) * rate


def _drop_labels(rate: Fraction) -> int:
    return 2 * nominal_rate(rate) // 30


def frames_to_timecode(frames: int, rate: Fraction, drop: bool = False) -> str:
    """SMPTE timecode of frame number `frames` (0 is 00:00:00:00). Inverse of `timecode_to_frames`.

    Drop frame is shown with `;`. Negative frames get a minus sign.
    """
    sign = "-" if frames < 0 else ""
    count = abs(frames)
    base = nominal_rate(rate)
    if drop and can_drop(rate):
        labels = _drop_labels(rate)
        per_minute = base * 60 - labels
        per_ten = per_minute * 10 + labels
        tens, rest = divmod(count, per_ten)
        extra_minutes = 0 if rest < base * 60 else 1 + (rest - base * 60) // per_minute
        count += labels * (9 * tens + extra_minutes)
    seconds, frame = divmod(count, base)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    mark = ";" if drop and can_drop(rate) else ":"
    width = 3 if base > 100 else 2
    return f"{sign}{hours:02d}:{minute:02d}:{second:02d}{mark}{frame:0{width}d}"


def timecode_to_frames(text: str, rate: Fraction) -> int:
    """Frame number of a SMPTE timecode; `;` or `,` before the frames means drop frame.

    Raises:
        TimecodeError: malformed, a field out of range, a label that drop frame skips, or drop frame
            at a rate that has none.
    """
    match = _TIMECODE.match(text.strip())
    if match is None:
        raise TimecodeError(f"{text!r} is not a timecode", remedy="Write HH:MM:SS:FF, or HH:MM:SS;FF")
    sign, hours, minutes, seconds, mark, frame = match.groups()
    hour, minute, second, ff = int(hours), int(minutes), int(seconds), int(frame)
    base = nominal_rate(rate)
    if minute > 59 or second > 59 or ff >= base:
        raise TimecodeError(f"timecode {text} does not exist at {float(rate):.6g} frames a second")
    count = ((hour * 60 + minute) * 60 + second) * base + ff
    if mark in ";,":
        if not can_drop(rate):
            raise TimecodeError(
                f"timecode {text} is drop frame, which {float(rate):.6g} frames a second does not have",
                remedy="Write it with colons",
            )
        labels = _drop_labels(rate)
        total_minutes = hour * 60 + minute
        if second == 0 and ff < labels and minute % 10:
            raise TimecodeError(f"timecode {text} does not exist: drop frame skips that label")
        count -= labels * (total_minutes - total_minutes // 10)
    return -count if sign else count


def mark_frame(text: str, label: str, rate: Fraction, start_timecode: int, drop: bool) -> int | None:
    """A mark as a timeline frame, None when it is not set.

    Args:
        text: a timecode of the timeline ("01:00:10:00"), or a plain number of frames from its first frame.
        label: "In" or "Out", for messages.
        rate: the timeline's rate.
        start_timecode: frame number of the timeline's first frame.
        drop: the timeline counts drop frame; colons in `text` then mean drop frame too.

    Raises:
        TimecodeError: neither a number nor a timecode at this rate.
    """
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    if drop and can_drop(rate) and len(text) > 3 and text[-3] == ":":
        text = f"{text[:-3]};{text[-2:]}"
    try:
        return timecode_to_frames(text, rate) - start_timecode
    except TimecodeError as error:
        first = frames_to_timecode(start_timecode, rate, drop)
        raise TimecodeError(
            error.what,
            where=f"{label} mark (--{label.lower()})",
            remedy=f"Give a timecode of the timeline, such as {first}, or a number of frames from its start",
        ) from None


def cue_bounds(
    mark_in: str,
    mark_out: str,
    rate: Fraction,
    start_timecode: int,
    drop: bool,
    end_frame: int,
    warnings: list[str] | None = None,
) -> tuple[int, int]:
    """First frame of the cue and the frame after its last, from the marks or the whole picture.

    Out is the first frame after the cue, so that Out − In is its length. An Out past the picture's end
    is brought back to it, which is said in `warnings` when they are given.

    Raises:
        TimecodeError: a mark that is no timecode.
        TimelineError: marks outside the timeline, or an Out not after its In.
    """
    span = f"{_label(0, rate, start_timecode, drop)} to {_label(end_frame, rate, start_timecode, drop)}"
    start = mark_frame(mark_in, "In", rate, start_timecode, drop)
    end = mark_frame(mark_out, "Out", rate, start_timecode, drop)
    start = 0 if start is None else start
    late = end is not None and end > end_frame
    end = end_frame if end is None or late else end
    if not 0 <= start < end_frame:
        raise TimelineError(
            f"In mark {mark_in} lies outside the timeline", remedy=f"The timeline runs from {span}"
        )
    if end < 0:
        raise TimelineError(
            f"Out mark {mark_out} lies before the timeline's start", remedy=f"The timeline runs from {span}"
        )
    if end <= start:
        raise TimelineError(
            f"Out mark {mark_out or 'at the end'} is not after In mark {mark_in or 'at the start'}",
            remedy=f"The timeline runs from {span}",
        )
    if late and warnings is not None:
        last = _label(end_frame, rate, start_timecode, drop)
        warnings.append(
            f"Out mark {mark_out} lies past the end of the picture; the cue ends there, at {last}"
        )
    return start, end


def _label(frame: int, rate: Fraction, start_timecode: int, drop: bool) -> str:
    return frames_to_timecode(frame + start_timecode, rate, drop)
