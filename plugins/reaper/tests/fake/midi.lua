-- In-project MIDI: ticks from the item's start, played where the tempo map has them.
return function(fake, _, tempo)
  local define, object = fake.define, fake.object

  --- Quarters from the project's start, whatever the bars.
  function fake.qn(t)
    return tempo.qn_at(fake.project.map, t)
  end

  local function time(qn)
    return tempo.time_at(fake.project.map, qn)
  end

  define("CreateNewMIDIItemInProj", "track num num bool? -> item", function(pointer, from, to, in_qn)
    local track = object(pointer)
    if in_qn then
      local map = fake.project.map
      from, to = time(tempo.uncounted(map, from)), time(tempo.uncounted(map, to))
    end
    if to <= from then
      return nil
    end
    fake.touch("CreateNewMIDIItemInProj")
    fake.stir()
    fake.each_item(function(_, other)
      other.selected = false -- hostile: the new one becomes the selection
    end)
    local take = { kind = "midi", ppq = fake.preferences.take_ppq or fake.preferences.ppq, events = {}, sets = 0 }
    local item = fake.new_item(track, from, to - from, take)
    item.selected = true
    return fake.handle("item", item.guid)
  end)

  local LENGTHS = { [0x8] = 3, [0x9] = 3, [0xA] = 3, [0xB] = 3, [0xC] = 2, [0xD] = 2, [0xE] = 3 }

  local function parsed(buffer)
    local events, position, ppq = {}, 1, 0
    while position <= #buffer do
      local delta, flag, message
      delta, flag, message, position = string.unpack("<i4Bs4", buffer, position)
      ppq = ppq + delta
      local status = message:byte() or error("an event without bytes")
      if delta < 0 then
        error("MIDI events run backwards")
      end
      if status < 0xF0 and #message ~= LENGTHS[status >> 4] then
        error(string.format("a message of %d bytes with status %02X", #message, status))
      end
      events[#events + 1] = { ppq = ppq, flag = flag, message = message }
    end
    local last = events[#events]
    if not last or last.message ~= "\xB0\x7B\x00" then
      error("the last event must be the all-notes-off that ends the source")
    end
    return events
  end

  define("MIDI_SetAllEvts", "take str -> bool", function(pointer, buffer)
    local take = object(pointer)
    fake.touch("MIDI_SetAllEvts")
    take.events = parsed(buffer)
    take.sets = take.sets + 1
    return true
  end)
  define("MIDI_GetAllEvts", "take -> bool str", function(pointer)
    local take = object(pointer)
    local pieces, before = {}, 0
    for index, event in ipairs(take.events) do
      pieces[index] = string.pack("<i4Bs4", event.ppq - before, event.flag, event.message)
      before = event.ppq
    end
    return true, table.concat(pieces)
  end)

  local function origin(take, item)
    return fake.qn(item.from) - (take.skipped_qn or 0)
  end
  define("MIDI_GetPPQPosFromProjQN", "take num -> num", function(pointer, counted)
    local take, item = object(pointer)
    return (tempo.uncounted(fake.project.map, counted) - origin(take, item)) * take.ppq
  end)
  define("MIDI_GetPPQPosFromProjTime", "take num -> num", function(pointer, t)
    local take, item = object(pointer)
    return (fake.qn(t) - origin(take, item)) * take.ppq
  end)
  define("MIDI_GetProjTimeFromPPQPos", "take num -> num", function(pointer, ppq)
    local take, item = object(pointer)
    return time(origin(take, item) + ppq / take.ppq)
  end)
end
