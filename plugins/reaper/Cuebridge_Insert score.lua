-- @description Cuebridge: insert score
-- @version 0.1.0
-- @author Cuebridge
-- @about
--   Puts a score into the project: tempo map, tracks, MIDI items, regions and markers, in one undo step.
--   Needs the `cuebridge` command.
-- @provides
--   [main] Cuebridge_Score this project's video.lua
--   [main] Cuebridge_Remove last score.lua
--   [nomain] Cuebridge_Another take of time selection.lua
--   [nomain] Cuebridge_Complement selected items.lua
--   [nomain] cuebridge/*.lua
local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local start = assert(loadfile(here .. "cuebridge/start.lua"))
start(here, "insert")
