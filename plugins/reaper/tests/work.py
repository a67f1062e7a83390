"""How much an action reads and prepares in each tick of REAPER, counted from outside it."""

from __future__ import annotations

from typing import Any

from plugins.reaper.tests.host import Fake

# Every row read, every event unpacked from an item, cut for another take, or packed for one.
_WATCH = b"""
    spent = 0
    local rows = require('cuebridge.rows')
    local function counted(module, name, counts)
      local call = module[name]
      module[name] = function(...)
        spent = spent + (counts == nil and 1 or counts() and 1 or 0)
        return call(...)
      end
    end
    counted(string, 'pack')
    counted(string, 'unpack')
    counted(rows, 'fields')
    counted(string, 'byte', function()
      return debug.getinfo(3, 'S').source:find('clip%.lua$')
    end)
    -- What the fake does inside one call is REAPER's own work.
    for _, name in ipairs({'MIDI_GetAllEvts', 'MIDI_SetAllEvts'}) do
      local call = api[name]
      rawset(api, name, function(...)
        local before = spent
        local a, b, c = call(...)
        spent = before
        return a, b, c
      end)
    end
"""


class Watch:
    """Counts pieces of work; call it once after `begin` and once after every tick."""

    def __init__(self, reaper: Fake) -> None:
        self._reaper = reaper
        self._sets = int(reaper.fake.counts[b"MIDI_SetAllEvts"] or 0)
        self._spent: list[int] | None = None

    def __call__(self) -> None:
        lua = self._reaper.lua
        if self._spent is None:
            lua.globals()[b"api"] = self._reaper.fake.reaper
            lua.execute(_WATCH)
            self._spent = []
        self._spent.append(int(lua.eval(b"(function() local n = spent spent = 0 return n end)()")))

    def check(self, what: str, at_least: int, fresh: list[Any]) -> None:
        """That no tick had more than the number that is stated, and that each new item was one call."""
        assert self._spent is not None
        most, limit = max(self._spent), self._reaper.module("task").PIECES_A_TICK
        print(f"{what}: {sum(self._spent)} rows and events, {most} at most in one tick")
        assert sum(self._spent) > at_least
        assert most <= limit
        assert most > limit / 2  # it was the limit that held
        assert fresh
        assert [item.takes[1].sets for item in fresh] == [1] * len(fresh)
        assert int(self._reaper.fake.counts[b"MIDI_SetAllEvts"]) - self._sets == len(fresh)
