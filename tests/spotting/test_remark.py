"""Hits follow markers that have changed since, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

from bridge.schema.cues import CueSheet, Hit, HitKind, Weight
from bridge.schema.timeline import Marker, Timeline
from bridge.spotting import remarked
from tests.composing.forms import film


def sheet() -> CueSheet:
    """The film's sheet with a hit that a marker had asked for."""
    cues = film()[0]
    frame = cues.cue_start_frame + 31
    marked = Hit("h900", frame, Weight.MUST, HitKind.MARKER, *cues_window(cues), words="door")
    hits = tuple(sorted((*(h for h in cues.hits if h.frame != frame), marked), key=lambda hit: hit.frame))
    return replace(cues, hits=hits)


def cues_window(cues: CueSheet) -> tuple:  # type: ignore[type-arg]
    must = next(hit for hit in cues.hits if hit.weight is Weight.MUST)
    return must.early_frames, must.late_frames


def with_marks(cues: CueSheet, *marks: Marker) -> Timeline:
    start, end = cues.cue_start_frame, cues.cue_end_frame
    return Timeline("n", cues.rate, False, 0, end, start, end, (), markers=marks)


def test_a_new_marker_becomes_a_hit_of_its_weight_and_the_rest_stays() -> None:
    cues = sheet()
    frame = cues.cue_start_frame + 77
    marks = (
        Marker(frame, 1, "want"),
        Marker(frame + 5, 60, "tense strings"),
        Marker(frame + 9, 1, "Marker 3"),
    )
    hits = remarked(cues, with_marks(cues, *marks), frozenset()).hits
    (new,) = [hit for hit in hits if hit.frame == frame]
    assert (new.id, new.weight, new.kind) == ("m001", Weight.WANT, HitKind.MARKER)
    assert {hit.frame for hit in hits} == {frame, *(hit.frame for hit in cues.hits)}
    assert [hit.frame for hit in hits] == sorted(hit.frame for hit in hits)


def test_a_marker_that_is_gone_takes_its_hit_along_and_one_that_moved_brings_it() -> None:
    cues = sheet()
    was = cues.cue_start_frame + 31
    gone = remarked(cues, with_marks(cues), frozenset({was})).hits
    assert {hit.frame for hit in cues.hits} - {hit.frame for hit in gone} == {was}
    moved = remarked(cues, with_marks(cues, Marker(was + 2, 1, "must")), frozenset({was})).hits
    assert was not in {hit.frame for hit in moved}
    assert was + 2 in {hit.frame for hit in moved}


def test_what_nobody_took_away_stays_cuts_above_all() -> None:
    cues = sheet()
    frames = frozenset(hit.frame for hit in cues.hits if hit.kind is not HitKind.MARKER)
    assert remarked(cues, with_marks(cues), frames) is cues
    still = Marker(cues.cue_start_frame + 31, 1, "must: door")
    assert remarked(cues, with_marks(cues, still), frozenset()) is cues
    outside = Marker(cues.cue_end_frame, 1, "must")
    assert remarked(cues, with_marks(cues, outside), frozenset()) is cues
