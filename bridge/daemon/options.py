"""How a daemon is to run, and the checks that need no socket."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path

from bridge import config
from bridge.errors import InputError, SettingsError
from bridge.wire.door import write_private


@dataclass(frozen=True)
class Options:
    """How a daemon is to run.

    Attributes:
        host: address to listen on besides loopback, which the user's own command line always gets.
        port: port on `host`; 0: a free one.
        tls_cert: PEM certificate chain, needed for any host but loopback.
        tls_key: PEM private key, likewise.
        token_file: file with the token for callers from outside; None: one is made in the state folder.
        roots: folders that callers from outside may read.
        idle_s: leave after so many seconds without jobs and calls; None: stay.
        workers: jobs run at once; None: one, and more when a request wishes for it.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls_cert: Path | None = None
    tls_key: Path | None = None
    token_file: Path | None = None
    roots: tuple[Path, ...] = ()
    idle_s: float | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"port {self.port} is out of range", remedy="Use 0 to 65535; 0 is a free one")
        if self.workers is not None and not 1 <= self.workers <= 64:
            raise SettingsError(f"{self.workers} workers are out of range", remedy="Use 1 to 64")
        if self.outside and (self.tls_cert is None or self.tls_key is None):
            raise SettingsError(
                f"{self.host} is not this machine alone, so it needs --tls-cert and --tls-key",
                remedy="Give both, or leave out --host",
            )

    @property
    def outside(self) -> bool:
        """Whether `host` can be reached from other machines."""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True

    @property
    def token_path(self) -> Path:
        """The file with the token for callers from outside."""
        return self.token_file or config.state_dir() / "outside-token"

    def outside_token(self) -> str:
        """Token for callers from outside: the file's first line, or one made once and kept; "" if none call.

        Raises:
            InputError: the file cannot be read, or its token is too short to be one.
        """
        if not self.outside:
            return ""
        path = self.token_path
        if self.token_file is None and not path.exists():
            write_private(path, secrets.token_urlsafe(32) + "\n")
        token = (read_file(path).decode("utf-8", "replace").split() or [""])[0]
        if len(token) < 16:
            raise SettingsError(
                "the token is shorter than 16 characters", where=str(path), remedy="Use a long random one"
            )
        return token

    def real_roots(self) -> tuple[Path, ...]:
        """The allowed folders without links.

        Raises:
            InputError: one of them is not a folder.
        """
        for root in self.roots:
            if not root.is_dir():
                raise InputError("there is no such folder to allow", where=str(root), remedy="Check --root")
        return tuple(root.resolve() for root in self.roots)


def read_file(path: Path) -> bytes:
    """A small file's bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", where=str(path), remedy="Check the path"
        ) from None
