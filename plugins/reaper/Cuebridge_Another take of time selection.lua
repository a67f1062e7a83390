-- @description Cuebridge: another take of time selection
-- @version 0.1.0
-- @author Cuebridge
-- @about
--   Composes the plots anew that the time selection touches. Shown when the daemon offers it.
--   Needs the `cuebridge` command.
-- @noindex
local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local start = assert(loadfile(here .. "cuebridge/start.lua"))
start(here, "another")
