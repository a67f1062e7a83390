"""The words that a picture is nearest to, as a sentence's end."""

from __future__ import annotations

from bridge.vocabulary.nearest import nearest_words


def test_the_likeliest_come_first() -> None:
    finer = ("gay", "lonely", "tired")
    assert nearest_words([0.3, 0.7], ("tense", "sad"), [0.1, 0.6, 0.3], finer) == (
        "sad (70 %), lonely and tired"
    )
    assert nearest_words([0.5, 0.5], ("tense", "sad"), [0.2, 0.4, 0.4], finer) == (
        "tense (50 %), lonely and tired"
    )
