from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.rows import fields_of, flat, row


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_a_row_is_one_line_and_comes_back(fields: list[str]) -> None:
    line = row(*fields)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert "\r" not in line
    assert fields_of(line[:-1]) == fields


def test_a_lone_backslash_is_refused() -> None:
    with pytest.raises(ValueError, match="not an escape"):
        fields_of("C:\\x")


def test_values_are_flattened_by_name() -> None:
    value = {"a": 1, "b": [True, None, {"c": "x"}], "d": {}}
    assert flat("v", value) == [("v.a", 1), ("v.b.0", 1), ("v.b.2.c", "x")]
