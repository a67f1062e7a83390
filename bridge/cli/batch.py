"""`cuebridge batch`: many sources into one folder, past those that fail."""

from __future__ import annotations

import argparse
import queue
import threading
from collections.abc import Mapping
from pathlib import Path

from bridge.cli.inputs import gather
from bridge.cli.report import Reporter, Row
from bridge.cli.scoring import absolute, check_folder, check_source, deliver, settings_of
from bridge.cli.sounding import sound_of, sounded
from bridge.client import Client, Order, connect
from bridge.config import Settings
from bridge.errors import Cancelled, CuebridgeError, DaemonError, InputError, NotFoundError, SettingsError
from bridge.wire.flag import Flag

MAX_JOBS = 64


def run(options: argparse.Namespace, reporter: Reporter, stop: Flag) -> int:
    """Score every input; 0 when all are done or were so already, 1 when one failed, 130 when stopped.

    Raises:
        InputError: the arguments are at fault; nothing has been scored then.
        DaemonError: no daemon can be had.
    """
    if not 1 <= options.jobs <= MAX_JOBS:
        raise SettingsError(f"--jobs {options.jobs} is out of range", remedy=f"Use 1 to {MAX_JOBS}")
    settings = settings_of(options)
    folder = absolute(options.out_dir)
    check_folder(folder)
    batch = _Batch(folder, settings, options, reporter, stop)
    try:
        rows = batch.run(gather(options.paths, batch.readable))
    finally:
        batch.close()
    states = {row.state for row in rows}
    if "cancelled" in states:
        code = Cancelled.exit_code
    elif batch.lost is not None:
        code = batch.lost.exit_code
    else:
        code = 1 if "failed" in states else 0
    reporter.batch(rows, code)
    return code


class _Batch:
    """The sources of one batch, shared out to as many threads as jobs are wanted at once."""

    def __init__(
        self, folder: Path, settings: Settings, options: argparse.Namespace, reporter: Reporter, stop: Flag
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._sound = sound_of(options, reporter)
        self._again: bool = options.again
        self._jobs: int = options.jobs
        self._reporter = reporter
        self._stop = stop
        # Why no daemon can be had any more; what is left fails with it at once.
        self.lost: DaemonError | None = None
        self._client: Client | None = None
        self._old: list[Client] = []
        self._lock = threading.Lock()

    def readable(self) -> list[str]:
        """Suffixes that the daemon can read."""
        reads = self._connected().describe().details.get("reads")
        return [str(suffix) for suffix in reads] if isinstance(reads, list) else []

    def run(self, inputs: Mapping[Path, InputError | None]) -> list[Row]:
        """A row for every input, in their order; one that comes with an error fails with it."""
        self._connected()
        sources = list(inputs)
        waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for index in range(len(sources)):
            waiting.put(index)
        rows: dict[int, Row] = {}

        def work() -> None:
            while True:
                try:
                    index = waiting.get_nowait()
                except queue.Empty:
                    return
                rows[index] = self._row(sources[index], inputs[sources[index]])

        threads = [threading.Thread(target=work, name=f"batch-{n}", daemon=True) for n in range(self._jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # in slices, so that this thread can take a signal
                thread.join(0.1)
        return [rows.get(index) or Row(source, "cancelled") for index, source in enumerate(sources)]

    def close(self) -> None:
        """Close every channel."""
        for client in (*self._old, *filter(None, [self._client])):
            client.close()

    def _row(self, source: Path, fault: InputError | None) -> Row:
        if self._stop.is_set():
            return Row(source, "cancelled")
        client: Client | None = None
        try:
            if fault is not None:
                raise fault
            check_source(source)
            client = self._connected()
            order = Order(source, self._folder, self._settings, reuse=not self._again, parallel=self._jobs)
            delivered = deliver(client, order, self._reporter, self._stop)
            delivered = sounded(delivered, self._sound, source, self._reporter, self._stop)
        except CuebridgeError as error:
            self._reporter.failed(error, source)
            if isinstance(error, DaemonError) and not isinstance(error, NotFoundError):
                self._forget(client)
            return Row(source, "cancelled" if isinstance(error, Cancelled) else "failed", error=error)
        except Exception as error:  # a fault of ours in one file must not end the others
            from bridge.cli.crash import crashed

            failure = crashed(error, str(source))
            self._reporter.failed(failure, source)
            return Row(source, "failed", error=failure)
        self._reporter.delivered(source, delivered)
        return Row(source, "skipped" if delivered.reused and not delivered.written else "done", delivered)

    def _connected(self) -> Client:
        with self._lock:
            if self.lost is not None:
                raise self.lost
            if self._client is None:
                try:
                    self._client = connect(say=self._reporter.warn, stop=self._stop)
                except DaemonError as error:
                    self.lost = error
                    raise
            return self._client

    def _forget(self, client: Client | None) -> None:
        """Look for a daemon again: the one we had may have died of a source, and the rest goes on."""
        with self._lock:
            if client is not None and client is self._client:
                self._old.append(client)
                self._client = None
