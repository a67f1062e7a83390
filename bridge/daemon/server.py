"""The daemon's life: lock, store, doors, waiting, leaving."""

from __future__ import annotations

import logging
import os
import secrets
import time
from concurrent import futures
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from bridge import config
from bridge.daemon.auth import Access, TokenInterceptor
from bridge.daemon.jobs import Jobs
from bridge.daemon.lock import Lock
from bridge.daemon.options import Options, read_file
from bridge.daemon.scorer import Line, Scorer
from bridge.daemon.service import SERVER_THREADS, Service
from bridge.daemon.store import Store
from bridge.daemon.work import Worker
from bridge.errors import DaemonError, SettingsError
from bridge.wire.door import MAX_MESSAGE_BYTES, Door, door_path, read_door, remove_door, write_door
from bridge.wire.flag import Flag
from bridge.wire.identity import identity
from bridge.wire.v1 import scoring_pb2 as pb
from bridge.wire.v1 import scoring_pb2_grpc

log = logging.getLogger(__name__)

SERVICE = pb.DESCRIPTOR.services_by_name["Scoring"].full_name
# How long jobs get to notice that they are cancelled when the daemon leaves, and calls to be answered.
JOBS_LEAVE_S = 8.0
CALLS_LEAVE_S = 2.0
CHECK_S = 0.25


def prepare_state_dir() -> Path:
    """Make the state folder, for its owner only.

    Raises:
        DaemonError: it cannot be made.
    """
    folder = config.state_dir()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DaemonError(
            f"the folder for the daemon's state cannot be made ({error.strerror})",
            where=str(folder),
            remedy="Make its parent writable, or set CUEBRIDGE_HOME to another folder",
        ) from None
    return folder


class Daemon:
    """One daemon, listening from construction to `close`.

    Args:
        options: how to run.
        scorer: what scores; the product's line unless a caller brings another.
        left: set, from a signal handler for example, it ends `wait`.

    Raises:
        AlreadyRunningError: this user has a daemon.
        SettingsError: the port is taken, or certificate and key do not fit.
        DaemonError: the state folder or the file of takes cannot be used.
    """

    def __init__(self, options: Options, scorer: Scorer | None = None, left: Flag | None = None) -> None:
        self.options = options
        self._left = left if left is not None else Flag()
        self._active_at_s = time.monotonic()
        state = prepare_state_dir()
        access = Access(secrets.token_urlsafe(32), options.outside_token(), options.real_roots())
        self._lock = Lock(state / "daemon.lock")
        try:
            self._store = Store(state / "takes.sqlite3")
            try:
                self._open(access, scorer if scorer is not None else Line())
            except BaseException:
                self._store.close()
                raise
        except BaseException:
            self._lock.release()
            raise

    def _open(self, access: Access, scorer: Scorer) -> None:
        workers = self.options.workers or 1
        most = self.options.workers or os.cpu_count() or 1
        leaves = self.options.idle_s is not None
        self.jobs = Jobs(Worker(scorer, self._store), workers=workers, most=most, ended=self._touch)
        self._health = health.HealthServicer(
            experimental_non_blocking=True,
            experimental_thread_pool=futures.ThreadPoolExecutor(1, thread_name_prefix="health"),
        )
        self._server = grpc.server(
            futures.ThreadPoolExecutor(SERVER_THREADS, thread_name_prefix="call"),
            interceptors=[TokenInterceptor(access, self._touch)],
            options=[
                # Without this two daemons may share a port, and calls go to either.
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ],
        )
        word = identity()
        service = Service(
            scorer, self.jobs, self._store, access, identity=word, workers=workers, leaves_when_idle=leaves
        )
        scoring_pb2_grpc.add_ScoringServicer_to_server(service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (SERVICE, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)
        self.outside_address = ""
        if self.options.outside:
            self.outside_address = self._listen(self.options.host, self.options.port, self._credentials())
            address = self._listen("127.0.0.1", 0)
        else:
            address = self._listen(self.options.host, self.options.port)
        self.door = Door(os.getpid(), address, access.local_token, word, leaves)
        self._server.start()
        for name in ("", SERVICE):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        try:
            write_door(self.door)  # last: whoever finds the door finds it open
        except OSError as error:
            self._server.stop(None).wait()
            raise DaemonError(
                f"the door file cannot be written ({error.strerror})",
                where=str(door_path()),
                remedy="Make its folder writable, or set CUEBRIDGE_HOME to another",
            ) from None
        log.info("cuebridge %s, process %d, listens on %s", word, os.getpid(), address)

    def _listen(self, host: str, port: int, credentials: grpc.ServerCredentials | None = None) -> str:
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if credentials is None:
                bound = self._server.add_insecure_port(address)
            else:
                bound = self._server.add_secure_port(address, credentials)
        except RuntimeError:
            bound = 0
        if not bound:
            if credentials is None:
                what, remedy = "nothing can listen there", "Choose another --port, or another --host"
            else:
                what = "nothing can listen there with this certificate and key"
                remedy = (
                    "Check that --tls-cert and --tls-key are PEM and belong together, and that --port is free"
                )
            raise SettingsError(what, where=address, remedy=remedy)
        return f"{address.rpartition(':')[0]}:{bound}"

    def _credentials(self) -> grpc.ServerCredentials:
        cert, key = self.options.tls_cert, self.options.tls_key
        if cert is None or key is None:
            raise SettingsError("listening to other machines needs --tls-cert and --tls-key")
        return grpc.ssl_server_credentials([(read_file(key), read_file(cert))])

    def _touch(self) -> None:
        self._active_at_s = time.monotonic()

    def wait(self) -> None:
        """Return when `left` is set, or when the daemon has been idle for `idle_s`."""
        while not self._left.wait(CHECK_S):
            if read_door() is None:
                write_door(self.door)  # somebody tidied the state folder; without it no client finds us
            if self.options.idle_s is None:
                continue
            if self.jobs.active():
                self._touch()
            elif time.monotonic() - self._active_at_s >= self.options.idle_s and self.jobs.close_if_idle():
                log.info("idle for %g s: leaving", self.options.idle_s)
                return

    def close(self) -> bool:
        """Stop all jobs, stop listening, tidy up; whether every job has ended by then."""
        remove_door(self.door)
        self._health.enter_graceful_shutdown()
        ended = self.jobs.close(JOBS_LEAVE_S)
        self._server.stop(CALLS_LEAVE_S).wait()
        if ended:
            self._store.close()
        self._lock.release()
        log.info("left%s", "" if ended else " while a job was still running")
        return ended
