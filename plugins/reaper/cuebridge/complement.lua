-- Complement selected items: the parts that a musician's own MIDI items lack, in their tempo.
local flow = require("cuebridge.flow")
local host = require("cuebridge.host")
local map = require("cuebridge.map")
local marks = require("cuebridge.marks")
local offers = require("cuebridge.offers")
local smf = require("cuebridge.smf")
local task = require("cuebridge.task")
local timeline = require("cuebridge.timeline")
local undo = require("cuebridge.undo")
local window = require("cuebridge.window")

-- What a given track is called in the file, so that it is known again in the answer.
local GIVEN = "given "

--- Selected MIDI items by track: a list of {name, items}.
local function given()
  local by_track, list = {}, {}
  for index = 0, reaper.CountSelectedMediaItems(0) - 1 do
    local item = reaper.GetSelectedMediaItem(0, index)
    local take = reaper.GetActiveTake(item)
    if take and reaper.TakeIsMIDI(take) then
      local track = reaper.GetMediaItem_Track(item)
      local guid = reaper.GetTrackGUID(track)
      if not by_track[guid] then
        local _, name = reaper.GetTrackName(track)
        by_track[guid] = { name = name, items = {} }
        list[#list + 1] = by_track[guid]
      end
      table.insert(by_track[guid].items, item)
    end
  end
  if #list == 0 then
    error({ what = "No MIDI item is selected.", remedy = "Select what you have, such as drums and bass." })
  end
  return list
end

local function given_file(list, t0, t1)
  local each = flow.counter("reading your items")
  local tracks = { smf.map_events(map.read(), t0, t1 + flow.TAIL_S, each) }
  for index, track in ipairs(list) do
    local lists = { { smf.name_event(GIVEN .. index .. " " .. track.name) } }
    for _, item in ipairs(track.items) do
      lists[#lists + 1] = smf.item_events(item, t0, each)
    end
    tracks[#tracks + 1] = lists
  end
  local path = flow.scratch() .. ".mid"
  host.write(path, smf.file(tracks, each))
  task.finally(function()
    os.remove(path)
  end)
  return path
end

--- From the first beginning to the last end of the items, in seconds.
local function span_of(list)
  local from, to = math.huge, 0
  for _, track in ipairs(list) do
    for _, item in ipairs(track.items) do
      local start = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
      from, to = math.min(from, start), math.max(to, start + reaper.GetMediaItemInfo_Value(item, "D_LENGTH"))
    end
  end
  return from, to
end

return function(place)
  undo.check_ready()
  window.open("Complement selected items")
  offers.need(offers.ask(place), "Complement")
  local list = given()
  local values = flow.inputs("Complement selected items", { "Parts to add" }, { "piano,guitar" })
  local folder, name = flow.out_folder()
  local from_s, to_s = span_of(list)
  -- One word each: as a word of its own, a text that begins with "-" would be read as an option.
  local words = { "--parts=" .. values[1], "--name=" .. name .. " complement", "-o", folder }
  -- The cue is the time selection of a picture, else what the items cover of it; without one, the items.
  local picture = timeline.write(folder, name, marks.list(), { from_s, to_s })
  if picture then
    from_s, to_s = picture.from_s, picture.to_s
    local cue = { "--timeline", picture.path, "--in", tostring(picture.first), "--out", tostring(picture.last) }
    table.move(cue, 1, #cue, #words + 1, words)
  end
  table.move(words, 1, #words, 3, words)
  words[1], words[2] = "complement", given_file(list, from_s, to_s)
  local found = flow.score_from(place, words, "composing")
  local added = {}
  for _, track in ipairs(found.tracks) do
    if track.name:sub(1, #GIVEN) ~= GIVEN then
      added[#added + 1] = track
    end
  end
  found.tracks = added
  -- It has no record of how it was composed, so another take of it cannot be made: no plot of it is noted.
  found.plots = {}
  flow.write(found, from_s, "keep", nil, true)
end
