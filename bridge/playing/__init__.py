"""Playing: a score's MIDI file sent live to a port, where any DAW or instrument hears it."""

from bridge.playing.piece import Piece, read_piece
from bridge.playing.player import Player, silencers
from bridge.playing.port import MidiPort, open_port
from bridge.playing.schedule import Due, schedule

__all__ = ["Due", "MidiPort", "Piece", "Player", "open_port", "read_piece", "schedule", "silencers"]
