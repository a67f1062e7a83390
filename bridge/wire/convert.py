"""Settings and formats: protobuf ↔ the product's own types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from bridge.about import About
from bridge.config import Complement, HitSettings, Revision, Settings, TempoSettings
from bridge.errors import InputError, SettingsError
from bridge.wire.v1 import scoring_pb2 as pb

# Suffix of a file ↔ its format; the suffix is also the key in `pipeline.Result.files`.
FORMATS: dict[str, pb.Format.ValueType] = {
    "mid": pb.FORMAT_MIDI,
    "cues.json": pb.FORMAT_CUES_JSON,
    "cues.csv": pb.FORMAT_CUES_CSV,
    "otio": pb.FORMAT_OTIO,
    "png": pb.FORMAT_PNG,
    "rpp": pb.FORMAT_RPP,
    "brief.md": pb.FORMAT_BRIEF,
    "srt": pb.FORMAT_SRT,
}
_SUFFIXES = {value: suffix for suffix, value in FORMATS.items()}
_WINDOWS = ("must_window", "window")
_INT64 = 2**63


def suffix_of(value: pb.Format.ValueType) -> str:
    """The file suffix of a format, without a leading dot.

    Raises:
        InputError: FORMAT_UNSPECIFIED, or a format newer than this code.
    """
    if value not in _SUFFIXES:
        raise InputError(
            f"format {value} is not one this daemon writes", remedy=f"Ask for {', '.join(FORMATS)}"
        )
    return _SUFFIXES[value]


def suffixes_of(values: Iterable[pb.Format.ValueType]) -> list[str]:
    """The suffixes of formats, leaving out those newer than this code."""
    return [_SUFFIXES[value] for value in values if value in _SUFFIXES]


# Groups have messages of their own; which folders a caller may read is the daemon's word, not the wire's.
_NOT_PLAIN = ("tempo", "hits", "about", "media_roots")


def settings_to_wire(settings: Settings) -> pb.Settings:
    """Settings as a message, every field present. Inverse of `settings_from_wire`."""
    plain = {f.name: getattr(settings, f.name) for f in fields(Settings) if f.name not in _NOT_PLAIN}
    message = pb.Settings(**plain)
    for field in fields(TempoSettings):
        value = getattr(settings.tempo, field.name)
        if value is not None:
            setattr(message.tempo, field.name, value)
    message.tempo.SetInParent()
    message.about.MergeFrom(pb.About(**{f.name: getattr(settings.about, f.name) for f in fields(About)}))
    for field in fields(HitSettings):
        value = getattr(settings.hits, field.name)
        if isinstance(value, tuple):
            name = field.name.removesuffix("_frames")
            _set_rational(getattr(message.hits, f"{name}_start"), value[0])
            _set_rational(getattr(message.hits, f"{name}_end"), value[1])
        elif isinstance(value, Fraction):
            _set_rational(getattr(message.hits, field.name), value)
        else:
            setattr(message.hits, field.name, value)
    return message


def settings_from_wire(message: pb.Settings) -> Settings:
    """The settings a message asks for; what is absent keeps its default.

    Raises:
        SettingsError: a value out of range.
    """
    plain: dict[str, Any] = {
        name: getattr(message, name)
        for name in (
            "fps",
            "mark_in",
            "mark_out",
            "seed",
            "variation",
            "brief",
            "cues_json",
            "tempo_map_midi",
            "markers_text",
            "encoder",
            "brief_document",
            "only_spot",
        )
    }
    for name in ("tail_s", "min_velocity", "max_velocity", "learnt_curves", "listen"):
        if message.HasField(name):
            plain[name] = getattr(message, name)
    tempo = {
        f.name: getattr(message.tempo, f.name) for f in fields(TempoSettings) if _has(message.tempo, f.name)
    }
    told = message.about
    about = About(
        audience=told.audience,
        brand=told.brand,
        style=told.style,
        instruments=told.instruments,
        no_music=tuple(told.no_music),
        stills=tuple(told.stills),
    )
    return Settings(
        **plain,
        tempo=TempoSettings(**tempo),
        hits=_hits_from_wire(message.hits),
        about=about,
    )


def revision_from_wire(message: pb.ReviseRequest) -> Revision:
    """What a revision asks for.

    Raises:
        SettingsError: no plot is named, or the seed is out of range.
    """
    seed = message.seed if message.HasField("seed") else None
    return Revision(tuple(message.plots), message.brief, seed, tuple(message.lock), message.markers_text)


def complement_from_wire(message: pb.ComplementRequest) -> Complement:
    """What a complement asks for.

    Raises:
        InputError: a path is not absolute.
        SettingsError: no part is asked for, or the file is too large.
    """
    for path in filter(None, (message.path or "nothing", message.timeline)):
        if not Path(path).is_absolute():
            raise InputError("the path must be absolute on the daemon's machine", where=path)
    timeline = Path(message.timeline) if message.timeline else None
    parts = tuple(message.parts)
    return Complement(Path(message.path), message.midi, parts, timeline, message.tempo_map)


def _hits_from_wire(message: pb.HitSettings) -> HitSettings:
    default = HitSettings()
    given: dict[str, Any] = {}
    for field in fields(HitSettings):
        name = field.name.removesuffix("_frames")
        if name in _WINDOWS:
            start, end = getattr(default, field.name)
            given[field.name] = (
                _rational(message, f"{name}_start", start),
                _rational(message, f"{name}_end", end),
            )
        elif field.name == "group_s":
            given[field.name] = _rational(message, field.name, default.group_s)
        elif _has(message, field.name):
            given[field.name] = getattr(message, field.name)
    return HitSettings(**given)


def _has(message: Message, name: str) -> bool:
    return message.HasField(name)


def _set_rational(message: pb.Rational, value: Fraction) -> None:
    if not (-_INT64 <= value.numerator < _INT64 and value.denominator < _INT64):
        raise SettingsError(f"{value} has too many digits", remedy="Use a simpler fraction")
    message.numerator, message.denominator = value.numerator, value.denominator


def _rational(parent: pb.HitSettings, name: str, default: Fraction) -> Fraction:
    if not _has(parent, name):
        return default
    message: pb.Rational = getattr(parent, name)
    if message.denominator < 1:
        raise SettingsError(f"{name} has a denominator of {message.denominator}", remedy="Use 1 or more")
    return Fraction(message.numerator, message.denominator)
