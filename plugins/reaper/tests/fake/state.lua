-- What a project holds, pointers to it, undo, and what a change of the tempo map drags along.
return function(fake, core, tempo)
  fake.project = {
    tracks = {}, marks = {}, ext = {},
    map = { base = { bpm = 120, num = 4, den = 4 }, markers = {} },
    cursor = 0, selection = { 0, 0 }, loop = { 0, 0 }, view = { 0, 60 },
    settings = {
      timebase = 0, itemtimelock = 0, tempoenvtimelock = 0, offset = 0, fps = 24, drop = false,
      srate = 48000, whole_samples = false,
    },
  }
  fake.preferences = { ppq = 960, undo_mb = 256 }
  fake.undo, fake.redo, fake.generation, fake.guids = {}, {}, 0, 0
  fake.block, fake.ui_prevented, fake.outside = nil, 0, {}
  local handles = {}

  function fake.guid()
    fake.guids = fake.guids + 1
    return string.format("{%08X-FAFA-4FAF-8FAF-0123456789AB}", fake.guids)
  end

  --- A pointer. The same object gives the same one, until an undo makes all of them stale.
  function fake.handle(kind, guid)
    local key = kind .. guid .. fake.generation
    handles[key] = handles[key] or { handle = kind, guid = guid, generation = fake.generation }
    return handles[key]
  end

  local function each_item(visit)
    for _, track in ipairs(fake.project.tracks) do
      for position, item in ipairs(track.items) do
        local found = visit(track, item, position)
        if found ~= nil then
          return found
        end
      end
    end
  end
  fake.each_item = each_item

  --- The object that a pointer is to, and for items and takes what it is in.
  function fake.object(pointer)
    if pointer.generation ~= fake.generation then
      error("a pointer from before an undo was used", 3)
    end
    if pointer.handle == "track" then
      for position, track in ipairs(fake.project.tracks) do
        if track.guid == pointer.guid then
          return track, position
        end
      end
    elseif pointer.handle == "mark" then
      for position, mark in ipairs(fake.project.marks) do
        if mark.guid == pointer.guid then
          return mark, position
        end
      end
    else
      local found = each_item(function(track, item, position)
        if item.guid == pointer.guid then
          return { item, track, position }
        end
        for _, take in ipairs(item.takes) do
          if take.guid == pointer.guid then
            return { take, item, track }
          end
        end
      end)
      if found then
        return table.unpack(found)
      end
    end
    error("a pointer to a " .. pointer.handle .. " that is gone was used", 3)
  end

  --- What a call may do to cursor, view, time selection and loop, which are no part of what it is for: hostile.
  function fake.stir()
    local project = fake.project
    project.cursor = project.cursor + 1.25
    for _, key in ipairs({ "selection", "loop", "view" }) do
      project[key] = { project[key][1] + 0.5, project[key][2] + 2.5 }
    end
  end

  --- Note that the project is changed by `name`, and whether an undo block was open then.
  function fake.touch(name)
    if not fake.block then
      fake.outside[#fake.outside + 1] = name
    end
  end

  --- The timebase that an item follows: its own, else its track's, else the project's.
  function fake.timebase(track, item)
    if item.timebase >= 0 then
      return item.timebase
    end
    return track.timebase >= 0 and track.timebase or fake.project.settings.timebase
  end

  --- Change the map; what follows beats keeps its beats and so moves in time (note, 1.4).
  function fake.change_map(change)
    local project = fake.project
    local map, kept = project.map, {}
    local function qn(t)
      return tempo.qn_at(map, t)
    end
    each_item(function(track, item)
      local base = fake.timebase(track, item)
      if base > 0 then
        kept[#kept + 1] = { item = item, base = base, from = qn(item.from), to = qn(item.from + item.length) }
      end
    end)
    if project.settings.itemtimelock > 0 then
      for _, mark in ipairs(project.marks) do
        kept[#kept + 1] = { mark = mark, from = qn(mark.from), to = qn(mark.to) }
      end
    end
    local points = {}
    if project.settings.tempoenvtimelock > 0 then
      for _, point in ipairs(map.markers) do
        points[#points + 1] = { point = point, qn = qn(point.t) }
      end
    end
    local changed_t, changed = change()
    -- Later tempo markers that follow beats move first, in order: each one's time depends on those before.
    for _, each in ipairs(points) do
      if each.point ~= changed and changed_t and each.point.t > changed_t then
        each.point.t = nil
      end
    end
    local fixed, floating = {}, {}
    for _, each in ipairs(points) do
      if each.point.t == nil then
        floating[#floating + 1] = each
      end
    end
    for _, point in ipairs(map.markers) do
      if point.t then
        fixed[#fixed + 1] = point
      end
    end
    map.markers = fixed
    for _, each in ipairs(floating) do
      -- Of a linear marker's own ramp the end is not known while it floats; it is taken as square here.
      each.point.t = tempo.time_at(map, each.qn)
      table.insert(map.markers, each.point)
      table.sort(map.markers, function(a, b)
        return a.t < b.t
      end)
    end
    for _, each in ipairs(kept) do
      local object = each.item or each.mark
      local from, to = tempo.time_at(map, each.from), tempo.time_at(map, each.to)
      if each.mark then
        object.from, object.to = from, to
      else
        if each.base == 1 then
          object.length = to - from
        end
        object.from = from
      end
    end
  end

  local UNCOVERED = { "cursor", "view", "selection", "loop" }

  function fake.begin_block()
    if fake.block then
      error("an undo block was opened inside another", 3)
    end
    fake.block = core.copy(fake.project)
  end

  function fake.end_block(name)
    if not fake.block then
      error("an undo block was closed that was never opened", 3)
    end
    table.insert(fake.undo, { name = name, before = fake.block })
    fake.block, fake.redo = nil, {}
  end

  --- Take the last step back. Cursor, view and time selection are not part of it: hostile, but allowed.
  function fake.do_undo()
    if fake.block or #fake.undo == 0 then
      return 0
    end
    local step = table.remove(fake.undo)
    table.insert(fake.redo, { name = step.name, after = fake.project })
    local now = fake.project
    fake.project = core.copy(step.before)
    for _, key in ipairs(UNCOVERED) do
      fake.project[key] = core.copy(now[key])
    end
    fake.generation = fake.generation + 1
    return 1
  end
end
