"""Timing: from hits to a tempo map and bars. Entry: `solve`."""

from bridge.timing.solver import solve

__all__ = ["solve"]
