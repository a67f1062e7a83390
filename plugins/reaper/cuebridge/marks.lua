-- Regions and markers, through the newer API of REAPER 7 where it is there, else through the old one.
local marks = {}

local HAS_COLOUR = 0x1000000

local function new_api()
  return reaper.APIExists("AddRegionOrMarker")
end

--- A colour of {red, green, blue} for REAPER on this system.
function marks.native(colour)
  return reaper.ColorToNative(colour[1], colour[2], colour[3]) | HAS_COLOUR
end

local function list_new()
  local found = {}
  for index = 0, reaper.GetNumRegionsOrMarkers(0) - 1 do
    local mark = reaper.GetRegionOrMarker(0, index, "")
    local function value(name)
      return reaper.GetRegionOrMarkerInfo_Value(0, mark, name)
    end
    local _, guid = reaper.GetSetRegionOrMarkerInfo_String(0, mark, "GUID", "", false)
    local _, name = reaper.GetSetRegionOrMarkerInfo_String(0, mark, "P_NAME", "", false)
    local is_region = value("B_ISREGION") ~= 0
    found[#found + 1] = {
      index = index, guid = guid, name = name, is_region = is_region, handle = mark,
      from = value("D_STARTPOS"), to = value("D_ENDPOS"),
    }
  end
  return found
end

--- What tells a mark from others where REAPER gives no GUID: kind, number and name, of letters and digits alone.
local function known_by(is_region, number, name)
  local plain = name:gsub("%W", function(char)
    return string.format("-%02X", char:byte())
  end)
  return (is_region and "region" or "marker") .. number .. "-" .. plain
end

local function list_old()
  local found = {}
  local count = reaper.CountProjectMarkers(0)
  for index = 0, count - 1 do
    local _, is_region, from, to, name, number, colour = reaper.EnumProjectMarkers3(0, index)
    local _, guid = reaper.GetSetProjectInfo_String(0, "MARKER_GUID:" .. index, "", false)
    found[#found + 1] = {
      index = index, guid = guid ~= "" and guid or known_by(is_region, number, name),
      name = name, is_region = is_region, number = number, colour = colour,
      from = from, to = is_region and to or from,
    }
  end
  return found
end

--- Every region and marker: index, guid, name, is_region, from, to, and what the API needs to change it.
function marks.list()
  return new_api() and list_new() or list_old()
end

--- Add regions and markers of {is_region, from, to, name, colour}; their GUIDs.
function marks.add(wanted)
  local guids = {}
  if new_api() then
    for index, each in ipairs(wanted) do
      local mark =
        reaper.AddRegionOrMarker(0, each.is_region, each.from, each.to, each.name, -1, marks.native(each.colour))
      local _, guid = reaper.GetSetRegionOrMarkerInfo_String(0, mark, "GUID", "", false)
      guids[index] = guid
    end
    return guids
  end
  local numbers = { [true] = {}, [false] = {} }
  for _, each in ipairs(wanted) do
    local number =
      reaper.AddProjectMarker2(0, each.is_region, each.from, each.to, each.name, -1, marks.native(each.colour))
    numbers[each.is_region][number] = true
  end
  for _, mark in ipairs(list_old()) do
    if numbers[mark.is_region][mark.number] then
      guids[#guids + 1] = mark.guid
    end
  end
  return guids
end

--- Move marks of an earlier list back to where they were then.
function marks.put_back(before)
  local now = {}
  for _, mark in ipairs(marks.list()) do
    now[mark.guid] = mark
  end
  for _, was in ipairs(before) do
    local mark = now[was.guid]
    if mark and (mark.from ~= was.from or mark.to ~= was.to) then
      if mark.handle then
        reaper.SetRegionOrMarkerInfo_Value(0, mark.handle, "D_STARTPOS", was.from)
        if mark.is_region then
          reaper.SetRegionOrMarkerInfo_Value(0, mark.handle, "D_ENDPOS", was.to)
        end
      else
        reaper.SetProjectMarker4(0, mark.number, mark.is_region, was.from, was.to, mark.name, mark.colour, 0)
      end
    end
  end
end

--- Delete the marks with these GUIDs, given as a set.
function marks.delete(guids)
  local all = marks.list()
  for position = #all, 1, -1 do
    if guids[all[position].guid] then
      reaper.DeleteProjectMarkerByIndex(0, all[position].index)
    end
  end
end

return marks
