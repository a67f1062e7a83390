"""A fake DaVinci Resolve: the scripting surface of 18.1 to 21.0, a state behind it, and odd habits.

    host = FakeResolve(version="19.1", edition="Studio")
    resolve = host.resolve            # what a menu script finds as the global `resolve`
    resolve.GetProjectManager()...    # remote objects, as odd as the real ones
    host.snapshot()                   # everything that a user could see, for deep comparison

What it takes for granted, and how sure that is, stands in README.md here.
"""

from __future__ import annotations

from tests.fake_resolve.host import FakeResolve, Quirks
from tests.fake_resolve.remote import Injected, Misuse
from tests.fake_resolve.surface import SUPPORTED, VERSIONS

__all__ = ["SUPPORTED", "VERSIONS", "FakeResolve", "Injected", "Misuse", "Quirks"]
