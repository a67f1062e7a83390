-- Another take of time selection: new music for the plots it touches, beside the old, which is muted and kept.
local clip = require("cuebridge.clip")
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

return function(place)
  undo.check_ready()
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
  local anchors, t0 = score.anchors(found), insertion.t0
  map.check(anchors, found.ticks, t0)
  local function tick_at(t)
    local quarters = reaper.TimeMap_timeToQN_abs(0, t) - reaper.TimeMap_timeToQN_abs(0, t0)
    return math.floor(quarters * found.ticks + 0.5)
  end
  local function time_at(tick)
    return reaper.TimeMap_QNToTime_abs(0, reaper.TimeMap_timeToQN_abs(0, t0) + tick / found.ticks)
  end
  local first_tick, last_tick = clip.span(found, ids, tick_at(from), tick_at(to))
  local title = insertion.name .. " take " .. found.take.number
  local function prepare(ppq)
    local piece = clip.tracks(found, first_tick, last_tick, ppq, flow.counter("preparing"))
    return { parts = piece.tracks, buffers = score.buffers(piece, ppq, flow.counter("preparing")) }
  end
  write.step("Cuebridge: another take, " .. title, prepare, function(prepared, ppq)
    -- Once more: while it was prepared the user may have changed the map.
    map.check(anchors, found.ticks, t0)
    local first_s, last_s = time_at(first_tick), time_at(last_tick)
    local folder, index_of_folder = folder_of(insertion.id)
    local tracks = tracks_of(insertion.id)
    for _, track in pairs(tracks) do
      set_aside(track, insertion.id, first_s, last_s)
    end
    for index, part in ipairs(prepared.parts) do
      -- A part that the score did not have gets a track of its own, first in the folder.
      local track = tracks[part.name] or write.track(index_of_folder + 1, part, insertion.id)
      local name = part.name .. " · " .. title
      local take = write.item(track, first_s, last_s, name, prepared.buffers[index], insertion.id)
      write.check_ppq(take, ppq)
    end
    tags.renumber(folder, found.take.id, found.take.number)
  end)
end
