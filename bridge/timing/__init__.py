"""Timing: from hits to a tempo map and bars. Entry: `solve`; `compare` sets it beside constant tempi."""

from bridge.timing.comparison import compare
from bridge.timing.solver import solve

__all__ = ["compare", "solve"]
