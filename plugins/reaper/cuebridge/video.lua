-- Score this project's video: its items, splits and markers become a timeline, and that is scored.
local flow = require("cuebridge.flow")
local marks = require("cuebridge.marks")
local offers = require("cuebridge.offers")
local timeline = require("cuebridge.timeline")
local undo = require("cuebridge.undo")
local window = require("cuebridge.window")

local SECTION = "cuebridge"

return function(place)
  undo.check_ready()
  window.open("Score this project's video")
  offers.ask(place)
  local folder, name = flow.out_folder()
  local picture = timeline.write(folder, name, marks.list())
  if not picture then
    error({ what = "This project has no video.", remedy = "Drop a film onto a track, then run the action again." })
  end
  local values = flow.inputs("Score this project's video", { "What it should be", "Seed" }, {
    reaper.GetExtState(SECTION, "brief"), "0",
  })
  local brief, seed = values[1], tonumber(values[2])
  if not seed or seed < 0 or seed ~= math.floor(seed) then
    error({ what = "A seed is a whole number from 0.", remedy = "Run the action again." })
  end
  reaper.SetExtState(SECTION, "brief", brief, true)
  local tempo, about = flow.ask_tempo(picture.from_s, picture.to_s)
  local more = {
    "--in", tostring(picture.first), "--out", tostring(picture.last), "--fps", picture.fps,
    "--seed", string.format("%d", seed), "--brief=" .. brief,
  }
  local found
  if tempo == "keep" then
    found = flow.score_inside(place, picture.path, picture.from_s, picture.to_s, more)
  else
    found = flow.score_from(place, { "score", picture.path, "-o", folder, table.unpack(more) }, "composing")
  end
  flow.write(found, picture.from_s, tempo, about)
end
