"""Whether a note sounds where a hit is said to be met: whole cues composed, written, and read by mido."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.sync.lists import CutList
from bench.sync.measure import inside
from bridge.composing import compose, load_models
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form
from bridge.timing import solve
from bridge.timing.baselines import Floats
from bridge.timing.comparison import nearest_errors_s
from bridge.writing.midi import midi_bytes, read_back

# A note is there when it starts within so much of the instant: a tick at 60 bpm is a thousandth of a second.
THERE_S = 0.002
LONGEST_S = 900.0  # composing two hours takes minutes and says nothing new


@dataclass(frozen=True)
class Played:
    """Counts over one cue. A must counts only if note and picture are within half a frame."""

    cuts: CutList
    musts: int
    musts_sounding: int
    met: int  # kept hits that the form says are met
    met_sounding: int
    silent: tuple[str, ...]  # ids of met hits without a note, and of musts not sounding


def played(cuts: CutList, sheet: CueSheet, form: Form, onsets_s: Floats) -> Played:
    """Count the hits that have a note, from note starts in rising seconds."""
    hits = {hit.id: hit for hit in sheet.hits}
    musts = musts_sounding = met = met_sounding = 0
    silent: list[str] = []
    for result in form.hits:
        hit = hits[result.hit_id]
        if hit.grouped_with:
            continue
        sounds = False
        if result.met and result.tick is not None:
            at_s = np.array([float(form.tempo_map.s_at_tick(result.tick))])
            sounds = abs(float(nearest_errors_s(onsets_s, at_s)[0])) <= THERE_S
            met, met_sounding = met + 1, met_sounding + sounds
        if hit.weight is Weight.MUST:
            picture_s = np.array([float(sheet.cue_s(hit.frame))])
            away = nearest_errors_s(onsets_s, picture_s) * float(cuts.rate)
            sounds = sounds and bool(inside(away, "±½")[0])
            musts, musts_sounding = musts + 1, musts_sounding + sounds
        if not sounds and (result.met or hit.weight is Weight.MUST):
            silent.append(hit.id)
    return Played(cuts, musts, musts_sounding, met, met_sounding, tuple(silent))


def report(lists: Sequence[CutList], settings: Settings) -> list[str]:
    """Compose every list, and a table of what sounds as Markdown."""
    models = load_models()
    found: list[Played] = []
    for cuts in lists:
        sheet = cuts.cue_sheet()
        form = solve(sheet, settings, Progress())
        score = compose(sheet, form, settings, models, Progress())
        data = midi_bytes(perform(score, form, sheet, settings), form, sheet, cuts.name)
        starts = sorted(note.start_s for track in read_back(data).tracks for note in track.notes)
        found.append(played(cuts, sheet, form, np.array(starts)))
    lines = [
        "| lists | cues | musts | in ±½ frame with an onset % | kept hits met | with an onset % | without |",
        "|---|---|---|---|---|---|---|",
    ]
    groups = [(f"{mean:g} s" if mean else "real", mean) for mean in sorted({p.cuts.mean_s for p in found})]
    for name, mean in groups:
        rows = [p for p in found if p.cuts.mean_s == mean]
        musts, met = sum(p.musts for p in rows), sum(p.met for p in rows)
        shares = [
            f"{100 * part / whole:.1f}" if whole else "–"
            for part, whole in (
                (sum(p.musts_sounding for p in rows), musts),
                (sum(p.met_sounding for p in rows), met),
            )
        ]
        silent = ", ".join(f"{p.cuts.id} {hit}" for p in rows for hit in p.silent) or "none"
        lines.append(f"| {name} | {len(rows)} | {musts} | {shares[0]} | {met} | {shares[1]} | {silent} |")
    return lines
