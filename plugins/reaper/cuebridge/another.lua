-- Another take of time selection: new music for the plots it touches, beside the old, which is muted and kept.
local flow = require("cuebridge.flow")
local map = require("cuebridge.map")
local offers = require("cuebridge.offers")
local score = require("cuebridge.score")
local tags = require("cuebridge.tags")
local undo = require("cuebridge.undo")
local window = require("cuebridge.window")
local write = require("cuebridge.write")

--- The last insertion that the time selection touches, the ids of its plots that it does, and their span.
local function touched()
  local from, to = reaper.GetSet_LoopTimeRange2(0, false, false, 0, 0, false)
  if to <= from then
    error({ what = "There is no time selection.", remedy = "Select the time that shall be composed anew." })
  end
  local all = tags.insertions()
  for index = #all, 1, -1 do
    local insertion, ids, first, last = all[index], {}, nil, nil
    for _, plot in ipairs(insertion.plots) do
      local plot_from, plot_to = insertion.t0 + plot.start_s, insertion.t0 + plot.end_s
      if plot_from < to - 1e-6 and plot_to > from + 1e-6 then
        ids[#ids + 1] = plot.id:gsub("^p", "")
        first, last = first or plot_from, plot_to
      end
    end
    if #ids > 0 then
      return insertion, ids, first, last
    end
  end
  error({ what = "The time selection touches no score of Cuebridge's.", remedy = "Insert a score first." })
end

--- From the first tick of the plots' bars to the tick after their last, by the rows; by the picture where the rows
-- say nothing of bars. A plot's music begins with its first bar, which may lie a frame off the picture.
local function span_of(found, ids, from_tick, to_tick)
  local named = {}
  for _, id in ipairs(ids) do
    named["p" .. id] = true
  end
  local first, last
  for _, plot in ipairs(found.plots) do
    if named[plot.id] and plot.first_tick then
      first = math.min(first or plot.first_tick, plot.first_tick)
      last = math.max(last or 0, plot.end_tick or found.range.tick)
    end
  end
  return first or from_tick, last or to_tick
end

--- Cut our items at the span's edges and mute what lies inside; items of the user's are left alone.
local function set_aside(track, id, from, to)
  for _, at in ipairs({ from, to }) do
    for index = reaper.CountTrackMediaItems(track) - 1, 0, -1 do
      local item = reaper.GetTrackMediaItem(track, index)
      local start = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
      local stop = start + reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
      if tags.item_insertion(item) == id and start < at - 1e-6 and stop > at + 1e-6 then
        reaper.SplitMediaItem(item, at)
      end
    end
  end
  for index = 0, reaper.CountTrackMediaItems(track) - 1 do
    local item = reaper.GetTrackMediaItem(track, index)
    local start = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
    if tags.item_insertion(item) == id and start > from - 1e-6 and start < to - 1e-6 then
      reaper.SetMediaItemInfo_Value(item, "B_MUTE", 1)
    end
  end
end

local function tracks_of(id)
  local found = {}
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local insertion, part = tags.track_insertion(track)
    if insertion == id and part ~= "" then
      found[part] = track
    end
  end
  return found
end

--- An insertion's folder and its index. Looked for when it is needed: composing takes a while, and the user works on.
local function folder_of(id)
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local insertion, part = tags.track_insertion(track)
    if insertion == id and part == "" then
      return track, index
    end
  end
  error({
    what = "The score's folder is gone from the project, so nothing was changed.",
    remedy = "Run “Insert score”: the new take is in the list.",
  })
end

local NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0

--- What one track plays in [first_tick, last_tick), on ticks of its own, with the controllers and the program
-- that hold where it begins. Those that stand on `last_tick` put back what held there before, for the old music that
-- goes on; an item does not play what lies at its end, so they come `step` ticks before it.
local function clipped_track(track, first_tick, last_tick, step, each)
  local kept = { name = track.name, colour = track.colour, ticks = {}, bytes = {} }
  local sounding, held, order = {}, {}, {}
  local function add(tick, bytes)
    local place = #kept.ticks + 1
    while place > 1 and kept.ticks[place - 1] > tick do
      place = place - 1
    end
    table.insert(kept.ticks, place, tick)
    table.insert(kept.bytes, place, bytes)
  end
  local function begin()
    for _, holder in ipairs(order) do
      add(0, held[holder])
    end
    order = {}
  end
  for event, tick in ipairs(track.ticks) do
    each()
    local bytes = track.bytes[event]
    local status, data, value = bytes:byte(1, 3)
    local kind, key = status & 0xF0, (status & 0x0F) * 128 + data
    local is_on = kind == NOTE_ON and value > 0
    local is_off = kind == NOTE_OFF or kind == NOTE_ON and value == 0
    local is_state = kind == CONTROL or kind == PROGRAM
    if tick < first_tick and is_state then
      local holder = kind == PROGRAM and "program" or data
      if not held[holder] then
        order[#order + 1] = holder
      end
      held[holder] = bytes
    elseif tick >= first_tick and #order > 0 then
      begin()
    end
    if is_state and tick >= first_tick and tick <= last_tick then
      add(math.max(math.min(tick, last_tick - step) - first_tick, 0), bytes)
    elseif is_off and sounding[key] or not is_off and tick >= first_tick and tick < last_tick then
      add(math.min(tick, last_tick) - first_tick, bytes)
      sounding[key] = is_on or nil
    end
  end
  begin()
  return kept
end

--- `ppq`: ticks a quarter of the takes that it is for; they may be coarser than the score's.
local function clipped(found, first_tick, last_tick, ppq, each)
  local tracks, step = {}, math.ceil(found.ticks / ppq)
  for index, track in ipairs(found.tracks) do
    tracks[index] = clipped_track(track, first_tick, last_tick, step, each)
  end
  return { tracks = tracks, ticks = found.ticks, range = { tick = last_tick - first_tick } }
end

return function(place)
  write.refuse_while_recording()
  window.open("Another take of time selection")
  offers.need(offers.ask(place), "Revise")
  local insertion, ids, from, to = touched()
  local values = flow.inputs("Another take", { "What should change" }, { "" })
  local seed = string.format("%d", math.floor(reaper.time_precise() * 1000) % 1000000)
  local words = { "revise", insertion.take, "--plots", table.concat(ids, ","), "--seed", seed }
  if values[1] ~= "" then
    words[#words + 1] = "--brief=" .. values[1]
  end
  local found = flow.score_from(place, words, "composing")
  map.check(score.anchors(found), found.ticks, insertion.t0)
  local qn0 = reaper.TimeMap_timeToQN_abs(0, insertion.t0)
  local function tick_at(t)
    return math.floor((reaper.TimeMap_timeToQN_abs(0, t) - qn0) * found.ticks + 0.5)
  end
  local first_tick, last_tick = span_of(found, ids, tick_at(from), tick_at(to))
  local ppq = write.expected_ppq()
  local piece = clipped(found, first_tick, last_tick, ppq, flow.counter("preparing"))
  local first_s = reaper.TimeMap_QNToTime_abs(0, qn0 + first_tick / found.ticks)
  local last_s = reaper.TimeMap_QNToTime_abs(0, qn0 + last_tick / found.ticks)
  local buffers = score.buffers(piece, ppq, flow.breather("preparing"))
  write.refuse_while_recording()
  local title = insertion.name .. " take " .. found.take.number
  undo.block("Cuebridge: another take, " .. title, function()
    local folder, index_of_folder = folder_of(insertion.id)
    local tracks = tracks_of(insertion.id)
    for _, track in pairs(tracks) do
      set_aside(track, insertion.id, first_s, last_s)
    end
    for index, part in ipairs(piece.tracks) do
      -- A part that the score did not have gets a track of its own, first in the folder.
      local track = tracks[part.name] or write.track(index_of_folder + 1, part, insertion.id)
      local take = write.item(track, first_s, last_s, part.name .. " · " .. title, buffers[index], insertion.id)
      if write.take_ppq(take) ~= ppq then
        error({ what = "Takes here have other ticks than the preferences say.", remedy = "Restart REAPER." })
      end
    end
    tags.renumber(folder, found.take.id, found.take.number)
  end)
end
