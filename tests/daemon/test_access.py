"""The door to the outside: TLS, its own token, and folders that callers may read."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.client import Client, Finished
from bridge.config import Settings
from bridge.daemon.auth import Access, _loopback_peer, token_of
from bridge.daemon.lock import AlreadyRunningError
from bridge.daemon.options import Options
from bridge.daemon.server import Daemon
from bridge.errors import DaemonError, InputError, NotFoundError, SettingsError
from tests.daemon.scorers import TextScorer


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def outside(home: Path, tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[Daemon]:
    (tmp_path / "media").mkdir()
    options = Options(
        host="0.0.0.0", tls_cert=certificate[0], tls_key=certificate[1], roots=(tmp_path / "media",)
    )
    daemon = Daemon(options, TextScorer())
    yield daemon
    daemon.close()


def test_callers_from_outside_read_inside_the_roots_only(
    outside: Daemon, home: Path, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    inside, beyond = tmp_path / "media" / "cut.otio", tmp_path / "secret.otio"
    for path in (inside, beyond):
        path.write_text("ok")
    link = tmp_path / "media" / "link.otio"
    link.symlink_to(beyond)
    token = (home / "outside-token").read_text().strip()
    assert (home / "outside-token").stat().st_mode & 0o777 == 0o600
    address = outside.outside_address.replace("0.0.0.0", "127.0.0.1")
    with Client(address, token, certificate[0].read_bytes()) as client:
        job = client.start_score(inside, Settings())
        assert isinstance(list(client.watch(job.job_id))[-1], Finished)
        for path in (beyond, link, tmp_path / "media" / ".." / "secret.otio", tmp_path / "missing.otio"):
            with pytest.raises(InputError, match="does not read there"):
                client.start_score(path, Settings())
        about = client.describe(daemon_only=True)
        assert (about.pid, about.jobs) == (0, ())
        with pytest.raises(InputError, match="own user"):
            client.cancel_all()
        with Client(outside.door.address, outside.door.token) as own:
            secret = own.start_score(beyond, Settings())
            *_, finished = own.watch(secret.job_id)
            assert isinstance(finished, Finished)
            assert len(list(own.list_scores())) == 2
        assert [take.source for take in client.list_scores()] == [str(inside)]
        for call in (client.get_score, lambda take_id: client.export(take_id, "mid")):
            with pytest.raises(NotFoundError):
                call(finished.take.take_id)
    stranger = Client(address, outside.door.token + "x", certificate[0].read_bytes())
    with stranger, pytest.raises(DaemonError, match="token"):
        stranger.describe()
    with Client(address, token) as plain, pytest.raises(DaemonError):
        plain.describe(timeout_s=10)  # without TLS


def test_the_outside_needs_tls(home: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "render.example", "::"):
        with pytest.raises(SettingsError, match="--tls-cert"):
            Options(host=host)
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.9"):
        assert not Options(host=host).outside


def test_a_short_token_and_a_missing_root_are_refused(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("short\n")
    with pytest.raises(SettingsError, match="shorter"):
        Options(host="0.0.0.0", tls_cert=token, tls_key=token, token_file=token).outside_token()
    with pytest.raises(InputError, match="no such folder"):
        Options(roots=(tmp_path / "none",)).real_roots()


def test_a_taken_port_is_said(daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "other"))
    port = int(daemon.door.address.rpartition(":")[2])
    with pytest.raises(SettingsError, match="--port"):
        Daemon(Options(port=port), TextScorer())
    assert not (tmp_path / "other" / "daemon.json").exists()


def test_a_certificate_that_is_none_is_said(home: Path, tmp_path: Path) -> None:
    (tmp_path / "pem").write_text("not a certificate")
    options = Options(host="0.0.0.0", tls_cert=tmp_path / "pem", tls_key=tmp_path / "pem")
    with pytest.raises(SettingsError, match="--tls-cert"):
        Daemon(options, TextScorer())
    with pytest.raises(InputError, match="cannot be read"):
        Daemon(Options(host="0.0.0.0", tls_cert=tmp_path / "no", tls_key=tmp_path / "no"), TextScorer())


def test_a_second_daemon_of_one_user_is_refused(daemon: Daemon) -> None:
    with pytest.raises(AlreadyRunningError):
        Daemon(Options(), TextScorer())
    with Client(daemon.door.address, daemon.door.token) as client:
        assert client.describe(daemon_only=True).version


def test_only_loopback_counts_as_this_machine() -> None:
    assert all(_loopback_peer(p) for p in ("ipv4:127.0.0.1:5", "ipv6:%5B::1%5D:5", "ipv6:[::1]:5", "unix:/x"))
    assert not any(_loopback_peer(p) for p in ("ipv4:10.0.0.1:5", "ipv6:[fe80::1%25eth0]:5", "", "tcp:x"))


def test_tokens_are_compared_whole() -> None:
    access = Access("a" * 20, "b" * 20)
    assert access.accepts("a" * 20)
    assert access.accepts("b" * 20)
    assert not access.accepts("")
    assert not Access("a" * 20).accepts("")
    assert not access.accepts("ä")
    assert token_of((("authorization", "Bearer  x "),)) == "x"
    assert token_of((("authorization", "Basic x"),)) == ""
