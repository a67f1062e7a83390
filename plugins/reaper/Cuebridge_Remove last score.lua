-- @description Cuebridge: remove last score
-- @version 0.1.0
-- @author Cuebridge
-- @about
--   Removes exactly what the last insertion made.
--   Needs the `cuebridge` command.
-- @noindex
local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local start = assert(loadfile(here .. "cuebridge/start.lua"))
start(here, "remove")
