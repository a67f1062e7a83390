-- The stretch of a score that takes the place of another, as tracks that begin with it.
local clip = {}

local NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0

--- From the first tick of the plots' bars to the tick after their last, by the rows; by the picture where the rows
-- say nothing of bars. A plot's music begins with its first bar, which may lie a frame off the picture.
function clip.span(found, ids, from_tick, to_tick)
  local named = {}
  for _, id in ipairs(ids) do
    named["p" .. id] = true
  end
  local first, last
  for _, plot in ipairs(found.plots) do
    if named[plot.id] and plot.first_tick then
      first = math.min(first or plot.first_tick, plot.first_tick)
      last = math.max(last or 0, plot.end_tick or found.range.tick)
    end
  end
  return first or from_tick, last or to_tick
end

-- What one track plays in [first_tick, last_tick), on ticks of its own, with the controllers and the program
-- that hold where it begins. Those that stand on `last_tick` put back what held there before, for the old music that
-- goes on; an item does not play what lies at its end, so they come `step` ticks before it.
local function clipped(track, first_tick, last_tick, step, each)
  local kept = { name = track.name, colour = track.colour, ticks = {}, bytes = {} }
  local sounding, held, order = {}, {}, {}
  local function add(tick, bytes)
    local place = #kept.ticks + 1
    while place > 1 and kept.ticks[place - 1] > tick do
      place = place - 1
    end
    table.insert(kept.ticks, place, tick)
    table.insert(kept.bytes, place, bytes)
  end
  local function begin()
    for _, holder in ipairs(order) do
      each()
      add(0, held[holder])
    end
    order = {}
  end
  for event, tick in ipairs(track.ticks) do
    each()
    local bytes = track.bytes[event]
    local status, data, value = bytes:byte(1, 3)
    local kind, key = status & 0xF0, (status & 0x0F) * 128 + data
    local is_on = kind == NOTE_ON and value > 0
    local is_off = kind == NOTE_OFF or kind == NOTE_ON and value == 0
    local is_state = kind == CONTROL or kind == PROGRAM
    if tick < first_tick and is_state then
      local holder = kind == PROGRAM and "program" or data
      if not held[holder] then
        order[#order + 1] = holder
      end
      held[holder] = bytes
    elseif tick >= first_tick and #order > 0 then
      begin()
    end
    if is_state and tick >= first_tick and tick <= last_tick then
      add(math.max(math.min(tick, last_tick - step) - first_tick, 0), bytes)
    elseif is_off and sounding[key] or not is_off and tick >= first_tick and tick < last_tick then
      add(math.min(tick, last_tick) - first_tick, bytes)
      sounding[key] = is_on or nil
    end
  end
  begin()
  return kept
end

--- A score's tracks in [first_tick, last_tick), in the form that `score.buffers` takes.
-- `ppq`: ticks a quarter of the takes that it is for; they may be coarser than the score's. `each` is called for
-- every event.
function clip.tracks(found, first_tick, last_tick, ppq, each)
  local tracks, step = {}, math.ceil(found.ticks / ppq)
  for index, track in ipairs(found.tracks) do
    tracks[index] = clipped(track, first_tick, last_tick, step, each)
  end
  return { tracks = tracks, ticks = found.ticks, range = { tick = last_tick - first_tick } }
end

return clip
