"""Performing: velocities, controllers and timing for a score, on the ticks that are written."""

from bridge.performing.carry import carry
from bridge.performing.join import join
from bridge.performing.perform import perform

__all__ = ["carry", "join", "perform"]
