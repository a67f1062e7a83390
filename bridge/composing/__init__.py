"""Composing: chords, melody and accompaniment by the models, bass and pad by rule, on timing's bars."""

from bridge.composing.compose import compose
from bridge.composing.models import Models, describe_models, load_models, model_hashes

__all__ = ["Models", "compose", "describe_models", "load_models", "model_hashes"]
