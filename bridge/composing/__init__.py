"""Composing: chords, melody and accompaniment by the models, bass and pad by rule, on timing's bars."""

from bridge.composing.asked import check_layers
from bridge.composing.complement import complement, wanted_parts
from bridge.composing.compose import compose
from bridge.composing.instruments import fallen_short
from bridge.composing.kept import find_locks, joined_chords, joined_keys, keep, spans_anew
from bridge.composing.models import Models, describe_models, load_models, model_hashes
from bridge.composing.palettes import palette_named, palette_names

__all__ = [
    "Models",
    "check_layers",
    "complement",
    "compose",
    "describe_models",
    "fallen_short",
    "find_locks",
    "joined_chords",
    "joined_keys",
    "keep",
    "load_models",
    "model_hashes",
    "palette_named",
    "palette_names",
    "spans_anew",
    "wanted_parts",
]
