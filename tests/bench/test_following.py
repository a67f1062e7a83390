"""What following the mood moves and costs, as a table."""

from __future__ import annotations

from bench.following import Tally, sheets, table


def test_the_table_counts_changes_and_hits() -> None:
    found = {
        "cuts": Tally([0.0, 12.0, -2.0, 10.0], 90, 100),
        "mood": Tally([30.0, 20.0, 10.0, 20.0], 1650, 2000),
    }
    assert table(found).splitlines()[2:] == [
        "| cuts | 2 of 4 | 1 | +5.0 | 90.0 % of 100 |",
        "| mood | 4 of 4 | 0 | +20.0 | 82.5 % of 2,000 |",
    ]


def test_lists_are_spread_over_all_that_there_are() -> None:
    names = [sheet.name for sheet in sheets(6)]
    assert len(set(names)) == 6
    assert {name.split(",")[0] for name in names} == {"2 s", "3.5 s", "6 s"}
