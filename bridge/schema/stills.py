"""Pictures that go with a brief, as they were looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stills:
    """Light and colour of n stills, one value each, in the units of `Picture`; `names` are their files'."""

    names: tuple[str, ...] = ()
    brightness: tuple[float, ...] = ()
    saturation: tuple[float, ...] = ()
    warmth: tuple[float, ...] = ()
    contrast: tuple[float, ...] = ()

    def mean(self, name: str) -> float:
        """Mean of one of them over all stills, of which there is at least one.

        Raises:
            AttributeError: no value of that name.
        """
        values: tuple[float, ...] = getattr(self, name)
        return sum(values) / len(values)
