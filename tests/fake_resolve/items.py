"""Items on tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_resolve.state import Item

if TYPE_CHECKING:
    from tests.fake_resolve.host import FakeResolve


class ItemCalls:
    """Class TimelineItem."""

    def GetName(self: FakeResolve, item: Item) -> str:
        return item.name

    def GetUniqueId(self: FakeResolve, item: Item) -> str:
        return item.uid

    def GetStart(self: FakeResolve, item: Item, subframe: bool = False) -> int:
        return item.start

    def GetEnd(self: FakeResolve, item: Item, subframe: bool = False) -> int:
        return item.end

    def GetDuration(self: FakeResolve, item: Item, subframe: bool = False) -> int:
        return item.end - item.start

    def GetLeftOffset(self: FakeResolve, item: Item, subframe: bool = False) -> int:
        return item.source_start

    def GetMediaPoolItem(self: FakeResolve, item: Item) -> Any:
        return self.wrap("MediaPoolItem", item.clip)

    def GetProperty(self: FakeResolve, item: Item, name: str = "") -> Any:
        return {} if item.kind == "transition" else {"Pan": 0.0}
