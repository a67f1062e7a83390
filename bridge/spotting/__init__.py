"""Spotting: where the music must move, what it must feel like, and where there is none."""

from bridge.spotting.asked import filled_in
from bridge.spotting.edited import apply_edits as edited
from bridge.spotting.remark import remarked
from bridge.spotting.respot import changes_in_words, named_plots, respot
from bridge.spotting.spot import spot
from bridge.spotting.unseen import unseen
from bridge.spotting.wishes import Wishes, read_wishes

__all__ = [
    "Wishes",
    "changes_in_words",
    "edited",
    "filled_in",
    "named_plots",
    "read_wishes",
    "remarked",
    "respot",
    "spot",
    "unseen",
]
