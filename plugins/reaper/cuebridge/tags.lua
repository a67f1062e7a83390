-- What an insertion notes on its own tracks, so that it can be found, revised and removed later.
-- Private track tags survive saving, copying and undo; names and colours stay the user's.
local tags = {}

local KEY = "P_EXT:cuebridge_"
-- A tag's value is one line of the project file; long ones are cut into several.
local PIECE = 900

local function get(track, name)
  local _, value = reaper.GetSetMediaTrackInfo_String(track, KEY .. name, "", false)
  return value
end

--- Whether a track is the one its tags were written on: a copy of the user's has them too, and is the user's.
local function is_own(track)
  return get(track, "self") == reaper.GetTrackGUID(track)
end

local function set(track, name, value)
  reaper.GetSetMediaTrackInfo_String(track, KEY .. name, value, true)
end

--- A value of plain characters: others as %XX, so that no quoting rule of the project file is met.
local function escaped(text)
  return (text:gsub("[^%w%-_.{}:]", function(char)
    return string.format("%%%02X", char:byte())
  end))
end

local function unescaped(text)
  return (text:gsub("%%(%x%x)", function(code)
    return string.char(tonumber(code, 16))
  end))
end

local function set_long(track, name, text)
  local count = math.ceil(#text / PIECE)
  set(track, name, tostring(count))
  for piece = 1, count do
    set(track, name .. piece, text:sub((piece - 1) * PIECE + 1, piece * PIECE))
  end
end

local function get_long(track, name)
  local pieces = {}
  for piece = 1, tonumber(get(track, name)) or 0 do
    pieces[piece] = get(track, name .. piece)
  end
  return table.concat(pieces)
end

local function markers_text(markers)
  local lines = {}
  for index, m in ipairs(markers) do
    local linear = m.linear and 1 or 0
    lines[index] = string.format("%.17g:%.17g:%d:%d:%d:%d", m.t, m.bpm, m.num, m.den, linear, m.flags)
  end
  return table.concat(lines, "_")
end

local function markers_of(text)
  local markers = {}
  for line in text:gmatch("[^_]+") do
    local f = {}
    for field in line:gmatch("[^:]+") do
      f[#f + 1] = tonumber(field)
    end
    markers[#markers + 1] = {
      t = f[1], bpm = f[2], num = math.tointeger(f[3]), den = math.tointeger(f[4]),
      linear = f[5] == 1, flags = math.tointeger(f[6]),
    }
  end
  return markers
end

local function plots_text(plots)
  local lines = {}
  for index, plot in ipairs(plots) do
    lines[index] = string.format("%s:%.9f:%.9f", escaped(plot.id), plot.start_s, plot.end_s)
  end
  return table.concat(lines, "_")
end

local function plots_of(text)
  local plots = {}
  for id, from, to in text:gmatch("([^_:]+):([^_:]+):([^_:]+)") do
    plots[#plots + 1] = { id = unescaped(id), start_s = tonumber(from), end_s = tonumber(to) }
  end
  return plots
end

--- Note an insertion on its folder: {id, order, take, name, number, source, t0, t1, plots, marks,
-- kept, written}; the last two are tempo markers as they were and as they are, absent when the map is the user's.
function tags.note(folder, insertion)
  set(folder, "insertion", insertion.id)
  set(folder, "self", reaper.GetTrackGUID(folder))
  set(folder, "folder", insertion.id)
  set(folder, "order", tostring(insertion.order))
  set(folder, "take", escaped(insertion.take))
  set(folder, "number", tostring(insertion.number))
  set(folder, "range", string.format("%.17g:%.17g", insertion.t0, insertion.t1))
  set_long(folder, "name", escaped(insertion.name))
  set_long(folder, "source", escaped(insertion.source))
  set_long(folder, "plots", plots_text(insertion.plots))
  set_long(folder, "marks", table.concat(insertion.marks, "_"))
  if insertion.kept then
    set_long(folder, "kept", markers_text(insertion.kept))
    set_long(folder, "written", markers_text(insertion.written))
  end
end

--- Note that another take of the same score stands in an insertion now.
function tags.renumber(folder, take, number)
  set(folder, "take", escaped(take))
  set(folder, "number", tostring(number))
end

--- Note on a part's track which insertion it is of and which part it is.
function tags.note_part(track, insertion_id, part)
  set(track, "insertion", insertion_id)
  set(track, "self", reaper.GetTrackGUID(track))
  set(track, "part", escaped(part))
end

--- Note on an item which insertion it is of.
function tags.note_item(item, insertion_id)
  reaper.GetSetMediaItemInfo_String(item, KEY .. "insertion", insertion_id, true)
end

--- The insertion that an item is of, or "".
function tags.item_insertion(item)
  local _, value = reaper.GetSetMediaItemInfo_String(item, KEY .. "insertion", "", false)
  return value
end

--- The insertion that a track is of, or "", and the name of its part, or "".
function tags.track_insertion(track)
  if not is_own(track) then
    return "", ""
  end
  return get(track, "insertion"), unescaped(get(track, "part"))
end

--- Take every tag from a track.
function tags.forget(track)
  for _, name in ipairs({ "name", "source", "plots", "marks", "kept", "written" }) do
    for piece = 1, tonumber(get(track, name)) or 0 do
      set(track, name .. piece, "")
    end
    set(track, name, "")
  end
  for _, name in ipairs({ "insertion", "self", "folder", "order", "take", "number", "range", "part" }) do
    set(track, name, "")
  end
end

--- Every insertion in the project, as it was noted, the last one last; `track` is its folder.
function tags.insertions()
  local found = {}
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local id = get(track, "folder")
    if id ~= "" and is_own(track) then
      local from, to = get(track, "range"):match("^(.*):(.*)$")
      local kept, written = get_long(track, "kept"), get_long(track, "written")
      local marks = {}
      for guid in get_long(track, "marks"):gmatch("[^_]+") do
        marks[#marks + 1] = guid
      end
      found[#found + 1] = {
        id = id, track = track, order = tonumber(get(track, "order")) or 0,
        take = unescaped(get(track, "take")), name = unescaped(get_long(track, "name")),
        number = tonumber(get(track, "number")), t0 = tonumber(from), t1 = tonumber(to),
        source = unescaped(get_long(track, "source")), plots = plots_of(get_long(track, "plots")),
        -- A map that was written over may have had nothing there; what was written never is nothing.
        marks = marks, kept = markers_of(kept),
        written = written ~= "" and markers_of(written) or nil,
      }
    end
  end
  table.sort(found, function(a, b)
    return a.order < b.order
  end)
  return found
end

return tags
