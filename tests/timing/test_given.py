"""A map from outside is kept as it is; hits are met where its beats or gestures lie."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form, GivenMap, Metre, MetreEvent, Rung, TempoEvent, TempoMap
from bridge.timing import solve
from tests.timing.sheets import sheet
from tests.timing.test_limits import sheets

MUST, WANT = Weight.MUST, Weight.WANT


def a_map(tempi: dict[int, int], metres: dict[int, tuple[int, int]]) -> GivenMap:
    return GivenMap(
        TempoMap(tuple(TempoEvent(*pair) for pair in sorted(tempi.items()))),
        tuple(MetreEvent(tick, Metre(*pair)) for tick, pair in sorted(metres.items())),
    )


def kept(cues: CueSheet, given_map: GivenMap, wish: Settings | None = None) -> Form:
    form = solve(cues, wish or Settings(), Progress(), given_map)
    assert faults(cues, given_map, form) == []
    return form


def faults(cues: CueSheet, given_map: GivenMap, form: Form) -> list[str]:
    found: list[str] = []
    end = form.bars[-1].end_tick
    if form.tempo_map.events != tuple(e for e in given_map.tempo.events if e.tick < end):
        found.append("tempo events differ")
    if form.metre_events() != tuple(e for e in given_map.metres if e.tick < end):
        found.append("metres differ")
    if form.bars[0].tick or any(a.end_tick != b.tick for a, b in zip(form.bars, form.bars[1:])):
        found.append("bars do not abut")
    starts = {bar.tick for bar in form.bars}
    found += [f"no bar at {e.tick}" for e in form.metre_events() if e.tick not in starts]
    for bar in form.bars:
        if bar.cut_ticks and bar.end_tick not in {e.tick for e in given_map.metres}:
            found.append(f"bar {bar.index} is cut without a reason")
    if form.tempo_map.s_at_tick(end) < cues.cue_length_s + 3:
        found.append("the bars end early")
    by_id = {hit.id: hit for hit in cues.hits}
    for result in form.hits:
        hit = by_id[result.hit_id]
        if not result.met:
            found += [] if result.reason else [f"{hit.id} has no reason"]
            continue
        assert result.tick is not None
        error = (form.tempo_map.s_at_tick(result.tick) - cues.cue_s(hit.frame)) * cues.rate
        if abs(float(error) - result.error_frames) > 1e-9:
            found.append(f"{hit.id}: {result.error_frames} is not {float(error)}")
        if result.rung in (Rung.METRE, Rung.RITARD):
            found.append(f"{hit.id}: {result.rung} would move the map")
    return found


def test_beats_accents_and_what_is_left() -> None:
    # 120 bpm at 24 frames a second: a beat every 12 frames, an eighth every 6.
    cues = sheet([48, 90, 147], end=400, weights=[WANT, MUST, WANT])
    on_beat, eighth, nothing = kept(cues, a_map({0: 500_000}, {0: (4, 4)})).hits
    assert (on_beat.tick, on_beat.error_frames, on_beat.rung, on_beat.on_downbeat) == (
        3840,
        0,
        Rung.TEMPO,
        True,
    )
    assert (eighth.tick, eighth.error_frames) == (7200, 0)
    assert eighth.rung in (Rung.PICKUP, Rung.HOLD, Rung.ACCENT)
    assert nothing.met or nothing.error_frames == -3


def test_what_no_beat_meets_says_so_with_its_error() -> None:
    cues = sheet([k * 96 + 5 for k in range(1, 12)], end=1200)
    form = kept(cues, a_map({0: 500_000}, {0: (4, 4)}))
    left = [result for result in form.hits if not result.met]
    assert left
    assert {result.error_frames for result in left} == {-5.0}
    assert all("tempo map that was given" in result.reason for result in left)


def test_a_metre_change_inside_a_bar_cuts_it() -> None:
    form = kept(sheet([], end=300), a_map({0: 500_000}, {0: (4, 4), 5000: (4, 4), 8840: (6, 8)}))
    assert [(bar.tick, str(bar.metre), bar.cut_ticks) for bar in form.bars[:5]] == [
        (0, "4/4", 0), (3840, "4/4", 1160), (5000, "4/4", 0), (8840, "6/8", 0), (11720, "6/8", 0),
    ]  # fmt: skip
    assert [len(bar.beats()) for bar in form.bars[:5]] == [4, 2, 4, 2, 2]


def test_the_last_tempo_goes_on_and_silence_rests_on_bar_lines() -> None:
    cues = sheet([240], end=600, plot_frames=[240], music=[True, False])
    form = kept(cues, a_map({0: 500_000, 960: 700_000}, {0: (3, 4)}))
    assert {bar.rest for bar in form.bars if form.tempo_map.s_at_tick(bar.tick) > 11} == {True}
    assert not any(bar.rest for bar in form.bars if form.tempo_map.s_at_tick(bar.end_tick) < 10)
    assert form.base_bpm == {} and form.largest_bend == 0
    assert any("given" in note for note in form.notes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    sheets(),
    st.dictionaries(st.integers(1, 40_000), st.integers(200_000, 1_500_000), max_size=12),
    st.dictionaries(
        st.integers(1, 40_000),
        st.sampled_from([(4, 4), (3, 4), (7, 8), (6, 8), (12, 8), (2, 2), (5, 16), (9, 16), (1, 4), (11, 4)]),
        max_size=8,
    ),
    st.booleans(),
)
def test_any_map_is_kept(
    cues: CueSheet, tempi: dict[int, int], metres: dict[int, tuple[int, int]], exact: bool
) -> None:
    wish = Settings(tempo=TempoSettings(exact=exact))
    kept(cues, a_map({0: 500_000, **tempi}, {0: (4, 4), **metres}), wish)


def test_a_fraction_of_a_frame_is_exact() -> None:
    cues = sheet([24], end=100, rate=Fraction(24_000, 1001))
    (result,) = kept(cues, a_map({0: 500_500}, {0: (4, 4)})).hits
    assert result.tick == 1920 and result.error_frames == pytest.approx(0)
