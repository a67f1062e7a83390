"""What a user may ask for, with every default; the only place that reads `CUEBRIDGE_*`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from bridge.about import About
from bridge.errors import SettingsError
from bridge.llm import USUAL_S, LanguageModel
from bridge.tempo_settings import FASTEST_BPM as FASTEST_BPM
from bridge.tempo_settings import METRES as METRES
from bridge.tempo_settings import SLOWEST_BPM as SLOWEST_BPM
from bridge.tempo_settings import TempoSettings as TempoSettings

LARGEST_WINDOW_FRAMES = 24
MAX_MAP_BYTES = 16 << 20
# Far above any list of markers; below what one message carries.
MAX_MARKERS_CHARS = 8 << 20
MAX_BRIEF_CHARS = 2 << 20


@dataclass(frozen=True)
class HitSettings:
    """Weights and windows of hits. Windows are in timeline frames: music − picture."""

    must_weight: int = 100
    want_weight: int = 50
    nice_weight: int = 10
    must_window_frames: tuple[Fraction, Fraction] = (Fraction(-1, 2), Fraction(1, 2))
    window_frames: tuple[Fraction, Fraction] = (Fraction(-1), Fraction(2))
    # A cut less than this after a kept one is grouped with it: chasing every cut is mickey-mousing.
    group_s: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        for early, late in (self.must_window_frames, self.window_frames):
            if not -LARGEST_WINDOW_FRAMES <= early <= 0 <= late <= LARGEST_WINDOW_FRAMES:
                raise SettingsError(
                    f"a hit window from {float(early):g} to {float(late):+g} frames makes no sense",
                    remedy=f"Let it reach 0 to {LARGEST_WINDOW_FRAMES} frames before a hit and after it",
                )


@dataclass(frozen=True)
class Settings:
    """One scoring request, apart from its input file and where results go.

    `fps`, `mark_in`, `mark_out` stay text until the timeline's own rate is known. `variation` is 0
    unless another take of the same seed is asked for; it is part of every random stream.
    """

    fps: str = ""
    mark_in: str = ""
    mark_out: str = ""
    seed: int = 0
    variation: int = 0
    brief: str = ""
    cues_json: str = ""
    tail_s: float = 3.0
    min_velocity: int = 49  # Video2Music's loudness range
    max_velocity: int = 112
    # Folders whose media may be looked at; empty is any, which is what the user's own commands get.
    media_roots: tuple[str, ...] = ()
    # A MIDI file whose tempo map is kept as it is, its tick 0 on the cue's first frame; empty: none.
    tempo_map_midi: bytes = b""
    # A list of markers that stands in the place of the timeline's own (not its clips'); empty: none.
    markers_text: str = ""
    tempo: TempoSettings = field(default_factory=TempoSettings)
    hits: HitSettings = field(default_factory=HitSettings)
    # A file of the user's own that encodes pictures, or "none"; empty: the encoder that was added.
    encoder: str = ""
    # How far density and loudness lean on a regressor taught by one cartoon: not at all, it beats no floor.
    learnt_curves: float = 0.0
    about: About = field(default_factory=About)
    # A brief that was written here and corrected by a person (`NAME.brief.md`); empty: none.
    brief_document: str = ""
    # Stop before composing: a cue sheet, a brief and a page are wanted, and no music.
    only_spot: bool = False
    # Whether the timeline's own sound is listened to for speech.
    listen: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise SettingsError(f"seed {self.seed} is out of range", remedy="Use 0 to 2**63 - 1")
        if not 0 <= self.tail_s <= 30:
            raise SettingsError(f"a tail of {self.tail_s:g} s is out of range", remedy="Use 0 to 30 s")
        if not 0 <= self.learnt_curves <= 1:
            raise SettingsError(
                f"learnt curves of {self.learnt_curves:g} are out of range",
                where="--learnt-curves",
                remedy="Use 0 (off) to 1",
            )
        if max(len(self.brief), len(self.brief_document)) > MAX_BRIEF_CHARS:
            raise SettingsError(
                f"a brief of {max(len(self.brief), len(self.brief_document)):,} characters is too long",
                where="--brief",
                remedy="Check that it is the right file",
            )
        if not 1 <= self.min_velocity <= self.max_velocity <= 127:
            raise SettingsError("velocities must lie within 1 to 127, the lower number first")
        if self.tempo_map_midi and replace(self.tempo, exact=False) != TempoSettings():
            raise SettingsError(
                "a tempo map that is kept leaves no choice of tempo, range, metre, bends, --tempo-changes"
                " or --tempo-follows",
                remedy="Leave out --keep-tempo-map, or all of the others",
            )
        if len(self.tempo_map_midi) > MAX_MAP_BYTES:
            raise SettingsError(
                f"a tempo map of {len(self.tempo_map_midi) >> 20} MB is too large",
                remedy="Export a MIDI file of the tempo map alone",
            )
        if len(self.markers_text) > MAX_MARKERS_CHARS:
            raise SettingsError(
                f"a list of markers of {len(self.markers_text) >> 20} MB is too large",
                remedy="Check --markers",
            )

    @property
    def is_plain(self) -> bool:
        """Whether source, cue, frame rate, seed and brief say it all: nothing else was asked of the music.

        A tempo map of any kind is left out: who composes again inside another map gives it up anyway.
        """
        plain = Settings(
            fps=self.fps,
            mark_in=self.mark_in,
            mark_out=self.mark_out,
            seed=self.seed,
            brief=self.brief,
            media_roots=self.media_roots,
            tempo_map_midi=self.tempo_map_midi,
        )
        return replace(self, tempo=plain.tempo) == plain


@dataclass(frozen=True)
class AudioSettings:
    """How a score is rendered to audio.

    Attributes:
        loudness_lufs: integrated loudness of the mix; −23 LUFS is EBU R 128's target for a programme.
        peak_dbtp: true peak that nothing exceeds; −1 dBTP is EBU R 128's limit.
        ring_out_s: how long the files go on after the cue's last frame; its end is faded.
    """

    loudness_lufs: float = -23.0
    peak_dbtp: float = -1.0
    ring_out_s: float = 5.0

    def __post_init__(self) -> None:
        if not -60 <= self.loudness_lufs <= -5:
            raise SettingsError(
                f"a loudness of {self.loudness_lufs:g} LUFS is out of range",
                remedy="Use −60 to −5: −23 for broadcast (EBU R 128), −27 under dialogue, −14 for the web",
            )
        if not 0 <= self.ring_out_s <= 60:
            raise SettingsError(
                f"a ring-out of {self.ring_out_s:g} s is out of range", remedy="Use 0 to 60 s"
            )


@dataclass(frozen=True)
class Revision:
    """What to compose anew of a score, and how.

    `plots` are ids, or their numbers; `lock` names parts, or what they do, that stay. Without a `seed` the
    plots' own seeds go on to their next variation. `markers_text` is a list of all markers as they are now,
    with the frames of those that are gone: hits follow them; empty: hits stay.
    """

    plots: tuple[str, ...]
    brief: str = ""
    seed: int | None = None
    lock: tuple[str, ...] = ()
    markers_text: str = ""

    def __post_init__(self) -> None:
        if not self.plots:
            raise SettingsError("no plot is named", remedy="Name some, such as --plots 2,4")
        if self.seed is not None and not 0 <= self.seed < 2**63:
            raise SettingsError(f"seed {self.seed} is out of range", remedy="Use 0 to 2**63 - 1")


@dataclass(frozen=True)
class Complement:
    """A musician's own MIDI file, and the parts that are to be added to it.

    `path` names the file; `timeline` is the picture it is for, whose cue begins at the file's start.
    """

    path: Path
    midi: bytes
    parts: tuple[str, ...]
    timeline: Path | None = None
    # A MIDI file whose tempi and metres take the place of those given; empty: those given stay.
    tempo_map: bytes = b""

    def __post_init__(self) -> None:
        if not self.parts:
            raise SettingsError("no part is asked for", remedy="Name some, such as --parts piano,guitar")
        if len(self.midi) > MAX_MAP_BYTES:
            raise SettingsError(
                f"a MIDI file of {len(self.midi) >> 20} MB is too large",
                where=str(self.path),
                remedy="Export the tracks that matter alone",
            )


def state_dir() -> Path:
    """Folder for the daemon's lock, port file and takes: `CUEBRIDGE_HOME` or the platform's own."""
    home = os.environ.get("CUEBRIDGE_HOME")
    if home:
        return Path(home).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Cuebridge"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Cuebridge"
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "cuebridge"


def unpacked_dir() -> Path:
    """Folder of the media of timelines that came as one file with them."""
    return state_dir() / "unpacked"


def encoder_dir() -> Path:
    """Folder of the semantic encoder that `cuebridge models add clip` has put in place."""
    return state_dir() / "encoder"


def cache_dir() -> Path:
    """Folder of `bridge.keeping`: `CUEBRIDGE_CACHE`, or one in `state_dir`."""
    return Path(os.environ.get("CUEBRIDGE_CACHE") or state_dir() / "seen").expanduser()


def cache_bytes() -> int:
    """The most that folder may hold: `CUEBRIDGE_CACHE_MB` in MiB, default 512; 0 keeps nothing.

    Raises:
        SettingsError: not a whole number from 0.
    """
    if not (text := os.environ.get("CUEBRIDGE_CACHE_MB", "512")).isdigit():
        raise SettingsError(f"CUEBRIDGE_CACHE_MB={text} is not a whole number from 0")
    return int(text) << 20


def soundfonts_dir() -> Path:
    """Folder of the soundfonts that `cuebridge models add` has put in place."""
    return state_dir() / "soundfonts"


def synthesizer_dir() -> Path:
    """Folder of the synthesizer's library that `cuebridge models add` has put in place."""
    return state_dir() / "synthesizer"


def soundfont_file() -> Path | None:
    """Soundfont that goes before any that is found: `CUEBRIDGE_SOUNDFONT`, or None."""
    path = os.environ.get("CUEBRIDGE_SOUNDFONT")
    return Path(path).expanduser() if path else None


def fluidsynth_library() -> Path | None:
    """FluidSynth's shared library, instead of the one that is found: `CUEBRIDGE_FLUIDSYNTH`, or None."""
    path = os.environ.get("CUEBRIDGE_FLUIDSYNTH")
    return Path(path).expanduser() if path else None


def models_dir() -> Path | None:
    """Folder of models that replaces the released ones: `CUEBRIDGE_MODELS`, or None."""
    folder = os.environ.get("CUEBRIDGE_MODELS")
    return Path(folder).expanduser() if folder else None


def inference_threads() -> int:
    """Threads one inference session may use: `CUEBRIDGE_THREADS`, default 1.

    One by default because the order of a sum, and so the last bit of a score, may depend on it.

    Raises:
        SettingsError: not a whole number from 1 to 64.
    """
    text = os.environ.get("CUEBRIDGE_THREADS", "1")
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise SettingsError(f"CUEBRIDGE_THREADS={text} is not a whole number from 1 to 64")
    return int(text)


def provider() -> str:
    """Execution provider asked for: `CUEBRIDGE_PROVIDER`, one of auto, cpu, cuda (default auto).

    Raises:
        SettingsError: any other word.
    """
    name = os.environ.get("CUEBRIDGE_PROVIDER", "auto").lower()
    if name not in ("auto", "cpu", "cuda"):
        raise SettingsError(f"CUEBRIDGE_PROVIDER={name} is not auto, cpu or cuda")
    return name


def idle_exit_s() -> float:
    """Seconds a daemon that a command started stays after its last job (`CUEBRIDGE_IDLE_S`, 60)."""
    text = os.environ.get("CUEBRIDGE_IDLE_S", "60")
    try:
        return max(0.5, float(text))
    except ValueError:
        raise SettingsError(f"CUEBRIDGE_IDLE_S={text} is not a number of seconds") from None


def language_model() -> LanguageModel | None:
    """The language model of `CUEBRIDGE_LLM_URL`, `_MODEL`, `_KEY` and `_TIMEOUT_S` (60); None without a URL.

    Raises:
        SettingsError: one of them makes no sense.
    """
    url = os.environ.get("CUEBRIDGE_LLM_URL", "")
    if not url:
        return None
    try:
        timeout_s = float(os.environ.get("CUEBRIDGE_LLM_TIMEOUT_S") or USUAL_S)
    except ValueError:
        timeout_s = 0.0
    name, key = os.environ.get("CUEBRIDGE_LLM_MODEL", ""), os.environ.get("CUEBRIDGE_LLM_KEY", "")
    return LanguageModel(url, name, key, timeout_s)
