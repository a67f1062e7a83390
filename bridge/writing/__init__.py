"""Writing: MIDI, cue sheet, marked timeline and picture of a score, as bytes."""

from bridge.writing.files import FORMATS, named, summarise, write

__all__ = ["FORMATS", "named", "summarise", "write"]
