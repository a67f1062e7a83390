"""The figures of one cue: how close its beats come to its hits, beside one constant tempo and 120 bpm."""

from __future__ import annotations

import numpy as np

from bridge.config import Settings
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import Form
from bridge.timing.baselines import Floats, constant_tempo, fixed_tempo, share_within
from bridge.timing.layout import sounding_beats

HALF_FRAME = (-0.5, 0.5)
WINDOW_FRAMES = (-1.0, 2.0)


def compare(cues: CueSheet, form: Form, settings: Settings) -> dict[str, float | int | None]:
    """Shares of kept hits on a beat, ours and the two references'.

    Kept hits are those not grouped with another and not inside a plot without music, where neither side
    has anything to meet them with. Accents and anything else off the beat do not count. The best constant
    tempo is searched over the same tempo range as ours, over every offset, for the share it is reported by.

    Returns:
        hits, kept, on_beat_half_frame, on_beat_window, fixed_120_*, best_constant_*; shares are None
        when there is no kept hit.
    """
    silent = [(plot.start_frame, plot.end_frame) for plot in cues.plots if not plot.music]
    kept = [
        hit
        for hit in cues.hits
        if not hit.grouped_with and not any(start < hit.frame < end for start, end in silent)
    ]
    numbers: dict[str, float | int | None] = {"hits": len(cues.hits), "kept": len(kept)}
    hits_s = np.array([float(cues.cue_s(hit.frame)) for hit in kept])
    frame_s = float(1 / cues.rate)
    beats_s = np.array([float(form.tempo_map.s_at_tick(tick)) for tick in sounding_beats(form.bars)])
    ours = nearest_errors_s(beats_s, hits_s)
    for name, window in (("half_frame", HALF_FRAME), ("window", WINDOW_FRAMES)):
        early_s, late_s = window[0] * frame_s, window[1] * frame_s
        if not kept:
            numbers |= {f"{k}_{name}": None for k in ("on_beat", "fixed_120", "best_constant")}
            continue
        best = constant_tempo(
            hits_s, early_s, late_s, min_bpm=settings.tempo.min_bpm, max_bpm=settings.tempo.max_bpm
        )
        numbers[f"on_beat_{name}"] = share_within(ours, early_s, late_s)
        numbers[f"fixed_120_{name}"] = share_within(fixed_tempo(hits_s).errors_s(hits_s), early_s, late_s)
        numbers[f"best_constant_{name}"] = share_within(best.errors_s(hits_s), early_s, late_s)
    return numbers


def nearest_errors_s(beats_s: Floats, hits_s: Floats) -> Floats:
    """Nearest beat − hit in seconds, for each hit; `beats_s` rises. Infinite where there is no beat."""
    if not len(beats_s):
        return np.full(len(hits_s), np.inf)
    place = np.searchsorted(beats_s, hits_s)
    before = beats_s[np.maximum(place - 1, 0)] - hits_s
    after = beats_s[np.minimum(place, len(beats_s) - 1)] - hits_s
    return np.where(np.abs(before) <= np.abs(after), before, after)
