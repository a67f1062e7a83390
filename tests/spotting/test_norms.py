"""What the docstrings say of our own words beside the norms is counted here."""

from pathlib import Path

import numpy as np

import bridge.spotting
from bridge.spotting.lexicon import mood_of, norm_of

MOODS = Path(bridge.spotting.__file__).parent / "data" / "moods.tsv"


def test_own_shifts_of_valence_go_with_the_norms_as_is_said() -> None:
    lines = [line for line in MOODS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    words = [line.split("\t")[0].rstrip("*") for line in lines[1:]]
    both = [(mood_of(word), norm_of(word)) for word in words]
    pairs = np.array([(own[0], norm[0]) for own, norm in both if own and norm])
    assert len(pairs) == 53
    assert round(float(np.corrcoef(pairs.T)[0, 1]), 2) == 0.95
    # A rating's tenth is of the size of our own shifts.
    assert 0.8 < float((pairs[:, 0] * pairs[:, 1]).sum() / (pairs[:, 1] ** 2).sum()) < 1.25
