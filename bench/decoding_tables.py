"""What `bench.decoding` finds, as Markdown; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def pace_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """`paces` as Markdown."""
    out = [
        "| rows at once | tokens written | rows alike in all three | ours, tokens/s | (a) torch, cache"
        " | (b) torch, no cache | ours / a | ours / b |",
        "|---" * 8 + "|",
    ]
    for each in rows:
        out.append(
            f"| {each['rows']} | {each['tokens']} | {each['alike']} of {each['rows']} | {each['ours']:.0f}"
            f" | {each['a']:.0f} | {each['b']:.0f} | {each['ours / a']:.1f} | {each['ours / b']:.1f} |"
        )
    return "\n".join(out)


def growth_table(rows: Sequence[Mapping[str, float]]) -> str:
    """`growth` as Markdown."""
    out = ["| bars in a row | tokens written | and read | seconds | ms a token |", "|---" * 5 + "|"]
    for each in rows:
        out.append(
            f"| {each['bars']} | {each['tokens']} | {each['read']} | {each['seconds']:.2f}"
            f" | {1000 * each['seconds'] / each['tokens']:.2f} |"
        )
    return "\n".join(out)


def cue_table(rows: Sequence[Mapping[str, float]]) -> str:
    """`cues` as Markdown."""
    out = ["| music, s | composing, s of one core | a minute |", "|---" * 3 + "|"]
    for each in rows:
        out.append(
            f"| {each['music']:.0f} | {each['seconds']:.1f} | {60 * each['seconds'] / each['music']:.1f} |"
        )
    return "\n".join(out)


def minute_words(found: Mapping[str, Any]) -> str:
    """`minute` in a sentence."""
    shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in found["shares"].items())
    return (
        f"{found['music']:.0f} s of music, {found['parts']} parts, {found['notes']} notes:"
        f" {found['seconds']:.1f} s of one core. Of that: {shares}."
    )
