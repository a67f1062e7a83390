"""Writing: MIDI, cue sheet, marked timeline and picture of a score, as bytes."""

from bridge.writing.brief import told_of_plots
from bridge.writing.complemented import complemented, placed
from bridge.writing.cue_sheet import cues_csv, cues_json
from bridge.writing.files import FORMATS, named, summarise, summarise_spotted, write, write_spotted

__all__ = [
    "FORMATS",
    "complemented",
    "cues_csv",
    "cues_json",
    "named",
    "placed",
    "summarise",
    "summarise_spotted",
    "told_of_plots",
    "write",
    "write_spotted",
]
