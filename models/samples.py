"""Let the models write the held-out songs' bars anew, and measure what they wrote beside the real bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import bars as codec
from bridge.vocabulary import controls, tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import pitch_classes
from bridge.vocabulary.masks import BarRules
from models.data import BUILD, Packed

BARS = 16
FIRST_BAR = 8
COPIED_NOTES = 8
STRONG_STEPS = 24
"""Strong beats: every second quarter from the downbeat."""


@dataclass(frozen=True)
class Excerpt:
    """Consecutive bars of one held-out song: what was asked, and what stands there."""

    song: int
    key: str
    prompts: tuple[tuple[int, ...], ...]
    bodies: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, ...], ...]


def excerpts(part: str, most: int) -> list[Excerpt]:
    """One excerpt a song, from its ninth bar, with the four real bars before it as a start."""
    pack = Packed(BUILD / f"{part}-test-plain.npz")
    out: list[Excerpt] = []
    for segment, (song, key, _, count) in enumerate(pack.meta):
        if any(known.song == song for known in out) or count < FIRST_BAR + BARS or len(out) >= most:
            continue
        base = pack.segment_bars[segment]
        prompts, written = [], []
        for bar in range(FIRST_BAR - 4, FIRST_BAR + BARS):
            low, high = pack.bar_starts[base + bar], pack.bar_starts[base + bar + 1]
            ids, flags = pack.tokens[low:high], pack.written[low:high].copy()
            flags[0] = False
            prompts.append(tuple(ids[~flags].tolist()))
            written.append(tuple(ids[flags].tolist()))
        before = tuple((*p, *b) for p, b in zip(prompts[:4], written[:4]))
        out.append(Excerpt(int(song), tokens.KEYS[key], tuple(prompts[4:]), tuple(written[4:]), before))
    return out


def metre_of(prompt: Sequence[int]) -> tuple[int, int]:
    """The metre a prompt asks for."""
    return tokens.METRES[prompt[1] - tokens.id_of("METRE_1/4")]


def level_of(prompt: Sequence[int], kind: str) -> int | None:
    """The level of a control a prompt asks for; `None` where it is open."""
    low = tokens.id_of(f"{kind}_0")
    for token in prompt:
        if low <= token < low + tokens.LEVELS[kind]:
            return token - low
    return None


def chords_of(prompt: Sequence[int]) -> list[ChordEvent]:
    """The chords a prompt tells."""
    return [
        ChordEvent(prompt[at - 1] - tokens.POS_0, tokens.chord_of(token))
        for at, token in enumerate(prompt)
        if tokens.CHORD_0 <= token < tokens.CHORD_0 + tokens.CHORDS
    ]


def write(
    folder: Path, part: str, chosen: Sequence[Excerpt], sampling: Sampling
) -> list[tuple[tuple[int, ...], ...]]:
    """The bodies a model writes for the excerpts' prompts, with nothing but the grammar asked of it."""
    rows = []
    for excerpt in chosen:
        tasks = tuple(
            BarTask(prompt, BarRules(steps=tokens.bar_steps(metre_of(prompt)))) for prompt in excerpt.prompts
        )
        rows.append(
            Row(
                part=part,
                start=codec.start(excerpt.key),
                bars=tasks,
                generator=stream(1, 0, "evaluate", part, str(excerpt.song)),
                sampling=sampling,
                prime=excerpt.before,
            )
        )
    return generate(Decoder.load(folder), rows)


def decoded(bodies: Sequence[Sequence[int]]) -> list[tuple[NoteEvent, ...]]:
    """Notes bar by bar."""
    return [codec.decode_notes(body) for body in bodies]


# --- statistics of one excerpt; each takes its prompts and its notes bar by bar --------------------

Bars = Sequence[tuple[NoteEvent, ...]]


def chord_tone_ratio(prompts: Sequence[Sequence[int]], bars: Bars, *, strong: bool = False) -> float:
    """Share of notes whose pitch class is in the chord that sounds where they start."""
    inside = total = 0
    for prompt, notes in zip(prompts, bars):
        chords = chords_of(prompt)
        for note in notes:
            if strong and note.step % STRONG_STEPS:
                continue
            sounding = [event.chord for event in chords if event.step <= note.step]
            if sounding and sounding[-1] is not None:
                total += 1
                inside += note.pitch % 12 in pitch_classes(sounding[-1])
    return inside / total if total else float("nan")


def strong_chord_tone_ratio(prompts: Sequence[Sequence[int]], bars: Bars) -> float:
    """The same for notes on strong beats."""
    return chord_tone_ratio(prompts, bars, strong=True)


def pitch_class_entropy(prompts: Sequence[Sequence[int]], bars: Bars) -> float:
    """Entropy in bits of pitch classes."""
    counts = np.bincount([note.pitch % 12 for notes in bars for note in notes], minlength=12).astype(float)
    if not counts.sum():
        return float("nan")
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())


def groove_consistency(prompts: Sequence[Sequence[int]], bars: Bars) -> float:
    """1 less the mean Hamming distance of neighbouring bars' onsets on a grid of sixteenths."""
    values = []
    for (one, two), (a, b) in zip(zip(prompts, prompts[1:]), zip(bars, bars[1:])):
        if metre_of(one) != metre_of(two):
            continue
        slots = tokens.bar_steps(metre_of(one)) // 3
        first, second = (np.isin(np.arange(slots), [n.step // 3 for n in notes]) for notes in (a, b))
        values.append(float((first == second).mean()))
    return float(np.mean(values)) if values else float("nan")


def onset_gap_beats(prompts: Sequence[Sequence[int]], bars: Bars) -> float:
    """Mean time between distinct onsets, in quarter notes."""
    onsets = []
    now = 0
    for prompt, notes in zip(prompts, bars):
        onsets += sorted({now + note.step for note in notes})
        now += tokens.bar_steps(metre_of(prompt))
    return float(np.mean(np.diff(onsets))) / tokens.STEPS_PER_QUARTER if len(onsets) > 1 else float("nan")


STATISTICS: dict[str, Callable[[Sequence[Sequence[int]], Bars], float]] = {
    "chord_tone_ratio": chord_tone_ratio,
    "chord_tone_ratio_strong_beats": strong_chord_tone_ratio,
    "pitch_class_entropy": pitch_class_entropy,
    "groove_consistency_16": groove_consistency,
    "onset_gap_beats": onset_gap_beats,
}


def compare(
    part: str, chosen: Sequence[Excerpt], written: Sequence[Sequence[Sequence[int]]]
) -> dict[str, object]:
    """Mean and standard error over songs of each statistic, written and real, and how controls are kept."""
    made = [decoded(bodies) for bodies in written]
    real = [decoded(excerpt.bodies) for excerpt in chosen]
    out: dict[str, object] = {"songs": len(chosen), "bars": sum(len(bars) for bars in made)}
    for name, measure in STATISTICS.items():
        out[name] = {
            "written": spread([measure(e.prompts, bars) for e, bars in zip(chosen, made)]),
            "real": spread([measure(e.prompts, bars) for e, bars in zip(chosen, real)]),
        }
    for kind, measure_level in (
        ("DENSITY", lambda notes, metre: controls.note_density(notes, metre)),
        ("REGISTER", lambda notes, metre: controls.register(notes)),
        ("POLYPHONY", lambda notes, metre: controls.polyphony(notes)),
    ):
        asked, got = [], []
        for excerpt, bars in zip(chosen, made):
            for prompt, notes in zip(excerpt.prompts, bars):
                wanted, found = level_of(prompt, kind), measure_level(notes, metre_of(prompt))
                if wanted is not None and found is not None:
                    asked.append(wanted)
                    got.append(found)
        if len(set(asked)) > 1:
            out[f"{kind.lower()}_kept"] = kept(asked, got)
    known = phrases_known(part)
    out[f"runs_of_{COPIED_NOTES}_found_in_training"] = {
        "written": spread([copied(bars, known) for bars in made]),
        "real": spread([copied(bars, known) for bars in real]),
    }
    return out


def compare_chords(
    chosen: Sequence[Excerpt], written: Sequence[Sequence[Sequence[int]]]
) -> dict[str, object]:
    """How the chords model keeps its controls and its phrases, beside the real bars."""
    made = [[codec.decode_chords(body) for body in bodies] for bodies in written]
    real = [[codec.decode_chords(body) for body in excerpt.bodies] for excerpt in chosen]
    out: dict[str, object] = {"songs": len(chosen), "bars": sum(len(bars) for bars in made)}
    for name, last_bars in (("phrase_ends_on_tonic_or_dominant", True), ("other_bars_do", False)):
        out[name] = {
            "written": spread([at_rest(e, bars, last_bars) for e, bars in zip(chosen, made)]),
            "real": spread([at_rest(e, bars, last_bars) for e, bars in zip(chosen, real)]),
        }
    out["different_chords"] = {
        "written": spread([len({event.chord for bar in bars for event in bar}) for bars in made]),
        "real": spread([len({event.chord for bar in bars for event in bar}) for bars in real]),
    }
    for kind in ("DENSITY", "VALENCE", "TENSION"):
        asked, got = [], []
        for excerpt, bars in zip(chosen, made):
            metres = [metre_of(prompt) for prompt in excerpt.prompts]
            for index, prompt in enumerate(excerpt.prompts):
                near = range(max(0, index - 2), min(len(bars), index + 3))
                sounding = [pair for at in near for pair in controls.sounding(bars[at], metres[at])]
                before = bars[index - 1][-1].chord if index else None
                found = {
                    "DENSITY": controls.harmonic_rhythm(bars[index], before, metres[index]),
                    "VALENCE": controls.valence(sounding),
                    "TENSION": controls.tension(sounding),
                }[kind]
                wanted = level_of(prompt, kind)
                if wanted is not None and found is not None and index:
                    asked.append(wanted)
                    got.append(found)
        out[f"{kind.lower()}_kept"] = kept(asked, got)
    return out


def at_rest(excerpt: Excerpt, bars: Sequence[Sequence[ChordEvent]], last_bars: bool) -> float:
    """Share of bars (the last of their phrase, or the others) whose last chord is the tonic or dominant."""
    tonic = 0 if excerpt.key == "major" else 9
    found = []
    for prompt, bar in zip(excerpt.prompts, bars):
        left = level_of(prompt, "LEFT")
        if left is not None and (left == 0) == last_bars and bar[-1].chord is not None:
            found.append(bar[-1].chord.root_pc in (tonic, (tonic + 7) % 12))
    return float(np.mean(found)) if found else float("nan")


def kept(asked: Sequence[int], got: Sequence[int]) -> dict[str, float]:
    """How closely levels that were asked for were kept."""
    return {
        "correlation": round(float(np.corrcoef(asked, got)[0, 1]), 3),
        "same_level": round(float(np.mean(np.equal(asked, got))), 3),
        "within_one": round(float(np.mean(np.abs(np.subtract(asked, got)) <= 1)), 3),
    }


def spread(values: Sequence[float]) -> list[float]:
    """[mean, standard error] over songs, those without a value left out."""
    array = np.array([value for value in values if not np.isnan(value)])
    return [round(float(array.mean()), 3), round(float(array.std(ddof=1) / np.sqrt(len(array))), 3)]


def runs(bars: Bars) -> list[int]:
    """Hashes of every run of notes: pitches relative to the key with their places in the bar."""
    line = [(note.step, note.pitch) for notes in bars for note in notes]
    return [hash(tuple(line[at : at + COPIED_NOTES])) for at in range(len(line) - COPIED_NOTES + 1)]


def phrases_known(part: str) -> set[int]:
    """Every run of notes in the training songs."""
    pack = Packed(BUILD / f"{part}-train-plain.npz")
    known: set[int] = set()
    for segment, (_, _, _, count) in enumerate(pack.meta):
        base = pack.segment_bars[segment]
        bars = []
        for bar in range(count):
            low, high = pack.bar_starts[base + bar], pack.bar_starts[base + bar + 1]
            flags = pack.written[low:high].copy()
            flags[0] = False
            bars.append(codec.decode_notes(pack.tokens[low:high][flags].tolist()))
        known.update(runs(bars))
    return known


def copied(bars: Bars, known: set[int]) -> float:
    """Share of runs that occur, note for note, in some training song."""
    found = runs(bars)
    return float(np.mean([run in known for run in found])) if found else float("nan")
