-- Everything of the user's that follows beats, held at its place in time while the tempo map changes.
local marks = require("cuebridge.marks")

local hold = {}

local TIME = 0

--- The timebase an item follows: its own, else its track's, else the project's. 0 time, 1 and 2 beats.
local function timebase(item)
  local own = reaper.GetMediaItemInfo_Value(item, "C_BEATATTACHMODE")
  if own >= 0 then
    return own
  end
  local track = reaper.GetMediaTrackInfo_Value(reaper.GetMediaItem_Track(item), "C_BEATATTACHMODE")
  if track >= 0 then
    return track
  end
  return reaper.GetSetProjectInfo(0, "PROJECT_TIMEBASE", 0, false)
end

--- Items that a change of the map from `t0` on would drag, and MIDI items whose notes would play at it.
function hold.count(t0)
  local dragged, midi = 0, 0
  for index = 0, reaper.CountMediaItems(0) - 1 do
    local item = reaper.GetMediaItem(0, index)
    local from = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
    if from + reaper.GetMediaItemInfo_Value(item, "D_LENGTH") > t0 then
      local take = reaper.GetActiveTake(item)
      dragged = dragged + (timebase(item) ~= TIME and 1 or 0)
      midi = midi + (take and reaper.TakeIsMIDI(take) and 1 or 0)
    end
  end
  return dragged, midi
end

local function place_of(item)
  return reaper.GetMediaItemInfo_Value(item, "D_POSITION"), reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
end

--- Run `change`, which changes the map, with every item, region and marker held in time. In a block only.
function hold.during(change)
  local held, before = {}, marks.list()
  for index = 0, reaper.CountMediaItems(0) - 1 do
    local item = reaper.GetMediaItem(0, index)
    if timebase(item) ~= TIME then
      local from, length = place_of(item)
      local own = reaper.GetMediaItemInfo_Value(item, "C_BEATATTACHMODE")
      held[#held + 1] = { item = item, own = own, from = from, length = length }
      reaper.SetMediaItemInfo_Value(item, "C_BEATATTACHMODE", TIME)
    end
  end
  change()
  for _, each in ipairs(held) do
    reaper.SetMediaItemInfo_Value(each.item, "C_BEATATTACHMODE", each.own)
    local from, length = place_of(each.item)
    if math.abs(from - each.from) > 1e-6 or math.abs(length - each.length) > 1e-6 then
      error({ what = string.format("REAPER moved an item that lay at %.3f s.", each.from) })
    end
  end
  marks.put_back(before)
end

return hold
