"""The queue: jobs wait, run in threads of their own, are watched, and can be cancelled at any time."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from bridge.config import Complement, Revision, Settings
from bridge.daemon.store import Take
from bridge.errors import Cancelled, CuebridgeError, DaemonError, NotFoundError, SettingsError
from bridge.progress import Progress, Step
from bridge.schema.record import ScoreFiles

log = logging.getLogger(__name__)

# Ended jobs that a late watcher can still ask about.
KEPT_ENDED = 256


class State(Enum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Revising:
    """A score to revise, and what is asked of it."""

    files: ScoreFiles
    revision: Revision


@dataclass(frozen=True)
class Request:
    """One scoring as asked for; the fields are documented in `StartScoreRequest`.

    `after_row` is the store's newest row when the request came. With `revising` a score is revised, of
    which `settings` say nothing but the folders allowed; with `complementing` parts are added to a file.
    """

    source: str
    settings: Settings
    shelf: str
    name: str
    take_at_least: int = 0
    after_row: int = 0
    reuse: bool = False
    parallel: int = 0
    revising: Revising | None = None
    complementing: Complement | None = None


@dataclass(frozen=True)
class Standing:
    """A job as it stands; `waiting` counts the jobs before it in the queue."""

    job_id: str
    state: State
    source: str
    waiting: int = 0


@dataclass(frozen=True)
class Finished:
    """A job's take; `reused` when it was there already."""

    take: Take
    reused: bool


News = Standing | Step | Finished | CuebridgeError
Work = Callable[[Request, Progress], Finished]


class Watch:
    """News of one job for one watcher, from the latest to the last. Iterate in one thread only.

    A slow watcher misses steps within a stage, never a stage, a state or the end.
    """

    def __init__(self, *first: News) -> None:
        self._news: deque[News] = deque(first)
        self._changed = threading.Condition()
        self._closed = False

    def put(self, news: News) -> None:
        """Add news; an unread step of the same stage gives way to it."""
        with self._changed:
            last = self._news[-1] if self._news else None
            if isinstance(news, Step) and isinstance(last, Step) and last.stage == news.stage:
                self._news.pop()
            self._news.append(news)
            self._changed.notify()

    def close(self) -> None:
        """End the iteration; called when the watcher has gone."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def __iter__(self) -> Iterator[News]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._news or self._closed)
                if self._closed:
                    return
                news = self._news.popleft()
            yield news
            if isinstance(news, (Finished, CuebridgeError)):
                return


class _Job:
    def __init__(self, job_id: str, request: Request) -> None:
        self.job_id = job_id
        self.request = request
        self.state = State.QUEUED
        self.progress = Progress(lambda step: None)
        # Stopped by the daemon's leaving, not by a user.
        self.left = False
        # The latest step of each stage, in the order the stages began: what a late watcher is told.
        self.steps: dict[str, Step] = {}
        self.end: Finished | CuebridgeError | None = None
        self.watches: list[Watch] = []

    def standing(self, waiting: int = 0) -> Standing:
        return Standing(self.job_id, self.state, self.request.source, waiting)

    def tell(self, news: News) -> None:
        for watch in self.watches:
            watch.put(news)


class Jobs:
    """All jobs of a daemon. Thread-safe.

    Args:
        work: does one job; raises `CuebridgeError` when it fails.
        workers: jobs run at once.
        most: jobs run at once when a request wishes for more than `workers`.
        ended: called whenever a job has ended.
    """

    def __init__(
        self, work: Work, *, workers: int, most: int, ended: Callable[[], None] = lambda: None
    ) -> None:
        self._work = work
        self._workers = workers
        self._most = max(workers, most)
        self._ended = ended
        self._lock = threading.RLock()
        self._queue: deque[_Job] = deque()
        self._running: dict[str, tuple[_Job, threading.Thread]] = {}
        self._jobs: dict[str, _Job] = {}
        self._closed = False

    def submit(self, job_id: str, request: Request) -> Standing:
        """Queue a job under a new name; a second call with the same name and request changes nothing.

        Raises:
            DaemonError: the daemon is leaving.
            SettingsError: the name belongs to another job.
        """
        with self._lock:
            if self._closed:
                raise _leaving()
            known = self._jobs.get(job_id)
            if known is not None:
                if known.request.source != request.source:
                    raise SettingsError(f"job {job_id} is there already", remedy="Name the job otherwise")
                return known.standing(self._waiting(known))
            job = _Job(job_id, request)
            job.progress = Progress(lambda step: self._step(job, step))
            self._jobs[job_id] = job
            self._queue.append(job)
            self._start_ready()
            return job.standing(self._waiting(job))

    def watch(self, job_id: str) -> Watch:
        """News of a job: how it stands, how far each stage got, and everything from now on.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._lock:
            job = self._find(job_id)
            first: list[News] = [job.standing(self._waiting(job)), *job.steps.values()]
            if job.end is not None:
                return Watch(*first, job.end)
            watch = Watch(*first)
            job.watches.append(watch)
            return watch

    def unwatch(self, job_id: str, watch: Watch) -> None:
        """Forget a watcher that has gone."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and watch in job.watches:
                job.watches.remove(watch)

    def cancel(self, job_id: str) -> list[Standing]:
        """Ask one job to stop; the job as it stands, or nothing when it had ended.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._lock:
            return self._cancel(self._find(job_id))

    def cancel_all(self) -> list[Standing]:
        """Ask every job to stop, the queued ones first, so that none of them starts."""
        with self._lock:
            active = [*self._queue, *(job for job, _ in self._running.values())]
            return [standing for job in active for standing in self._cancel(job)]

    def active(self) -> list[Standing]:
        """Running jobs, then queued ones in their order."""
        with self._lock:
            running = [job.standing() for job, _ in self._running.values()]
            return running + [job.standing(self._waiting(job)) for job in self._queue]

    def close_if_idle(self) -> bool:
        """Take no more jobs, provided that there are none; whether that was so."""
        with self._lock:
            if not self._queue and not self._running:
                self._closed = True
            return self._closed

    def close(self, timeout_s: float) -> bool:
        """Take no more jobs, stop all there are and wait for them; whether all have ended.

        A job that nobody else had cancelled ends with a `DaemonError`: its user asked for nothing.
        """
        with self._lock:
            self._closed = True
            for job in (*self._queue, *(job for job, _ in self._running.values())):
                job.left = not job.progress.cancelled
            self.cancel_all()
            threads = [thread for _, thread in self._running.values()]
        for thread in threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in threads)

    def _find(self, job_id: str) -> _Job:
        if job_id not in self._jobs:
            raise NotFoundError(
                f"there is no job {job_id}", remedy="`cuebridge describe` names those there are"
            )
        return self._jobs[job_id]

    def _waiting(self, job: _Job) -> int:
        return self._queue.index(job) if job in self._queue else 0

    def _limit(self) -> int:
        wishes = [job.request.parallel for job in (*self._queue, *(j for j, _ in self._running.values()))]
        return max(self._workers, min(self._most, max(wishes, default=0)))

    def _start_ready(self) -> None:
        while self._queue and not self._closed and len(self._running) < self._limit():
            job = self._queue.popleft()
            job.state = State.RUNNING
            thread = threading.Thread(target=self._run, args=(job,), name=f"job-{job.job_id}", daemon=True)
            self._running[job.job_id] = (job, thread)
            job.tell(job.standing())
            for waiting, other in enumerate(self._queue):
                other.tell(other.standing(waiting))
            thread.start()

    def _cancel(self, job: _Job) -> list[Standing]:
        if job.end is not None:
            return []
        job.progress.cancel()
        if job.state is State.QUEUED:
            self._queue.remove(job)
            self._end(job, _stopped(job))
        return [job.standing()]

    def _step(self, job: _Job, step: Step) -> None:
        with self._lock:
            job.steps[step.stage] = step
            job.tell(step)

    def _run(self, job: _Job) -> None:
        end: Finished | CuebridgeError
        try:
            end = self._work(job.request, job.progress)
        except CuebridgeError as error:
            end = error
        except BaseException as error:  # whatever a job does, the daemon and its queue live on
            log.exception("job %s on %s broke", job.job_id, job.request.source)
            end = CuebridgeError(
                f"scoring broke ({type(error).__name__}: {error})",
                where=job.request.source,
                remedy="This is a fault in Cuebridge; please report it with the end of daemon.log",
            )
        if job.progress.cancelled and not isinstance(end, Finished):
            end = _stopped(job)  # whatever it stumbled over on its way out
        with self._lock:
            del self._running[job.job_id]
            self._end(job, end)
            self._start_ready()

    def _end(self, job: _Job, end: Finished | CuebridgeError) -> None:
        done = isinstance(end, Finished)
        job.state = State.DONE if done else State.CANCELLED if isinstance(end, Cancelled) else State.FAILED
        job.end = end
        job.tell(end)
        job.watches.clear()
        ended = [other for other in self._jobs.values() if other.end is not None]
        for old in ended[:-KEPT_ENDED]:
            del self._jobs[old.job_id]
        self._ended()


def _stopped(job: _Job) -> CuebridgeError:
    source = job.request.source
    return _leaving(source) if job.left else Cancelled(where=source)


def _leaving(source: str = "") -> DaemonError:
    return DaemonError("the daemon is leaving", where=source, remedy="Run the command again")
