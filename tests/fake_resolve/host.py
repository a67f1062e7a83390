"""The host: one state, one door for all calls, and the switches for its habits."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from tests.fake_resolve.items import ItemCalls
from tests.fake_resolve.pool import BinCalls, ClipCalls, PoolCalls
from tests.fake_resolve.program import FusionCalls, ManagerCalls, ProjectCalls, ResolveCalls
from tests.fake_resolve.remote import Constant, Injected, Misuse, Remote, check
from tests.fake_resolve.state import State, plain
from tests.fake_resolve.timeline import TimelineCalls

CALLS: dict[str, type] = {
    "Resolve": ResolveCalls,
    "Fusion": FusionCalls,
    "ProjectManager": ManagerCalls,
    "Project": ProjectCalls,
    "MediaPool": PoolCalls,
    "Folder": BinCalls,
    "MediaPoolItem": ClipCalls,
    "Timeline": TimelineCalls,
    "TimelineItem": ItemCalls,
}
# Refused on the free edition, with a modal that makes every later call fail until a person dismisses it.
STUDIO_ONLY = {
    ("Timeline", "CreateSubtitlesFromAudio"), ("Timeline", "DetectSceneCuts"), ("Folder", "TranscribeAudio"),
    ("MediaPoolItem", "TranscribeAudio"), ("TimelineItem", "CreateMagicMask"), ("TimelineItem", "Stabilize"),
    ("TimelineItem", "SmartReframe"),
}  # fmt: skip
# What outlives a change of project.
_LASTING = ("Resolve", "ProjectManager", "Fusion")


@dataclass
class Quirks:
    """Where sources disagree about the host, or its habits differ from one to the next.

    Attributes:
        appended: what AppendToTimeline gives back: items, none, empty, nones ([None]) or hollow (items whose
            getters give None).
        end_inclusive: AppendToTimeline counts endFrame in.
        end_frame_inclusive: Timeline.GetEndFrame is the last frame, not the one after it.
        rate_as_number: GetSetting gives the frame rate as a number.
        float_markers: GetMarkers keys are floats.
        language: of JobStatus.
        export_lies: Export says True and writes nothing.
        no_otio: EXPORT_OTIO is None although the version has it.
        no_media_import: ImportMedia takes nothing.
        sound_frames: "Frames" of a sound holds its length.
        no_sound_rate: "FPS" of a sound is empty.
        nothing_is_none: an empty list or dictionary is answered with None.
        slow_s: how many seconds each call takes, by the fake's own clock.
    """

    appended: str = "items"
    end_inclusive: bool = False
    end_frame_inclusive: bool = False
    rate_as_number: bool = False
    float_markers: bool = True
    language: str = "en"
    export_lies: bool = False
    no_otio: bool = False
    no_media_import: bool = False
    sound_frames: bool = False
    no_sound_rate: bool = False
    nothing_is_none: bool = False
    slow_s: float = 0.0


class FakeResolve:
    """One running Resolve.

    Args:
        version: one of `VERSIONS`.
        edition: Studio or Free.
        state: its projects; none is open without it.
        quirks: its habits.
    """

    def __init__(
        self, version: str = "21.0.0", edition: str = "Studio", state: State | None = None,
        quirks: Quirks | None = None,
    ) -> None:  # fmt: skip
        self.version, self.edition = version, edition
        self.state = state or State()
        self.quirks = quirks or Quirks()
        self.constants: dict[str, Constant] = {}
        self.calls: list[tuple[str, str, tuple[Any, ...]]] = []
        # Number of a call, from 1, to what befalls it: raise (after it was done) or refuse (None, not done).
        self.fails: dict[int, str] = {}
        self.clock_s = 0.0
        self.external = True  # the preference "External scripting using" is Local
        self.gone = False  # Resolve was quit; its objects answer None
        self.modal = False  # a modal is open; every call gives False
        self.after: dict[int, Any] = {}  # something to do once a call of that number has been answered

    @property
    def resolve(self) -> Remote:
        """The object that scripts begin with."""
        return Remote(self, "Resolve", self.state)

    @property
    def fusion(self) -> Remote:
        """`fusion`, also known as `fu` and `app`."""
        return Remote(self, "Fusion", self.state)

    def scriptapp(self, name: str) -> Remote | None:
        """What the module DaVinciResolveScript gives a script that was started outside; to Studio's alone."""
        served = self.edition == "Studio" and self.external and not self.gone
        return self.resolve if served and name == "Resolve" else None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(map(int, self.version.split(".")))

    def wrap(self, kind: str, target: Any) -> Remote | None:
        """A remote object for something; None for nothing."""
        return None if target is None else Remote(self, kind, target)

    def own(self, given: Any, kind: str) -> Any:
        """What a remote argument stands for; None when it is stale.

        Raises:
            Misuse: it is nothing of that kind.
        """
        if not isinstance(given, Remote) or given._kind != kind:
            raise Misuse(f"{given!r} is no {kind}")
        return None if given._project is not self.state.project else given._target

    def call(self, remote: Remote, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Do one call, as the host would."""
        kind = remote._kind
        check(self.version, kind, name, arguments, named)
        self.calls.append((kind, name, arguments))
        self.clock_s += self.quirks.slow_s
        number = len(self.calls)
        result = None
        if self.fails.get(number) != "refuse" and not self.gone:
            result = self._answer(remote, kind, name, arguments)
        if number in self.after:
            self.after.pop(number)()
        if self.fails.get(number) == "raise":
            raise Injected(f"call {number}, {kind}.{name}")
        return result

    def _answer(self, remote: Remote, kind: str, name: str, arguments: tuple[Any, ...]) -> Any:
        if self.modal:
            return False
        if self.edition == "Free" and (kind, name) in STUDIO_ONLY:
            self.modal = True
            return False
        if kind not in _LASTING and remote._project is not self.state.project:
            return None  # stale
        method = getattr(CALLS.get(kind), name, None)
        if method is None:
            raise Misuse(f"the fake does not model {kind}.{name}")
        result = method(self, remote._target, *arguments)
        return None if self.quirks.nothing_is_none and result in ([], {}) else result

    def ui_manager(self) -> Any:
        """`fusion.UIManager`: the free edition has had none since 19.1, and opens a modal instead."""
        if self.edition == "Free" and self.numbers >= (19, 1):
            self.modal = True
            return None
        return object()

    def snapshot(self) -> Any:
        """All that a user could see, for deep comparison."""
        return copy.deepcopy(plain(self.state))
