"""Two performances made one: what stays, what is new, and controllers at the joints."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.performing import join
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole

SPANS = ((100, 200), (300, 400))


def track(name: str, notes: list[PlayedNote], *controllers: Controller, **fields: int) -> Track:
    placed = {"channel": 0, "program": 40, **fields}
    return Track(name, PartRole.MELODY, notes=tuple(notes), controllers=controllers, **placed)  # type: ignore[arg-type]


def line(pitch: int, *ticks: int, length: int = 10) -> list[PlayedNote]:
    return [PlayedNote(tick, length, pitch, 64) for tick in ticks]


@st.composite
def performances(draw: st.DrawFn) -> Performance:
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    made = []
    for channel, name in enumerate(names):
        ticks = draw(st.lists(st.integers(0, 499), min_size=1, max_size=12, unique=True))
        lengths = draw(st.lists(st.integers(1, 150), min_size=len(ticks), max_size=len(ticks)))
        notes = [PlayedNote(t, n, 60 + channel, 64) for t, n in sorted(zip(ticks, lengths))]
        made.append(track(name, notes, Controller(0, 7, 100), channel=channel))
    return Performance(tuple(made))


@given(before=performances(), after=performances(), locked=st.sets(st.sampled_from("abcd")))
def test_outside_and_locked_stay_inside_is_new(
    before: Performance, after: Performance, locked: set[str]
) -> None:
    joined, _ = join(before, after, SPANS, frozenset(locked))
    found = {each.name: each.notes for each in joined.tracks}

    def inside(tick: int) -> bool:
        return any(start <= tick < end for start, end in SPANS)

    for old in before.tracks:
        if old.name in locked:
            assert found[old.name] == old.notes
            continue
        kept = [n for n in found.get(old.name, ()) if not inside(n.tick)]
        want = [n for n in old.notes if not inside(n.tick)]
        assert [(n.tick, n.pitch, n.velocity) for n in kept] == [(n.tick, n.pitch, n.velocity) for n in want]
        for now, was in zip(kept, want):
            joint = min((a for a, _ in SPANS if was.tick < a < was.tick + was.duration_ticks), default=None)
            assert now.duration_ticks == (was.duration_ticks if joint is None else joint - was.tick)
    known = {old.name for old in before.tracks}
    for new in after.tracks:
        if new.name in known and new.name not in locked:
            played = [n for n in found.get(new.name, ()) if inside(n.tick)]
            assert played == [n for n in new.notes if inside(n.tick)]
    channels = [each.channel for each in joined.tracks]
    assert len(set(channels)) == len(channels)


def test_controllers_hold_their_own_side_of_a_joint() -> None:
    before = Performance((track("a", line(60, 0, 250), Controller(0, 7, 100), Controller(50, 11, 80)),))
    down_up = (Controller(150, 64, 127), Controller(200, 64, 0), Controller(120, 11, 40))
    after = Performance((track("a", line(62, 110), Controller(0, 7, 100), *sorted(down_up, key=_tick)),))
    (joined,) = join(before, after, ((100, 200),), frozenset())[0].tracks
    told = [(c.tick, c.number, c.value) for c in joined.controllers]
    assert told == [
        (0, 7, 100), (50, 11, 80), (100, 11, 127), (120, 11, 40), (150, 64, 127), (200, 11, 80), (200, 64, 0),
    ]  # fmt: skip


def _tick(controller: Controller) -> int:
    return controller.tick


def test_a_part_without_a_channel_left_is_played_by_one_that_does_the_same_or_left_out() -> None:
    channels = [channel for channel in range(16) if channel != 9]
    full = [track(f"t{c}", line(60, 0), channel=c) for c in channels]
    extra = Performance((track("new", line(70, 150), program=41),))
    joined, told = join(Performance(tuple(full)), extra, SPANS, frozenset())
    assert len(joined.tracks) == 15
    assert "no channel left for new" in told[0]
    assert sum(note.pitch == 70 for each in joined.tracks for note in each.notes) == 1
    locked = frozenset(each.name for each in full)
    joined, told = join(Performance(tuple(full)), extra, SPANS, locked)
    assert "left out" in told[0]


def test_a_part_of_that_name_on_another_instrument_is_another_part() -> None:
    before = Performance((track("Lead", line(60, 0)),))
    after = Performance((track("Lead", line(62, 150), program=80),))
    joined, _ = join(before, after, SPANS, frozenset())
    assert [(each.name, each.program, each.channel) for each in joined.tracks] == [
        ("Lead", 40, 0), ("Lead 2", 80, 1),
    ]  # fmt: skip
