"""A timeline after reading: shots, edit points and markers on integer frames of one exact rate.

Frames are counted from the timeline's first frame, which is frame 0 and carries the timecode
`start_timecode_frames` (86400 for 01:00:00:00 at 24). Source time never leaves `reading`: where a
shot's pictures lie in its media is said in seconds of the media file, as a piecewise linear map.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from pathlib import Path


class EditKind(str, Enum):
    """What happens at an edit point."""

    CUT = "cut"
    TRANSITION = "transition"


@dataclass(frozen=True)
class Knot:
    """One point of a shot's time map: `offset_s` into the shot shows `media_s` of the media file."""

    offset_s: Fraction
    media_s: Fraction


@dataclass(frozen=True)
class MediaSpan:
    """Where a shot's pictures are.

    `knots` has two or more points, rising in `offset_s` from 0 to the shot's length, linear between
    them; falling `media_s` is reverse play and constant `media_s` a freeze. `media_s` counts from the
    file's first frame. `path` is as this machine spells it; `pattern_rate` is set for a numbered image
    sequence (`path` then has a printf pattern such as `frame.%04d.exr` and `first_number`).
    """

    path: Path
    knots: tuple[Knot, ...]
    pattern_rate: Fraction | None = None
    first_number: int = 0


@dataclass(frozen=True)
class Shot:
    """One stretch of picture that a viewer sees as a shot: [start_frame, end_frame).

    `media` is None when it is missing or cannot be named; `problem` then says why, for a person.
    """

    id: str
    name: str
    start_frame: int
    end_frame: int
    media: MediaSpan | None = None
    problem: str = ""

    @property
    def length_frames(self) -> int:
        """Frames the shot lasts."""
        return self.end_frame - self.start_frame


@dataclass(frozen=True)
class EditPoint:
    """A change of picture. A cut has start = frame = end; a transition is a span with a middle.

    `frame` is the first frame of the new picture for a cut, the middle for a transition. `style` is
    the transition's real kind ("Cross Dissolve", "dip to black"), empty for a cut. A fade from or to
    black at an end of the picture is a transition as well.
    """

    frame: int
    kind: EditKind = EditKind.CUT
    start_frame: int = 0
    end_frame: int = 0
    style: str = ""


@dataclass(frozen=True)
class Marker:
    """An editor's marker: frame, length (0 for an instant), name, note and colour as written."""

    frame: int
    duration_frames: int = 0
    name: str = ""
    note: str = ""
    color: str = ""


@dataclass(frozen=True)
class GainPoint:
    """The gain `offset_s` into a sound, in dB; linear in dB to the next point, held before and after."""

    offset_s: Fraction
    gain_db: float


@dataclass(frozen=True)
class Sound:
    """What a clip on a sound track plays: [start_frame, end_frame) on the timeline.

    `media` is as a shot's; None when it is missing or cannot be named, and `problem` then says why.
    `track` is the track's name, or number from 1; empty for a picture's own sound, in a timeline that has no
    sound tracks. No `gain` is 0 dB. Fades are linear in amplitude. `channels` are (stream, channel) pairs
    from 0 of the media's sound streams; empty: all. Tracks and clips that are switched off are no sounds.
    """

    track: str
    start_frame: int
    end_frame: int
    media: MediaSpan | None = None
    gain: tuple[GainPoint, ...] = ()
    fade_in_s: Fraction = Fraction(0)
    fade_out_s: Fraction = Fraction(0)
    channels: tuple[tuple[int, int], ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Timeline:
    """A readable timeline, already cut to its In and Out when the user set them.

    `cue_start_frame` and `cue_end_frame` (exclusive) bound what is to be scored; shots, edit points, markers
    and sounds are kept on timeline frames and lie within them. Sounds may overlap. Edit points never lie on
    the cue's own ends unless they are transitions. `fingerprint` is a SHA-256 over what the music depends on
    (rate, cue, shots' bounds and media, edit points, markers, sounds), not over the file's bytes. `warnings`
    are sentences for a person.
    """

    name: str
    rate: Fraction
    drop_frame: bool
    start_timecode_frames: int
    duration_frames: int
    cue_start_frame: int
    cue_end_frame: int
    shots: tuple[Shot, ...]
    edit_points: tuple[EditPoint, ...] = ()
    markers: tuple[Marker, ...] = ()
    sounds: tuple[Sound, ...] = ()
    source: Path = field(default_factory=Path)
    fingerprint: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def cue_frames(self) -> int:
        """Length of the cue in frames."""
        return self.cue_end_frame - self.cue_start_frame

    def cue_s(self, frame: int | Fraction) -> Fraction:
        """Exact seconds from the cue's first frame to a timeline frame."""
        return (Fraction(frame) - self.cue_start_frame) / self.rate
