"""The calls of `cuebridge.v1.Scoring`, each a thin translation to jobs and takes."""

# ruff: noqa: N802  (calls are named as in the proto file)

from __future__ import annotations

import functools
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import grpc

from bridge import __version__
from bridge.config import Settings
from bridge.daemon.auth import Access
from bridge.daemon.jobs import Finished, Jobs, News, Request, Revising, Standing, State, Watch
from bridge.daemon.scorer import Scorer
from bridge.daemon.store import Store, Take
from bridge.errors import CuebridgeError, DaemonError, InputError, NotFoundError
from bridge.progress import Step
from bridge.schema.record import ScoreFiles
from bridge.wire import convert
from bridge.wire.faults import Refused, code_of, fault_of, metadata_of
from bridge.wire.naming import take_stem
from bridge.wire.v1 import scoring_pb2 as pb
from bridge.wire.v1 import scoring_pb2_grpc

log = logging.getLogger(__name__)
Call = TypeVar("Call", bound=Callable[..., Any])

CHUNK_BYTES = 256 << 10
MAX_PAGE = 1000
# Each watcher holds a thread of the server's pool; the rest of the pool is for everybody else.
MAX_WATCHERS = 96
SERVER_THREADS = 128

_STATES = {
    State.QUEUED: pb.JOB_STATE_QUEUED,
    State.RUNNING: pb.JOB_STATE_RUNNING,
    State.DONE: pb.JOB_STATE_DONE,
    State.FAILED: pb.JOB_STATE_FAILED,
    State.CANCELLED: pb.JOB_STATE_CANCELLED,
}
_OFFERS = (
    "Describe",
    "StartScore",
    "WatchJob",
    "CancelJob",
    "GetScore",
    "ListScores",
    "Export",
    "Revise",
    "Complement",
)


def _answering(call: Call) -> Call:
    """Let an error of ours leave as a status with its fault, and any other as one that hides nothing."""

    @functools.wraps(call)
    def answered(self: Service, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return call(self, request, context)
        except CuebridgeError as error:
            failure = error
        except Exception as error:
            log.exception("%s broke", call.__name__)
            failure = CuebridgeError(
                f"{call.__name__} broke ({type(error).__name__}: {error})",
                remedy="This is a fault in Cuebridge; please report it with the end of daemon.log",
            )
        context.set_trailing_metadata(metadata_of(failure))
        context.abort(code_of(failure), str(failure))
        return None  # never reached: abort raises

    return answered  # type: ignore[return-value]


class Service(scoring_pb2_grpc.ScoringServicer):
    """Answers calls.

    Args:
        scorer, jobs, store, access: what it answers with.
        identity: this process's `wire.identity`.
        workers: jobs run at once, for Describe.
        leaves_when_idle: for Describe.
    """

    def __init__(
        self,
        scorer: Scorer,
        jobs: Jobs,
        store: Store,
        access: Access,
        *,
        identity: str,
        workers: int,
        leaves_when_idle: bool,
    ) -> None:
        self._scorer = scorer
        self._jobs = jobs
        self._store = store
        self._access = access
        self._identity = identity
        self._workers = workers
        self._leaves_when_idle = leaves_when_idle
        self._watchers = 0

    @_answering
    def Describe(self, request: pb.DescribeRequest, context: grpc.ServicerContext) -> pb.DescribeResponse:
        """What this daemon is; see the proto file."""
        local = self._access.is_local(context)
        return pb.DescribeResponse(
            version=__version__,
            identity=self._identity,
            offers=_OFFERS,
            formats=convert.FORMATS.values(),
            pid=os.getpid() if local else 0,
            leaves_when_idle=self._leaves_when_idle,
            workers=self._workers,
            jobs=[_job(standing) for standing in self._jobs.active()] if local else [],
            details_json="" if request.daemon_only else json.dumps(self._details()),
        )

    def _details(self) -> dict[str, object]:
        return {**self._scorer.describe(), "rpcs": list(_OFFERS)}

    @_answering
    def StartScore(
        self, request: pb.StartScoreRequest, context: grpc.ServicerContext
    ) -> pb.StartScoreResponse:
        """Queue one scoring; see the proto file."""
        if not request.source or not _absolute(request.source):
            raise InputError(
                "the source must be an absolute path on the daemon's machine", where=request.source
            )
        local = self._access.is_local(context)
        source = self._access.check_path(request.source, local=local)
        roots = () if local else tuple(str(root) for root in self._access.roots)
        settings = convert.settings_from_wire(request.settings)
        for still in settings.about.stills:
            if not _absolute(still):
                raise InputError("a still must be an absolute path on the daemon's machine", where=still)
            self._access.check_path(still, local=local)
        asked = Request(
            source=str(source),
            settings=replace(settings, media_roots=roots),
            shelf=request.shelf,
            name=request.name or source.stem,
            take_at_least=request.take_at_least,
            after_row=self._store.newest_row(),
            reuse=request.reuse,
            parallel=request.parallel,
        )
        job_id = request.job_id or secrets.token_hex(6)
        return pb.StartScoreResponse(job=_job(self._jobs.submit(job_id, asked)))

    @_answering
    def Revise(self, request: pb.ReviseRequest, context: grpc.ServicerContext) -> pb.ReviseResponse:
        """Queue one revision; see the proto file."""
        local = self._access.is_local(context)
        revision = convert.revision_from_wire(request)
        if request.WhichOneof("base") == "files":
            known = self._store.holding(
                {"mid": request.files.midi, "cues.json": request.files.cues_json.encode()}
            )
            base = self._given(request.files, known, context)
        else:
            known = self._visible(request.take_id, context)
            base = self._kept(known)
        roots = () if local else tuple(str(root) for root in self._access.roots)
        asked = Request(
            source=str(base.source),
            settings=Settings(media_roots=roots),
            shelf=request.shelf or (known.shelf if known is not None else ""),
            name=request.name or (known.name if known is not None else Path(base.name).name),
            # Past every take there is, whatever the caller sees: two revisions at once are two takes.
            take_at_least=request.take_at_least,
            parallel=request.parallel,
            revising=Revising(base, revision),
        )
        job_id = request.job_id or secrets.token_hex(6)
        return pb.ReviseResponse(job=_job(self._jobs.submit(job_id, asked)))

    @_answering
    def Complement(
        self, request: pb.ComplementRequest, context: grpc.ServicerContext
    ) -> pb.ComplementResponse:
        """Queue one complement; see the proto file."""
        local = self._access.is_local(context)
        for path in filter(None, (request.path, request.timeline)):
            self._access.check_path(path, local=local)
        asked = convert.complement_from_wire(request)
        roots = () if local else tuple(str(root) for root in self._access.roots)
        job = Request(
            source=str(asked.timeline or asked.path),
            settings=replace(convert.settings_from_wire(request.settings), media_roots=roots),
            shelf=request.shelf,
            name=request.name or asked.path.stem,
            take_at_least=request.take_at_least,
            parallel=request.parallel,
            complementing=asked,
        )
        job_id = request.job_id or secrets.token_hex(6)
        return pb.ComplementResponse(job=_job(self._jobs.submit(job_id, job)))

    def _kept(self, take: Take) -> ScoreFiles:
        """A take's own files.

        Raises:
            NotFoundError: it has no MIDI file or no cue sheet.
        """
        otio = self._store.file(take.take_id, "otio") if "otio" in take.suffixes else b""
        return ScoreFiles(
            take_stem(take.name, take.number),
            Path(take.source),
            self._store.file(take.take_id, "mid"),
            self._store.file(take.take_id, "cues.json").decode("utf-8"),
            otio,
        )

    def _given(self, files: pb.ScoreFiles, known: Take | None, context: grpc.ServicerContext) -> ScoreFiles:
        """A score that came as files; one that the store knows is of that take's timeline."""
        if not _absolute(files.path):
            raise InputError("the score's path must be absolute on the daemon's machine", where=files.path)
        local = self._access.is_local(context)
        source = self._access.check_path(files.path, local=local)
        if known is not None and (local or self._access.allows(known.source)):
            source = Path(known.source)
        stem = Path(files.path).name.removesuffix(".mid")
        return ScoreFiles(stem, source, files.midi, files.cues_json, files.otio)

    def WatchJob(
        self, request: pb.WatchJobRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WatchJobResponse]:
        """Follow a job; see the proto file."""
        watch = self._watch(request, context)
        # The callback runs when the call ends for whatever reason, also when the watcher just vanishes.
        if not context.add_callback(watch.close):
            watch.close()
        self._watchers += 1
        try:
            for news in watch:
                yield _news(news)
        finally:
            self._watchers -= 1
            self._jobs.unwatch(request.job_id, watch)

    @_answering
    def _watch(self, request: pb.WatchJobRequest, context: grpc.ServicerContext) -> Watch:
        if self._watchers >= MAX_WATCHERS:
            raise DaemonError(
                f"{MAX_WATCHERS} watchers are the most a daemon takes", remedy="Try again later"
            )
        return self._jobs.watch(request.job_id)

    @_answering
    def CancelJob(self, request: pb.CancelJobRequest, context: grpc.ServicerContext) -> pb.CancelJobResponse:
        """Ask jobs to stop; see the proto file."""
        if request.all == bool(request.job_id):
            raise InputError("name one job, or ask for all of them")
        if request.all and not self._access.is_local(context):
            raise Refused("only the daemon's own user may stop all jobs", remedy="Name the job")
        stopped = self._jobs.cancel_all() if request.all else self._jobs.cancel(request.job_id)
        return pb.CancelJobResponse(jobs=[_job(standing) for standing in stopped])

    @_answering
    def GetScore(self, request: pb.GetScoreRequest, context: grpc.ServicerContext) -> pb.GetScoreResponse:
        """One take; see the proto file."""
        return pb.GetScoreResponse(take=_take(self._visible(request.take_id, context)))

    @_answering
    def ListScores(
        self, request: pb.ListScoresRequest, context: grpc.ServicerContext
    ) -> pb.ListScoresResponse:
        """Takes, the newest first; see the proto file."""
        if request.page_token and not request.page_token.isdecimal():
            raise InputError(
                f"{request.page_token!r} is not a page token", remedy="Pass on the last answer's own"
            )
        size = min(request.page_size or 100, MAX_PAGE)
        takes = self._store.page(
            shelf=request.shelf, name=request.name, before_row=int(request.page_token or 0), size=size + 1
        )
        more = str(takes[size - 1].row) if len(takes) > size else ""
        local = self._access.is_local(context)
        seen = [take for take in takes[:size] if local or self._access.allows(take.source)]
        return pb.ListScoresResponse(takes=[_take(take) for take in seen], next_page_token=more)

    def Export(self, request: pb.ExportRequest, context: grpc.ServicerContext) -> Iterator[pb.ExportResponse]:
        """One file in pieces; see the proto file."""
        data = self._export(request, context)
        for start in range(0, len(data), CHUNK_BYTES):
            yield pb.ExportResponse(data=data[start : start + CHUNK_BYTES])

    @_answering
    def _export(self, request: pb.ExportRequest, context: grpc.ServicerContext) -> bytes:
        suffix = convert.suffix_of(request.format)
        return self._store.file(self._visible(request.take_id, context).take_id, suffix)

    def _visible(self, take_id: str, context: grpc.ServicerContext) -> Take:
        """A take, as far as the caller may know of it: from outside, of sources in the allowed folders."""
        take = self._store.get(take_id)
        if not self._access.is_local(context) and not self._access.allows(take.source):
            raise NotFoundError(f"there is no take {take_id}", remedy="ListScores names those there are")
        return take


def _absolute(path: str) -> bool:
    return Path(path).is_absolute()


def _job(standing: Standing) -> pb.Job:
    return pb.Job(
        job_id=standing.job_id,
        state=_STATES[standing.state],
        source=standing.source,
        waiting=standing.waiting,
    )


def _take(take: Take) -> pb.Take:
    return pb.Take(
        take_id=take.take_id,
        number=take.number,
        shelf=take.shelf,
        name=take.name,
        source=take.source,
        timeline_name=take.timeline_name,
        fingerprint=take.fingerprint,
        created_ms=take.created_ms,
        formats=[convert.FORMATS[suffix] for suffix in take.suffixes if suffix in convert.FORMATS],
        summary_json=take.summary_json,
    )


def _news(news: News) -> pb.WatchJobResponse:
    if isinstance(news, Standing):
        return pb.WatchJobResponse(job=_job(news))
    if isinstance(news, Step):
        return pb.WatchJobResponse(
            progress=pb.Progress(stage=news.stage, done=news.done, total=news.total, note=news.note)
        )
    if isinstance(news, Finished):
        return pb.WatchJobResponse(take=_take(news.take), reused=news.reused)
    return pb.WatchJobResponse(fault=fault_of(news))
