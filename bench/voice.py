"""Is speech found where somebody speaks, under noise and music? The voices are made here: the truth is exact.

    python -m bench.voice [MIXES]

Voices are espeak-ng's (apt-get install espeak-ng), in six languages, high and low. A mix is a minute of
sentences of one voice with pauses of 0.8 to 4 s between them, over one kind of sound at one signal-to-noise
ratio: RMS of the voice while it sounds over RMS of the rest. "music" is our own, rendered by the synthesizer
(left out where there is none); "chords" are decaying partials. The truth is where the voice's own samples
sound, pauses within a sentence shorter than 0.25 s included; a window of 32 ms counts as speech where more
than half of it is. No tolerance. Beside it: saying that somebody always speaks, and a threshold on each
window's energy, which is set on every mix to whatever serves that mix best.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.errors import CuebridgeError
from bridge.hearing import RATE
from bridge.hearing.sound import SoundFile
from bridge.hearing.voice import WINDOW, Voice, frames_of, spans

Wave = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

KINDS = ("white noise", "pink noise", "rumble and clicks", "chords", "music")
RATIOS_DB = (5.0, 10.0, 20.0)
ESPEAK_RATE = 22_050
WHISPER = "whisper"
"""The variant that has no voice at all; it is measured apart."""
_LEVEL = 0.05  # RMS of the voice while it sounds
_PAUSE_S = (0.8, 4.0)
_WITHIN_S = 0.25
_FADE_S = 0.01

SENTENCES = {
    "en": (
        "The last train had left before we came to the station.",
        "Did nobody tell you?",
        "She folded the letter, put it back and said no more about it.",
        "There is a light in the window, and there was none yesterday.",
        "Wait.",
    ),
    "de": ("Der Regen hat nicht aufgehört.", "Wer hat dir das erzählt?", "Komm, wir gehen nach Hause."),
    "fr": (
        "Il ne reste plus personne dans la maison.",
        "Pourquoi est-ce que tu ris ?",
        "On verra bien demain.",
    ),
    "es": ("La puerta estaba abierta cuando llegamos.", "¿Quién te lo ha dicho?", "Mañana volvemos al mar."),
    "it": ("Il treno parte fra dieci minuti.", "Non ti ricordi di me?", "La notte era chiara e fredda."),
    "pt": ("Ela abriu a carta e leu duas vezes.", "Onde fica a estação?", "O barco ainda não chegou."),
}


@dataclass(frozen=True)
class Speaker:
    """One of espeak-ng's voices: language, variant, words a minute and pitch (0 to 99)."""

    language: str
    variant: str
    speed: int
    pitch: int

    def __str__(self) -> str:
        return f"{self.language}{self.variant}"


@dataclass(frozen=True)
class Mixture:
    """Samples of 16 kHz, and which windows of it are speech."""

    samples: Wave
    speech: Flags


def voices() -> list[Speaker]:
    """Those that are mixed."""
    return [
        Speaker("en", "+m3", 150, 35),
        Speaker("en", "+f2", 170, 60),
        Speaker("de", "+m1", 140, 30),
        Speaker("fr", "+f3", 165, 65),
        Speaker("es", "+m7", 180, 45),
        Speaker("it", "+f4", 160, 55),
        Speaker("pt", "+croak", 150, 40),
        Speaker("en", f"+{WHISPER}", 150, 50),
    ]


@lru_cache(maxsize=256)
def said(speaker: Speaker, words: str) -> tuple[Wave, Flags]:
    """One sentence at an RMS of 0.05 while it sounds, and which of its samples are speech."""
    command = [
        "espeak-ng",
        "-v",
        str(speaker),
        "-s",
        str(speaker.speed),
        "-p",
        str(speaker.pitch),
        "--stdout",
        words,
    ]
    raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    begin = raw.index(b"data") + 8
    wave = np.frombuffer(raw[begin : begin + (len(raw) - begin) // 2 * 2], "<i2").astype(np.float64) / 32768
    places = np.arange(int(len(wave) * RATE / ESPEAK_RATE)) * ESPEAK_RATE / RATE
    wave = np.interp(places, np.arange(len(wave)), wave)
    # Sounding: a hundredth of the loudest, bridged over what a mouth needs between two sounds.
    loud = np.flatnonzero(np.abs(wave) > np.abs(wave).max() / 100)
    sounding = np.zeros(len(wave), bool)
    for first, last in zip(loud, loud[1:]):
        if last - first <= _WITHIN_S * RATE:
            sounding[first : last + 1] = True
    wave *= _LEVEL / np.sqrt(np.mean(wave[sounding] ** 2))
    return wave.astype(np.float32), sounding


def mixture(speaker: Speaker, kind: str, ratio_db: float, seed: int, seconds: int = 60) -> Mixture:
    """Somebody speaking now and then over one kind of sound.

    Args:
        speaker: who speaks.
        kind: one of `KINDS`, or "nothing".
        ratio_db: how much louder the voice is.
        seed: of sentences, pauses and noise.
        seconds: how long; whole windows of it are made.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind) if kind in KINDS else 9, *str(speaker).encode()])
    length = seconds * RATE // WINDOW * WINDOW
    wave, sounding = np.zeros(length, np.float32), np.zeros(length, bool)
    at = round(rng.uniform(*_PAUSE_S) * RATE)
    sentences = SENTENCES[speaker.language]
    while True:
        one, flags = said(speaker, sentences[rng.integers(len(sentences))])
        if at + len(one) > length:
            break
        wave[at : at + len(one)] += one
        sounding[at : at + len(one)] |= flags
        at += len(one) + round(rng.uniform(*_PAUSE_S) * RATE)
    if kind != "nothing":
        under = background(kind, length, rng)
        wave = wave + under * (_LEVEL * 10 ** (-ratio_db / 20) / np.sqrt(np.mean(under**2)))
    return Mixture(wave.astype(np.float32), sounding.reshape(-1, WINDOW).mean(1) > 0.5)


def background(kind: str, length: int, rng: np.random.Generator) -> Wave:
    """So many samples of a kind of sound without any voice."""
    white = rng.normal(size=length)
    if kind == "white noise":
        return white.astype(np.float32)
    if kind in ("chords", "music"):
        music = chords() if kind == "chords" else rendered()
        start = int(rng.integers(max(1, len(music) - length)))
        return np.resize(music[start:], length).astype(np.float32)
    spectrum = np.fft.rfft(white)
    hz = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 20.0)
    if kind == "pink noise":
        return np.fft.irfft(spectrum / np.sqrt(hz), length).astype(np.float32)
    rumble = np.fft.irfft(spectrum / hz, length)
    rumble /= np.std(rumble)
    for start in rng.integers(0, length - 800, length // RATE):  # a click a second, 10 to 50 ms
        lasting = int(rng.integers(160, 800))
        rumble[start : start + lasting] += 4 * rng.normal(size=lasting) * np.exp(-np.arange(lasting) / 100)
    return rumble.astype(np.float32)


@lru_cache(maxsize=1)
def chords(seconds: int = 90) -> Wave:
    """Broken chords of decaying partials over a bass, a note every half second."""
    rng = np.random.default_rng(1)
    out = np.zeros(seconds * RATE)
    beat = RATE // 2
    for number in range(0, seconds * 2 - 4):
        root = (57, 53, 60, 55)[number // 8 % 4]
        chord = [root, root + 4 - (number // 8 % 4 == 0), root + 7]
        pitches = (
            [*chord, root - 12, chord[rng.integers(3)] + 12] if number % 4 == 0 else [chord[number % 3] + 12]
        )
        lasting = beat * 4
        t = np.arange(lasting) / RATE
        for pitch in pitches:
            hz = 440 * 2 ** ((pitch - 69) / 12)
            tone = sum(np.sin(2 * np.pi * k * hz * t) * np.exp(-k * t * 1.2) / k for k in range(1, 7))
            out[number * beat : number * beat + lasting] += tone * np.minimum(1, t / 0.005)
    return (out / np.abs(out).max()).astype(np.float32)


@lru_cache(maxsize=1)
def rendered() -> Wave:
    """A minute each of three kinds of our own music, all equally loud.

    Raises:
        InputError: there is no synthesizer or no soundfont.
    """
    from bench.sync.lists import simulated
    from bench.textures import KINDS as MOODS
    from bench.textures import cue
    from bridge.composing import compose, load_models
    from bridge.config import AudioSettings, Settings
    from bridge.performing import perform
    from bridge.progress import Progress
    from bridge.sounding import open_studio, render
    from bridge.timing import solve
    from bridge.writing.midi import midi_bytes

    studio, models, lists, parts = open_studio(), load_models(), simulated(), []
    for index, mood in enumerate(MOODS):
        sheet, settings = cue(mood, lists[index * 7], 60)[0], Settings(seed=index)
        form = solve(sheet, settings, Progress())
        played = perform(compose(sheet, form, settings, models, Progress()), form, sheet, settings)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cue.mid"
            path.write_bytes(midi_bytes(played, form, sheet, "cue"))
            made = render(path, Path(folder), "cue", studio, AudioSettings(), Progress())
            with SoundFile(made.mix) as sound:
                parts.append(np.concatenate(list(sound.blocks(RATE)))[: 60 * RATE])
    return np.concatenate([part / np.sqrt(np.mean(part**2)) for part in parts]).astype(np.float32)


def kinds() -> Sequence[str]:
    """What can be mixed here."""
    try:
        rendered()
    except CuebridgeError as error:
        print(f"without music: {error}", file=sys.stderr)
        return KINDS[:-1]
    return KINDS


def f1(found: Flags, truth: Flags) -> float:
    """Harmonic mean of precision and recall of windows."""
    hits = int(np.sum(found & truth))
    return 2 * hits / max(1, int(found.sum()) + int(truth.sum()))


def by_energy(made: Mixture) -> float:
    """F1 of the threshold on energy that serves this very mix best."""
    energy = np.mean(np.square(made.samples.reshape(-1, WINDOW)), axis=1)
    return max(f1(energy >= level, made.speech) for level in np.quantile(energy, np.linspace(0, 1, 101)))


def measured(mixes: int) -> dict[tuple[str, str, float], list[tuple[float, float, float, float]]]:
    """(F1 of spans, of windows at .5, of energy, of always) of each mix, by voice, kind and ratio."""
    out: dict[tuple[str, str, float], list[tuple[float, float, float, float]]] = defaultdict(list)
    for speaker in voices():
        for kind in kinds():
            for ratio in RATIOS_DB:
                for seed in range(mixes):
                    made = mixture(speaker, kind, ratio, seed)
                    speech = Voice().hear(made.samples)
                    found = frames_of(spans(speech), len(speech))
                    always = np.ones(len(speech), bool)
                    by_rule = (by_energy(made), f1(always, made.speech))
                    row = (f1(found, made.speech), f1(speech >= 0.5, made.speech), *by_rule)
                    out[str(speaker), kind, ratio].append(row)
    return out


def summary(rows: Sequence[tuple[float, ...]]) -> str:
    """Means with standard errors, as cells of a table."""
    table = np.array(rows)
    error = table.std(0, ddof=1) / np.sqrt(len(table)) if len(table) > 1 else np.zeros(table.shape[1])
    return " | ".join(f"{mean:.3f} ± {wide:.3f}" for mean, wide in zip(table.mean(0), error))


def main() -> None:
    """Command line."""
    found = measured(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print("| | mixes | worst | spans (F1) | windows at .5 | best energy | always |")
    print("|---|---|---|---|---|---|---|")

    def line(name: str, keys: Sequence[tuple[str, str, float]]) -> None:
        rows = [row for key in keys for row in found[key]]
        print(f"| {name} | {len(rows)} | {min(row[0] for row in rows):.3f} | {summary(rows)} |")

    for speaker in voices():
        line(str(speaker), [key for key in found if key[0] == str(speaker)])
    aloud = [key for key in found if WHISPER not in key[0]]
    for kind in kinds():
        for ratio in RATIOS_DB:
            line(f"{kind}, {ratio:g} dB, aloud", [key for key in aloud if key[1:] == (kind, ratio)])
    line("all aloud", aloud)


if __name__ == "__main__":
    main()
