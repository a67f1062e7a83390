"""REAPER: actions in Lua, and a fake REAPER to try them in."""
