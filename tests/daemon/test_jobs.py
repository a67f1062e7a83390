from __future__ import annotations

import threading
from pathlib import Path

from bridge.config import Settings
from bridge.daemon.jobs import Finished, Jobs, Request, Standing, State, Watch
from bridge.errors import Cancelled, DaemonError
from bridge.progress import Progress, Step


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


def test_leaving_ends_jobs_with_its_own_reason_but_for_those_a_user_cancelled(tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def work(request: Request, progress: Progress) -> Finished:
        inside.set()
        go_on.wait(30)
        progress.check()
        raise AssertionError("nobody asked it to stop")

    jobs = Jobs(work, workers=2, most=2)
    watches = []
    for name in ("wanted", "unwanted", "waiting"):
        jobs.submit(name, Request(f"/{name}", Settings(), "s", name))
        watches.append(jobs.watch(name))
    inside.wait(30)
    jobs.cancel("unwanted")
    threading.Timer(0.05, go_on.set).start()
    assert jobs.close(30)
    wanted, unwanted, waiting = [list(watch)[-1] for watch in watches]
    for end, name in ((wanted, "wanted"), (waiting, "waiting")):
        assert type(end) is DaemonError
        assert end.exit_code == 3
        assert str(end) == f"/{name}: the daemon is leaving. Run the command again"
    assert type(unwanted) is Cancelled
