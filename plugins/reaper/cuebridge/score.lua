-- A score as `--reaper-lines` gives it (see bridge/writing/reaper_lines.py), read a bounded piece at a time.
local rows = require("cuebridge.rows")

local score = {}

local VERSION = "1"

local function number(text)
  return math.tointeger(tonumber(text)) or tonumber(text)
end

local function colour(fields, from)
  return { number(fields[from]), number(fields[from + 1]), number(fields[from + 2]) }
end

local READERS = {
  take = function(found, f)
    found.take = { id = f[2], number = number(f[3]), name = f[4], source = f[5] }
  end,
  place = function(found, f)
    found.place = { frame = number(f[2]), num = number(f[3]), den = number(f[4]), label_s = number(f[6]) }
  end,
  again = function(found, f)
    -- One word: as a word of its own, a brief that begins with "-" would be read as an option.
    found.again = { "--in", f[2], "--out", f[3], "--fps", f[4], "--seed", f[5], "--brief=" .. f[6] }
  end,
  ticks = function(found, f)
    found.ticks = number(f[2])
  end,
  tempo = function(found, f)
    table.insert(found.tempo, { tick = number(f[2]), us = number(f[3]), s = number(f[4]) })
  end,
  metre = function(found, f)
    table.insert(found.metres, { tick = number(f[2]), num = number(f[3]), den = number(f[4]), s = number(f[5]) })
  end,
  plot = function(found, f)
    local plot = { id = f[2], start_s = number(f[3]), end_s = number(f[4]), name = f[5], colour = colour(f, 6) }
    plot.first_tick, plot.end_tick = number(f[9] or ""), number(f[10] or "")
    table.insert(found.plots, plot)
  end,
  hit = function(found, f)
    table.insert(found.hits, { id = f[2], tick = number(f[3]), s = number(f[4]), name = f[5], colour = colour(f, 6) })
  end,
  track = function(found, f)
    local track = { name = f[2], colour = colour(f, 5) }
    track.ticks, track.bytes = {}, {}
    table.insert(found.tracks, track)
  end,
  event = function(found, f)
    local track = found.tracks[#found.tracks]
    track.ticks[#track.ticks + 1] = number(f[2])
    track.bytes[#track.bytes + 1] = f[3]:gsub("%x%x", function(pair)
      return string.char(tonumber(pair, 16))
    end)
  end,
  range = function(found, f)
    found.range = { tick = number(f[2]), s = number(f[3]) }
  end,
  ["end"] = function(found, f)
    found.rows = number(f[2])
  end,
}

--- Read a file of rows. `each` is called for every row.
function score.read(path, each)
  local file, why = io.open(path, "rb")
  if not file then
    error({ what = "The score cannot be read (" .. tostring(why) .. ")." })
  end
  local found = { tempo = {}, metres = {}, plots = {}, hits = {}, tracks = {} }
  local count = 0
  local ok, fault = pcall(function()
    for line in file:lines() do
      each()
      local fields = rows.fields(line)
      if count == 0 and (fields[1] ~= "cuebridge-score" or fields[2] ~= VERSION) then
        error({ what = "The score is of another version of Cuebridge. Update the REAPER actions and the command." })
      end
      local reader = READERS[fields[1]]
      if reader then
        reader(found, fields)
      end
      count = count + 1
    end
  end)
  file:close()
  if not ok then
    error(fault, 0)
  end
  if found.rows ~= count - 1 then
    error({ what = "The score is cut short. Insert it again." })
  end
  return found
end

--- Each track's events as one buffer for MIDI_SetAllEvts, at `ppq` ticks a quarter.
-- The last event is the all-notes-off that ends the source. `each` is called for every event, with the share done.
function score.buffers(found, ppq, each)
  local pack, buffers = string.pack, {}
  local function scaled(tick)
    return ppq == found.ticks and tick or math.floor(tick * ppq / found.ticks + 0.5)
  end
  for index, track in ipairs(found.tracks) do
    local pieces, before = {}, 0
    local function add(tick, bytes)
      each((index - 1 + #pieces / (#track.bytes + 1)) / #found.tracks)
      pieces[#pieces + 1] = pack("<i4Bs4", tick - before, 0, bytes)
      before = tick
    end
    for event, bytes in ipairs(track.bytes) do
      add(scaled(track.ticks[event]), bytes)
    end
    add(scaled(found.range.tick), "\xB0\x7B\x00")
    buffers[index] = table.concat(pieces)
  end
  return buffers
end

--- The instants by which a project can be checked: tick, seconds from the cue's first frame.
function score.anchors(found)
  local anchors = { { tick = found.range.tick, s = found.range.s } }
  for _, kind in ipairs({ found.tempo, found.metres, found.hits }) do
    for _, each in ipairs(kind) do
      if each.tick then
        anchors[#anchors + 1] = each
      end
    end
  end
  return anchors
end

return score
