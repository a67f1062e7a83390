"""The sentences that emotions are read by, fixed here so that the same words mean the same everywhere."""

from __future__ import annotations

from typing import Final

EMOTIONS: Final[dict[str, tuple[str, ...]]] = {
    "exciting": ("exciting", "thrilling and full of action"),
    "fearful": ("fearful", "frightening"),
    "tense": ("tense", "full of suspense"),
    "sad": ("sad", "sorrowful"),
    "relaxing": ("relaxing", "calm and peaceful"),
    "neutral": ("neutral", "ordinary, without any strong feeling"),
}
"""Video2Music's six (Kang, Poria and Herremans 2024), each by two wordings whose vectors are averaged."""

FEELINGS: Final[dict[str, tuple[str, ...]]] = {
    name: (name,)
    for name in (
        *("joyful", "playful", "romantic", "tender", "hopeful", "triumphant", "heroic", "awe-inspiring"),
        *("peaceful", "dreamy", "nostalgic", "melancholic", "lonely", "grieving", "mysterious", "eerie"),
        *("suspenseful", "threatening", "terrifying", "angry", "violent", "chaotic", "urgent", "comical"),
    )
}
"""A finer set for words in a brief. Herrmann-1 (Haseeb, Hammoudeh and Xia 2024) has a language model say in
free words what a scene feels like; these are words of that kind, ours, and move nothing."""

TEMPLATES: Final = ("a film still that feels {}", "a {} scene in a film", "the mood of this picture is {}")
