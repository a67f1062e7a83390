"""One scoring from the user's side: check the folder, start, watch, fetch, write."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge import config
from bridge.client.calls import Client, Finished, Job, Take
from bridge.client.shelf import Shelf
from bridge.config import Settings
from bridge.errors import Cancelled, CuebridgeError, DaemonError, NotFoundError
from bridge.progress import Step
from bridge.wire.convert import FORMATS
from bridge.wire.flag import Flag

CHECK_S = 0.1
# How long a cancelled job may take to say so before we leave without it.
CANCEL_S = 30.0

Listener = Callable[[Job | Step], None]


@dataclass(frozen=True)
class Order:
    """What to score and where to put it.

    Attributes:
        source: absolute path of the timeline or film.
        folder: absolute output folder.
        settings: how.
        reuse: take what the daemon has for an equal fingerprint, and write only files that are missing.
        parallel: scorings the caller runs at once.
    """

    source: Path
    folder: Path
    settings: Settings
    reuse: bool = False
    parallel: int = 0


@dataclass(frozen=True)
class Delivered:
    """A take in the user's folder: its files by suffix, and those that were written just now."""

    take: Take
    files: dict[str, Path]
    written: tuple[str, ...]
    reused: bool


def score(client: Client, order: Order, listen: Listener, stop: Flag) -> Delivered:
    """Score one source into its folder.

    Args:
        client: the daemon.
        order: what and where.
        listen: told how the job stands and how far it is, in the caller's thread.
        stop: set by another thread or a signal handler, it cancels the job.

    Raises:
        OutputError: the folder cannot be written; told before the work starts.
        Cancelled: `stop` was set; nothing is left in the folder.
        CuebridgeError: whatever the daemon says.
    """
    shelf = Shelf(order.folder, order.source.stem, FORMATS)
    shelf.prepare()
    try:
        finished = _follow(client, order, shelf, listen, stop)
        take = finished.take
        missing = shelf.missing(take.number, take.suffixes) if finished.reused else list(take.suffixes)
        files = {suffix: client.export(take.take_id, suffix) for suffix in missing}
        shelf.write(take.number, files, last_check=lambda: _check(stop, order))
    except BaseException:
        shelf.abandon()
        raise
    places = {suffix: shelf.path(take.number, suffix) for suffix in take.suffixes}
    return Delivered(take, places, tuple(files), finished.reused)


def _check(stop: Flag, order: Order) -> None:
    if stop.is_set():
        raise Cancelled(where=str(order.source))


def _follow(client: Client, order: Order, shelf: Shelf, listen: Listener, stop: Flag) -> Finished:
    """Start the job and follow it to its end, cancelling it when `stop` is set."""
    _check(stop, order)
    # The job is named here: should the answer to StartScore never come, it can still be cancelled.
    job_id = secrets.token_hex(6)
    client.start_score(
        order.source,
        order.settings,
        shelf=str(order.folder),
        take_at_least=shelf.first_free(),
        reuse=order.reuse,
        parallel=order.parallel,
        job_id=job_id,
    )
    # gRPC blocks while it waits for news, so another thread waits, and this one can look at `stop`.
    news: queue.SimpleQueue[Job | Step | Finished | CuebridgeError] = queue.SimpleQueue()

    def read() -> None:
        try:
            for item in client.watch(job_id):
                news.put(item)
        except CuebridgeError as error:
            news.put(error)

    threading.Thread(target=read, name=f"watch-{job_id}", daemon=True).start()
    give_up_s: float | None = None
    while True:
        if stop.is_set() and give_up_s is None:
            give_up_s = time.monotonic() + CANCEL_S
            client.cancel(job_id)
        if give_up_s is not None and time.monotonic() > give_up_s:
            raise Cancelled(
                where=str(order.source), remedy="The daemon has been told; the job has not ended yet"
            )
        try:
            item = news.get(timeout=CHECK_S)
        except queue.Empty:
            continue
        if isinstance(item, Finished):
            return item
        if isinstance(item, DaemonError) and stop.is_set():
            raise Cancelled(where=str(order.source))
        if isinstance(item, DaemonError) and not isinstance(item, NotFoundError):
            raise DaemonError(
                f"the daemon went away while it was scoring ({item.what})",
                where=str(order.source),
                remedy=f"Run the command again; {config.state_dir() / 'daemon.log'} may say why",
            )
        if isinstance(item, CuebridgeError):
            raise item
        listen(item)
