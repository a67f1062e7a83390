"""The calls, through a real server on a free port."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from bridge import __version__
from bridge.client import Client, Finished, Job
from bridge.config import HitSettings, Settings, TempoSettings
from bridge.daemon.server import Daemon
from bridge.errors import (
    Cancelled,
    CuebridgeError,
    DaemonError,
    InputError,
    ModelError,
    NotFoundError,
    TimelineError,
)
from bridge.progress import Step
from bridge.wire.v1 import scoring_pb2 as pb
from bridge.wire.v1 import scoring_pb2_grpc
from tests.daemon.scorers import STAGES, TextScorer


def written(folder: Path, name: str, text: str = "ok") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def finish(client: Client, job: Job) -> Finished:
    *_, last = client.watch(job.job_id)
    assert isinstance(last, Finished)
    return last


def test_a_score_is_watched_listed_fetched_and_exported(client: Client, tmp_path: Path) -> None:
    source = written(tmp_path, "cut.otio")
    job = client.start_score(source, Settings(seed=5), shelf="s")
    *news, last = client.watch(job.job_id)
    assert isinstance(last, Finished)
    assert not last.reused
    steps = [item for item in news if isinstance(item, Step)]
    assert all(step.total == 2 for step in steps)
    take = last.take
    assert (take.number, take.name, take.shelf, take.timeline_name) == (1, "cut", "s", "cut")
    assert take.suffixes == ("mid", "cues.json", "cues.csv", "otio", "png", "rpp", "brief.md")
    assert take.summary["seed"] == 5
    assert client.get_score(take.take_id) == take
    assert list(client.list_scores(shelf="s")) == [take]
    assert client.export(take.take_id, "mid") == b"mid:cut.otio 5 "


def test_a_watcher_sees_every_stage_in_order(client: Client, scorer: TextScorer, tmp_path: Path) -> None:
    job = client.start_score(written(tmp_path, "cut.otio", "wait"), Settings())
    scorer.started.wait(30)
    watching = client.watch(job.job_id)
    first = next(watching)
    assert isinstance(first, Job)
    assert first.state == "running"
    scorer.gate.set()
    stages = list(dict.fromkeys(item.stage for item in watching if isinstance(item, Step)))
    assert stages == list(STAGES)  # it came during the second, and was told of the first


def test_a_late_watcher_gets_the_end(client: Client, tmp_path: Path) -> None:
    job = client.start_score(written(tmp_path, "cut.otio"), Settings())
    first = finish(client, job)
    again = list(client.watch(job.job_id))
    assert again[0] == Job(job.job_id, "done", str(tmp_path / "cut.otio"), 0)
    assert again[1:-1] == [Step(stage, 2, 2) for stage in STAGES]
    assert again[-1] == first


@pytest.mark.parametrize(
    ("word", "kind", "code"),
    [
        ("bad", TimelineError, 2),
        ("model", ModelError, 1),
        ("crash", CuebridgeError, 1),
        ("exit", CuebridgeError, 1),
    ],
)
def test_an_error_arrives_as_its_own_class(
    client: Client, tmp_path: Path, word: str, kind: type[CuebridgeError], code: int
) -> None:
    job = client.start_score(written(tmp_path, "cut.otio", word), Settings())
    with pytest.raises(CuebridgeError) as raised:
        list(client.watch(job.job_id))
    assert type(raised.value) is kind
    assert raised.value.exit_code == code
    if word == "bad":
        assert raised.value.what == "it is not a timeline"
        assert raised.value.where.endswith("cut.otio")
        assert raised.value.remedy == "Give another"
    # the worker lives on
    assert finish(client, client.start_score(written(tmp_path, "next.otio"), Settings())).take.name == "next"


def test_a_running_and_a_queued_job_can_be_cancelled(
    client: Client, scorer: TextScorer, tmp_path: Path
) -> None:
    running = client.start_score(written(tmp_path, "one.otio", "wait"), Settings())
    queued = client.start_score(written(tmp_path, "two.otio", "wait"), Settings())
    scorer.started.wait(30)
    assert [(job.state, job.waiting) for job in client.describe().jobs] == [("running", 0), ("queued", 0)]
    assert [job.state for job in client.cancel(queued.job_id)] == ["cancelled"]
    with pytest.raises(Cancelled):
        list(client.watch(queued.job_id))
    assert [job.state for job in client.cancel(running.job_id)] == ["running"]
    with pytest.raises(Cancelled):
        list(client.watch(running.job_id))
    assert client.cancel(running.job_id) == []
    assert list(client.list_scores()) == []
    assert scorer.scored == ["one.otio"]


def test_cancel_all_ends_everything(client: Client, scorer: TextScorer, tmp_path: Path) -> None:
    jobs = [client.start_score(written(tmp_path, f"{n}.otio", "wait"), Settings()) for n in range(3)]
    assert {job.job_id for job in client.cancel_all()} == {job.job_id for job in jobs}
    for job in jobs:
        with pytest.raises(Cancelled):
            list(client.watch(job.job_id))


def test_one_job_at_a_time_unless_more_are_wished_for(
    client: Client, scorer: TextScorer, tmp_path: Path
) -> None:
    scorer.gate.set()
    for wish, most in ((0, 1), (2, 2)):
        scorer.most_at_once = 0
        if wish:
            scorer.gate.clear()
        jobs = [
            client.start_score(written(tmp_path, f"{wish}{n}.otio", "wait"), Settings(), parallel=wish)
            for n in range(3)
        ]
        if wish:
            assert [job.state for job in client.describe().jobs].count("running") <= most
            scorer.gate.set()
        for job in jobs:
            finish(client, job)
        assert scorer.most_at_once <= most


def test_only_so_many_ended_jobs_are_kept(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.daemon.jobs.KEPT_ENDED", 2)
    jobs = []
    for n in range(3):
        jobs.append(client.start_score(written(tmp_path, f"{n}.otio"), Settings()))
        finish(client, jobs[-1])
    with pytest.raises(NotFoundError):
        list(client.watch(jobs[0].job_id))
    assert finish(client, jobs[2]).take.name == "2"


def test_a_repeated_start_changes_nothing(client: Client, tmp_path: Path) -> None:
    source = written(tmp_path, "cut.otio")
    for _ in range(2):
        job = client.start_score(source, Settings(), job_id="mine")
        finish(client, job)
    assert len(list(client.list_scores())) == 1


def test_takes_are_numbered_by_name_and_shelf(client: Client, tmp_path: Path) -> None:
    source, other = written(tmp_path, "cut.otio"), written(tmp_path, "other.otio")
    orders = [(source, "a"), (source, "a"), (source, "b"), (other, "a")]
    numbers = [
        finish(client, client.start_score(path, Settings(), shelf=shelf)).take.number
        for path, shelf in orders
    ]
    assert numbers == [1, 2, 1, 1]


def test_an_owner_who_sees_the_shelf_says_where_numbers_start(client: Client, tmp_path: Path) -> None:
    source = written(tmp_path, "cut.otio")

    def number(at_least: int) -> int:
        return finish(
            client, client.start_score(source, Settings(), shelf="a", take_at_least=at_least)
        ).take.number

    assert [number(1), number(7), number(1), number(0)] == [1, 7, 1, 8]


def test_files_are_told_what_they_are_called(client: Client, tmp_path: Path) -> None:
    source = written(tmp_path, "cut.otio")
    takes = [finish(client, client.start_score(source, Settings())).take for _ in range(2)]
    assert client.export(takes[0].take_id, "otio").endswith(b"@cut")
    assert client.export(takes[1].take_id, "otio").endswith(b"@cut.v002")


def test_two_jobs_for_one_empty_shelf_get_two_numbers(
    client: Client, scorer: TextScorer, tmp_path: Path
) -> None:
    source = written(tmp_path, "cut.otio", "wait")
    jobs = [client.start_score(source, Settings(), shelf="a", take_at_least=1) for _ in range(2)]
    scorer.gate.set()
    assert [finish(client, job).take.number for job in jobs] == [1, 2]


def test_reuse_gives_the_take_that_is_there(client: Client, scorer: TextScorer, tmp_path: Path) -> None:
    source = written(tmp_path, "cut.otio")
    first = finish(client, client.start_score(source, Settings(), shelf="a", reuse=True))
    again = finish(client, client.start_score(source, Settings(), shelf="a", reuse=True))
    elsewhere = finish(client, client.start_score(source, Settings(), shelf="b", reuse=True))
    changed = finish(client, client.start_score(source, Settings(seed=1), shelf="a", reuse=True))
    assert [end.reused for end in (first, again, elsewhere, changed)] == [False, True, False, False]
    assert again.take == first.take
    assert len(scorer.scored) == 3


def test_what_cannot_be_asked_is_refused(client: Client, daemon: Daemon, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absolute"):
        client.start_score(Path("cut.otio"), Settings())
    for call in (
        lambda: list(client.watch("none")),
        lambda: client.cancel("none"),
        lambda: client.get_score("none"),
    ):
        with pytest.raises(NotFoundError) as raised:
            call()
        assert raised.value.exit_code == 2
    with pytest.raises(InputError):
        client.cancel("")
    take = finish(client, client.start_score(written(tmp_path, "cut.otio"), Settings())).take
    with pytest.raises(NotFoundError):
        client.export("none", "mid")
    assert client.export(take.take_id, "png")


def test_a_wrong_or_missing_token_opens_nothing(daemon: Daemon) -> None:
    for token in ("", "wrong", daemon.door.token[:-1]):
        with (
            Client(daemon.door.address, token) as stranger,
            pytest.raises(DaemonError, match="token") as raised,
        ):
            stranger.describe()
        assert raised.value.exit_code == 3


def test_describe_says_what_is_offered(client: Client, daemon: Daemon) -> None:
    about = client.describe()
    assert about.version == __version__
    assert about.identity == daemon.door.identity
    assert set(about.offers) == {
        "Describe",
        "Revise",
        "Complement",
        "StartScore",
        "WatchJob",
        "CancelJob",
        "GetScore",
        "ListScores",
        "Export",
    }
    assert about.details["reads"] == [".otio", ".xml", ".edl", ".mp4"]
    assert client.describe(daemon_only=True).details == {}


def test_health_is_open_and_reflection_needs_the_token(daemon: Daemon) -> None:
    with grpc.insecure_channel(daemon.door.address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service="cuebridge.v1.Scoring")
        )
        assert check.status == health_pb2.HealthCheckResponse.SERVING
        ask = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        with pytest.raises(grpc.RpcError):
            list(ask(iter([request])))
        (answer,) = ask(iter([request]), metadata=(("authorization", f"Bearer {daemon.door.token}"),))
        names = {service.name for service in answer.list_services_response.service}
        assert {"cuebridge.v1.Scoring", "grpc.health.v1.Health"} <= names


def test_the_door_file_is_for_its_owner(daemon: Daemon, home: Path) -> None:
    path = home / "daemon.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["token"] == daemon.door.token


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"shelf": "caf\udce9"}, "output folder's path"),
        ({"name": "caf\udce9"}, "name"),
        ({"settings": Settings(brief="caf\udce9")}, "brief"),
        ({"source": Path("/caf\udce9")}, "source's path"),
    ],
)
def test_the_text_that_is_not_utf_8_is_the_one_named(
    client: Client, more: dict[str, object], what: str
) -> None:
    wanted = {"source": Path("/cut.otio"), "settings": Settings(), **more}
    with pytest.raises(InputError, match=f"the {what} has bytes") as raised:
        client.start_score(**wanted)  # type: ignore[arg-type]
    assert "cut.otio" not in str(raised.value)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (pb.Settings(tempo=pb.TempoSettings(min_bpm=100, max_bpm=80)), "100 to 80 bpm makes no sense"),
        (pb.Settings(tempo=pb.TempoSettings(metre="4/3")), "4/3 is not a metre"),
        (pb.Settings(tempo=pb.TempoSettings(max_bend=0.09)), "9 % is out of range"),
        (pb.Settings(tempo=pb.TempoSettings(target_bpm=200)), "outside the range of 60 to 160"),
        (pb.Settings(tempo_map_midi=b"MThd", tempo=pb.TempoSettings(metre="3/4")), "leaves no choice"),
        (pb.Settings(hits=pb.HitSettings(window_end=pb.Rational(numerator=-1, denominator=1))), "hit window"),
    ],
    ids=["range", "metre", "bend", "tempo", "map", "window"],
)
def test_controls_that_make_no_sense_are_refused_before_a_job_is_made(
    client: Client, daemon: Daemon, tmp_path: Path, message: pb.Settings, said: str
) -> None:
    stub = scoring_pb2_grpc.ScoringStub(grpc.insecure_channel(daemon.door.address))
    request = pb.StartScoreRequest(source=str(written(tmp_path, "cut.otio")), settings=message)
    with pytest.raises(grpc.RpcError) as caught:
        stub.StartScore(request, metadata=[("authorization", f"Bearer {daemon.door.token}")])
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert said in caught.value.details()
    assert client.describe().jobs == ()


def test_controls_reach_the_scorer_as_they_were_asked_for(
    client: Client, scorer: TextScorer, tmp_path: Path
) -> None:
    wish = Settings(
        tempo=TempoSettings(min_bpm=70, max_bpm=90, target_bpm=80, metre="12/8", max_bend=0.02, exact=True),
        hits=HitSettings(window_frames=(Fraction(-1, 4), Fraction(1, 3))),
    )
    given_map = Settings(tempo_map_midi=bytes(range(256)))
    for settings in (wish, given_map):
        finish(client, client.start_score(written(tmp_path, "cut.otio"), settings))
        assert scorer.settings == settings
