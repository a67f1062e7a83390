-- Standard MIDI files out of the project: its tempo map and metres from an instant on, and chosen items.
local smf = {}

local TICKS = 960
-- How far apart the map is sampled, in ticks; and how far the whole microseconds may drift before a new event.
local GRID, DRIFT_S = 240, 0.00002
local NOTE_OFF, NOTE_ON = 0x80, 0x90

local function length_of(value)
  local bytes = { value & 0x7F }
  while value > 0x7F do
    value = value >> 7
    table.insert(bytes, 1, value & 0x7F | 0x80)
  end
  return string.char(table.unpack(bytes))
end

local function meta(kind, data)
  return string.char(0xFF, kind) .. length_of(#data) .. data
end

--- Lists of {tick, bytes} that each rise in tick, as one; on a tick what is of the first list comes first.
local function merged(lists, each)
  while #lists > 1 do
    local fewer = {}
    for index = 1, #lists, 2 do
      local one, other, both = lists[index], lists[index + 1] or {}, {}
      local i, j = 1, 1
      while one[i] or other[j] do
        each()
        if one[i] and (not other[j] or one[i].tick <= other[j].tick) then
          both[#both + 1], i = one[i], i + 1
        else
          both[#both + 1], j = other[j], j + 1
        end
      end
      fewer[#fewer + 1] = both
    end
    lists = fewer
  end
  return lists[1]
end

--- One track of lists of {tick, bytes} that each rise in tick.
local function track_chunk(lists, each)
  local pieces, now = {}, 0
  for index, event in ipairs(merged(lists, each)) do
    each()
    pieces[index] = length_of(event.tick - now) .. event.bytes
    now = event.tick
  end
  local data = table.concat(pieces) .. "\0" .. meta(0x2F, "")
  return "MTrk" .. string.pack(">I4", #data) .. data
end

local function metre_event(tick, num, den)
  local power = 0
  while 1 << power < den do
    power = power + 1
  end
  return { tick = tick, bytes = meta(0x58, string.char(num, power, 24, 8)) }
end

--- A metre that a bar of so many quarters has, or nil; none is shorter than an eighth.
local function metre_of(quarters)
  for _, den in ipairs({ 4, 8, 16, 32 }) do
    local num = quarters * den / 4
    if math.abs(num - math.floor(num + 0.5)) < 1e-6 and num < 256 and quarters > 0.5 - 1e-6 then
      return math.floor(num + 0.5), den
    end
  end
  return nil
end

--- Metres on [t0, t1). What is left of the bar that `t0` lies in is a bar of its own: by a metre of that length,
-- or, when there is none (a start inside a beat, or a change of metre that cuts the bar), by the bar's metre, which
-- the next event then cuts short.
local function metres(markers, t0, t1, tick_at, each)
  local num, den = reaper.TimeMap_GetTimeSigAtTime(0, t0)
  local qn = reaper.TimeMap2_timeToQN(0, t0)
  local _, bar_start, bar_end = reaper.TimeMap_QNToMeasures(0, qn + 1e-7)
  local changes = {}
  for _, marker in ipairs(markers) do
    each()
    if marker.num > 0 and marker.t > t0 + 1e-6 and marker.t < t1 then
      changes[#changes + 1] = metre_event(tick_at(marker.t), marker.num, marker.den)
    end
  end
  if qn - bar_start < 1e-6 or bar_end - qn < 1e-6 then
    return table.move(changes, 1, #changes, 2, { metre_event(0, num, den) })
  end
  local left = math.floor((bar_end - qn) * TICKS + 0.5)
  local is_cut = changes[1] and changes[1].tick <= left
  local first_num, first_den = metre_of(is_cut and changes[1].tick / TICKS or bar_end - qn)
  local events = { metre_event(0, first_num or num, first_den or den) }
  if not is_cut then
    events[2] = metre_event(left, num, den)
  end
  return table.move(changes, 1, #changes, #events + 1, events)
end

--- The ticks at which the map is sampled, rising, one a call: a grid up to `t1`, and every marker before it.
-- Both rise by themselves, so they are merged as they are asked for; sorting them all would be one long tick.
local function stops_of(markers, t0, t1, tick_at)
  local grid, last, index = GRID, tick_at(t1) + GRID, 1
  return function()
    local marker = markers[index]
    while marker and marker.t <= t0 + 1e-6 do
      index = index + 1
      marker = markers[index]
    end
    local tick = marker and marker.t < t1 and tick_at(marker.t)
    if tick and tick <= grid then
      index = index + 1
      return tick
    elseif grid <= last then
      grid = grid + GRID
      return grid - GRID
    end
    return nil
  end
end

--- The map's tempo as whole microseconds a quarter whose sum never leaves the map by more than `DRIFT_S`.
local function tempo_events(markers, t0, t1, tick_at, each)
  local qn0 = reaper.TimeMap_timeToQN_abs(0, t0)
  local events, now, scaled, us = {}, 0, 0, nil
  for stop in stops_of(markers, t0, t1, tick_at) do
    each()
    if stop > now then
      local target_s = reaper.TimeMap_QNToTime_abs(0, qn0 + stop / TICKS) - t0
      local kept_s = us and (scaled + us * (stop - now)) / (TICKS * 1e6)
      if not kept_s or math.abs(kept_s - target_s) > DRIFT_S then
        us = math.floor((target_s * TICKS * 1e6 - scaled) / (stop - now) + 0.5)
        events[#events + 1] = { tick = now, bytes = meta(0x51, string.pack(">I3", us)) }
      end
      scaled, now = scaled + us * (stop - now), stop
    end
  end
  return events
end

--- The project's map on [t0, t1) as one track's lists of events; tick 0 is `t0`. `each` is called for every event.
function smf.map_events(markers, t0, t1, each)
  local qn0 = reaper.TimeMap_timeToQN_abs(0, t0)
  local function tick_at(t)
    return math.floor((reaper.TimeMap_timeToQN_abs(0, t) - qn0) * TICKS + 0.5)
  end
  return { metres(markers, t0, t1, tick_at, each), tempo_events(markers, t0, t1, tick_at, each) }
end

--- A format 1 file of several tracks, each a list of lists of events that rise in tick.
function smf.file(tracks, each)
  local chunks = { "MThd" .. string.pack(">I4I2I2I2", 6, 1, #tracks, TICKS) }
  for index, lists in ipairs(tracks) do
    chunks[index + 1] = track_chunk(lists, each)
  end
  return table.concat(chunks)
end

--- Adds to `events`, in rising ticks up to `edge`, and knows which notes sound; {add, stop}.
local function player(events, edge, each)
  local sounding = {}
  local function add(tick, bytes)
    local status, key, value = bytes:byte(1, 3)
    local kind, note = status & 0xF0, (status & 0x0F) << 7 | key
    local is_on = kind == NOTE_ON and value > 0
    local is_off = kind == NOTE_OFF or kind == NOTE_ON and value == 0
    local count = sounding[note] or 0
    if tick > edge or is_on and tick == edge or is_off and count == 0 then
      return
    end
    events[#events + 1] = { tick = tick, bytes = bytes }
    count = count + (is_on and 1 or is_off and -1 or 0)
    sounding[note] = count > 0 and count or nil
  end
  --- End what sounds, at the latest at the edge: a note that runs past it would never be ended.
  local function stop(tick)
    local notes = {}
    for note in pairs(sounding) do
      notes[#notes + 1] = note
    end
    table.sort(notes) -- `pairs` has no order, and the same items give the same file
    for _, note in ipairs(notes) do
      for _ = 1, sounding[note] do
        each()
        add(math.min(tick, edge), string.char(NOTE_OFF | note >> 7, note & 0x7F, 0))
      end
    end
  end
  return { add = add, stop = stop }
end

--- What an item plays, as events on ticks from `t0`; muted events and those outside the item are left out. Notes
-- end with the item, and a looped item's source is played until then.
function smf.item_events(item, t0, each)
  local take = reaper.GetActiveTake(item)
  local from = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
  local to = from + reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
  local is_looped = reaper.GetMediaItemInfo_Value(item, "B_LOOPSRC") == 1
  local qn0 = reaper.TimeMap_timeToQN_abs(0, t0)
  local function tick_at(t)
    return math.floor((reaper.TimeMap_timeToQN_abs(0, t) - qn0) * TICKS + 0.5)
  end
  local _, data = reaper.MIDI_GetAllEvts(take)
  local events, edge, ppq = {}, tick_at(to), 0
  local play = player(events, edge, each)
  repeat
    local position, start = 1, ppq
    while position <= #data do
      each()
      local delta, flags, message
      delta, flags, message, position = string.unpack("<i4Bs4", data, position)
      ppq = ppq + delta
      local t = reaper.MIDI_GetProjTimeFromPPQPos(take, ppq)
      local status, tick = message:byte() or 0, tick_at(t)
      if t > from - 1e-6 and tick >= 0 and flags & 2 == 0 and status >= 0x80 and status < 0xF0 then
        play.add(tick, message)
      end
    end
    -- The last event is where the source ends.
    local last = tick_at(reaper.MIDI_GetProjTimeFromPPQPos(take, ppq))
    play.stop(last)
  until not is_looped or ppq == start or last >= edge
  return events
end

--- The meta event that names a track.
function smf.name_event(name)
  return { tick = 0, bytes = meta(0x03, name) }
end

return smf
