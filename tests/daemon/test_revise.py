"""Revise through a real server: whose files are revised, where the take goes, and how it is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.client import Client, Finished, Job, Take
from bridge.config import Revision, Settings
from bridge.errors import Cancelled, InputError, NotFoundError, SettingsError
from bridge.schema.record import ScoreFiles
from tests.daemon.scorers import TextScorer


def finish(client: Client, job: Job) -> Take:
    *_, last = client.watch(job.job_id)
    assert isinstance(last, Finished)
    return last.take


@pytest.fixture
def take(client: Client, tmp_path: Path) -> Take:
    source = tmp_path / "cut.otio"
    source.write_text("ok")
    return finish(client, client.start_score(source, Settings(seed=5), shelf="s"))


def test_a_take_is_revised_into_another_beside_it(client: Client, take: Take) -> None:
    new = finish(client, client.revise(take.take_id, Revision(("2",), "calm", 9)))
    assert (new.number, new.name, new.shelf, new.source) == (2, take.name, take.shelf, take.source)
    assert client.export(new.take_id, "mid") == client.export(take.take_id, "mid") + b" of cut plots 2"
    assert client.get_score(take.take_id) == take
    third = finish(client, client.revise(new.take_id, Revision(("1", "3")), shelf="elsewhere", name="own"))
    assert (third.number, third.name, third.shelf) == (1, "own", "elsewhere")
    assert client.export(third.take_id, "mid").endswith(b" of cut.v002 plots 1,3")
    assert third.summary["revision"] == {"of": "cut.v002", "plots": ["1", "3"], "changes": []}


def test_files_that_a_take_has_are_of_its_timeline(client: Client, take: Take, tmp_path: Path) -> None:
    midi, sheet = client.export(take.take_id, "mid"), client.export(take.take_id, "cues.json").decode()
    path = tmp_path / "moved" / "cut.mid"
    for files in (ScoreFiles("cut", path, midi, "edited"), ScoreFiles("cut", path, b"edited", sheet)):
        new = finish(client, client.revise(files, Revision(("2",))))
        assert (new.source, new.shelf) == (take.source, "s")
    path.parent.mkdir()
    path.write_text("ok")
    strange = finish(client, client.revise(ScoreFiles("cut", path, b"x", "y"), Revision(("2",)), shelf="t"))
    assert (strange.source, strange.shelf, strange.number) == (str(path), "t", 1)


def test_what_is_not_there_is_said(client: Client, take: Take) -> None:
    with pytest.raises(NotFoundError, match="no take"):
        client.revise("nobody", Revision(("2",)))
    with pytest.raises(InputError, match="absolute"):
        client.revise(ScoreFiles("a", Path("a.mid"), b"", ""), Revision(("2",)))
    with pytest.raises(InputError, match="UTF-8"):
        client.revise(take.take_id, Revision(("2",), "\udcff"))
    with pytest.raises(SettingsError, match="no plot is named"):
        client.revise(take.take_id, _nothing())


def _nothing() -> Revision:
    """A revision as a careless client might send it."""
    revision = Revision(("2",))
    object.__setattr__(revision, "plots", ())
    return revision


def test_a_revision_is_cancelled_like_a_score(
    client: Client, take: Take, scorer: TextScorer, tmp_path: Path
) -> None:
    Path(take.source).write_text("wait")
    scorer.started.clear()
    job = client.revise(take.take_id, Revision(("2",)), job_id="j1")
    assert client.revise(take.take_id, Revision(("2",)), job_id="j1").job_id == job.job_id
    assert scorer.started.wait(30)
    client.cancel(job.job_id)
    with pytest.raises(Cancelled):
        list(client.watch(job.job_id))
    assert [each.take_id for each in client.list_scores()] == [take.take_id]


def test_it_is_offered(client: Client) -> None:
    assert "Revise" in client.describe(daemon_only=True).offers
