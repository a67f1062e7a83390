-- One undo step, whole or not at all, that leaves selection, cursor, time selection and view alone.
local task = require("cuebridge.task")

local undo = {}

local RECORDING = 4

--- Raise while REAPER records, or where it keeps no undo steps: what goes wrong could not be taken back.
function undo.check_ready()
  if reaper.GetPlayState() & RECORDING ~= 0 then
    error({ what = "REAPER is recording.", remedy = "Stop recording, then run the action again." })
  end
  local known, megabytes = reaper.get_config_var_string("undomaxmem")
  if known and tonumber(megabytes) == 0 then
    error({
      what = "Undo is switched off in REAPER, so nothing was changed: what goes wrong could not be taken back.",
      remedy = "Give undo some memory (Preferences, General, Undo settings), then run the action again.",
    })
  end
end

local function selected_tracks()
  local guids = {}
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    guids[reaper.GetTrackGUID(track)] = reaper.IsTrackSelected(track)
  end
  return guids
end

local function item_guid(item)
  local _, guid = reaper.GetSetMediaItemInfo_String(item, "GUID", "", false)
  return guid
end

local function selected_items()
  local guids = {}
  for index = 0, reaper.CountMediaItems(0) - 1 do
    local item = reaper.GetMediaItem(0, index)
    guids[item_guid(item)] = reaper.IsMediaItemSelected(item)
  end
  return guids
end

local function view()
  local sel_from, sel_to = reaper.GetSet_LoopTimeRange2(0, false, false, 0, 0, false)
  local loop_from, loop_to = reaper.GetSet_LoopTimeRange2(0, false, true, 0, 0, false)
  local left, right = reaper.GetSet_ArrangeView2(0, false, 0, 0, 0, 0)
  return {
    selection = { sel_from, sel_to },
    loop = { loop_from, loop_to },
    screen = { left, right },
    cursor = reaper.GetCursorPositionEx(0),
    tracks = selected_tracks(),
    items = selected_items(),
  }
end

--- Put back what of the view has changed. By GUID: an undo makes every pointer stale.
local function restore(was)
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local wanted = was.tracks[reaper.GetTrackGUID(track)] or false
    if reaper.IsTrackSelected(track) ~= wanted then
      reaper.SetTrackSelected(track, wanted)
    end
  end
  for index = 0, reaper.CountMediaItems(0) - 1 do
    local item = reaper.GetMediaItem(0, index)
    local wanted = was.items[item_guid(item)] or false
    if reaper.IsMediaItemSelected(item) ~= wanted then
      reaper.SetMediaItemSelected(item, wanted)
    end
  end
  for is_loop, range in pairs({ [false] = was.selection, [true] = was.loop }) do
    local from, to = reaper.GetSet_LoopTimeRange2(0, false, is_loop, 0, 0, false)
    if from ~= range[1] or to ~= range[2] then
      reaper.GetSet_LoopTimeRange2(0, true, is_loop, range[1], range[2], false)
    end
  end
  if reaper.GetCursorPositionEx(0) ~= was.cursor then
    reaper.SetEditCurPos2(0, was.cursor, false, false)
  end
  local left, right = reaper.GetSet_ArrangeView2(0, false, 0, 0, 0, 0)
  if left ~= was.screen[1] or right ~= was.screen[2] then
    reaper.GetSet_ArrangeView2(0, true, 0, 0, was.screen[1], was.screen[2])
  end
end

local function traced(why)
  return type(why) == "table" and why or debug.traceback(tostring(why), 2)
end

-- Close what is open and take it back, each step whatever the others do; whether it was.
local function abandon(name, refresh)
  if refresh > 0 then
    pcall(reaper.PreventUIRefresh, -1)
  end
  local _, last = pcall(reaper.Undo_CanUndo2, 0)
  if last ~= name then
    -- The block is still open: close it under a name that nothing else can have.
    name = "Cuebridge: taken back " .. reaper.genGuid()
    pcall(reaper.Undo_EndBlock2, 0, name, -1)
    _, last = pcall(reaper.Undo_CanUndo2, 0)
  end
  if last ~= name then
    return false
  end
  local _, undone = pcall(reaper.Undo_DoUndo2, 0)
  return undone ~= 0
end

local function left_behind(why)
  local what = type(why) == "table" and why.what or tostring(why)
  return {
    what = what .. "\n\nREAPER did not take back what had been done by then.",
    remedy = "Look at the project, and go back to its last saved version if something is left in it.",
  }
end

--- Run `body` as one undo step called `name`. When anything in it fails the project is as it was, and the
-- failure goes on. Nothing is asked of REAPER after the step has been closed well.
function undo.block(name, body)
  task.check_project()
  undo.check_ready()
  local was = view()
  -- A step of the same name may be the last one; only ours must ever be undone.
  if reaper.Undo_CanUndo2(0) == name then
    name = name .. " (again)"
  end
  local refresh, begun = 0, false
  local function closed()
    reaper.TrackList_AdjustWindows(false)
    reaper.UpdateArrange()
    restore(was)
    refresh = refresh - 1
    reaper.PreventUIRefresh(-1)
    reaper.Undo_EndBlock2(0, name, -1)
  end
  local ok, why
  task.unbroken(function()
    ok, why = xpcall(function()
      reaper.Undo_BeginBlock2(0)
      refresh = refresh + 1
      reaper.PreventUIRefresh(1)
      begun = true
      body()
      closed()
    end, traced)
    if not ok then
      if not abandon(name, refresh) and begun then
        why = left_behind(why)
      end
      pcall(restore, was)
    end
  end)
  if not ok then
    error(why, 0)
  end
end

return undo
