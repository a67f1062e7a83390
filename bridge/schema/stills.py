"""Pictures that go with a brief, as they were looked at."""

from __future__ import annotations

from dataclasses import dataclass

Shares = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Stills:
    """What was seen of n stills, one value each, in the units of `Picture`.

    Attributes:
        names: of their files.
        brightness: mean luma; saturation, warmth and contrast are as in `Picture`.
        emotion: a row of shares of `emotion_names` each, rows sum to 1; none without an encoder's words.
        feeling: the same for the finer `feeling_names`.
    """

    names: tuple[str, ...] = ()
    brightness: tuple[float, ...] = ()
    saturation: tuple[float, ...] = ()
    warmth: tuple[float, ...] = ()
    contrast: tuple[float, ...] = ()
    emotion: Shares = ()
    emotion_names: tuple[str, ...] = ()
    feeling: Shares = ()
    feeling_names: tuple[str, ...] = ()

    def mean(self, name: str) -> float:
        """Mean of one of the numbers of light and colour over all stills, of which there is at least one.

        Raises:
            AttributeError: no value of that name.
        """
        values: tuple[float, ...] = getattr(self, name)
        return sum(values) / len(values)
