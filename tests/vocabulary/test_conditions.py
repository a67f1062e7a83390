import pytest

from bridge.vocabulary.conditions import GROUPS, OPEN, SLOTS, WIDTH, Conditions


def test_nothing_asked_is_all_zeros() -> None:
    assert OPEN.vector() == (0.0,) * WIDTH


def test_a_number_stands_scaled_beside_its_flag() -> None:
    vector = Conditions(register=60.0).vector()
    assert vector[GROUPS["register"]] == (0.5, 1.0)
    assert sum(map(abs, vector)) == 1.5


def test_zero_asked_is_not_the_same_as_open() -> None:
    assert Conditions(density=0.0).vector() != OPEN.vector()
    assert Conditions(rest=False).vector() != OPEN.vector()
    assert Conditions(onsets=(False,) * 16).vector() != OPEN.vector()


def test_the_groups_part_the_vector() -> None:
    covered = [column for columns in GROUPS.values() for column in range(WIDTH)[columns]]
    assert sorted(covered) == list(range(WIDTH))


def test_each_control_moves_its_own_columns_only() -> None:
    asked = Conditions(
        **dict.fromkeys(list(GROUPS)[:11], 0.4), label="climax", accent=True, hold=True, rest=False,
        pickup=True, onsets=(True, False) * 8,
    )  # fmt: skip
    full = asked.vector()
    for name, columns in GROUPS.items():
        without = asked.without(name).vector()
        changed = {at for at in range(WIDTH) if full[at] != without[at]}
        assert changed
        assert changed <= set(range(WIDTH)[columns])


def test_what_lies_far_outside_is_told_as_far() -> None:
    assert Conditions(bars_to_plot=400.0).vector()[GROUPS["bars_to_plot"]] == (1.5, 1.0)


def test_faults_are_named() -> None:
    with pytest.raises(ValueError, match="coda"):
        Conditions(label="coda")
    with pytest.raises(ValueError, match="sixteenths"):
        Conditions(onsets=(True,) * (SLOTS + 1))
