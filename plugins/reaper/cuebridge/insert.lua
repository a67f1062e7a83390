-- Insert score: one that is there already, the latest or one chosen from a list.
local flow = require("cuebridge.flow")
local Job = require("cuebridge.job")
local map = require("cuebridge.map")
local offers = require("cuebridge.offers")
local task = require("cuebridge.task")
local timeline = require("cuebridge.timeline")
local undo = require("cuebridge.undo")
local window = require("cuebridge.window")

-- More than a menu can show at once is no choice.
local LISTED = 40

local function takes(place)
  local job = Job.start(place.modules, { "takes", "--limit", tostring(LISTED) })
  task.follow(job, "looking for scores")
  local found = {}
  for _, each in ipairs(job.events) do
    if each.event == "take" then
      found[#found + 1] = each.values
    end
  end
  if #found == 0 then
    error({
      what = "There is no score yet.",
      remedy = "Run “Score this project's video”, or `cuebridge score` in a terminal.",
    })
  end
  return found
end

local function chosen(found)
  if #found == 1 then
    return found[1]
  end
  local lines = {}
  for index, take in ipairs(found) do
    local name = take.name .. " take " .. take.take .. " · " .. take.when
    lines[index] = index == 1 and "Latest: " .. name or name
  end
  local number = window.menu(lines)
  if not number then
    error({ cancelled = true })
  end
  return found[number]
end

--- Where a score's first frame belongs: for this project's own timeline where it was; else the time
-- selection; else its timecode, where the project has a start time and reaches there; else the edit cursor.
local function start_of(found)
  local place = found.place
  local folder, name = flow.out_folder(true)
  if found.take.source == timeline.path(folder, name) then
    return place.frame * place.den / place.num
  end
  local from, to = reaper.GetSet_LoopTimeRange2(0, false, false, 0, 0, false)
  if to > from then
    return from
  end
  local offset = reaper.GetProjectTimeOffset(0, false)
  local at = place.label_s - offset
  if offset ~= 0 and at >= -1e-6 and at <= reaper.GetProjectLength(0) then
    return math.max(0, at)
  end
  return reaper.GetCursorPositionEx(0)
end

--- The start itself, or 0 where it is nearer to that than REAPER lets tempo markers be.
local function apart(t0)
  return t0 < map.APART_S and 0 or t0
end

return function(place)
  undo.check_ready()
  window.open("Insert score")
  offers.ask(place)
  local take = chosen(takes(place))
  local found = flow.score_from(place, { "fetch", take.take_id }, "fetching the score")
  local t0 = apart(start_of(found))
  local tempo, about = flow.ask_tempo(t0, t0 + found.range.s)
  if tempo == "keep" then
    if not found.again then
      error({
        what = "This score was made with settings that the action does not know, or by an older Cuebridge, so it "
          .. "can't be composed anew inside your tempo map.",
        remedy = "Let it replace the map, or compose with `cuebridge score --keep-tempo-map` in a terminal.",
      })
    end
    found = flow.score_inside(place, found.take.source, t0, t0 + found.range.s, found.again)
  end
  flow.write(found, t0, tempo, about)
end
