"""Errors on the wire: a class of `bridge.errors` ↔ `Fault` ↔ gRPC status.

An error crosses as the status code a gRPC user expects plus the serialized `Fault` in the trailing
metadata, so that a client raises the same class, with the same exit code, as the daemon did.
"""

from __future__ import annotations

import grpc

from bridge.errors import (
    Cancelled,
    CuebridgeError,
    CueSheetError,
    DaemonError,
    InputError,
    MediaError,
    ModelError,
    NotFoundError,
    OutputError,
    SettingsError,
    TimecodeError,
    TimelineError,
)
from bridge.wire.v1 import scoring_pb2 as pb

FAULT_KEY = "cuebridge-fault-bin"


class Refused(InputError):
    """A caller may not ask for this; crosses as PERMISSION_DENIED and arrives as an `InputError`."""


_Code = grpc.StatusCode
# Error class, its kind on the wire, its status. A class that is not here crosses as its nearest parent.
_ROWS: tuple[tuple[type[CuebridgeError], pb.FaultKind.ValueType, grpc.StatusCode], ...] = (
    (CuebridgeError, pb.FAULT_KIND_INTERNAL, _Code.INTERNAL),
    (InputError, pb.FAULT_KIND_INPUT, _Code.INVALID_ARGUMENT),
    (TimelineError, pb.FAULT_KIND_TIMELINE, _Code.INVALID_ARGUMENT),
    (MediaError, pb.FAULT_KIND_MEDIA, _Code.INVALID_ARGUMENT),
    (TimecodeError, pb.FAULT_KIND_TIMECODE, _Code.INVALID_ARGUMENT),
    (CueSheetError, pb.FAULT_KIND_CUE_SHEET, _Code.INVALID_ARGUMENT),
    (SettingsError, pb.FAULT_KIND_SETTINGS, _Code.INVALID_ARGUMENT),
    (OutputError, pb.FAULT_KIND_OUTPUT, _Code.INVALID_ARGUMENT),
    (ModelError, pb.FAULT_KIND_MODEL, _Code.FAILED_PRECONDITION),
    (DaemonError, pb.FAULT_KIND_DAEMON, _Code.UNAVAILABLE),
    (NotFoundError, pb.FAULT_KIND_NOT_FOUND, _Code.NOT_FOUND),
    (Cancelled, pb.FAULT_KIND_CANCELLED, _Code.CANCELLED),
)
_CLASSES = {kind: cls for cls, kind, _ in _ROWS}
_KINDS = {cls: kind for cls, kind, _ in _ROWS} | {Refused: pb.FAULT_KIND_INPUT}
_CODES = {cls: code for cls, _, code in _ROWS} | {Refused: _Code.PERMISSION_DENIED}

# What a status means when no Fault came with it: gRPC itself, or a proxy, answered.
_BARE = {
    # A user's own wish to stop comes with a Fault; this is a daemon, or a channel, that has been closed.
    _Code.CANCELLED: ("the call to the daemon was cut off", "Run the command again"),
    _Code.UNAVAILABLE: ("the daemon cannot be reached", "Run the command again, or `cuebridge doctor`"),
    _Code.DEADLINE_EXCEEDED: ("the daemon did not answer in time", "Run `cuebridge doctor`"),
    _Code.UNIMPLEMENTED: ("the daemon does not know this call", "Update Cuebridge on both sides"),
    _Code.RESOURCE_EXHAUSTED: ("the daemon cannot take more at the moment", "Wait, then try again"),
}


def _known(error: CuebridgeError) -> type[CuebridgeError]:
    return next(cls for cls in type(error).__mro__ if cls in _KINDS)


def fault_of(error: CuebridgeError) -> pb.Fault:
    """The error as a message. Inverse of `error_of`."""
    return pb.Fault(kind=_KINDS[_known(error)], what=error.what, where=error.where, remedy=error.remedy)


def error_of(fault: pb.Fault) -> CuebridgeError:
    """The error behind a message; a kind unknown here becomes a plain `CuebridgeError`."""
    cls = _CLASSES.get(fault.kind, CuebridgeError)
    return cls(fault.what, where=fault.where, remedy=fault.remedy)


def code_of(error: CuebridgeError) -> grpc.StatusCode:
    """The gRPC status an error crosses with."""
    return _CODES[_known(error)]


def metadata_of(error: CuebridgeError) -> tuple[tuple[str, bytes], ...]:
    """Trailing metadata that carries the error."""
    return ((FAULT_KEY, fault_of(error).SerializeToString()),)


def error_of_call(failed: grpc.RpcError) -> CuebridgeError:
    """The error behind a failed call: the daemon's own, or a `DaemonError` when gRPC itself failed."""
    for key, value in getattr(failed, "trailing_metadata", lambda: ())() or ():
        if key == FAULT_KEY and isinstance(value, bytes):
            return error_of(pb.Fault.FromString(value))
    code = failed.code() if isinstance(failed, grpc.Call) else None
    if code is not None and code in _BARE:
        what, remedy = _BARE[code]
        return DaemonError(what, remedy=remedy)
    details = failed.details() if isinstance(failed, grpc.Call) else str(failed)
    return DaemonError(f"the call to the daemon failed: {details or code}", remedy="Run `cuebridge doctor`")
