"""Who may call: a token with every call, and for callers from outside a list of folders."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import grpc

from bridge.errors import DaemonError
from bridge.wire.faults import Refused, metadata_of

# Load balancers and service managers ask for health without a token.
_OPEN = "/grpc.health.v1.Health/"


@dataclass(frozen=True)
class Access:
    """The tokens a daemon accepts and what their holders may read.

    `local_token` is in the door file, which only the user can read, so its holder on this machine may
    read whatever the user can. `remote_token` opens the door to the outside; its holders, and anyone who
    brings the local token from another machine, may read inside `roots` only.
    """

    local_token: str
    remote_token: str = ""
    roots: tuple[Path, ...] = ()

    def accepts(self, token: str) -> bool:
        """Whether a token is one of the two; takes the same time whichever it is."""
        known = [hmac.compare_digest(token.encode(), self.local_token.encode())]
        known.append(
            bool(self.remote_token) and hmac.compare_digest(token.encode(), self.remote_token.encode())
        )
        return any(known)

    def is_local(self, context: grpc.ServicerContext) -> bool:
        """Whether a call comes from this machine with the local token."""
        token = token_of(context.invocation_metadata())
        return hmac.compare_digest(token.encode(), self.local_token.encode()) and _loopback_peer(
            context.peer()
        )

    def allows(self, path: str) -> bool:
        """Whether a path lies inside the folders that callers from outside may read, links followed."""
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(root) for root in self.roots)

    def check_path(self, path: str, *, local: bool) -> Path:
        """The real path of a source the caller may read.

        Raises:
            Refused: it lies outside the allowed folders. Whether it exists is not said.
        """
        source = Path(path)
        if local:
            return source
        real = Path(os.path.realpath(source))
        if not self.allows(path):
            raise Refused(
                "this daemon does not read there for callers from outside",
                where=path,
                remedy="Ask its owner for `cuebridge serve --root FOLDER`",
            )
        return real


def token_of(metadata: Sequence[tuple[str, str | bytes]] | None) -> str:
    """The bearer token in a call's metadata, empty when there is none."""
    for key, value in metadata or ():
        if key == "authorization" and isinstance(value, str) and value.lower().startswith("bearer "):
            return value[7:].strip()
    return ""


def _loopback_peer(peer: str) -> bool:
    """Whether gRPC's spelling of a peer ("ipv4:127.0.0.1:5000", "ipv6:%5B::1%5D:5000") is this machine."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in ("ipv4", "ipv6"):
        return kind == "unix"
    host = rest.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class TokenInterceptor(grpc.ServerInterceptor):  # type: ignore[type-arg]  # generic in stubs only
    """Turns away every call without an accepted token, before its request is read.

    Args:
        access: the tokens.
        called: called for every call let in, so that a daemon in use does not leave.
    """

    def __init__(self, access: Access, called: Callable[[], None] = lambda: None) -> None:
        self._access = access
        self._called = called

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """See `grpc.ServerInterceptor`."""
        if handler_call_details.method.startswith(_OPEN):
            return continuation(handler_call_details)
        if not self._access.accepts(token_of(handler_call_details.invocation_metadata)):
            return grpc.unary_unary_rpc_method_handler(_turn_away)
        self._called()
        return continuation(handler_call_details)


def _turn_away(request: object, context: grpc.ServicerContext) -> object:
    error = DaemonError(
        "the daemon does not accept this token", remedy="Take the one of the running daemon, or restart it"
    )
    context.set_trailing_metadata(metadata_of(error))
    context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
