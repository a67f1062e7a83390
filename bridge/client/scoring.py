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
from bridge.config import Complement, Revision, Settings
from bridge.errors import Cancelled, CuebridgeError, DaemonError, NotFoundError
from bridge.progress import Step
from bridge.schema.record import ScoreFiles
from bridge.wire.convert import FORMATS
from bridge.wire.flag import Flag

CHECK_S = 0.1
# What a take may be beside: the formats, and the audio that the command line renders of them.
NAMED = (*FORMATS, "wav", "stems")
# How long a cancelled job may take to say so before we leave without it.
CANCEL_S = 30.0

Listener = Callable[[Job | Step], None]
Start = Callable[[str, int], None]


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
class Change:
    """A score to revise.

    Attributes:
        base: its take, by id, or its files.
        revision: what is asked.
        source: what it is about, for words.
        name: what the new take is filed under.
        folder: absolute output folder; None: the take is kept by the daemon, where its shelf is.
    """

    base: str | ScoreFiles
    revision: Revision
    source: Path
    name: str
    folder: Path | None = None


@dataclass(frozen=True)
class Addition:
    """A MIDI file to complement, how, and where the result goes: an absolute folder, and its name there."""

    asked: Complement
    settings: Settings
    folder: Path
    name: str


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

    def start(job_id: str, first_free: int) -> None:
        client.start_score(
            order.source,
            order.settings,
            shelf=str(order.folder),
            take_at_least=first_free,
            reuse=order.reuse,
            parallel=order.parallel,
            job_id=job_id,
        )

    place = Shelf(order.folder, order.source.stem, NAMED)
    return carry_out(client, order.source, place, start, listen, stop)


def revise(client: Client, order: Change, listen: Listener, stop: Flag) -> Delivered:
    """Compose some plots of a score anew; arguments and errors as in `score`."""

    def start(job_id: str, first_free: int) -> None:
        client.revise(
            order.base,
            order.revision,
            shelf="" if order.folder is None else str(order.folder),
            name=order.name,
            take_at_least=first_free,
            job_id=job_id,
        )

    place = None if order.folder is None else Shelf(order.folder, order.name, NAMED)
    return carry_out(client, order.source, place, start, listen, stop)


def complement(client: Client, order: Addition, listen: Listener, stop: Flag) -> Delivered:
    """Add parts to a MIDI file; arguments and errors as in `score`."""

    def start(job_id: str, first_free: int) -> None:
        client.complement(
            order.asked,
            order.settings,
            shelf=str(order.folder),
            name=order.name,
            take_at_least=first_free,
            job_id=job_id,
        )

    return carry_out(client, order.asked.path, Shelf(order.folder, order.name, NAMED), start, listen, stop)


def carry_out(
    client: Client, source: Path, shelf: Shelf | None, start: Start, listen: Listener, stop: Flag
) -> Delivered:
    """Run one job and put its files in place.

    Args:
        client: the daemon.
        source: what the job is about, for words.
        shelf: where the files go; None: nowhere, the take is kept by the daemon.
        start: queues the job, given its name and the first number free on the shelf (0 without one).
        listen: told how the job stands and how far it is, in the caller's thread.
        stop: set by another thread or a signal handler, it cancels the job.

    Raises:
        OutputError, Cancelled, CuebridgeError: as in `score`.
    """
    if shelf is None:
        finished = _follow(client, source, lambda job_id: start(job_id, 0), listen, stop)
        return Delivered(finished.take, {}, (), finished.reused)
    place = shelf
    place.prepare()
    try:
        finished = _follow(client, source, lambda job_id: start(job_id, place.first_free()), listen, stop)
        take = finished.take
        missing = place.missing(take.number, take.suffixes) if finished.reused else list(take.suffixes)
        files = {suffix: client.export(take.take_id, suffix) for suffix in missing}
        place.write(take.number, files, last_check=lambda: _check(stop, source))
    except BaseException:
        place.abandon()
        raise
    places = {suffix: place.path(take.number, suffix) for suffix in take.suffixes}
    return Delivered(take, places, tuple(files), finished.reused)


def _check(stop: Flag, source: Path) -> None:
    if stop.is_set():
        raise Cancelled(where=str(source))


def _follow(
    client: Client, source: Path, start: Callable[[str], None], listen: Listener, stop: Flag
) -> Finished:
    """Start the job and follow it to its end, cancelling it when `stop` is set."""
    _check(stop, source)
    # The job is named here: should the answer to its start never come, it can still be cancelled.
    job_id = secrets.token_hex(6)
    start(job_id)
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
            raise Cancelled(where=str(source), remedy="The daemon has been told; the job has not ended yet")
        try:
            item = news.get(timeout=CHECK_S)
        except queue.Empty:
            continue
        if isinstance(item, Finished):
            return item
        if isinstance(item, DaemonError) and stop.is_set():
            raise Cancelled(where=str(source))
        if isinstance(item, DaemonError) and not isinstance(item, NotFoundError):
            raise DaemonError(
                f"the daemon went away while it was scoring ({item.what})",
                where=str(source),
                remedy=f"Run the command again; {config.state_dir() / 'daemon.log'} may say why",
            )
        if isinstance(item, CuebridgeError):
            raise item
        listen(item)
