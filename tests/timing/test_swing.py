"""Changes of the tempo's direction, counted as a listener would."""

from __future__ import annotations

import pytest

from bridge.timing.swing import direction_changes


@pytest.mark.parametrize(
    ("bpm", "turns"),
    [
        ([], 0),
        ([100.0], 0),
        ([100, 102, 104, 106], 0),
        ([100, 103, 100], 1),
        ([100, 103, 102.5, 104, 100], 1),  # half a per cent back is no turn
        ([100, 103, 100, 103, 100], 3),
        ([100, 100.5, 100, 100.5], 0),
    ],
)
def test_counts_turns_of_a_per_cent(bpm: list[float], turns: int) -> None:
    assert direction_changes(bpm) == turns
