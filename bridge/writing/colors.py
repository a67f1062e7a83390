"""Colours of parts and plots: Okabe and Ito's, told apart by colour-blind eyes too ("#RRGGBB")."""

from __future__ import annotations

from bridge.schema.cues import Label
from bridge.schema.score import PartRole

BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, GREY, DARK = "#56B4E9", "#CC79A7", "#8A8A8A", "#333333"
SILENCE = "#EBEBEB"
PART_COLORS = {
    PartRole.MELODY: VERMILION,
    PartRole.CHORDS: BLUE,
    PartRole.ACCOMPANIMENT: GREEN,
    PartRole.BASS: "#1A1A1A",
    PartRole.DRUMS: ORANGE,
    PartRole.PAD: PURPLE,
    PartRole.RHYTHM: SKY,
    PartRole.EFFECT: GREY,
}
LABEL_COLORS = {
    Label.INTRODUCTION: "#BFDDF0",
    Label.DEVELOPMENT: "#F7DFA8",
    Label.CLIMAX: "#F2B48C",
    Label.CONCLUSION: "#BCE3D6",
}
