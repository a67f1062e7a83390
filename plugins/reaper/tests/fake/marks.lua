-- Regions and markers, by the newer API and by the old one.
return function(fake)
  local define = fake.define

  local function marks()
    return fake.project.marks
  end

  local function add(is_region, from, to, name, wanted, colour)
    local used, number = {}, math.max(wanted, 1)
    for _, mark in ipairs(marks()) do
      used[mark.is_region == is_region and mark.number or 0] = true
    end
    while used[number] do
      number = number + 1
    end
    local mark = {
      guid = fake.guid(), is_region = is_region, from = from, to = is_region and to or from, name = name,
      number = number, colour = colour,
    }
    table.insert(marks(), mark)
    table.sort(marks(), function(a, b)
      return a.from < b.from or a.from == b.from and a.guid < b.guid
    end)
    return mark
  end
  fake.new_mark = add

  define("AddProjectMarker2", "proj bool num num str int int -> int", function(_, region, from, to, name, want, colour)
    fake.touch("AddProjectMarker2")
    return add(region, from, to, name, want, colour).number
  end)
  define("CountProjectMarkers", "proj -> int int int", function()
    local regions = 0
    for _, mark in ipairs(marks()) do
      regions = regions + (mark.is_region and 1 or 0)
    end
    return #marks(), #marks() - regions, regions
  end)
  define("EnumProjectMarkers3", "proj int -> int bool num num str int int", function(_, index)
    local mark = marks()[index + 1]
    if not mark then
      return 0, false, 0.0, 0.0, "", 0, 0
    end
    return index + 1, mark.is_region, mark.from, mark.is_region and mark.to or 0.0, mark.name, mark.number, mark.colour
  end)
  define("SetProjectMarker4", "proj int bool num num str int int -> bool",
    function(_, number, region, from, to, name, colour)
      for _, mark in ipairs(marks()) do
        if mark.number == number and mark.is_region == region then
          fake.touch("SetProjectMarker4")
          mark.from, mark.to = from, region and to or from
          mark.name = name ~= "" and name or mark.name
          mark.colour = colour
          return true
        end
      end
      return false
    end)
  define("DeleteProjectMarkerByIndex", "proj int -> bool", function(_, index)
    fake.touch("DeleteProjectMarkerByIndex")
    return table.remove(marks(), index + 1) ~= nil
  end)

  define("AddRegionOrMarker", "proj bool num num str int int -> mark", function(_, region, from, to, name, want, colour)
    fake.touch("AddRegionOrMarker")
    return fake.handle("mark", add(region, from, to, name, want, colour).guid)
  end)
  define("GetNumRegionsOrMarkers", "proj -> int", function()
    return #marks()
  end)
  define("GetRegionOrMarker", "proj int str -> mark", function(_, index, guid)
    for position, mark in ipairs(marks()) do
      if index >= 0 and position == index + 1 or index < 0 and mark.guid == guid then
        return fake.handle("mark", mark.guid)
      end
    end
    return nil
  end)
  define("GetRegionOrMarkerInfo_Value", "proj mark str -> num", function(_, pointer, name)
    local mark, position = fake.object(pointer)
    local values = {
      D_STARTPOS = mark.from, D_ENDPOS = mark.to, I_INDEX = position - 1, I_NUMBER = mark.number,
      I_CUSTOMCOLOR = mark.colour, B_ISREGION = mark.is_region and 1 or 0,
    }
    return values[name] or error("the fake does not model " .. name)
  end)
  define("SetRegionOrMarkerInfo_Value", "proj mark str num -> num", function(_, pointer, name, value)
    local mark = fake.object(pointer)
    fake.touch("SetRegionOrMarkerInfo_Value")
    if name == "D_STARTPOS" then
      mark.to = mark.is_region and mark.to or value
      mark.from = value
    elseif name == "D_ENDPOS" then
      mark.to = value
    else
      error("the fake does not model setting " .. name)
    end
    return value
  end)
  define("GetSetRegionOrMarkerInfo_String", "proj mark str str bool -> bool str", function(_, pointer, name, text, set)
    local mark = fake.object(pointer)
    if name == "GUID" then
      return true, mark.guid
    elseif name ~= "P_NAME" then
      error("the fake does not model " .. name)
    elseif set then
      fake.touch(name)
      mark.name = text
    end
    return true, mark.name
  end)
end
