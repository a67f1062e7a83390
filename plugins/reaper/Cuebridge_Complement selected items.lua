-- @description Cuebridge: complement selected items
-- @version 0.1.0
-- @author Cuebridge
-- @about
--   Composes the parts that the selected MIDI items lack. Shown when the daemon offers it.
--   Needs the `cuebridge` command.
-- @noindex
local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local start = assert(loadfile(here .. "cuebridge/start.lua"))
start(here, "complement")
