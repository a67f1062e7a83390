"""Hearing: what sounds under a cue's pictures, and where somebody speaks. Heavy imports wait until used."""
