"""What the measurement of live playing lets pass; `tests/playing/test_jack.py` has its runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("fcntl")  # it locks files, which Windows does otherwise
from bench.live import Verdict, passed

GOOD = Verdict(100, 100, True, 48, 48, (0.001, 0.002, 0.5), 0, 0.005)


def test_a_run_that_lost_nothing_and_was_on_time_passes() -> None:
    assert passed(GOOD)


@pytest.mark.parametrize(
    "change", [{"heard": 99}, {"same": False}, {"clocks": 47}, {"lateness_s": (0.011, 0.012, 0.0)}]
)
def test_what_was_lost_or_late_does_not(change: dict[str, Any]) -> None:
    assert not passed(replace(GOOD, **change))
