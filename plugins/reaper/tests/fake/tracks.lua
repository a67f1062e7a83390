-- Tracks, items and takes.
local TRACK_VALUES = {
  I_FOLDERDEPTH = "depth", I_CUSTOMCOLOR = "colour", C_BEATATTACHMODE = "timebase", B_MUTE = "mute",
}
local ITEM_VALUES = {
  D_POSITION = "from", D_LENGTH = "length", C_BEATATTACHMODE = "timebase", B_MUTE = "mute", B_LOOPSRC = "loop",
  B_UISEL = "selected",
}
local TAKE_VALUES = { D_STARTOFFS = "start", D_PLAYRATE = "rate" }
local FLAGS = { mute = true, loop = true, selected = true }

return function(fake, core)
  local define, handle, object = fake.define, fake.handle, fake.object

  local function project()
    return fake.project
  end

  --- A new track as a table; tests use it too.
  function fake.new_track(index, name)
    local track = {
      guid = fake.guid(), name = name or "", colour = 0, depth = 0, timebase = -1, mute = false, selected = false,
      fx = 0, sends = 0, ext = {}, items = {},
    }
    table.insert(project().tracks, index + 1, track)
    return track
  end

  --- A new item with one take on a track.
  function fake.new_item(track, from, length, take)
    local item = {
      guid = fake.guid(), from = from, length = length, timebase = -1, mute = false, loop = true, selected = false,
      ext = {}, takes = { take }, active = 1,
    }
    take.guid, take.ext = fake.guid(), {}
    take.name, take.start, take.rate = take.name or "", take.start or 0.0, take.rate or 1.0
    table.insert(track.items, item)
    return item
  end

  local function value_of(found, names, name)
    local key = names[name] or error("the fake does not model " .. name)
    local value = found[key]
    if FLAGS[key] then
      return value and 1 or 0
    end
    return value
  end

  local function set_value(found, names, name, value)
    local key = names[name] or error("the fake does not model " .. name)
    fake.touch(name)
    if FLAGS[key] then
      found[key] = value ~= 0
    else
      found[key] = value
    end
    return true
  end

  local function text_of(found, name, text, set)
    local key = name:match("^P_EXT:(.+)$")
    if name == "GUID" then
      return true, found.guid
    elseif key and set then
      fake.touch(name)
      if #text > 1000 or text:find("[\r\n\t\"'`]") then
        error("a tag that the project file may not bring back: " .. text)
      end
      found.ext[key] = text ~= "" and text or nil
      return true, text
    elseif key then
      return found.ext[key] ~= nil, found.ext[key] or ""
    elseif name == "P_NAME" then
      if set then
        fake.touch(name)
        found.name = text
      end
      return true, found.name
    end
    error("the fake does not model " .. name)
  end

  define("CountTracks", "proj -> int", function()
    return #project().tracks
  end)
  define("GetTrack", "proj int -> track", function(_, index)
    local track = project().tracks[index + 1]
    return track and handle("track", track.guid)
  end)
  local function insert(index)
    fake.touch("InsertTrack")
    fake.stir()
    local track = fake.new_track(math.max(0, math.min(index, #project().tracks)))
    for _, other in ipairs(project().tracks) do
      other.selected = other == track -- hostile: the new one becomes the selection
    end
  end
  define("InsertTrackAtIndex", "int bool ->", insert)
  define("InsertTrackInProject", "proj int int ->", function(_, index)
    insert(index)
  end)
  define("DeleteTrack", "track ->", function(pointer)
    local _, position = object(pointer)
    fake.touch("DeleteTrack")
    fake.stir()
    table.remove(project().tracks, position)
  end)
  define("TrackFX_GetCount", "track -> int", function(pointer)
    return (object(pointer)).fx
  end)
  define("GetTrackNumSends", "track int -> int", function(pointer, category)
    return category == 0 and (object(pointer)).sends or 0
  end)
  define("GetTrackGUID", "track -> str", function(pointer)
    return object(pointer).guid
  end)
  define("GetTrackName", "track -> bool str", function(pointer)
    local track, position = object(pointer)
    return true, track.name ~= "" and track.name or "Track " .. position
  end)
  define("GetSetMediaTrackInfo_String", "track str str bool -> bool str", function(pointer, name, text, set)
    return text_of(object(pointer), name, text, set)
  end)
  define("GetMediaTrackInfo_Value", "track str -> num", function(pointer, name)
    return value_of(object(pointer), TRACK_VALUES, name)
  end)
  define("SetMediaTrackInfo_Value", "track str num -> bool", function(pointer, name, value)
    return set_value(object(pointer), TRACK_VALUES, name, value)
  end)
  define("IsTrackSelected", "track -> bool", function(pointer)
    return object(pointer).selected
  end)
  define("SetTrackSelected", "track bool ->", function(pointer, selected)
    object(pointer).selected = selected
  end)
  define("TrackList_AdjustWindows", "bool ->", function() end)
  define("UpdateArrange", "->", function() end)

  define("CountTrackMediaItems", "track -> int", function(pointer)
    return #object(pointer).items
  end)
  define("GetTrackMediaItem", "track int -> item", function(pointer, index)
    local item = object(pointer).items[index + 1]
    return item and handle("item", item.guid)
  end)
  local function all_items(wanted)
    local list = {}
    fake.each_item(function(_, item)
      if wanted(item) then
        list[#list + 1] = item
      end
    end)
    return list
  end
  local function any()
    return true
  end
  local function is_selected(item)
    return item.selected
  end
  define("CountMediaItems", "proj -> int", function()
    return #all_items(any)
  end)
  define("GetMediaItem", "proj int -> item", function(_, index)
    local item = all_items(any)[index + 1]
    return item and handle("item", item.guid)
  end)
  define("CountSelectedMediaItems", "proj -> int", function()
    return #all_items(is_selected)
  end)
  define("GetSelectedMediaItem", "proj int -> item", function(_, index)
    local item = all_items(is_selected)[index + 1]
    return item and handle("item", item.guid)
  end)
  define("IsMediaItemSelected", "item -> bool", function(pointer)
    return (object(pointer)).selected
  end)
  define("SetMediaItemSelected", "item bool ->", function(pointer, selected)
    object(pointer).selected = selected
  end)
  define("GetMediaItem_Track", "item -> track", function(pointer)
    local _, track = object(pointer)
    return handle("track", track.guid)
  end)
  define("GetMediaItemInfo_Value", "item str -> num", function(pointer, name)
    return value_of(object(pointer), ITEM_VALUES, name)
  end)
  define("SetMediaItemInfo_Value", "item str num -> bool", function(pointer, name, value)
    return set_value(object(pointer), ITEM_VALUES, name, value)
  end)
  define("GetSetMediaItemInfo_String", "item str str bool -> bool str", function(pointer, name, text, set)
    local item = object(pointer)
    return text_of(item, name, text, set)
  end)
  define("DeleteTrackMediaItem", "track item -> bool", function(pointer, item_pointer)
    local _, track, position = object(item_pointer)
    if track.guid ~= pointer.guid then
      return false
    end
    fake.touch("DeleteTrackMediaItem")
    table.remove(track.items, position)
    return true
  end)
  define("SplitMediaItem", "item num -> item", function(pointer, at)
    local item, track, position = object(pointer)
    if at <= item.from or at >= item.from + item.length then
      return nil
    end
    fake.touch("SplitMediaItem")
    fake.stir()
    local right = core.copy(item)
    right.guid, right.from, right.length = fake.guid(), at, item.from + item.length - at
    for _, take in ipairs(right.takes) do
      take.guid = fake.guid()
      if take.kind == "midi" then
        take.skipped_qn = (take.skipped_qn or 0) + fake.qn(at) - fake.qn(item.from)
      else
        take.start = take.start + (at - item.from) * take.rate
      end
    end
    item.length = at - item.from
    table.insert(track.items, position + 1, right)
    return handle("item", right.guid)
  end)

  define("GetActiveTake", "item -> take", function(pointer)
    local item = object(pointer)
    local take = item.takes[item.active]
    return take and handle("take", take.guid)
  end)
  define("GetTakeName", "take -> str", function(pointer)
    return (object(pointer)).name
  end)
  define("GetSetMediaItemTakeInfo_String", "take str str bool -> bool str", function(pointer, name, text, set)
    local take = object(pointer)
    return text_of(take, name, text, set)
  end)
  define("GetMediaItemTakeInfo_Value", "take str -> num", function(pointer, name)
    local take = object(pointer)
    return value_of(take, TAKE_VALUES, name)
  end)
  define("TakeIsMIDI", "take -> bool", function(pointer)
    return (object(pointer)).kind == "midi"
  end)

  -- A source's pointer is its take's; a SECTION's parent is what lies behind it.
  local function source_of(pointer)
    local take = object({ handle = "take", guid = pointer.guid, generation = pointer.generation })
    local source = take.source
    for _ = 1, pointer.depth or 0 do
      source = source.parent
    end
    return source
  end
  define("GetMediaItemTake_Source", "take -> source", function(pointer)
    object(pointer)
    return handle("source", pointer.guid)
  end)
  define("GetMediaSourceType", "source -> str", function(pointer)
    local source = source_of(pointer)
    return source and source.type or "MIDI"
  end)
  define("GetMediaSourceFileName", "source -> str", function(pointer)
    return source_of(pointer).file
  end)
  define("GetMediaSourceParent", "source -> source", function(pointer)
    local source = source_of(pointer)
    if not source or not source.parent then
      return nil
    end
    local depth = (pointer.depth or 0) + 1
    return { handle = "source", guid = pointer.guid, generation = pointer.generation, depth = depth }
  end)
end
