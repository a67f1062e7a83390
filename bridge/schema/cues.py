"""The cue sheet: hits, plots and mood curves that spotting concluded and a person may edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from bridge.about import About


class Weight(str, Enum):
    """How much a hit matters."""

    MUST = "must"
    WANT = "want"
    NICE = "nice"


class HitKind(str, Enum):
    """What the picture does at a hit."""

    CUT = "cut"
    TRANSITION = "transition"
    MARKER = "marker"
    PLOT = "plot"


class Label(str, Enum):
    """A plot's dramatic job (after Ourmuse)."""

    INTRODUCTION = "introduction"
    DEVELOPMENT = "development"
    CLIMAX = "climax"
    CONCLUSION = "conclusion"


class ShiftKind(str, Enum):
    """What turns at a transition point (after Ourmuse)."""

    SCENE = "scene"
    TONE = "tone"
    PACING = "pacing"


@dataclass(frozen=True)
class Hit:
    """An instant the music must meet.

    `frame` is on the timeline; music may sound from `frame + early_frames` (≤ 0) to
    `frame + late_frames` (≥ 0). `downbeat` asks for a bar line, not just a beat. `grouped_with` names
    the kept hit that stands for this one when they are less than a second apart; a grouped hit is not
    chased, but it is listed.
    """

    id: str
    frame: int
    weight: Weight
    kind: HitKind
    early_frames: Fraction = Fraction(-1)
    late_frames: Fraction = Fraction(2)
    downbeat: bool = False
    words: str = ""
    grouped_with: str = ""


@dataclass(frozen=True)
class LayerPlan:
    """One layer of a plot: what a sheet says of it, None where it says nothing.

    `texture` names it, `instrument` plays it between the MIDI pitches `low` and `high`; `density` is a factor
    on how busy the plot would have it; `level` is where its loudness starts and ends, 1 being the plot's own;
    it enters `enters_bars` late. `section` counts the parts that a long plot is written in, from 1; None is
    all of them.
    """

    texture: str
    instrument: str | None = None
    low: int | None = None
    high: int | None = None
    density: float | None = None
    level: tuple[float, float] | None = None
    enters_bars: int | None = None
    section: int | None = None


@dataclass(frozen=True)
class Plot:
    """A stretch of picture with one dramatic job: [start_frame, end_frame) on the timeline.

    `valence`, `energy`, `tension`, `density`, `loudness` are 0 to 1 (means over the plot). `music` is
    False where nothing should sound. For a person, `entrance` says why music starts or stops here, and
    `reason` why the plot has its label. `given` names the numbers that a person's brief set.
    `tempo_bpm` holds the plot's base tempo to so many beats of the metre a minute; `tempo_change` lets the
    tempo take another character where the plot begins, as a plot with a tempo of its own does too. `layers`
    name textures, and nothing else then sounds; `plan` says more of each; both empty leave the choice open.
    """

    id: str
    start_frame: int
    end_frame: int
    label: Label
    words: str = ""
    valence: float = 0.5
    energy: float = 0.5
    tension: float = 0.5
    density: float = 0.5
    loudness: float = 0.5
    palette: str = ""
    layers: tuple[str, ...] = ()
    music: bool = True
    entrance: str = ""
    tempo_bpm: float | None = None
    tempo_change: bool = False
    plan: tuple[LayerPlan, ...] = ()
    reason: str = ""
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class TransitionPoint:
    """An instant at which the picture turns: `strength` 0 to 1, and in words what changes and how."""

    frame: int
    kind: ShiftKind
    strength: float
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """What one voice says in one breath: [start_frame, end_frame) on the timeline.

    `speaker` tells voices apart as far as could be heard: "1", "2" and so on; empty: not known.
    """

    start_frame: int
    end_frame: int
    words: str
    speaker: str = ""


@dataclass(frozen=True)
class Speech:
    """Somebody speaks: [start_frame, end_frame) on the timeline.

    `words` are who speaks or what is said, as a person wrote or a recogniser heard it; `lines` are what a
    recogniser heard, line by line. `heard`: it was found by listening, and not said by a person.
    """

    start_frame: int
    end_frame: int
    words: str = ""
    lines: tuple[Line, ...] = ()
    heard: bool = False


@dataclass(frozen=True)
class MoodCurves:
    """Five curves, one value a second from the cue's first frame, each 0 to 1, all of one length."""

    valence: tuple[float, ...]
    energy: tuple[float, ...]
    tension: tuple[float, ...]
    density: tuple[float, ...]
    loudness: tuple[float, ...]

    def mean(self, name: str, start_s: float, end_s: float) -> float:
        """Mean of one curve over the seconds nearest to [start_s, end_s), at least one of them.

        Raises:
            AttributeError: no curve of that name.
        """
        values: tuple[float, ...] = getattr(self, name)
        first = min(max(round(start_s), 0), len(values) - 1)
        last = min(max(first + 1, round(end_s)), len(values))
        return sum(values[first:last]) / (last - first)


@dataclass(frozen=True)
class CueSheet:
    """Everything the music must obey. Hits rise in frame; plots abut and cover the cue exactly.

    `speech` are the spans in which somebody speaks, rising, none touching another. `transitions` are the
    points where the picture turns, rising in frame. `about` is what was asked besides the words of `brief`;
    `instruments` holds (what, more | less | no) of who plays. `loudness_db` and `unheard` are those of
    `Heard`; both empty: nobody knows whether it was listened to.
    """

    name: str
    rate: Fraction
    drop_frame: bool
    start_timecode_frames: int
    cue_start_frame: int
    cue_end_frame: int
    hits: tuple[Hit, ...]
    plots: tuple[Plot, ...]
    mood: MoodCurves
    brief: str = ""
    notes: tuple[str, ...] = ()
    speech: tuple[Speech, ...] = ()
    transitions: tuple[TransitionPoint, ...] = ()
    about: About = field(default_factory=About)
    instruments: tuple[tuple[str, str], ...] = ()
    unheard: str = ""
    loudness_db: tuple[float, ...] = ()

    def cue_s(self, frame: int | Fraction) -> Fraction:
        """Exact seconds from the cue's first frame to a timeline frame."""
        return (Fraction(frame) - self.cue_start_frame) / self.rate

    def spoken(self, frame: int | Fraction) -> bool:
        """Whether somebody speaks at a timeline frame."""
        return any(span.start_frame <= frame < span.end_frame for span in self.speech)

    @property
    def cue_length_s(self) -> Fraction:
        """Exact length of the cue in seconds."""
        return self.cue_s(self.cue_end_frame)
