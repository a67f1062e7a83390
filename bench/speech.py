"""How much music leaves to speech: whole cues composed with somebody speaking now and then.

    python -m bench.speech [CUES] [--heard]

Simulated cut lists of at most 100 s in the three kinds of `bench.textures`, ten seconds of speech in every
twenty-five, released models. Under speech stands beside five seconds just before and after: notes a second,
mean velocity, and the share of sounding time (notes and their lengths) that lies in the register of speech.
With `--heard` the spans are not given but found: voices of espeak-ng over pink noise, 10 dB below them, go
through the voice detector, and what it says is under speech is.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace

import numpy as np

from bench.sync.lists import simulated
from bench.textures import KINDS, cue
from bench.voice import SENTENCES, Wave, background, said, voices
from bridge.composing import Models, compose, load_models
from bridge.composing.speech import VOICE_HIGH, VOICE_LOW
from bridge.config import Settings
from bridge.hearing import RATE
from bridge.hearing.voice import WINDOW, Voice, spans
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Speech
from bridge.timing import solve

SECONDS = 100
FIRST_S, EVERY_S, LENGTH_S, BESIDE_S = 10, 25, 10, 5


@dataclass
class Counts:
    """Over some seconds: notes, their velocities, sounding seconds, and those in the register of speech."""

    seconds: float = 0.0
    notes: int = 0
    velocities: int = 0
    sounding: float = 0.0
    spoken: float = 0.0


def talking(sheet: CueSheet) -> CueSheet:
    """The sheet with ten seconds of speech in every twenty-five."""
    length = int(sheet.cue_length_s)
    starts = range(FIRST_S, length - LENGTH_S - BESIDE_S, EVERY_S)

    def frame(second: int) -> int:
        return sheet.cue_start_frame + round(second * sheet.rate)

    return replace(sheet, speech=tuple(Speech(frame(start), frame(start + LENGTH_S)) for start in starts))


def overheard(sheet: CueSheet, seed: int) -> CueSheet:
    """The sheet with the speech that the detector finds where somebody really talks in those ten seconds."""
    rng = np.random.default_rng([seed, 3])
    speaker = voices()[seed % 7]
    length = math.ceil(sheet.cue_length_s * RATE / WINDOW) * WINDOW
    wave = np.zeros(length, np.float32)
    for span in talking(sheet).speech:
        at, end = (round(sheet.cue_s(frame) * RATE) for frame in (span.start_frame, span.end_frame))
        while at < end:
            words = SENTENCES[speaker.language]
            one: Wave = said(speaker, words[rng.integers(len(words))])[0][: end - at]
            wave[at : at + len(one)] += one
            at += len(one)
    noise = background("pink noise", length, rng)
    wave += noise * np.float32(0.05 * 10 ** (-10 / 20) / np.std(noise))
    found = tuple(
        Speech(*(sheet.cue_start_frame + round(second * float(sheet.rate)) for second in span))
        for span in spans(Voice().hear(wave))
    )
    return replace(sheet, speech=found)


def count(sheet: CueSheet, seed: int, models: Models, under: Counts, beside: Counts) -> None:
    """Compose one sheet and add what it plays to the counts (in place)."""
    settings = Settings(seed=seed)
    form = solve(sheet, settings, Progress())
    played = perform(compose(sheet, form, settings, models, Progress()), form, sheet, settings)
    s_at = form.tempo_map.s_at_tick
    spoken = [(float(sheet.cue_s(s.start_frame)), float(sheet.cue_s(s.end_frame))) for s in sheet.speech]
    near = [(a - BESIDE_S, a) for a, _ in spoken] + [(b, b + BESIDE_S) for _, b in spoken]
    near = [(a, b) for a, b in near if not any(c < b and a < d for c, d in spoken)]
    for counts, parts in ((under, spoken), (beside, near)):
        counts.seconds += sum(b - a for a, b in parts)
        for track in played.tracks:
            for note in track.notes:
                start, end = float(s_at(note.tick)), float(s_at(note.tick + note.duration_ticks))
                inside = any(a <= start < b for a, b in parts)
                counts.notes += inside
                counts.velocities += inside * note.velocity
                sounding = sum(max(0.0, min(end, b) - max(start, a)) for a, b in parts)
                counts.sounding += sounding
                counts.spoken += sounding * (VOICE_LOW <= note.pitch <= VOICE_HIGH)


def rows(cues: int, heard: bool) -> dict[str, tuple[Counts, Counts]]:
    """Counts under speech and beside it, by kind of cue."""
    models, lists = load_models(), simulated()
    out: dict[str, tuple[Counts, Counts]] = {}
    for kind in KINDS:
        under, beside = Counts(), Counts()
        for index in range(cues):
            edits = lists[index * len(lists) // cues]
            sheet = cue(kind, edits, SECONDS)[0]
            count(overheard(sheet, index) if heard else talking(sheet), index, models, under, beside)
        out[kind] = (under, beside)
    return out


def main() -> None:
    """Command line."""
    asked = [word for word in sys.argv[1:] if word != "--heard"]
    found = rows(int(asked[0]) if asked else 10, "--heard" in sys.argv)
    print("| cues | | notes a second | mean velocity | in the register of speech, % of sounding time |")
    print("|---|---|---|---|---|")
    for kind, pair in found.items():
        for words, each in zip(("under speech", "beside it"), pair):
            velocity = each.velocities / max(1, each.notes)
            share = 100 * each.spoken / max(each.sounding, 1e-9)
            print(f"| {kind} | {words} | {each.notes / each.seconds:.2f} | {velocity:.1f} | {share:.1f} |")


if __name__ == "__main__":
    main()
