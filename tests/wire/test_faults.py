from __future__ import annotations

import grpc
import pytest

from bridge import errors
from bridge.wire import faults
from bridge.wire.v1 import scoring_pb2 as pb

TREE = [
    cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.CuebridgeError)
]


@pytest.mark.parametrize("cls", TREE, ids=lambda cls: cls.__name__)
def test_every_error_arrives_as_itself(cls: type[errors.CuebridgeError]) -> None:
    sent = cls("it broke", where="here", remedy="Mend it")
    got = faults.error_of(pb.Fault.FromString(faults.fault_of(sent).SerializeToString()))
    assert type(got) is cls
    assert (got.what, got.where, got.remedy, got.exit_code) == ("it broke", "here", "Mend it", cls.exit_code)


def test_every_kind_on_the_wire_has_a_class() -> None:
    used = {faults.fault_of(cls("x")).kind for cls in TREE}
    assert used == set(pb.FaultKind.values()) - {pb.FAULT_KIND_UNSPECIFIED}


def test_a_kind_from_the_future_is_our_own_fault() -> None:
    got = faults.error_of(pb.Fault(kind=99, what="x"))  # type: ignore[arg-type]
    assert type(got) is errors.CuebridgeError
    assert got.exit_code == 1


def test_a_subclass_crosses_as_its_parent() -> None:
    class Odd(errors.MediaError):
        pass

    assert faults.fault_of(Odd("x")).kind == pb.FAULT_KIND_MEDIA


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.TimelineError("x"), grpc.StatusCode.INVALID_ARGUMENT),
        (errors.NotFoundError("x"), grpc.StatusCode.NOT_FOUND),
        (errors.Cancelled(), grpc.StatusCode.CANCELLED),
        (errors.ModelError("x"), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.DaemonError("x"), grpc.StatusCode.UNAVAILABLE),
        (errors.CuebridgeError("x"), grpc.StatusCode.INTERNAL),
        (faults.Refused("x"), grpc.StatusCode.PERMISSION_DENIED),
    ],
)
def test_the_status_is_what_a_grpc_user_expects(error: errors.CuebridgeError, code: grpc.StatusCode) -> None:
    assert faults.code_of(error) is code


def test_nobody_listening_is_said_in_words() -> None:
    channel = grpc.insecure_channel("127.0.0.1:1", options=[("grpc.enable_http_proxy", 0)])
    with channel, pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/cuebridge.v1.Scoring/Describe")(b"", timeout=20)
    got = faults.error_of_call(raised.value)
    assert type(got) is errors.DaemonError
    assert "cannot be reached" in str(got)


def test_a_channel_closed_under_a_call_is_not_a_users_wish_to_stop() -> None:
    channel = grpc.insecure_channel("127.0.0.1:1", options=[("grpc.enable_http_proxy", 0)])
    call = channel.unary_unary("/cuebridge.v1.Scoring/Describe").future(b"", timeout=20, wait_for_ready=True)
    channel.close()
    with pytest.raises(grpc.RpcError) as raised:
        call.result()
    got = faults.error_of_call(raised.value)
    assert type(got) is errors.DaemonError
    assert "cut off" in str(got)
