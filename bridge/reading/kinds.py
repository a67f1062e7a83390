"""What a clip is to the viewer: the picture, something laid over it, black, or nothing.

Resolve writes titles, generators and offline media all as `MissingReference` clips, so one rule has to
tell them apart; see `look_of`.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from bridge.reading.paths import file_name, looks_like_file
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
    text,
)


class Look(Enum):
    """What a clip shows."""

    PICTURE = "picture"  # hides what lies under it
    OVERLAY = "overlay"  # lies over the picture and is the picture only where there is no other
    BLACK = "black"  # hides what lies under it and shows nothing
    NONE = "none"  # shows nothing of its own


_ADJUSTMENT = re.compile(r"\badjustment[ _-]?(clip|layer)\b", re.IGNORECASE)
_BLACK = re.compile(r"^(black|bl|slug|black video|solid black)$", re.IGNORECASE)
_LAID_OVER = re.compile(
    r"(?<![a-z])(titles?|overlay|logo|bug|watermark|lower[ _-]?thirds?|captions?|subtitles?|credits?|matte)"
    r"(?![a-z])",
    re.IGNORECASE,
)
_ALPHA_SUFFIXES = (".png", ".tif", ".tiff", ".tga", ".psd", ".webp", ".gif", ".svg", ".ai", ".exr")
# Under this zoom a clip is a picture in picture.
_FULL_FRAME_ZOOM = 0.95


def look_of(clip: Node, on_base: bool, edl: bool = False, found: Path | None = None) -> Look:
    """What a clip shows.

    The rule, in order:

    1. An adjustment clip or layer, by name, shows nothing of its own.
    2. A generator named black or slug (EDL reels BL and BLACK) is black.
    3. On the lowest picture track everything else is the picture, title cards and offline media alike.
    4. Above it, a missing reference is *offline media* when anything names a file: Resolve's "Media Url"
       note, or a reference or clip name that ends as films and pictures do ("A001.mov"). In an EDL it
       always is, because EDLs name reels. Otherwise it is a *title or generator* and lies over the picture.
    5. Other generators lie over the picture.
    6. So does media that cannot fill the frame: opacity under 100 % throughout, a composite mode, a
       zoom under 95 % (picture in picture); and a still that has transparency, by its PNG header
       when it is on this machine, else by a name such as "logo" or "lower third" and a suffix that allows
       transparency.
    7. Anything else is the picture.
    """
    reference = media_reference(clip)
    kind = schema(reference)
    name = text(clip, "name")
    names = (name, text(reference, "name"))
    if any(_ADJUSTMENT.search(each) for each in names):
        return Look.NONE
    if kind == "GeneratorReference" and any(
        _BLACK.match(each) for each in (*names, text(reference, "generator_kind"))
    ):
        return Look.BLACK
    if on_base:
        return Look.PICTURE
    if kind in ("MissingReference", ""):
        return Look.PICTURE if edl or offline_name(clip) else Look.OVERLAY
    if kind == "GeneratorReference" or _is_see_through(clip) or _is_see_through_still(clip, found):
        return Look.OVERLAY
    return Look.PICTURE


def offline_name(clip: Node) -> str:
    """The path or name of the file behind a missing reference; empty for a title or generator."""
    reference = media_reference(clip)
    url = text(resolve_metadata(reference), "Media Url")
    if url:
        return url
    for name in (text(reference, "name"), text(clip, "name")):
        if looks_like_file(name):
            return name
    return ""


def written_path(clip: Node) -> str:
    """The media path or URL as the timeline spells it, from any kind of reference; empty when none."""
    reference = media_reference(clip)
    kind = schema(reference)
    if kind == "ExternalReference":
        return text(reference, "target_url") or offline_name(clip)
    if kind == "MissingReference":
        return offline_name(clip)
    return ""


def _is_see_through(clip: Node) -> bool:
    for note in effects_named(clip, "Composite"):
        for key, item in parameters(note).items():
            if "mode" in key.lower():
                return True
            if key == "opacity" and _largest(item, 100.0) < 100:
                return True
    for note in effects_named(clip, "Transform"):
        zooms = [
            _largest(item, 1.0)
            for key, item in parameters(note).items()
            if key in ("transformationZoomX", "transformationZoomY")
        ]
        if zooms and max(zooms) < _FULL_FRAME_ZOOM:
            return True
    mode = text(metadata(clip, "fcp_xml"), "compositemode").lower()
    if mode not in ("", "normal"):
        return True
    for effect in nodes(clip, "effects"):
        filter_note = metadata(effect, "fcp_xml")
        if text(filter_note, "effectid").lower() == "opacity":
            opacity = node(filter_note, "parameter") or next(iter(nodes(filter_note, "parameter")), {})
            if "keyframe" not in opacity and _to_float(opacity.get("value"), 100.0) < 100:
                return True
    return False


def _largest(parameter: Node, fallback: float) -> float:
    """Largest value a Resolve parameter takes: over its key frames when it has any."""
    keys = node(parameter, "Key Frames") or {}
    values = [_to_float(key.get("Value"), fallback) for key in keys.values() if isinstance(key, dict)]
    return max(values) if values else _to_float(parameter.get("Parameter Value"), fallback)


def _to_float(value: object, fallback: float) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return fallback


def _is_see_through_still(clip: Node, found: Path | None) -> bool:
    name = file_name(written_path(clip)) or text(clip, "name")
    suffix = Path(name).suffix.lower()
    if suffix not in _ALPHA_SUFFIXES:
        return False
    if suffix == ".png" and found is not None:
        alpha = png_has_alpha(found)
        if alpha is not None:
            return alpha
    return bool(_LAID_OVER.search(Path(name).stem.replace("_", " ")) or _LAID_OVER.search(text(clip, "name")))


def png_has_alpha(path: Path) -> bool | None:
    """Whether a PNG has an alpha channel or a transparent colour; None when it cannot be read.

    Read from the header: the colour type is byte 25, and a tRNS chunk comes before the pixels.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    if len(head) < 26 or head[:8] != b"\x89PNG\r\n\x1a\n":
        return None
    return head[25] in (4, 6) or b"tRNS" in head.partition(b"IDAT")[0]
