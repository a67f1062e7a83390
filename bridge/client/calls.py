"""A channel to one daemon, with the product's own types and errors on this side of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import grpc

from bridge.config import Complement, Revision, Settings
from bridge.errors import CuebridgeError, DaemonError, InputError
from bridge.progress import Step
from bridge.schema.record import ScoreFiles
from bridge.wire import convert
from bridge.wire.door import MAX_MESSAGE_BYTES
from bridge.wire.faults import error_of, error_of_call
from bridge.wire.naming import is_utf8
from bridge.wire.v1 import scoring_pb2 as pb
from bridge.wire.v1 import scoring_pb2_grpc

# A daemon answers at once; what takes long is watched. The margin is for a machine under load.
CALL_S = 60.0
_WORDS = {
    pb.JOB_STATE_QUEUED: "queued",
    pb.JOB_STATE_RUNNING: "running",
    pb.JOB_STATE_DONE: "done",
    pb.JOB_STATE_FAILED: "failed",
    pb.JOB_STATE_CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class Job:
    """A job as it stands: `state` is queued, running, done, failed or cancelled."""

    job_id: str
    state: str
    source: str
    waiting: int


@dataclass(frozen=True)
class Take:
    """A take as the daemon has it; `suffixes` name the files it can export."""

    take_id: str
    number: int
    shelf: str
    name: str
    source: str
    timeline_name: str
    fingerprint: str
    created_ms: int
    suffixes: tuple[str, ...]
    summary: dict[str, object]


@dataclass(frozen=True)
class Finished:
    """The end of a job that went well; `reused` when the take was there already."""

    take: Take
    reused: bool


@dataclass(frozen=True)
class About:
    """What a daemon is; `details` is `pipeline.describe()` and the calls offered, empty unless asked for."""

    version: str
    identity: str
    offers: tuple[str, ...]
    suffixes: tuple[str, ...]
    pid: int
    leaves_when_idle: bool
    workers: int
    jobs: tuple[Job, ...]
    details: dict[str, object]


class Client:
    """One daemon. Thread-safe; use as a context manager or call `close`.

    Every call raises the daemon's own error as its class in `bridge.errors`, and `DaemonError` when the
    daemon cannot be reached.

    Args:
        address: host and port.
        token: the token it accepts.
        root_certificates: PEM; when given the channel uses TLS and trusts these alone. b"" trusts the
            system's.
    """

    def __init__(self, address: str, token: str, root_certificates: bytes | None = None) -> None:
        options = [
            # A proxy for the web has no business between a user and their own daemon.
            ("grpc.enable_http_proxy", 0),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ]
        if root_certificates is None:
            self._channel = grpc.insecure_channel(address, options=options)
        else:
            credentials = grpc.ssl_channel_credentials(root_certificates or None)
            self._channel = grpc.secure_channel(address, credentials, options=options)
        self._stub = scoring_pb2_grpc.ScoringStub(self._channel)
        self._metadata = (("authorization", f"Bearer {token}"),)
        self.address = address

    def describe(self, *, daemon_only: bool = False, timeout_s: float = CALL_S) -> About:
        """What the daemon is; with `daemon_only` nothing that needs models to be opened."""
        request = pb.DescribeRequest(daemon_only=daemon_only)
        with _raised():
            reply = self._stub.Describe(request, timeout=timeout_s, metadata=self._metadata)
        return About(
            version=reply.version,
            identity=reply.identity,
            offers=tuple(reply.offers),
            suffixes=tuple(convert.suffixes_of(reply.formats)),
            pid=reply.pid,
            leaves_when_idle=reply.leaves_when_idle,
            workers=reply.workers,
            jobs=tuple(_job(job) for job in reply.jobs),
            details=_object(reply.details_json),
        )

    def start_score(
        self,
        source: Path,
        settings: Settings,
        *,
        shelf: str = "",
        name: str = "",
        take_at_least: int = 0,
        reuse: bool = False,
        parallel: int = 0,
        job_id: str = "",
    ) -> Job:
        """Queue one scoring of an absolute path; the fields are documented in `StartScoreRequest`.

        Raises:
            InputError: a path or a text is not UTF-8.
        """
        try:
            request = pb.StartScoreRequest(
                source=str(source),
                settings=convert.settings_to_wire(settings),
                shelf=shelf,
                name=name,
                take_at_least=take_at_least,
                reuse=reuse,
                parallel=parallel,
                job_id=job_id,
            )
        except UnicodeError:
            texts = {"source's path": str(source), "output folder's path": shelf, "name": name}
            raise _not_utf8({**texts, **{key: str(text) for key, text in vars(settings).items()}}) from None
        with _raised():
            return _job(self._stub.StartScore(request, timeout=CALL_S, metadata=self._metadata).job)

    def revise(
        self,
        base: str | ScoreFiles,
        revision: Revision,
        *,
        shelf: str = "",
        name: str = "",
        take_at_least: int = 0,
        job_id: str = "",
    ) -> Job:
        """Queue one revision of a take, or of a score's files; fields as in `ReviseRequest`.

        Raises:
            InputError: a text is not UTF-8.
        """
        try:
            request = pb.ReviseRequest(
                plots=revision.plots,
                brief=revision.brief,
                seed=revision.seed,
                lock=revision.lock,
                markers_text=revision.markers_text,
                shelf=shelf,
                name=name,
                take_at_least=take_at_least,
                job_id=job_id,
            )
            if isinstance(base, str):
                request.take_id = base
            else:
                files = pb.ScoreFiles(
                    path=str(base.source), midi=base.midi, cues_json=base.cues_json, otio=base.otio
                )
                request.files.CopyFrom(files)
        except UnicodeError:
            raise _not_utf8({"output folder's path": shelf, "name": name, "brief": revision.brief}) from None
        with _raised():
            return _job(self._stub.Revise(request, timeout=CALL_S, metadata=self._metadata).job)

    def complement(
        self,
        asked: Complement,
        settings: Settings,
        *,
        shelf: str = "",
        name: str = "",
        take_at_least: int = 0,
        job_id: str = "",
    ) -> Job:
        """Queue one complement; fields as in `ComplementRequest`.

        Raises:
            InputError: a path or a text is not UTF-8.
        """
        try:
            request = pb.ComplementRequest(
                midi=asked.midi,
                path=str(asked.path),
                timeline="" if asked.timeline is None else str(asked.timeline),
                parts=asked.parts,
                tempo_map=asked.tempo_map,
                settings=convert.settings_to_wire(settings),
                shelf=shelf,
                name=name,
                take_at_least=take_at_least,
                job_id=job_id,
            )
        except UnicodeError:
            texts = {"path": str(asked.path), "timeline's path": str(asked.timeline or "")}
            raise _not_utf8({**texts, "output folder's path": shelf, "brief": settings.brief}) from None
        with _raised():
            return _job(self._stub.Complement(request, timeout=CALL_S, metadata=self._metadata).job)

    def watch(self, job_id: str) -> Iterator[Job | Step | Finished]:
        """News of a job up to its end, which is a `Finished`, or the job's error raised here."""
        with _raised():
            for reply in self._stub.WatchJob(pb.WatchJobRequest(job_id=job_id), metadata=self._metadata):
                kind = reply.WhichOneof("event")
                if kind == "job":
                    yield _job(reply.job)
                elif kind == "progress":
                    step = reply.progress
                    yield Step(step.stage, step.done, step.total, step.note)
                elif kind == "take":
                    yield Finished(_take(reply.take), reply.reused)
                    return
                elif kind == "fault":
                    raise error_of(reply.fault)
        raise DaemonError("the daemon left before the job had ended", remedy="Run the command again")

    def cancel(self, job_id: str) -> list[Job]:
        """Ask one job to stop; the job as it stands, or nothing when it had ended."""
        return self._cancel(pb.CancelJobRequest(job_id=job_id))

    def cancel_all(self) -> list[Job]:
        """Ask every job to stop; the jobs as they stand."""
        return self._cancel(pb.CancelJobRequest(all=True))

    def _cancel(self, request: pb.CancelJobRequest) -> list[Job]:
        with _raised():
            reply = self._stub.CancelJob(request, timeout=CALL_S, metadata=self._metadata)
        return [_job(job) for job in reply.jobs]

    def get_score(self, take_id: str) -> Take:
        """One take."""
        with _raised():
            request = pb.GetScoreRequest(take_id=take_id)
            return _take(self._stub.GetScore(request, timeout=CALL_S, metadata=self._metadata).take)

    def list_scores(self, *, shelf: str = "", name: str = "") -> Iterator[Take]:
        """All takes, the newest first, page by page."""
        request = pb.ListScoresRequest(shelf=shelf, name=name)
        while True:
            with _raised():
                reply = self._stub.ListScores(request, timeout=CALL_S, metadata=self._metadata)
            yield from (_take(take) for take in reply.takes)
            if not reply.next_page_token:
                return
            request.page_token = reply.next_page_token

    def export(self, take_id: str, suffix: str) -> bytes:
        """One file of a take."""
        request = pb.ExportRequest(take_id=take_id, format=convert.FORMATS[suffix])
        with _raised():
            pieces = self._stub.Export(request, timeout=CALL_S, metadata=self._metadata)
            return b"".join(piece.data for piece in pieces)

    def close(self) -> None:
        """Close the channel; a watch that still runs ends with an error."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _raised() -> Iterator[None]:
    failure: CuebridgeError
    try:
        yield
    except grpc.RpcError as error:
        failure = error_of_call(error)
        raise failure from None
    except ValueError as error:
        # grpcio's way to say that another thread has closed the channel.
        raise DaemonError(f"the call to the daemon failed: {error}") from None


def _not_utf8(texts: dict[str, str]) -> InputError:
    """An error that names the first of some texts that a message cannot carry."""
    for what, text in texts.items():
        if not is_utf8(text):
            remedy = "Type it again" if what in vars(Settings()) else "Rename it"
            return InputError(f"the {what} has bytes that are not UTF-8", where=repr(text), remedy=remedy)
    return InputError("a text has bytes that are not UTF-8", remedy="Type it again")


def _object(text: str) -> dict[str, object]:
    value = json.loads(text or "{}")
    return value if isinstance(value, dict) else {}


def _job(job: pb.Job) -> Job:
    return Job(job.job_id, _WORDS.get(job.state, "unknown"), job.source, job.waiting)


def _take(take: pb.Take) -> Take:
    return Take(
        take_id=take.take_id,
        number=take.number,
        shelf=take.shelf,
        name=take.name,
        source=take.source,
        timeline_name=take.timeline_name,
        fingerprint=take.fingerprint,
        created_ms=take.created_ms,
        suffixes=tuple(convert.suffixes_of(take.formats)),
        summary=_object(take.summary_json),
    )
