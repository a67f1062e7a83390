-- A prepared score into the project, in one undo step: tempo map, tracks, items, regions and markers.
local hold = require("cuebridge.hold")
local map = require("cuebridge.map")
local marks = require("cuebridge.marks")
local score = require("cuebridge.score")
local tags = require("cuebridge.tags")
local task = require("cuebridge.task")
local undo = require("cuebridge.undo")

local write = {}

local BEATS = 1
local FOLDER_COLOUR = { 112, 112, 112 }
-- Ticks by which a take's own ticks a quarter are measured.
local ONE_STEP = 960

local function insert_track(index)
  if reaper.InsertTrackInProject then
    reaper.InsertTrackInProject(0, index, 1)
  else
    reaper.InsertTrackAtIndex(index, true)
  end
  return reaper.GetTrack(0, index)
end

local function name_track(track, name, colour)
  reaper.GetSetMediaTrackInfo_String(track, "P_NAME", name, true)
  reaper.SetMediaTrackInfo_Value(track, "I_CUSTOMCOLOR", marks.native(colour))
end

--- A new track for a part of an insertion, at an index.
function write.track(index, part, insertion_id)
  local track = insert_track(index)
  name_track(track, part.name, part.colour)
  tags.note_part(track, insertion_id, part.name)
  return track
end

--- A MIDI item on a track from `t0` to `t1` with its events; the take.
function write.item(track, t0, t1, name, buffer, insertion_id)
  local item = reaper.CreateNewMIDIItemInProj(track, t0, t1, false)
  local take = reaper.GetActiveTake(item)
  reaper.SetMediaItemInfo_Value(item, "B_LOOPSRC", 0)
  reaper.SetMediaItemInfo_Value(item, "C_BEATATTACHMODE", BEATS)
  reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", name, true)
  tags.note_item(item, insertion_id)
  if not reaper.MIDI_SetAllEvts(take, buffer) then
    error({ what = "REAPER refused the notes of " .. name .. "." })
  end
  return take
end

-- Ticks a quarter of a take, by its own arithmetic: a user's preference, and so never assumed.
local function ppq_of(take)
  -- Quarters that run on: those that bars count may leave some out where a bar is cut short.
  local function qn(tick)
    return reaper.TimeMap_timeToQN_abs(0, reaper.MIDI_GetProjTimeFromPPQPos(take, tick))
  end
  local ppq = ONE_STEP / (qn(ONE_STEP) - qn(0))
  return math.floor(ppq + 0.5)
end

-- Ticks a quarter that new takes will have, as the preferences say.
local function expected_ppq()
  local known, text = reaper.get_config_var_string("miditicksperbeat")
  return known and math.tointeger(tonumber(text)) or 960
end

--- Raise when a take has other ticks a quarter than its events were prepared by; see `write.step`.
function write.check_ppq(take, prepared_ppq)
  local ppq = ppq_of(take)
  if ppq ~= prepared_ppq then
    error({ other_ppq = ppq, what = "Takes here have " .. ppq .. " ticks a quarter, others " .. prepared_ppq .. "." })
  end
end

--- Prepare by the ticks a quarter that new takes should have, then write in one undo step called `name`. Where they
-- have others after all, everything has been taken back, and both are done once more, by theirs.
-- `prepare(ppq)` may pause; `body(prepared, ppq)` may not.
function write.step(name, prepare, body)
  local ppq, is_second = expected_ppq(), false
  while true do
    local prepared = prepare(ppq)
    local ok, why = pcall(undo.block, name, function()
      body(prepared, ppq)
    end)
    if ok then
      return
    elseif is_second or type(why) ~= "table" or not why.other_ppq then
      error(why, 0)
    end
    ppq, is_second = why.other_ppq, true
  end
end

local function check_take(take, plan, ppq, anchors)
  local ticks = plan.score.ticks
  write.check_ppq(take, ppq)
  for _, anchor in ipairs(anchors) do
    local t = reaper.MIDI_GetProjTimeFromPPQPos(take, anchor.tick * ppq / ticks)
    -- Half a tick is the most that rounding to the take's ticks can move anything by.
    if math.abs(t - plan.t0 - anchor.s) > map.TOLERANCE_S then
      error({ what = string.format("A note at %.3f s would sound %.2f ms off.", t, (t - plan.t0 - anchor.s) * 1000) })
    end
  end
end

local function wanted_marks(plan)
  local wanted = {}
  for _, plot in ipairs(plan.score.plots) do
    local from, to = plan.t0 + plot.start_s, plan.t0 + plot.end_s
    wanted[#wanted + 1] = { is_region = true, from = from, to = to, name = plot.name, colour = plot.colour }
  end
  for _, hit in ipairs(plan.score.hits) do
    local at = plan.t0 + hit.s
    wanted[#wanted + 1] = { is_region = false, from = at, to = at, name = hit.name, colour = hit.colour }
  end
  return wanted
end

local function next_order()
  local last = tags.insertions()
  return #last > 0 and last[#last].order + 1 or 1
end

--- The new tracks: a folder and one track a part, at the end of the project.
local function tracks(plan, insertion, buffers, ppq)
  local first = reaper.CountTracks(0)
  local folder = insert_track(first)
  name_track(folder, plan.title, FOLDER_COLOUR)
  local anchors = score.anchors(plan.score)
  for index, part in ipairs(plan.score.tracks) do
    local track = write.track(first + index, part, insertion.id)
    local name = part.name .. " · " .. plan.title
    local take = write.item(track, plan.t0, plan.t1, name, buffers[index], insertion.id)
    if index == 1 then
      check_take(take, plan, ppq, anchors)
    end
  end
  if #plan.score.tracks > 0 then
    reaper.SetMediaTrackInfo_Value(folder, "I_FOLDERDEPTH", 1)
    local last = reaper.GetTrack(0, first + #plan.score.tracks)
    reaper.SetMediaTrackInfo_Value(last, "I_FOLDERDEPTH", -1)
  end
  return folder
end

local function body(plan, buffers, ppq)
  local found = plan.score
  local insertion = {
    id = reaper.genGuid(), order = next_order(), take = found.take.id, name = found.take.name,
    number = found.take.number, source = found.take.source, t0 = plan.t0, t1 = plan.t1, plots = found.plots,
  }
  local anchors = score.anchors(found)
  if plan.tempo == "replace" then
    insertion.kept = map.kept(plan.t0, plan.t1)
    hold.during(function()
      map.replace(map.plan(found, plan.t0), found.ticks, found.range.tick, plan.t1)
    end)
    insertion.written = map.kept(plan.t0, plan.t1)
  end
  map.check(anchors, found.ticks, plan.t0)
  local folder = tracks(plan, insertion, buffers, ppq)
  insertion.marks = plan.marks and marks.add(wanted_marks(plan)) or {}
  tags.note(folder, insertion)
end

--- Prepare a score a piece a tick, then write it at once.
-- `plan`: score, t0, tempo ("replace", or "keep" for a score composed inside the project's map), marks, and
-- asked_about: the tempo map as `map.read` gave it when the user was asked, nil when nobody was.
function write.score(plan)
  local found = plan.score
  plan.t1 = plan.t0 + found.range.s
  plan.title = found.take.name .. (found.take.number > 1 and " take " .. found.take.number or "")
  local function prepare(ppq)
    local buffers = score.buffers(found, ppq, function(share)
      task.piece("preparing", share)
    end)
    if plan.asked_about and not map.same(plan.asked_about, map.read()) then
      error({
        what = "The tempo map has changed since you were asked about it, so nothing was changed.",
        remedy = "Run “Insert score”: a score that was made is in the list.",
      })
    end
    return buffers
  end
  write.step("Cuebridge: insert " .. plan.title, prepare, function(buffers, ppq)
    body(plan, buffers, ppq)
  end)
end

return write
