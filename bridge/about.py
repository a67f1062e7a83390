"""What the music is for, besides the words of the brief: who listens, whose it is, how it shall sound."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import SettingsError

MAX_NOTE_CHARS = 20_000
MAX_STILLS = 32
MAX_SPANS = 200


@dataclass(frozen=True)
class About:
    """Notes that go with a brief; what is empty asks for nothing.

    Attributes:
        audience: who it is for, in words.
        brand: what the brand is like, in words.
        style: how it shall sound, in words.
        instruments: who plays and who does not: "piano and cello, no drums".
        no_music: spans in which nothing sounds, each "IN-OUT" in timecodes of the timeline or its frames.
        stills: absolute paths of pictures whose light and colour the mood leans to, and whose emotion where
            an encoder with words is installed.
    """

    audience: str = ""
    brand: str = ""
    style: str = ""
    instruments: str = ""
    no_music: tuple[str, ...] = ()
    stills: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("audience", "brand", "style", "instruments"):
            if len(getattr(self, name)) > MAX_NOTE_CHARS:
                raise SettingsError(
                    f"a note of {len(getattr(self, name)):,} characters is too long",
                    where=f"--{name}",
                    remedy=f"Say it in {MAX_NOTE_CHARS:,} or fewer",
                )
        if len(self.no_music) > MAX_SPANS:
            raise SettingsError(
                f"{len(self.no_music)} spans without music are more than can be asked for",
                where="--no-music",
                remedy=f"Name {MAX_SPANS} at most, or put markers into the timeline",
            )
        if len(self.stills) > MAX_STILLS:
            raise SettingsError(
                f"{len(self.stills)} stills are more than are looked at",
                where="--still",
                remedy=f"Choose {MAX_STILLS} or fewer",
            )
        for text in self.no_music:
            span_of(text)


def span_of(text: str) -> tuple[str, str]:
    """The two ends of "IN-OUT" as they are written; a dash of any length, or the word to, between them.

    Raises:
        SettingsError: there are not two.
    """
    ends = [end.strip() for end in text.replace("–", "-").replace("—", "-").replace(" to ", "-").split("-")]
    if len(ends) != 2 or not all(ends):
        raise SettingsError(
            f"{text!r} is not a span",
            where="--no-music",
            remedy="Write where it begins and where it ends, such as 01:00:10:00-01:00:20:00",
        )
    return ends[0], ends[1]
