from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bridge.vocabulary import dissonance

TABLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "underscore_tables.tar.gz"


def test_a_semitone_is_the_unit_and_one_tone_is_smooth() -> None:
    assert dissonance.of_pitches([60, 61]) == pytest.approx(1.0)
    assert dissonance.of_pitches([60]) == 0.0
    assert dissonance.of_pitches([]) == 0.0


@pytest.mark.parametrize(
    "falling",
    [([60, 61], [60, 62], [60, 63], [60, 67], [60, 72]), ([60, 63, 66], [60, 63, 67])],
    ids=["intervals", "diminished and minor"],
)
def test_rougher_before_smoother(falling: tuple[list[int], ...]) -> None:
    values = [dissonance.of_pitches(pitches) for pitches in falling]
    assert all(one > other for one, other in pairwise(values))


def test_low_is_rougher_than_high() -> None:
    assert dissonance.of_pitches([36, 40, 43]) > dissonance.of_pitches([60, 64, 67])


def test_doubling_a_pitch_changes_nothing() -> None:
    assert dissonance.of_pitches([60, 64, 64]) == dissonance.of_pitches([60, 64])


def test_listeners_ordered_chords_so() -> None:
    """Lahdelma & Eerola 2020, 25 chords: rank correlation of rated consonance with roughness."""
    if not TABLES.exists():
        pytest.skip(f"{TABLES} is not here")
    import tarfile

    with tarfile.open(TABLES) as tar:
        member = next(m for m in tar if m.name.endswith("chord_consonance_25.tsv"))
        handle = tar.extractfile(member)
        assert handle is not None
        rows = [line.split("\t") for line in handle.read().decode().splitlines()]
    chords = [([int(p) for p in row[0].split()], float(row[2])) for row in rows if row[0][:1].isdigit()]
    assert len(chords) == 25
    rough = np.argsort(np.argsort([dissonance.of_pitches(pitches) for pitches, _ in chords]))
    liked = np.argsort(np.argsort([rating for _, rating in chords]))
    assert np.corrcoef(rough, liked)[0, 1] < -0.8
