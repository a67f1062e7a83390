"""Transitions: those that stand on a track, and fades that an editor made with a clip's own handles."""

from __future__ import annotations

from fractions import Fraction

from bridge.reading.layout import Fade
from bridge.reading.rates import frames
from bridge.reading.tree import Node, effects_named, node, parameters, resolve_metadata, text

# A fade's first key frame may stand a frame off the clip's end.
_KEY_SLACK_FRAMES = 2


def track_fade(transition: Node, cut: Fraction, rate: Fraction) -> Fade | None:
    """A transition standing at `cut`; None when it is switched off or has no length.

    `in_offset` reaches back before the cut and `out_offset` past it, either may be 0 (EDL dissolves
    start on the cut).
    """
    if transition.get("enabled") is False:
        return None
    before, after = (
        frames(offset, rate) if offset is not None else Fraction(0)
        for offset in (node(transition, "in_offset"), node(transition, "out_offset"))
    )
    if before < 0 or after < 0 or before + after == 0:
        return None
    return Fade(cut - before, cut + after, cut, style_of(transition))


def style_of(transition: Node) -> str:
    """The transition's real kind: Resolve writes "SMPTE_Dissolve" for all and notes the kind apart."""
    note = resolve_metadata(transition)
    kind = text(note, "Transition Type") or text(node(note, "Effects"), "Effect Name")
    name = text(transition, "name")
    written = text(transition, "transition_type")
    if kind:
        return kind
    if written and written not in ("SMPTE_Dissolve", "Custom_Transition"):
        return written.replace("SMPTE_", "")
    if name and " to " not in name:
        return name
    return "Dissolve"


def clip_fades(clip: Node, start: Fraction, end: Fraction) -> list[Fade]:
    """Fades at a clip's ends: Resolve's fader handles, and opacity key frames from or to nothing."""
    length = end - start
    before, after = Fraction(0), Fraction(0)
    for note in effects_named(clip, "Video Faders"):
        for key, item in parameters(note).items():
            frames_long = _whole(item.get("Parameter Value"))
            if key.lower().endswith("faderin"):
                before = max(before, frames_long)
            elif key.lower().endswith("faderout"):
                after = max(after, frames_long)
    for note in effects_named(clip, "Composite"):
        opacity = node(parameters(note), "opacity")
        keys = sorted(
            (_whole(frame), _whole(value.get("Value")))
            for frame, value in (node(opacity, "Key Frames") or {}).items()
            if isinstance(value, dict)
        )
        if len(keys) >= 2:
            if keys[0][1] == 0 and abs(keys[0][0]) <= _KEY_SLACK_FRAMES and keys[1][1] > 50:
                before = max(before, keys[1][0])
            if keys[-1][1] == 0 and abs(keys[-1][0] - length) <= _KEY_SLACK_FRAMES and keys[-2][1] > 50:
                after = max(after, length - keys[-2][0])
    found = []
    if 0 < before <= length:
        found.append(Fade(start, start + before, start, "Fade In"))
    if 0 < after <= length:
        found.append(Fade(end - after, end, end, "Fade Out"))
    return found


def _whole(value: object) -> Fraction:
    try:
        return Fraction(round(float(value)))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return Fraction(0)
