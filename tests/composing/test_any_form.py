"""Whatever form timing lays, the promises hold: hits, rests, holds, silence, ranges, the end."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from bridge.composing import Models, compose
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import Label, Weight
from bridge.schema.tempo import Metre
from tests.composing.forms import Scene, build

METRES = [
    Metre(4, 4),
    Metre(3, 4),
    Metre(7, 8),
    Metre(1, 8),
    Metre(11, 32),
    Metre(5, 16),
    Metre(13, 8),
    Metre(17, 64),
]
UNIT = some.floats(0, 1)


@some.composite
def scenes(draw: some.DrawFn) -> Scene:
    bars = draw(some.integers(1, 7))
    metres = {i: draw(some.sampled_from(METRES)) for i in range(bars) if draw(some.booleans())}
    length = sum(metres.get(i, METRES[0]).ticks for i in range(bars))
    marks: dict[int, dict[str, object]] = {}
    for index in range(bars):
        kind = draw(some.sampled_from(["", "", "", "hold", "rest", "pickup", "air"]))
        ticks = metres.get(index, METRES[0]).ticks
        if kind == "pickup":
            marks[index] = {"pickup_ticks": draw(some.integers(1, ticks))}
        elif kind == "air":
            first = draw(some.integers(1, ticks - 2))
            marks[index] = {"airs": ((first, draw(some.integers(first + 1, ticks - 1))),)}
        elif kind:
            marks[index] = {kind: True}
    music = draw(some.sampled_from([True, True, True, False]))
    hits = draw(some.lists(some.integers(0, length - 1), max_size=3, unique=True)) if music else []
    begin = 0
    for index in range(bars):
        for first, last in marks.get(index, {}).get("airs", ()):  # type: ignore[attr-defined]
            hits = [tick for tick in hits if not begin + first <= tick <= begin + last]
            hits += [begin + last] if music else []
        begin += metres.get(index, METRES[0]).ticks
    return Scene(
        bars,
        draw(some.sampled_from(list(Label))),
        *(draw(UNIT) for _ in range(5)),
        music=music,
        metres=metres,
        marks=marks,
        hits=tuple((tick, draw(some.sampled_from(list(Weight)))) for tick in hits),
    )


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking would compose for minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    films=some.lists(scenes(), min_size=1, max_size=4),
    early=some.integers(0, 3000),
    seed=some.integers(0, 99),
)
def test_promises_hold(models: Models, films: list[Scene], early: int, seed: int):
    cues, form = build(*films, bpm=110)
    early = min(early, form.bars[-1].end_tick - 1)
    cues, form = build(*films, bpm=110, end_early_ticks=early)
    asked = Settings(seed=seed)
    score = compose(cues, form, asked, models, Progress())
    performance = perform(score, form, cues, asked)
    plots = {plot.id: plot for plot in cues.plots}
    spans = [(int(n.start_beats * 960), int(n.end_beats * 960)) for p in score.parts for n in p.notes]
    onsets = {low for low, _ in spans}
    hits = {result.tick for result in form.hits}
    limit = max(form.end_tick, int(form.tempo_map.tick_at_s(cues.cue_length_s + 3)))

    for tick in hits:
        if tick < limit:
            assert tick in onsets
    assert all(0 <= low < high <= limit for low, high in spans)
    for bar in form.bars:
        inside = [(low, high) for low, high in spans if bar.tick <= low < bar.end_tick]
        free = bar.end_tick - bar.pickup_ticks
        if not plots[bar.plot_id].music:
            assert inside == []
        elif bar.airs:
            [(first, last)] = bar.airs
            assert not [low for low, high in spans if low < last and first < high]
        elif bar.rest:
            assert all(low in hits or low >= free for low, _ in inside)
        elif bar.hold and cues.cue_length_s >= 4:
            assert all(low in hits or low == bar.tick or low >= free for low, _ in inside)
    for track in performance.tracks:
        for note in track.notes:
            assert note.tick >= 0
            assert note.duration_ticks >= 1
            assert 1 <= note.velocity <= 127
        sounded = {note.tick for note in track.notes}
        part = next(p for p in score.parts if p.name == track.name)
        assert {int(n.start_beats * 960) for n in part.notes} & hits <= sounded
