-- The project's tempo map: read, planned, written, checked. Square markers of ours; ramps of the user's stay.
local map = {}

-- REAPER keeps tempo markers at least this far apart.
map.APART_S = 0.001
local SAME_S = map.APART_S / 2
-- Where a ramp of the user's is ended before ours begins: near enough to hear nothing, far enough to be kept.
local GUARD_S = 2 * map.APART_S
-- An instant of the score may lie so far from where the score says.
map.TOLERANCE_S = 0.0001
-- A share of a tempo that adds up to microseconds over an hour.
local NOTHING = 1e-9
-- Flags of GetSetTempoTimeSigMarkerFlag.
local SETS_METRE, ALLOWS_PARTIAL = 1, 4
-- Stands for them where there was no marker at all: what held then is kept as one.
local NO_MARKER = -1

--- Every marker of the map, in order.
function map.read()
  local found = {}
  for index = 0, reaper.CountTempoTimeSigMarkers(0) - 1 do
    local _, t, _, _, bpm, num, den, linear = reaper.GetTempoTimeSigMarker(0, index)
    local flags = reaper.GetSetTempoTimeSigMarkerFlag(0, index, 0, false)
    found[#found + 1] = { t = t, bpm = bpm, num = num, den = den, linear = linear, flags = flags }
  end
  return found
end

--- Whether two lists of markers are one map.
function map.same(one, other)
  if #one ~= #other then
    return false
  end
  for index, marker in ipairs(one) do
    local against = other[index]
    local near = math.abs(against.t - marker.t) < 1e-6 and math.abs(against.bpm - marker.bpm) < 1e-6
    if not near or against.num ~= marker.num or against.den ~= marker.den or against.linear ~= marker.linear then
      return false
    end
  end
  return true
end

--- The marker in force at a time and its place in the list, or nil and 0.
local function governing(markers, t)
  local index = 0
  while markers[index + 1] and markers[index + 1].t <= t do
    index = index + 1
  end
  return markers[index], index
end

--- Quarters a minute at a time, by the markers; `base` where there is none.
function map.bpm_at(markers, t, base)
  local marker, index = governing(markers, t)
  if not marker then
    return base
  end
  local following = markers[index + 1]
  if not marker.linear or not following then
    return marker.bpm
  end
  return marker.bpm + (following.bpm - marker.bpm) * (t - marker.t) / (following.t - marker.t)
end

--- The score's markers for a start at `t0`: tempo and metre rows put together.
function map.plan(score, t0)
  local by_tick, ticks = {}, {}
  local function at(row)
    local marker = by_tick[row.tick]
    if not marker then
      marker = { tick = row.tick, t = t0 + row.s, num = 0, den = 0, linear = false }
      by_tick[row.tick] = marker
      ticks[#ticks + 1] = row.tick
    end
    return marker
  end
  for _, row in ipairs(score.tempo) do
    at(row).bpm = 60000000 / row.us
  end
  for _, row in ipairs(score.metres) do
    local marker = at(row)
    marker.num, marker.den = row.num, row.den
  end
  table.sort(ticks)
  local planned, bpm = {}, nil
  for index, tick in ipairs(ticks) do
    bpm = by_tick[tick].bpm or bpm
    by_tick[tick].bpm = bpm
    planned[index] = by_tick[tick]
  end
  return planned
end

local function set(index, marker)
  local done = reaper.SetTempoTimeSigMarker(
    0, index, marker.t, -1, -1, marker.bpm, marker.num, marker.den, marker.linear or false
  )
  if not done then
    error({ what = string.format("REAPER refused a tempo marker at %.3f s.", marker.t) })
  end
end

local function index_near(t)
  local index = reaper.FindTempoTimeSigMarker(0, t + SAME_S)
  local _, found = reaper.GetTempoTimeSigMarker(0, index)
  return index, found
end

--- Whether a time lies inside a bar.
local function is_inside_bar(t)
  local qn = reaper.TimeMap2_timeToQN(0, t)
  local _, from, to = reaper.TimeMap_QNToMeasures(0, qn)
  return qn - from > 1e-6 and to - qn > 1e-6
end

--- Put a marker in place; where one is already, that becomes it. With the flags of a marker that was read.
local function put(marker)
  local index, at = -1, nil
  if reaper.CountTempoTimeSigMarkers(0) > 0 then
    index, at = index_near(marker.t)
  end
  index = at and math.abs(at - marker.t) < SAME_S and index or -1
  if marker.num > 0 and is_inside_bar(marker.t) then
    -- REAPER may move a metre to a bar line, unless it is told first that the bar before may be cut short.
    set(index, { t = marker.t, bpm = marker.bpm, num = 0, den = 0 })
    index = index_near(marker.t)
    reaper.GetSetTempoTimeSigMarkerFlag(0, index, SETS_METRE | ALLOWS_PARTIAL, true)
  end
  set(index, marker)
  if marker.flags then
    local flags = marker.flags == NO_MARKER and SETS_METRE or marker.flags
    reaper.GetSetTempoTimeSigMarkerFlag(0, (index_near(marker.t)), flags, true)
  end
end

local function clear(from, to)
  -- The last first: one that follows beats would be dragged by those deleted before it.
  for index = reaper.CountTempoTimeSigMarkers(0) - 1, 0, -1 do
    local _, t = reaper.GetTempoTimeSigMarker(0, index)
    -- The first marker cannot be deleted; it is written over instead.
    if t >= from and t < to and not (index == 0 and t < SAME_S) then
      reaper.DeleteTempoTimeSigMarker(0, index)
    end
  end
end

--- Whether tempo markers keep their beats, so that each change of the map moves every later one. Not known: yes.
local function follow_beats()
  local known, text = reaper.get_config_var_string("tempoenvtimelock")
  return not known or text ~= "0"
end

--- Put markers, in order of time, in the place of those in [from, to); the others stay.
-- Where later ones would be dragged there is none while any is written: they are put again, at their times, last.
local function rewrite(fresh, from, to)
  local later, again = {}, follow_beats()
  for _, marker in ipairs(map.read()) do
    if marker.t >= to then
      later[#later + 1] = marker
    end
  end
  clear(from, again and math.huge or to)
  for _, marker in ipairs(fresh) do
    put(marker)
  end
  for _, marker in ipairs(again and later or {}) do
    put(marker)
  end
  local now = map.read()
  for place = #later, 1, -1 do
    local was, is = later[place], now[#now - #later + place]
    if not is or math.abs(is.t - was.t) > map.TOLERANCE_S or math.abs(is.bpm / was.bpm - 1) > NOTHING then
      error({ what = string.format("REAPER moved a tempo marker of yours away from %.3f s.", was.t) })
    end
  end
end

--- Fit the tempi to where REAPER really put the markers (it may keep them on whole samples); whether any differs.
local function fit(planned, ticks, end_tick, t1)
  local differs, real = false, {}
  local function place(t)
    local _, at = index_near(t)
    if math.abs(at - t) >= SAME_S then
      error({ what = string.format("REAPER moved a tempo marker away from %.3f s.", t) })
    end
    return at
  end
  for number, marker in ipairs(planned) do
    real[number] = place(marker.t)
  end
  real[#planned + 1] = place(t1)
  for number, marker in ipairs(planned) do
    local upto = planned[number + 1] and planned[number + 1].tick or end_tick
    local bpm = 60 * ((upto - marker.tick) / ticks) / (real[number + 1] - real[number])
    differs = differs or math.abs(bpm / marker.bpm - 1) > NOTHING
    marker.t, marker.bpm = real[number], bpm
  end
  return differs
end

--- The part of the map that a score over [t0, t1) may change, as [from, to). A marker of the user's less than
-- REAPER's smallest distance from an edge is taken for one that stands on it.
local function reach(t0, t1)
  return t0 - GUARD_S - map.APART_S, t1 + map.APART_S
end

--- Write a plan over [t0, t1); before and after, everything sounds and lies as it did.
-- Inside an undo block only.
function map.replace(planned, ticks, end_tick, t1)
  local t0 = planned[1].t
  local before, fresh = map.read(), {}
  local from, to = reach(t0, t1)
  local num0, den0, base0 = reaper.TimeMap_GetTimeSigAtTime(0, 0)
  local follows = governing(before, to - NOTHING)
  local end_s = math.max(t1, follows and follows.t or 0)
  local num1, den1, base1 = reaper.TimeMap_GetTimeSigAtTime(0, end_s)
  local bpm1 = map.bpm_at(before, end_s, base1)
  if #before == 0 and t0 > SAME_S then
    -- The first marker of an empty map belongs at 0, or REAPER misplaces the next.
    fresh[1] = { t = 0, bpm = base0, num = num0, den = den0 }
  end
  for place, marker in ipairs(before) do
    local following = before[place + 1]
    local meets_ours = not following or following.t >= t0 - map.APART_S
    if marker.t >= from and marker.t < t0 - map.APART_S then
      fresh[#fresh + 1] = marker
      marker.linear = marker.linear and not meets_ours
    elseif marker.t < from and marker.linear and meets_ours then
      -- Ends the user's ramp where ours begins, at the tempo it has there.
      local bpm = map.bpm_at(before, t0 - GUARD_S, base0)
      fresh[#fresh + 1] = { t = t0 - GUARD_S, bpm = bpm, num = 0, den = 0 }
    end
  end
  table.move(planned, 1, #planned, #fresh + 1, fresh)
  fresh[#fresh + 1] = { t = t1, bpm = bpm1, num = num1, den = den1, linear = follows ~= nil and follows.linear }
  rewrite(fresh, from, to)
  if fit(planned, ticks, end_tick, t1) then
    rewrite(fresh, from, to)
  end
  reaper.UpdateTimeline()
end

--- What `restore` needs to undo a `replace` of [t0, t1) later: the markers there, and what held without any.
function map.kept(t0, t1)
  local found = map.read()
  if #found == 0 then
    local num, den, bpm = reaper.TimeMap_GetTimeSigAtTime(0, 0)
    return { { t = 0, bpm = bpm, num = num, den = den, linear = false, flags = NO_MARKER } }
  end
  local kept, from, to = {}, reach(t0, t1)
  for _, marker in ipairs(found) do
    if marker.t >= from and marker.t < to then
      kept[#kept + 1] = marker
    end
  end
  return kept
end

--- Take the map's only marker away, which leaves its tempo and metre as the project's own; where REAPER keeps it,
-- or something else holds then, it stays.
local function empty(marker)
  if reaper.CountTempoTimeSigMarkers(0) ~= 1 or not reaper.DeleteTempoTimeSigMarker(0, 0) then
    return
  end
  local num, den, bpm = reaper.TimeMap_GetTimeSigAtTime(0, 0)
  if num ~= marker.num or den ~= marker.den or math.abs(bpm - marker.bpm) > 1e-6 then
    set(-1, { t = 0, bpm = marker.bpm, num = marker.num, den = marker.den })
  end
end

--- Put kept markers back into [t0, t1]; the map outside stays. Inside an undo block only.
function map.restore(kept, t0, t1)
  rewrite(kept, reach(t0, t1))
  if kept[1] and kept[1].flags == NO_MARKER then
    empty(kept[1])
  end
  reaper.UpdateTimeline()
end

--- The largest distance of an anchor from where the project's map has it, in seconds, and that anchor.
function map.largest_error(anchors, ticks, t0)
  local qn0 = reaper.TimeMap_timeToQN_abs(0, t0)
  local worst, where = 0, anchors[1]
  for _, anchor in ipairs(anchors) do
    local t = reaper.TimeMap_QNToTime_abs(0, qn0 + anchor.tick / ticks)
    if math.abs(t - t0 - anchor.s) > worst then
      worst, where = math.abs(t - t0 - anchor.s), anchor
    end
  end
  return worst, where
end

--- Raise when an anchor is out of tolerance.
function map.check(anchors, ticks, t0)
  local worst, where = map.largest_error(anchors, ticks, t0)
  if worst > map.TOLERANCE_S then
    error({
      what = string.format(
        "REAPER's tempo map is %.2f ms off the score at %.3f s, so nothing was changed.", worst * 1000, t0 + where.s
      ),
      remedy = "Insert it into a project without a tempo map of its own, or open the score's .mid instead.",
    })
  end
end

return map
