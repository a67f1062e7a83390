"""Cuebridge scores a video edit: a timeline goes in, MIDI whose beats land on the cuts comes out.

The parts, in order of dependency (each imports only what stands before it; import-linter holds it):

    errors → config, progress, timebase → schema → vocabulary → inference
    → reading | seeing | spotting | timing | composing | performing | writing
    → wire | pipeline | conform → daemon | client → cli

Importing this package loads none of the heavy libraries behind those rooms.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
