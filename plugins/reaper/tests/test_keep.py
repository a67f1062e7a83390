"""Keep mine: the project's tempo map as the file that a score is composed inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bridge.reading.midi_map import read_tempo_map
from bridge.schema.tempo import GivenMap
from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import Fake, fault
from plugins.reaper.tests.played import time_at
from plugins.reaper.tests.scores import made
from plugins.reaper.tests.test_insert import MAPS, YES

TOLERANCE_S = 0.00005


def handed_over(reaper: Fake, t0: float) -> GivenMap:
    """The map that the command is given for a score that starts at t0."""
    files: list[bytes] = []

    def compose(words: list[str]) -> Sequence[str]:
        files.append(Path(words[words.index("--keep-tempo-map") + 1]).read_bytes())
        return fault("that is all this test needs")

    reaper.project.cursor = t0
    offer(reaper, made())
    reaper.answers["score"] = compose
    reaper.say("boxes", YES)
    reaper.run("Insert score")
    assert reaper.messages[-1] == "that is all this test needs", reaper.messages
    (data,) = files
    return read_tempo_map(data)


@pytest.mark.parametrize("name", ["square", "ramps", "partial bars"])
@pytest.mark.parametrize("first_quarter", [0, 5, 14])
def test_every_beat_of_it_is_where_the_project_has_it(reaper: Fake, name: str, first_quarter: int) -> None:
    reaper.tempo(*MAPS[name])
    qn0 = reaper.fake.tempo.uncounted(reaper.project.map, first_quarter)
    t0 = time_at(reaper, qn0)
    given = handed_over(reaper, t0)
    for half_beat in range(2 * 24):
        due = time_at(reaper, qn0 + half_beat / 2) - t0
        assert float(given.tempo.s_at_tick(480 * half_beat)) == pytest.approx(due, abs=TOLERANCE_S)


def test_the_bars_of_it_are_the_projects(reaper: Fake) -> None:
    reaper.tempo((0.0, 120.0, 4, 4, False), (4.0, 120.0, 3, 4, False), (7.0, 120.0, 6, 8, False))
    given = handed_over(reaper, 0.5)  # on the second beat: three are left of the bar
    metres = [(event.tick, str(event.metre)) for event in given.metres]
    assert metres == [(0, "3/4"), (960 * 3, "4/4"), (960 * 7, "3/4"), (960 * 13, "6/8")]


@pytest.mark.parametrize(
    ("quarter", "expected"),
    [
        # The second bar of 4/4 begins at quarter 4 and is cut at 6.6 by 3/4, and that at 15.54 by 5/8.
        (4.0, [(0, "4/4"), (2496, "3/4"), (11078, "5/8")]),
        (5.0, [(0, "4/4"), (1536, "3/4"), (10118, "5/8")]),
        (5.6, [(0, "1/4"), (960, "3/4"), (9542, "5/8")]),
        (1.0, [(0, "3/4"), (2880, "4/4"), (5376, "3/4"), (13958, "5/8")]),
    ],
)
def test_a_bar_that_is_cut_is_followed_by_what_cuts_it(
    reaper: Fake, quarter: float, expected: list[tuple[int, str]]
) -> None:
    reaper.tempo(*MAPS["partial bars"])
    t0 = time_at(reaper, reaper.fake.tempo.uncounted(reaper.project.map, quarter))
    given = handed_over(reaper, t0)
    assert [(event.tick, str(event.metre)) for event in given.metres] == expected


@pytest.mark.parametrize("quarters_left", [3.3334, 2.5, 1 / 3, 0.25, 0.01])
def test_a_start_inside_a_beat_has_its_bar_cut_at_the_projects_line(
    reaper: Fake, quarters_left: float
) -> None:
    reaper.tempo((0.0, 120.0, 4, 4, False))
    given = handed_over(reaper, 2.0 - quarters_left / 2)
    first, second = given.metres
    line = round(960 * quarters_left)
    assert (second.tick, str(second.metre)) == (line, "4/4")
    assert first.metre.ticks >= line
    assert first.metre.ticks == line or str(first.metre) == "4/4"
