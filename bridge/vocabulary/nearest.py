"""Which of an encoder's words a picture is nearest to, said the same way of films and of stills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_FINER = 2


def nearest_words(
    emotion: npt.ArrayLike, emotion_names: Sequence[str], feeling: npt.ArrayLike, feeling_names: Sequence[str]
) -> str:
    """The likeliest emotion with its share, and the two likeliest feelings: `sad (62 %), lonely and tired`.

    Args:
        emotion: (k,) shares of `emotion_names`, at least one.
        emotion_names: words.
        feeling: (m,) shares of `feeling_names`.
        feeling_names: words.
    """
    shares = np.asarray(emotion)
    first = int(shares.argmax())
    finer = [feeling_names[at] for at in np.argsort(-np.asarray(feeling), kind="stable")[:_FINER]]
    return f"{emotion_names[first]} ({100 * shares[first]:.0f} %), {' and '.join(finer)}"
