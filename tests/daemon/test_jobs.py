from __future__ import annotations

from bridge.daemon.jobs import Standing, State, Watch
from bridge.errors import Cancelled
from bridge.progress import Step


def test_a_slow_watcher_misses_steps_but_no_stage() -> None:
    watch = Watch(Standing("j", State.RUNNING, "/cut"))
    for stage in ("seeing", "timing"):
        for done in range(100):
            watch.put(Step(stage, done, 99))
    watch.put(Cancelled())
    standing, seeing, timing, end = list(watch)
    assert isinstance(standing, Standing)
    assert (seeing, timing) == (Step("seeing", 99, 99), Step("timing", 99, 99))
    assert isinstance(end, Cancelled)


def test_a_watcher_that_has_gone_is_let_go() -> None:
    watch = Watch(Standing("j", State.RUNNING, "/cut"))
    watch.close()
    assert list(watch) == []
