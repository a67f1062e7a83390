"""A score's summary in words: what `score` prints and what `batch` puts in its table."""

from __future__ import annotations

from collections.abc import Mapping

Summary = Mapping[str, object]
MAX_REMARKS = 12


def sentences(summary: Summary) -> list[str]:
    """A few lines on how a score came out; figures that are missing are left out."""
    bars = _number(summary, "bars")
    parts = [
        _joined(hits(summary), _share(summary, "share_half_frame", "{} within half a frame")),
        _joined(
            "" if bars is None else counted(bars, "bar"),
            tempo(summary),
            _share(summary, "largest_bend", "largest bend {}", digits=1),
            _share(summary, "silence_share", "no music for {} of the time"),
        ),
    ]
    remarks = [text for key in ("warnings", "problems", "remarks") for text in _texts(summary.get(key))]
    left_out = len(remarks) - MAX_REMARKS
    more = [f"... and {counted(left_out, 'more remark')}"] if left_out > 0 else []
    return [*filter(None, parts), *remarks[:MAX_REMARKS], *more]


def hits(summary: Summary) -> str:
    """Such as `41 of 45 hits met`, or nothing. Hits grouped with another do not count."""
    kept, share = _number(summary, "kept"), _number(summary, "share_met")
    if kept is not None and share is not None:
        return f"{round(kept * share)} of {kept:g} hits met"
    total, met = _number(summary, "hits"), _number(summary, "met")
    return "" if met is None or total is None else f"{met:g} of {total:g} hits met"


def tempo(summary: Summary) -> str:
    """Such as `92 bpm`, `84 to 96 bpm` or `60 dotted quarters a minute`, or nothing."""
    value = summary.get("bpm")
    numbers = [
        n for n in (value if isinstance(value, (list, tuple)) else [value]) if isinstance(n, (int, float))
    ]
    if not numbers:
        return ""
    beat = _number(summary, "beat_quarters") or 1.0
    slow, fast = f"{min(numbers) / beat:.0f}", f"{max(numbers) / beat:.0f}"
    unit = "bpm" if beat == 1 else "dotted quarters a minute"
    return f"{slow} {unit}" if slow == fast else f"{slow} to {fast} {unit}"


def length(summary: Summary) -> str:
    """Such as `1:02.5`, or nothing."""
    seconds = _number(summary, "length_s")
    if seconds is None:
        return ""
    minutes, tenths = divmod(round(seconds * 10), 600)  # rounded first: 59.96 s are a minute
    return f"{minutes}:{tenths / 10:04.1f}"


def half_frame(summary: Summary) -> str:
    """Such as `93 %`, or nothing."""
    return _share(summary, "share_half_frame", "{}")


def counted(number: float, noun: str) -> str:
    """Such as `1 bar` or `18 bars`."""
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


def _number(summary: Summary, key: str) -> float | None:
    value = summary.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _share(summary: Summary, key: str, text: str, digits: int = 0) -> str:
    value = _number(summary, key)
    return "" if value is None else text.format(f"{100 * value:.{digits}f} %")


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []
