"""Sound tracks laid out: what plays when, how loud, and which channels, as far as the format tells.

Gains: Resolve's "Fairlight Clip Volume and Fades" (dB, with key frames and faders), FCP 7's "Audio Levels"
(amplitude, with key frames), FCPXML's `adjust-volume` (dB). A track's own fader is in none of them. Where a
track is soloed, as Resolve notes it, the others are silent.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from bridge.reading.fades import track_fade
from bridge.reading.kinds import Look
from bridge.reading.layout import Fade, Layer, Mixing, Piece
from bridge.reading.markers import clip_marks
from bridge.reading.media import source_of
from bridge.reading.rates import frames, start_of
from bridge.reading.retime import clip_knots, cut
from bridge.reading.tracks import MAX_DEPTH, Context, children_of, is_video, item_frames, trimmed
from bridge.reading.tree import (
    Node,
    effects_named,
    media_reference,
    metadata,
    node,
    nodes,
    parameters,
    resolve_metadata,
    schema,
    switched_on,
    text,
)
from bridge.schema.timeline import GainPoint, Shot, Sound

_FLOOR_DB = -100.0
_RETIMES = ("LinearTimeWarp", "FreezeFrame", "TimeEffect")


def lay_sounds(stack: Node, context: Context) -> list[Layer]:
    """The sound tracks of a stack that are heard."""
    tracks = [track for track in nodes(stack, "children") if not is_video(track)]
    soloed = [track for track in tracks if resolve_metadata(track).get("SoloOn") is True]
    return [_lay(track, context, 0) for track in soloed or tracks if switched_on(track)]


def sounds_of(layers: list[Layer], rate: Fraction) -> list[Sound]:
    """What laid-out sound tracks play, track after track."""
    found: list[Sound] = []
    for number, layer in enumerate(layers, 1):
        for piece in layer.pieces:
            start, end = round(piece.start), round(piece.end)
            if end <= start or piece.source is None or piece.knots is None:
                continue
            mixing = piece.mixing or Mixing()
            span = piece.source.span
            knots = piece.knots
            if (end - start) / rate != knots[-1].offset_s:
                knots = cut(knots, Fraction(0), (end - start) / rate)
            found.append(
                Sound(
                    str(number),
                    start,
                    end,
                    None if span is None else replace(span, knots=knots),
                    mixing.gain,
                    mixing.fade_in_s,
                    mixing.fade_out_s,
                    mixing.channels,
                    "" if span is not None else piece.source.problem,
                )
            )
    return found


def own_sounds(stack: Node, shots: tuple[Shot, ...]) -> list[Sound]:
    """The pictures' own sound, for a timeline that has no sound track at all, not even a silent one."""
    if any(not is_video(track) for track in nodes(stack, "children")):
        return []
    return [
        Sound("", shot.start_frame, shot.end_frame, shot.media)
        for shot in shots
        if shot.media is not None and shot.media.pattern_rate is None
    ]


def _lay(track: Node, context: Context, depth: int) -> Layer:
    layer = Layer()
    position = Fraction(0)
    for item in children_of(track):
        kind = schema(item)
        if kind == "Transition":
            fade = track_fade(item, position, context.rate)
            if fade is not None:
                layer.fades.append(fade)
            continue
        length = max(item_frames(item, context.rate), Fraction(0))
        if length > 0 and switched_on(item):
            if kind == "Clip":
                _lay_clip(item, position, position + length, layer, context)
            elif kind in ("Stack", "Track", "Composition") and depth < MAX_DEPTH:
                layer.pieces += _nested(item, position, length, context, depth)
        position += length
    layer.length = position
    layer.pieces = _crossfaded(layer.pieces, layer.fades, context.rate)
    return trimmed(track, layer, context.rate) if schema(track) == "Track" else layer


def _lay_clip(clip: Node, start: Fraction, end: Fraction, layer: Layer, context: Context) -> None:
    rate = context.rate
    source, media_start_s, _ = source_of(clip, context.locator, rate)
    begin = start_of(node(clip, "source_range")) or start_of(node(media_reference(clip), "available_range"))
    begin_s = frames(begin, rate) / rate if begin is not None else media_start_s
    length_s = (end - start) / rate
    knots, speed, _ = clip_knots(clip, begin_s - media_start_s, length_s, 1 / rate, False)
    mixing = _mixing(clip, rate, length_s)
    layer.pieces.append(Piece(start, end, Look.NONE, text(clip, "name"), source, knots, rate, mixing))
    layer.marks += clip_marks(
        clip,
        rate,
        start,
        end,
        begin_s * rate,
        media_start_s * rate,
        speed,
        context.resolve,
        context.absolute,
    )[0]


def _nested(item: Node, position: Fraction, length: Fraction, context: Context, depth: int) -> list[Piece]:
    """What a compound clip on a sound track plays; a retimed one is left out, and said so."""
    if any(schema(effect) in _RETIMES for effect in nodes(item, "effects")):
        name = text(item, "name") or "nested timeline"
        context.warnings.append(f"{name}: the sound of a retimed nested timeline is not listened to")
        return []
    start = start_of(node(item, "source_range"))
    offset = frames(start, context.rate) if start is not None else Fraction(0)
    if schema(item) == "Stack":
        tracks = [track for track in nodes(item, "children") if not is_video(track) and switched_on(track)]
    else:
        tracks = [{**item, "source_range": None}]
    return [
        piece
        for track in tracks
        for piece in _lay(track, context, depth + 1)
        .cropped(offset, offset + length)
        .moved(position - offset)
        .pieces
    ]


def _crossfaded(pieces: list[Piece], fades: list[Fade], rate: Fraction) -> list[Piece]:
    """Clips that a transition joins play on into it, one fading out while the other fades in."""
    out = list(pieces)
    for fade in fades:
        length_s = (fade.end - fade.start) / rate
        for at, piece in enumerate(out):
            mixing, knots = piece.mixing or Mixing(), piece.knots
            if knots is None:
                continue
            if piece.end == fade.cut:
                joins = any(other.start == fade.cut for other in pieces)
                end = max(fade.end, piece.end) if joins else piece.end
                knots = cut(knots, Fraction(0), (end - piece.start) / rate)
                lasting_s = length_s if joins else (piece.end - fade.start) / rate
                mixing = replace(mixing, fade_out_s=max(lasting_s, Fraction(0)))
                out[at] = replace(piece, end=end, knots=knots, mixing=mixing)
            elif piece.start == fade.cut:
                joins = any(other.end == fade.cut for other in pieces)
                start = min(fade.start, piece.start) if joins else piece.start
                moved_s = (piece.start - start) / rate
                knots = cut(knots, -moved_s, (piece.end - piece.start) / rate)
                gain = tuple(replace(point, offset_s=point.offset_s + moved_s) for point in mixing.gain)
                lasting_s = length_s if joins else (fade.end - piece.start) / rate
                mixing = replace(mixing, gain=gain, fade_in_s=max(lasting_s, Fraction(0)))
                out[at] = replace(piece, start=start, knots=knots, mixing=mixing)
    return out


def _mixing(clip: Node, rate: Fraction, length_s: Fraction) -> Mixing:
    gain: tuple[GainPoint, ...] = ()
    fade_in = fade_out = Fraction(0)
    for note in effects_named(clip, "Fairlight Clip Volume and Fades"):
        for key, item in parameters(note).items():
            if key == "volume":
                gain += _resolve_gain(item, rate)
            elif key.lower().endswith("faderin"):
                fade_in = max(fade_in, _number(item.get("Parameter Value"), 0) / rate)
            elif key.lower().endswith("faderout"):
                fade_out = max(fade_out, _number(item.get("Parameter Value"), 0) / rate)
    for effect in nodes(clip, "effects"):
        if text(metadata(effect, "fcp_xml"), "effectid").lower() == "audiolevels":
            gain += _fcp_gain(metadata(effect, "fcp_xml"), rate)
    written = text(metadata(clip, "fcpxml"), "amount")
    if written:
        gain += (GainPoint(Fraction(0), _decibels(written)),)
    return Mixing(
        tuple(sorted(gain, key=lambda point: point.offset_s)),
        min(fade_in, length_s),
        min(fade_out, length_s),
        _channels(clip),
    )


def _resolve_gain(parameter: Node, rate: Fraction) -> tuple[GainPoint, ...]:
    """Key frames count from the clip's first frame."""
    keys = node(parameter, "Key Frames") or {}
    points = tuple(
        GainPoint(_number(frame, 0) / rate, float(_number(key.get("Value"), 0)))
        for frame, key in keys.items()
        if isinstance(key, dict)
    )
    return points or (GainPoint(Fraction(0), float(_number(parameter.get("Parameter Value"), 0))),)


def _fcp_gain(note: Node, rate: Fraction) -> tuple[GainPoint, ...]:
    raw = note.get("parameter")
    for item in raw if isinstance(raw, list) else [raw]:
        if not isinstance(item, dict) or text(item, "parameterid").lower() != "level":
            continue
        keys = item.get("keyframe")
        keys = keys if isinstance(keys, list) else [keys]
        points = tuple(
            GainPoint(_number(key.get("when"), 0) / rate, _amplitude_db(key.get("value")))
            for key in keys
            if isinstance(key, dict)
        )
        return points or (GainPoint(Fraction(0), _amplitude_db(item.get("value"))),)
    return ()


def _channels(clip: Node) -> tuple[tuple[int, int], ...]:
    found = []
    for each in nodes(resolve_metadata(clip), "Channels"):
        pair = (each.get("Source Track ID"), each.get("Source Channel ID"))
        if isinstance(pair[0], int) and isinstance(pair[1], int) and min(pair[0], pair[1]) >= 0:
            found.append((pair[0], pair[1]))
    return tuple(found)


def _amplitude_db(value: object) -> float:
    level = float(_number(value, 1))
    return max(_FLOOR_DB, 20 * math.log10(level)) if level > 0 else _FLOOR_DB


def _decibels(written: str) -> float:
    return max(_FLOOR_DB, float(_number(written.lower().removesuffix("db"), 0)))


def _number(value: object, fallback: int) -> Fraction:
    try:
        return Fraction(str(value)).limit_denominator(10**6)
    except (ValueError, ZeroDivisionError):
        return Fraction(fallback)
