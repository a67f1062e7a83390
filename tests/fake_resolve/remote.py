"""Remote objects, as scripts see Resolve's: any attribute is there, and every call goes through one door."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fake_resolve.surface import CONSTANTS, surface

if TYPE_CHECKING:
    from tests.fake_resolve.host import FakeResolve


class Misuse(BaseException):
    """A call that breaks the published surface. No script's `except Exception` hides it."""


class Injected(Exception):
    """An error that a test asked for."""


class Constant:
    """A live value such as EXPORT_OTIO: only the very object is accepted, its name is not."""

    def __init__(self, name: str) -> None:
        self.name = name


class Remote:
    """One object of Resolve's. Two that stand for the same thing are equal in nothing, as in Resolve."""

    def __init__(self, host: FakeResolve, kind: str, target: Any) -> None:
        self.__dict__.update(_host=host, _kind=kind, _target=target, _project=host.state.project)

    def __dir__(self) -> list[str]:
        # Constants are attributes, but `dir` does not list them.
        return sorted(surface(self._host.version).get(self._kind, {}))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        host: FakeResolve = self._host
        if name == "Test" and self._kind == "Fusion":
            return None if host.gone else True
        if name == "GetResolve" and self._kind == "Fusion":
            return lambda: host.resolve
        if name == "UIManager" and self._kind == "Fusion":
            return host.ui_manager()
        if name in surface(host.version).get(self._kind, {}):
            return _method(self, name)
        if self._kind == "Resolve" and name in surface(host.version)[CONSTANTS]:
            if name == "EXPORT_OTIO" and host.quirks.no_otio:
                return None
            return host.constants.setdefault(name, Constant(name))
        return None  # so `hasattr` is always true

    def __setattr__(self, name: str, value: object) -> None:
        raise Misuse(f"{self._kind}.{name} was assigned to")


def _method(remote: Remote, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        return remote._host.call(remote, name, arguments, named)

    return call


def check(version: str, kind: str, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Hold a call against the surface.

    Raises:
        Misuse: keywords, or too few or too many arguments.
    """
    method = surface(version)[kind][name]
    if named:
        raise Misuse(f"{kind}.{name} was given keywords: {', '.join(named)}")
    if not method.least <= len(arguments) <= method.most:
        raise Misuse(f"{kind}.{name} takes {method.least} to {method.most} arguments, not {len(arguments)}")
