"""Recognised speech as SubRip subtitles."""

from __future__ import annotations

from fractions import Fraction

from bridge.schema.cues import CueSheet


def srt_bytes(cues: CueSheet) -> bytes:
    """`NAME.srt` (UTF-8), timed from the timeline's first frame; empty where nobody was understood.

    A speaker is named in front where there are several.
    """
    lines = [line for span in cues.speech for line in span.lines]
    named = len({line.speaker for line in lines}) > 1
    blocks = []
    for number, line in enumerate(lines, 1):
        words = f"{line.speaker}: {line.words}" if named and line.speaker else line.words
        times = (_stamp(Fraction(frame) / cues.rate) for frame in (line.start_frame, line.end_frame))
        # A blank line would end the block.
        blocks.append(f"{number}\n{' --> '.join(times)}\n{' '.join(words.split())}\n")
    return "\n".join(blocks).encode("utf-8", "replace")


def _stamp(second: Fraction) -> str:
    whole = round(second * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
