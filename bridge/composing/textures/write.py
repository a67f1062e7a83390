"""All textures of a cue that rules write, by the slot of the voice that plays them."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.textures.drone import write_cluster, write_drone, write_fifth
from bridge.composing.textures.figure import write_figure, write_sparse
from bridge.composing.textures.ostinato import write_driving, write_ostinato
from bridge.composing.textures.ping import write_ping
from bridge.composing.textures.pulse import write_heartbeat, write_pulse
from bridge.composing.textures.tremolo import write_tremolo
from bridge.composing.writing import Draft, Sounding
from bridge.config import Settings


def write_textures(chords: Sequence[Sounding], settings: Settings) -> dict[str, list[Draft]]:
    """Notes by slot: drone, pulse, ostinato, tremolo, ping, and accompaniment where a rule writes it."""
    return {
        "drone": [*write_drone(chords), *write_fifth(chords)],
        "pulse": [*write_pulse(chords), *write_heartbeat(chords)],
        "ostinato": [*write_ostinato(chords, settings), *write_driving(chords)],
        "tremolo": sorted([*write_tremolo(chords), *write_cluster(chords)]),
        "ping": write_ping(chords),
        "accompaniment": [*write_figure(chords, settings), *write_sparse(chords)],
    }
