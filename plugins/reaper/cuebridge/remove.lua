-- Remove last score: exactly what its insertion made, and the tempo map it replaced back in its place.
local flow = require("cuebridge.flow")
local hold = require("cuebridge.hold")
local map = require("cuebridge.map")
local marks = require("cuebridge.marks")
local tags = require("cuebridge.tags")
local undo = require("cuebridge.undo")

local SENDS, RECEIVES = 0, -1

--- Delete our items from a track; whether anything is left on it.
local function emptied(track, id)
  for index = reaper.CountTrackMediaItems(track) - 1, 0, -1 do
    local item = reaper.GetTrackMediaItem(track, index)
    if tags.item_insertion(item) == id then
      reaper.DeleteTrackMediaItem(track, item)
    end
  end
  return reaper.CountTrackMediaItems(track) == 0
end

--- Whether a track carries effects, instruments among them, sends or receives: the user's work, as ours have none.
local function is_in_use(track)
  return reaper.TrackFX_GetCount(track) > 0
    or reaper.GetTrackNumSends(track, SENDS) > 0
    or reaper.GetTrackNumSends(track, RECEIVES) > 0
end

local function close_folder_before(index)
  -- A folder's last track closes it; when that goes the one before it must.
  local depth = reaper.GetMediaTrackInfo_Value(reaper.GetTrack(0, index), "I_FOLDERDEPTH")
  if depth < 0 and index > 0 then
    local before = reaper.GetTrack(0, index - 1)
    local own = reaper.GetMediaTrackInfo_Value(before, "I_FOLDERDEPTH")
    reaper.SetMediaTrackInfo_Value(before, "I_FOLDERDEPTH", own + depth)
  end
end

local function remove_tracks(id)
  for index = reaper.CountTracks(0) - 1, 0, -1 do
    local track = reaper.GetTrack(0, index)
    local folder = reaper.GetMediaTrackInfo_Value(track, "I_FOLDERDEPTH") > 0
    if tags.track_insertion(track) == id then
      if emptied(track, id) and not folder and not is_in_use(track) then
        close_folder_before(index)
        reaper.DeleteTrack(track)
      else
        tags.forget(track)
      end
    end
  end
end

return function()
  undo.check_ready()
  local all = tags.insertions()
  local last = all[#all]
  if not last then
    error({ what = "There is no score in this project that Cuebridge has inserted." })
  end
  local restores = last.written and map.same(map.kept(last.t0, last.t1), last.written)
  local words = "Remove " .. last.name .. " take " .. last.number .. "?\n\nItems of yours on its tracks stay, "
    .. "and tracks with instruments, effects or sends, without its items."
  if last.written and not restores then
    words = words .. "\n\nThe tempo map has been changed since, so it stays as it is."
  end
  flow.confirm(words)
  undo.block("Cuebridge: remove " .. last.name .. " take " .. last.number, function()
    local guids = {}
    for _, guid in ipairs(last.marks) do
      guids[guid] = true
    end
    marks.delete(guids)
    remove_tracks(last.id)
    if restores then
      hold.during(function()
        map.restore(last.kept, last.t0, last.t1)
      end)
    end
  end)
end
