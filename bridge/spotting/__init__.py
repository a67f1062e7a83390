"""Spotting: where the music must move, what it must feel like, and where there is none."""

from bridge.spotting.spot import spot

__all__ = ["spot"]
