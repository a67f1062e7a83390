"""Advising: a language model that the user has configured may edit the cue sheet as a person could."""

from bridge.advising.advise import Advice, advise

__all__ = ["Advice", "advise"]
