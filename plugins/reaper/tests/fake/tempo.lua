-- The tempo map's arithmetic: quarters and seconds, bars with metres, partial bars.
--
-- Linear markers are linear in time: QN(t) = t (t (b1 - b0) / L + 2 b0) / 120 (note on the API, 1.4). Square
-- ones hold. Quarters "abs" run on; the others start each bar after a partial one as if it had been whole.
local tempo = {}

local NEAR = 1e-9

--- Segments of {t, qn, bpm, bpm_end, length}; the last has no length.
local function segments(map)
  local list, qn = {}, 0
  local points = map.markers
  if #points == 0 or points[1].t > 0 then
    list[1] = { t = 0, qn = 0, bpm = map.base.bpm, bpm_end = map.base.bpm, length = points[1] and points[1].t }
    qn = points[1] and points[1].t * map.base.bpm / 60 or 0
  end
  for index, point in ipairs(points) do
    local following = points[index + 1]
    local length = following and following.t - point.t
    local last = point.linear and following and following.bpm or point.bpm
    list[#list + 1] = { t = point.t, qn = qn, bpm = point.bpm, bpm_end = last, length = length }
    qn = length and qn + length * (point.bpm + last) / 120 or qn
  end
  return list
end

--- The last segment that starts at or before a place, by `t` or by `qn`.
local function segment_at(map, key, place)
  local list = segments(map)
  local index = 1
  while list[index + 1] and list[index + 1][key] <= place do
    index = index + 1
  end
  return list[index]
end

--- Quarters from the project's start at a time.
function tempo.qn_at(map, t)
  local s = segment_at(map, "t", t)
  local x = t - s.t
  if not s.length or s.bpm == s.bpm_end then
    return s.qn + x * s.bpm / 60
  end
  return s.qn + x * (x * (s.bpm_end - s.bpm) / s.length + 2 * s.bpm) / 120
end

--- Time at quarters from the project's start. Inverse of `qn_at`.
function tempo.time_at(map, qn)
  local s = segment_at(map, "qn", qn)
  local rest = qn - s.qn
  if not s.length or s.bpm == s.bpm_end then
    return s.t + rest * 60 / s.bpm
  end
  local slope = (s.bpm_end - s.bpm) / s.length
  -- Of slope x² + 2 b0 x = 120 rest, the root that has no difference of near numbers in it.
  return s.t + 120 * rest / (s.bpm + math.sqrt(s.bpm * s.bpm + 120 * rest * slope))
end

--- Tempo in quarters a minute at a time.
function tempo.bpm_at(map, t)
  local s = segment_at(map, "t", t)
  if not s.length then
    return s.bpm
  end
  return s.bpm + (s.bpm_end - s.bpm) * (t - s.t) / s.length
end

--- Stretches of one metre: {abs, counted, measure, num, den, bar} with quarters where it starts, both ways.
function tempo.stretches(map)
  local base = map.base
  local list = { { abs = 0, counted = 0, measure = 0, num = base.num, den = base.den, bar = base.num * 4 / base.den } }
  for _, point in ipairs(map.markers) do
    if point.num > 0 then
      local before, abs = list[#list], tempo.qn_at(map, point.t)
      local bars = (abs - before.abs) / before.bar
      local whole = math.floor(bars + NEAR)
      if bars - whole > 1e-7 then
        whole = whole + 1
      end
      local entry = {
        abs = abs, counted = before.counted + whole * before.bar, measure = before.measure + whole,
        num = point.num, den = point.den, bar = point.num * 4 / point.den,
      }
      if abs - before.abs < NEAR then
        list[#list] = entry
      else
        list[#list + 1] = entry
      end
    end
  end
  return list
end

local function last_before(list, key, value)
  local found = list[1]
  for _, entry in ipairs(list) do
    if entry[key] <= value + NEAR then
      found = entry
    end
  end
  return found
end

--- Quarters counted by bars, from quarters "abs", and back.
function tempo.counted(map, abs)
  local s = last_before(tempo.stretches(map), "abs", abs)
  return s.counted + abs - s.abs
end

--- See `counted`. A quarter that a partial bar leaves out is the next bar's start.
function tempo.uncounted(map, counted)
  local list = tempo.stretches(map)
  for index, s in ipairs(list) do
    local following = list[index + 1]
    if not following or counted < following.counted - NEAR then
      local abs = s.abs + counted - s.counted
      return following and math.min(abs, following.abs) or abs
    end
  end
end

--- Measure number from 0 with its counted start and end, and the stretch, at counted quarters.
function tempo.measure_at(map, counted)
  local s = last_before(tempo.stretches(map), "counted", counted)
  local bars = math.floor((counted - s.counted) / s.bar + NEAR)
  return s.measure + bars, s.counted + bars * s.bar, s.counted + (bars + 1) * s.bar, s
end

--- The stretch of a measure number, and the measure's counted start.
function tempo.measure(map, number)
  local s = last_before(tempo.stretches(map), "measure", number)
  return s, s.counted + (number - s.measure) * s.bar
end

return tempo
