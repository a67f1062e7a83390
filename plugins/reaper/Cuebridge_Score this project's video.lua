-- @description Cuebridge: score this project's video
-- @version 0.1.0
-- @author Cuebridge
-- @about
--   Builds a timeline of the project's video items, splits and markers, scores it and inserts the score.
--   Needs the `cuebridge` command.
-- @noindex
local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local start = assert(loadfile(here .. "cuebridge/start.lua"))
start(here, "video")
