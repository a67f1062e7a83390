"""Writing: MIDI, cue sheet, marked timeline and picture of a score, as bytes."""
