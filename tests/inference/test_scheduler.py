"""Callers that are there at the same time: what they share, and what they never notice of each other."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import Cancelled
from bridge.inference import scheduler
from bridge.inference.generate import BarTask, Row, Tokens, generate
from bridge.inference.sampling import Sampling
from bridge.inference.scheduler import lanes_for, scheduler_of
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.progress import Progress
from bridge.vocabulary import bars
from bridge.vocabulary.bars import BarControls, ChordEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.masks import BarRules, Mask
from tests.make_models import TEST_BIASES, write_decoder

PATIENCE_S = 60
Written = list[tuple[Tokens, ...]]


class Counted(Decoder):
    """Counts the rows of each pass, and breaks in the pass numbered `breaks`."""

    breaks = -1

    def run(self, tokens, *rest):  # type: ignore[no-untyped-def]
        self.__dict__.setdefault("passes", []).append(len(tokens))
        if len(self.passes) == self.breaks:
            raise MemoryError("no room for the pass")
        return super().run(tokens, *rest)

    @property
    def passes(self) -> list[int]:
        return self.__dict__.setdefault("passes", [])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models") / "melody-v1"
    write_decoder(place, "melody", seed=5, context=300, bias=TEST_BIASES["melody"])
    return place


@pytest.fixture
def decoder(folder: Path) -> Counted:
    loaded = Counted.load(folder)
    assert isinstance(loaded, Counted)
    scheduler_of(loaded).most_lanes = 1
    return loaded


def rows(name: str, count: int, bars_each: int = 4, guide: object = None) -> list[Row]:
    chords = [ChordEvent(0, Chord(0, "maj"))]
    prompt = bars.melody_prompt(BarControls((4, 4), label="climax", density=2), chords)
    task = BarTask(prompt, BarRules(steps=48, pitch_low=55, pitch_high=79))
    return [
        Row(
            "melody",
            bars.start("major"),
            (task,) * (bars_each + number % 2),
            stream(7, 0, "composing", name, f"{number}"),
            Sampling(0.95, 0.95),
            guide=guide,  # type: ignore[arg-type]
        )
        for number in range(count)
    ]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.001)


def joined_by(decoder: Decoder, callers: int) -> Callable[[], None]:
    """A check that holds its caller until so many are there, once."""
    waited = False

    def check() -> None:
        nonlocal waited
        if not waited:
            waited = True
            until(lambda: scheduler_of(decoder).callers >= callers)

    return check


class Caller(threading.Thread):
    """Calls `generate` in a thread of its own; `end` is what it gave or raised."""

    def __init__(self, decoder: Decoder, wanted: list[Row], **asked: object) -> None:
        super().__init__(daemon=True)
        self.end: Written | BaseException | None = None
        self._call = lambda: generate(decoder, wanted, **asked)  # type: ignore[arg-type]

    def run(self) -> None:
        try:
            self.end = self._call()
        except BaseException as error:
            self.end = error

    def ended(self) -> Written | BaseException | None:
        self.join(PATIENCE_S)
        assert not self.is_alive()
        return self.end


def begun(decoder: Decoder, *callers: Caller) -> None:
    """Start callers one by one: the first is to lead. The last may have ended before anybody looks."""
    for number, caller in enumerate(callers):
        caller.start()
        if number < len(callers) - 1:
            until(lambda number=number: scheduler_of(decoder).callers > number)  # type: ignore[misc]


def test_callers_share_passes_and_write_what_they_write_alone(folder: Path, decoder: Counted) -> None:
    alone = {}
    passes = 0
    for name, count in (("a", 3), ("b", 4)):
        own = Counted.load(folder)
        assert isinstance(own, Counted)
        alone[name] = generate(own, rows(name, count))
        passes += len(own.passes)
        assert max(own.passes) <= count
    one = Caller(decoder, rows("a", 3), check=joined_by(decoder, 2))
    other = Caller(decoder, rows("b", 4))
    begun(decoder, one, other)
    assert one.ended() == alone["a"]
    assert other.ended() == alone["b"]
    assert len(decoder.passes) < 0.8 * passes
    assert max(decoder.passes) == 7
    assert scheduler_of(decoder).callers == 0


class Falls:
    """A guide that raises when its row's third bar begins."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def begin(self, bar: int) -> None:
        if bar == 2:
            raise self.error

    def narrow(self, legal: Mask) -> Mask:
        return legal

    def push(self, token: int) -> None:
        pass


@pytest.mark.parametrize(
    ("where", "leads"),
    [(where, leads) for where in ("guide", "on_bar", "cancel") for leads in (True, False)]
    + [("interrupt", True)],  # an interrupt is the leading thread's
)
def test_a_caller_that_fails_takes_out_its_own_rows_alone(decoder: Counted, where: str, leads: bool) -> None:
    alone = generate(decoder, rows("well", 3))
    progress, heard = Progress(), threading.Event()
    error = {"interrupt": KeyboardInterrupt()}.get(where, ValueError(where))

    def on_bar() -> None:
        assert not heard.is_set(), "it was called after its end"
        if where == "cancel":
            progress.cancel()
        elif where in ("on_bar", "interrupt"):
            raise error

    joined = joined_by(decoder, 2)

    def check() -> None:
        joined()
        progress.check()

    guide = Falls(error) if where == "guide" else None
    failing = Caller(decoder, rows("ill", 3, guide=guide), check=check, on_bar=on_bar)
    well = Caller(decoder, rows("well", 3), check=joined)
    begun(decoder, *((failing, well) if leads else (well, failing)))
    end = failing.ended()
    heard.set()
    assert isinstance(end, Cancelled) if where == "cancel" else end is error
    assert well.ended() == alone
    assert scheduler_of(decoder).callers == 0


def test_an_interrupt_reaches_the_leading_thread_whomever_it_meets(decoder: Counted) -> None:
    def on_bar() -> None:
        raise KeyboardInterrupt

    leading = Caller(decoder, rows("a", 2, 30), check=joined_by(decoder, 2))
    met = Caller(decoder, rows("b", 2), on_bar=on_bar)
    begun(decoder, leading, met)
    assert isinstance(leading.ended(), KeyboardInterrupt)
    assert isinstance(met.ended(), KeyboardInterrupt)
    assert scheduler_of(decoder).callers == 0


def test_a_pass_that_breaks_breaks_those_in_it_and_nobody_later(decoder: Counted) -> None:
    alone = generate(decoder, rows("a", 2))
    decoder.breaks = len(decoder.passes) + 5
    one = Caller(decoder, rows("a", 2, 9), check=joined_by(decoder, 2))
    other = Caller(decoder, rows("b", 2, 9))
    begun(decoder, one, other)
    assert isinstance(one.ended(), MemoryError)
    assert isinstance(other.ended(), MemoryError)
    assert generate(decoder, rows("a", 2)) == alone


def test_a_small_job_that_comes_late_ends_first(decoder: Counted) -> None:
    alone = generate(decoder, rows("small", 1, 2))
    counts = {"long": 0, "long when small ended": -1}

    def on_bar_of_small() -> None:
        counts["long when small ended"] = counts["long"]

    small = Caller(decoder, rows("small", 1, 2), on_bar=on_bar_of_small)

    def on_bar_of_long() -> None:
        counts["long"] += 1
        if counts["long"] == 3:
            small.start()
            until(lambda: scheduler_of(decoder).callers == 2)

    generate(decoder, rows("long", 1, 60), on_bar=on_bar_of_long)
    assert small.ended() == alone
    assert 3 <= counts["long when small ended"] < 12


def test_a_place_goes_to_whoever_has_the_fewest_rows(decoder: Counted) -> None:
    counts = {"long": 0, "long when small ended": -1}

    def on_bar_of_small() -> None:
        counts["long when small ended"] = counts["long"]

    small = Caller(decoder, rows("small", 1, 2), on_bar=on_bar_of_small, max_rows=2)

    def on_bar_of_long() -> None:
        counts["long"] += 1
        if counts["long"] == 1:
            small.start()
            until(lambda: scheduler_of(decoder).callers == 2)

    generate(decoder, rows("long", 8), on_bar=on_bar_of_long, max_rows=2)
    assert isinstance(small.ended(), list)
    assert counts["long"] == 36
    assert counts["long when small ended"] < 18


def test_no_more_rows_than_allowed(decoder: Counted) -> None:
    one = Caller(decoder, rows("a", 6), check=joined_by(decoder, 2), max_rows=3)
    other = Caller(decoder, rows("b", 6), max_rows=3)
    begun(decoder, one, other)
    one.ended(), other.ended()
    assert max(decoder.passes) == 3


class Noted:
    """A guide that writes down when its row's bars begin."""

    def __init__(self, row: int, notes: list[tuple[int, int]]) -> None:
        self.row, self.notes = row, notes

    def begin(self, bar: int) -> None:
        self.notes.append((self.row, bar))

    def narrow(self, legal: Mask) -> Mask:
        return legal

    def push(self, token: int) -> None:
        pass


def test_a_caller_that_wants_one_row_at_a_time_gets_that_in_company(decoder: Counted) -> None:
    notes: list[tuple[int, int]] = []
    single = [replace(row, guide=Noted(number, notes)) for number, row in enumerate(rows("a", 3))]
    one = Caller(decoder, single, check=joined_by(decoder, 2), max_rows=1)
    other = Caller(decoder, rows("b", 6), max_rows=6)
    begun(decoder, one, other)
    one.ended(), other.ended()
    assert notes == sorted(notes)
    assert len({row for row, _ in notes}) == 3


def test_a_caller_with_a_lane_of_its_own_waits_for_nobody(decoder: Counted) -> None:
    scheduler_of(decoder).most_lanes = 2
    other = Caller(decoder, rows("b", 2))

    def check() -> None:
        if other.ident is None:
            other.start()
            assert isinstance(other.ended(), list)  # while this one holds its own lane

    assert generate(decoder, rows("a", 2), check=check) == generate(decoder, rows("a", 2))


def test_as_many_lanes_as_processors_and_one_for_a_gpu(
    decoder: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUEBRIDGE_THREADS", raising=False)
    for count, lanes in ((1, 1), (3, 3), (32, scheduler.MOST_LANES)):
        monkeypatch.setattr(scheduler, "processors", lambda count=count: count)
        assert lanes_for(decoder) == lanes
    monkeypatch.setenv("CUEBRIDGE_THREADS", "16")
    assert lanes_for(decoder) == 2
    decoder.provider = "cuda"
    assert lanes_for(decoder) == 1


def test_one_caller_alone_stays_in_its_thread_and_leaves_nothing_behind(folder: Path) -> None:
    own = Decoder.load(folder)
    seen: set[int] = set()
    before = threading.active_count()

    def check() -> None:
        seen.add(threading.get_ident())
        assert threading.active_count() == before

    generate(own, rows("a", 2), check=check)
    assert seen == {threading.get_ident()}
    gone = weakref.ref(own)
    del own
    assert gone() is None, "a decoder outlives its users"


def test_many_callers_at_once_each_get_their_own(folder: Path, decoder: Counted) -> None:
    scheduler_of(decoder).most_lanes = 2
    alone = {name: generate(Decoder.load(folder), rows(name, 2)) for name in "abcdefgh"}
    together = threading.Event()

    def check() -> None:
        until(lambda: together.is_set() or scheduler_of(decoder).callers == len(alone))
        together.set()

    callers = {name: Caller(decoder, rows(name, 2), check=check) for name in alone}
    for caller in callers.values():
        caller.start()
    assert {name: caller.ended() for name, caller in callers.items()} == alone
    assert np.mean(decoder.passes) > 2
