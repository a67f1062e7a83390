"""A cue's sounds mixed down to one channel of 16 kHz, block by block, as the edit has them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bridge.errors import MediaError
from bridge.hearing import RATE
from bridge.hearing.sound import Samples, SoundFile
from bridge.progress import Progress
from bridge.schema.timeline import Sound, Timeline

BLOCK_S = 8
"""Seconds in a block: whole windows of the voice detector, and whole seconds."""
# Faster than this nobody follows a voice, forwards or back; such sounds are left out.
_FASTEST = 4

_STAGE = "hearing"


def mixed(timeline: Timeline, problems: dict[str, None], progress: Progress) -> Iterator[Samples]:
    """(BLOCK_S × RATE,) samples at a time from the cue's first frame; the last block is filled with zeros.

    Only files that sound in a block are open in it, so memory does not grow with the cue.

    Args:
        timeline: whose sounds are mixed.
        problems: sentences for a person on what cannot be heard are added to it, each once.
        progress: told seconds.

    Raises:
        Cancelled: somebody asked to stop.
    """
    length_s = -int(-timeline.cue_s(timeline.cue_end_frame) // 1)
    players = sorted(
        (_Player(sound, timeline) for sound in timeline.sounds), key=lambda player: player.start_s
    )
    try:
        for second in range(0, max(1, length_s), BLOCK_S):
            progress.report(_STAGE, min(second, length_s), length_s)
            block = np.zeros(BLOCK_S * RATE, np.float32)
            for player in players:
                if player.start_s < second + BLOCK_S and player.end_s > second:
                    player.add_to(block, second, problems)
                elif player.end_s <= second:
                    player.close()
            yield block
    finally:
        for player in players:
            player.close()
    progress.report(_STAGE, length_s, length_s)


class _Player:
    """One sound, opened when it is first heard."""

    def __init__(self, sound: Sound, timeline: Timeline) -> None:
        self._sound = sound
        self.start_s = timeline.cue_s(sound.start_frame)
        self.end_s = timeline.cue_s(sound.end_frame)
        self._file: SoundFile | None = None
        self._silent = False

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add_to(self, block: Samples, second: int, problems: dict[str, None]) -> None:
        """Add what it plays from a second of the cue on."""
        sound = self._sound
        if sound.media is None:
            problems.setdefault(sound.problem or "a sound has no media")
            return
        if self._silent:
            return
        try:
            if self._file is None:
                self._file = SoundFile(sound.media.path, sound.channels)
        except MediaError as error:
            self._silent = True
            # A picture without sound of its own is no fault; a clip on a sound track is there to be heard.
            if sound.track or "no sound" not in error.what:
                problems.setdefault(f"{sound.media.path.name}: {error.what}")
            return
        first = max(0, round((self.start_s - second) * RATE))
        last = min(len(block), round((self.end_s - second) * RATE))
        if last > first:
            # Seconds into the sound of each sample.
            at_s = np.arange(first, last) / RATE + float(second - self.start_s)
            block[first:last] += self._played(self._file, at_s) * self._amplitude(at_s)
            if self._file.bad_packets:
                problems.setdefault(f"{sound.media.path.name}: parts of its sound are broken and skipped")

    def _played(self, file: SoundFile, at_s: np.ndarray) -> Samples:
        """The media's samples at offsets into the sound, through its time map."""
        media = self._sound.media
        knots = media.knots if media is not None else ()
        out = np.zeros(len(at_s), np.float32)
        for left, right in zip(knots, knots[1:]):
            inside = np.flatnonzero((at_s >= float(left.offset_s)) & (at_s < float(right.offset_s)))
            slope = (right.media_s - left.media_s) / (right.offset_s - left.offset_s)
            if not len(inside) or not 0 < abs(slope) <= _FASTEST:
                continue
            start = left.media_s + slope * (Fraction(float(at_s[inside[0]])) - left.offset_s)
            if slope == 1:
                out[inside] = file.read(round(start * RATE), len(inside))
                continue
            places = (float(start) + float(slope) * (at_s[inside] - at_s[inside[0]])) * RATE
            low = int(np.floor(places.min()))
            samples = file.read(low, int(np.ceil(places.max())) - low + 2)
            out[inside] = np.interp(places - low, np.arange(len(samples)), samples)
        return out

    def _amplitude(self, at_s: np.ndarray) -> np.ndarray:
        sound = self._sound
        factor = np.ones(len(at_s))
        if sound.gain:
            points = [float(point.offset_s) for point in sound.gain]
            factor = 10 ** (np.interp(at_s, points, [point.gain_db for point in sound.gain]) / 20)
        if sound.fade_in_s:
            factor = factor * np.clip(at_s / float(sound.fade_in_s), 0, 1)
        if sound.fade_out_s:
            left_s = float(self.end_s - self.start_s) - at_s
            factor = factor * np.clip(left_s / float(sound.fade_out_s), 0, 1)
        return factor
