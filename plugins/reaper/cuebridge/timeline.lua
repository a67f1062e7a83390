-- The project's picture as an OpenTimelineIO timeline: video items, splits, markers and regions.
--
-- Frame 0 is the project's time 0. One track a REAPER track with video; REAPER shows the topmost track, OTIO
-- the last of its stack, so they are written from the bottom up.
local host = require("cuebridge.host")
local json = require("cuebridge.json")
local tags = require("cuebridge.tags")

local timeline = {}

-- Rates that REAPER knows, as numerator and denominator; it reports decimals.
local RATES = {
  { 24000, 1001 }, { 24, 1 }, { 25, 1 }, { 30000, 1001 }, { 30, 1 },
  { 48, 1 }, { 50, 1 }, { 60000, 1001 }, { 60, 1 }, { 75, 1 },
}

--- The project's frame rate: frames a second exactly, as {num, den}.
function timeline.rate()
  local fps = reaper.TimeMap_curFrameRate(0)
  local best = RATES[1]
  for _, rate in ipairs(RATES) do
    if math.abs(rate[1] / rate[2] - fps) < math.abs(best[1] / best[2] - fps) then
      best = rate
    end
  end
  if math.abs(best[1] / best[2] - fps) > 0.01 then
    best = { math.floor(fps * 1000 + 0.5), 1000 }
  end
  return best
end

--- The file behind a take when it is video, else nil. Sections are walked up to what they are of.
local function video_file(take)
  local source = reaper.GetMediaItemTake_Source(take)
  while source do
    if reaper.GetMediaSourceType(source) == "VIDEO" then
      return reaper.GetMediaSourceFileName(source)
    end
    source = reaper.GetMediaSourceParent(source)
  end
  return nil
end

local function shown(track, item)
  return reaper.GetMediaTrackInfo_Value(track, "B_MUTE") == 0 and reaper.GetMediaItemInfo_Value(item, "B_MUTE") == 0
end

local function clips_of(track, fps)
  local clips = {}
  for index = 0, reaper.CountTrackMediaItems(track) - 1 do
    local item = reaper.GetTrackMediaItem(track, index)
    local take = reaper.GetActiveTake(item)
    local path = take and shown(track, item) and video_file(take)
    if path then
      local from = reaper.GetMediaItemInfo_Value(item, "D_POSITION")
      local to = from + reaper.GetMediaItemInfo_Value(item, "D_LENGTH")
      clips[#clips + 1] = {
        index = index,
        from = math.floor(from * fps + 0.5),
        to = math.floor(to * fps + 0.5),
        path = path,
        name = reaper.GetTakeName(take),
        rate = reaper.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE"),
        source_s = reaper.GetMediaItemTakeInfo_Value(take, "D_STARTOFFS"),
      }
    end
  end
  table.sort(clips, function(a, b)
    return a.from < b.from or a.from == b.from and a.index < b.index
  end)
  return clips
end

local function time(value, fps)
  return json.object({ "OTIO_SCHEMA", "RationalTime.1", "rate", fps, "value", value })
end

local function range(start, length, fps)
  return json.object({
    "OTIO_SCHEMA", "TimeRange.1", "start_time", time(start, fps), "duration", time(length, fps),
  })
end

--- A path as a file URL, which keeps spaces, signs and letters of any script apart from its syntax.
function timeline.url(path)
  local plain = host.system() == "windows" and path:gsub("\\", "/") or path
  local escaped = plain:gsub("[^%w%-._~/:]", function(char)
    return string.format("%%%02X", char:byte())
  end)
  if escaped:sub(1, 2) == "//" then
    return "file:" .. escaped
  end
  return "file://" .. (escaped:sub(1, 1) == "/" and "" or "/") .. escaped
end

--- What is seen of each clip, in order of time. Where some overlap the one that starts last is on top; what it
-- covers comes back when it ends.
local function seen(clips)
  local edges, pieces, started = {}, {}, 0
  for _, clip in ipairs(clips) do
    edges[#edges + 1] = clip.from
    edges[#edges + 1] = clip.to
  end
  table.sort(edges)
  for index = 1, #edges - 1 do
    local from, to = edges[index], edges[index + 1]
    while clips[started + 1] and clips[started + 1].from <= from do
      started = started + 1
    end
    local top = started
    while top > 0 and clips[top].to <= from do
      top = top - 1
    end
    local last = pieces[#pieces]
    if from < to and top > 0 then
      if last and last.clip == clips[top] and last.to == from then
        last.to = to
      else
        pieces[#pieces + 1] = { clip = clips[top], from = from, to = to }
      end
    end
  end
  return pieces
end

local function clip_node(piece, fps)
  local clip, effects = piece.clip, json.array({})
  if math.abs(clip.rate - 1) > 1e-9 then
    effects[1] = json.object({ "OTIO_SCHEMA", "LinearTimeWarp.1", "name", "", "time_scalar", clip.rate })
  end
  local source = clip.source_s * fps + (piece.from - clip.from) * clip.rate
  local media = json.object({ "OTIO_SCHEMA", "ExternalReference.1", "target_url", timeline.url(clip.path) })
  return json.object({
    "OTIO_SCHEMA", "Clip.2", "name", clip.name, "source_range", range(source, piece.to - piece.from, fps),
    "effects", effects, "markers", json.array({}),
    "media_references", json.object({ "DEFAULT_MEDIA", media }),
    "active_media_reference_key", "DEFAULT_MEDIA",
  })
end

local function track_node(name, clips, fps)
  local children, now = json.array({}), 0
  for _, piece in ipairs(seen(clips)) do
    if piece.from > now then
      local gap = { "OTIO_SCHEMA", "Gap.1", "name", "", "source_range", range(0, piece.from - now, fps) }
      children[#children + 1] = json.object(gap)
    end
    children[#children + 1] = clip_node(piece, fps)
    now = piece.to
  end
  return json.object({ "OTIO_SCHEMA", "Track.1", "name", name, "kind", "Video", "children", children })
end

--- The user's markers and regions; what a score of ours left here is no direction for the next.
local function marker_nodes(marks, fps)
  local ours = {}
  for _, insertion in ipairs(tags.insertions()) do
    for _, guid in ipairs(insertion.marks) do
      ours[guid] = true
    end
  end
  local nodes = json.array({})
  for _, mark in ipairs(marks) do
    if not ours[mark.guid] then
      local from, to = math.floor(mark.from * fps + 0.5), math.floor(mark.to * fps + 0.5)
      nodes[#nodes + 1] = json.object({
        "OTIO_SCHEMA", "Marker.2", "name", mark.name, "marked_range", range(from, to - from, fps),
      })
    end
  end
  return nodes
end

--- The project's timeline: its JSON text, first frame with picture, the frame after the last, and the rate.
-- `marks` is `marks.list()`. The text is nil when there is no picture.
function timeline.build(name, marks)
  local rate = timeline.rate()
  local fps = rate[1] / rate[2]
  local tracks, first, last = json.array({}), math.huge, 0
  for index = reaper.CountTracks(0) - 1, 0, -1 do
    local track = reaper.GetTrack(0, index)
    local clips = clips_of(track, fps)
    if #clips > 0 then
      first = math.min(first, clips[1].from)
      local _, track_name = reaper.GetTrackName(track)
      tracks[#tracks + 1] = track_node(track_name, clips, fps)
      for _, clip in ipairs(clips) do
        last = math.max(last, clip.to)
      end
    end
  end
  if #tracks == 0 then
    return nil
  end
  local start = math.floor(reaper.GetProjectTimeOffset(0, false) * fps + 0.5)
  local stack = json.object({
    "OTIO_SCHEMA", "Stack.1", "name", "tracks", "children", tracks, "markers", marker_nodes(marks, fps),
  })
  local whole = json.object({
    "OTIO_SCHEMA", "Timeline.1", "name", name, "global_start_time", time(start, fps), "tracks", stack,
  })
  return json.encode(whole), math.max(0, first), last, rate
end

--- Where a project's timeline is written: in a folder of its own, since a score writes a NAME.otio too.
function timeline.path(folder, name)
  return host.join(folder, "timeline", name .. ".otio")
end

--- Write the project's timeline; its path, its cue's first frame and the frame after the last, the same in
-- seconds of the project, and the rate in words. The cue is the time selection, where there is one, else what of
-- `span`, {from, to} in seconds, has picture, else all of it. Nil, and no file, without video, or none in the span.
function timeline.write(folder, name, marks, span)
  local text, first, last, rate = timeline.build(name, marks)
  if not text then
    return nil
  end
  local fps = rate[1] / rate[2]
  local from, to = reaper.GetSet_LoopTimeRange2(0, false, false, 0, 0, false)
  if to > from then
    first = math.max(first, math.floor(from * fps + 0.5))
    last = math.min(last, math.floor(to * fps + 0.5))
    if last <= first then
      error({ what = "The time selection lies outside the video.", remedy = "Move it, or clear it." })
    end
  elseif span then
    -- Whole frames with all of the span in them, but for what floating point makes of a frame's own time.
    first = math.max(first, math.floor(span[1] * fps + 1e-6))
    last = math.min(last, math.ceil(span[2] * fps - 1e-6))
    if last <= first then
      return nil
    end
  end
  reaper.RecursiveCreateDirectory(host.join(folder, "timeline"), 0)
  local path = timeline.path(folder, name)
  host.write(path, text)
  return {
    path = path, first = first, last = last, fps = rate[1] .. "/" .. rate[2],
    from_s = first * rate[2] / rate[1], to_s = last * rate[2] / rate[1],
  }
end

return timeline
