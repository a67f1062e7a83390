-- Tempo markers and conversions of time.
local MIN_BPM, MAX_BPM = 1, 960
local SETS_METRE, ALLOWS_PARTIAL = 1, 4

return function(fake, _, tempo)
  local define = fake.define

  local function map()
    return fake.project.map
  end

  local function sorted()
    table.sort(map().markers, function(a, b)
      return a.t < b.t
    end)
  end

  --- Where REAPER really puts a marker: on a whole sample when the project asks for that; on a bar line
  -- when it sets a metre and may not cut a bar short, if this fake is told to be so strict.
  local function placed(t, num, flags)
    local settings = fake.project.settings
    if settings.whole_samples then
      t = math.floor(t * settings.srate + 0.5) / settings.srate
    end
    if fake.snaps_metres and num > 0 and flags & ALLOWS_PARTIAL == 0 then
      local counted = tempo.counted(map(), tempo.qn_at(map(), t))
      local _, from, to = tempo.measure_at(map(), counted)
      if counted - from > 1e-7 and to - counted > 1e-7 then
        t = tempo.time_at(map(), tempo.uncounted(map(), counted - from < to - counted and from or to))
      end
    end
    return t
  end

  define("CountTempoTimeSigMarkers", "proj -> int", function()
    return #map().markers
  end)

  define("GetTempoTimeSigMarker", "proj int -> bool num int num num int int bool", function(_, index)
    local point = map().markers[index + 1]
    if not point then
      return false, 0.0, 0, 0.0, 0.0, 0, 0, false
    end
    local counted = tempo.counted(map(), tempo.qn_at(map(), point.t))
    local measure, from = tempo.measure_at(map(), counted)
    return true, point.t, measure, counted - from, point.bpm, point.num, point.den, point.linear
  end)

  define("SetTempoTimeSigMarker", "proj int num int num num int int bool -> bool",
    function(_, index, t, measure, beat, bpm, num, den, linear)
      if bpm < MIN_BPM or bpm > MAX_BPM or num < 0 or num > 255 or (num > 0) ~= (den > 0) then
        return false
      end
      if t < 0 then
        local s, from = tempo.measure(map(), measure)
        t = tempo.time_at(map(), tempo.uncounted(map(), from + beat * 4 / s.den))
      end
      local point = map().markers[index + 1]
      if index >= 0 and not point then
        return false
      end
      if index < 0 and #map().markers == 0 then
        t = 0 -- The first marker of an empty map ends up at 0 wherever it was meant to be (note, 1.4).
      end
      if index == 0 then
        t = 0 -- and stays there
      end
      local flags = point and point.flags or 0
      flags = num > 0 and flags | SETS_METRE or flags & ~SETS_METRE
      fake.touch("SetTempoTimeSigMarker")
      fake.change_map(function()
        t = placed(t, num, flags)
        for position, other in ipairs(map().markers) do
          if other ~= point and math.abs(other.t - t) < 0.001 - 1e-9 then
            if index >= 0 then
              error(string.format("two tempo markers %.6f s apart", math.abs(other.t - t)))
            end
            table.remove(map().markers, position)
            break
          end
        end
        local fresh = { t = t, bpm = bpm, num = num, den = den, linear = linear, flags = flags }
        if point then
          for key, value in pairs(fresh) do
            point[key] = value
          end
        else
          point = fresh
          table.insert(map().markers, point)
        end
        sorted()
        return t, point
      end)
      return true
    end)

  define("DeleteTempoTimeSigMarker", "proj int -> bool", function(_, index)
    local point = map().markers[index + 1]
    local is_only = #map().markers == 1
    if not point or index == 0 and (not is_only or fake.keeps_last_marker) then
      return false -- the first cannot be deleted while others follow it (note, 1.4); the only one can
    end
    fake.touch("DeleteTempoTimeSigMarker")
    fake.change_map(function()
      table.remove(map().markers, index + 1)
      if is_only then
        local base = map().base
        map().base = { bpm = point.bpm, num = point.num > 0 and point.num or base.num,
          den = point.den > 0 and point.den or base.den }
      end
      return point.t
    end)
    return true
  end)

  define("FindTempoTimeSigMarker", "proj num -> int", function(_, t)
    local found = -1
    for index, point in ipairs(map().markers) do
      if point.t <= t then
        found = index - 1
      end
    end
    return found
  end)

  define("GetSetTempoTimeSigMarkerFlag", "proj int int bool -> int", function(_, index, flag, set)
    local point = map().markers[index + 1]
    if not point then
      return 0
    end
    if set then
      fake.touch("GetSetTempoTimeSigMarkerFlag")
      point.flags = flag
    end
    return point.flags
  end)

  define("UpdateTimeline", "->", function() end)

  define("TimeMap_timeToQN_abs", "proj num -> num", function(_, t)
    return tempo.qn_at(map(), t)
  end)
  define("TimeMap_QNToTime_abs", "proj num -> num", function(_, qn)
    return tempo.time_at(map(), qn)
  end)
  define("TimeMap2_timeToQN", "proj num -> num", function(_, t)
    return tempo.counted(map(), tempo.qn_at(map(), t))
  end)
  define("TimeMap2_QNToTime", "proj num -> num", function(_, qn)
    return tempo.time_at(map(), tempo.uncounted(map(), qn))
  end)
  define("TimeMap_GetTimeSigAtTime", "proj num -> int int num", function(_, t)
    local counted = tempo.counted(map(), tempo.qn_at(map(), t))
    local _, _, _, stretch = tempo.measure_at(map(), counted)
    return stretch.num, stretch.den, tempo.bpm_at(map(), t)
  end)
  define("TimeMap_QNToMeasures", "proj num -> int num? num?", function(_, qn)
    local measure, from, to = tempo.measure_at(map(), qn)
    return measure + 1, from, to
  end)
  define("TimeMap_GetMeasureInfo", "proj int -> num num num int int num", function(_, number)
    local s, from = tempo.measure(map(), number)
    local t = tempo.time_at(map(), tempo.uncounted(map(), from))
    return t, from, from + s.bar, s.num, s.den, tempo.bpm_at(map(), t)
  end)
  define("TimeMap_curFrameRate", "proj -> num bool", function()
    return fake.project.settings.fps, fake.project.settings.drop
  end)
end
