-- Undo, dialogs, settings, files, processes, defer, and the gfx window.
return function(fake)
  local define = fake.define
  fake.ext_state, fake.persisted, fake.actions, fake.messages, fake.processes = {}, {}, {}, {}, {}
  fake.now_s, fake.play_state, fake.os = 100.0, 0, "Other"
  fake.resource, fake.project_file, fake.in_front = "", "", { handle = "project" }
  fake.answers = { boxes = {}, inputs = {}, files = {}, menu = {} }
  fake.deferred, fake.at_exit = {}, nil

  local function answer(kind, what)
    if #fake.answers[kind] == 0 then
      error("nobody answers " .. kind .. ": " .. what)
    end
    return table.remove(fake.answers[kind], 1)
  end

  define("Undo_BeginBlock2", "proj ->", function()
    fake.begin_block()
  end)
  define("Undo_EndBlock2", "proj str int ->", function(_, name)
    fake.end_block(name)
  end)
  define("Undo_CanUndo2", "proj -> str", function()
    local step = fake.undo[#fake.undo]
    return step and not fake.keeps_no_undo and step.name or nil
  end)
  define("Undo_DoUndo2", "proj -> int", function()
    if fake.keeps_no_undo then
      return 0
    end
    fake.stir()
    return fake.do_undo()
  end)
  define("PreventUIRefresh", "int ->", function(count)
    fake.ui_prevented = fake.ui_prevented + count
    if fake.ui_prevented < 0 then
      error("PreventUIRefresh was let go more often than held")
    end
  end)

  define("GetCursorPositionEx", "proj -> num", function()
    return fake.project.cursor
  end)
  define("SetEditCurPos2", "proj num bool bool ->", function(_, t)
    fake.project.cursor = t
  end)
  define("GetSet_LoopTimeRange2", "proj bool bool num num bool -> num num", function(_, set, is_loop, from, to)
    local key = is_loop and "loop" or "selection"
    if set then
      fake.project[key] = { from, to }
    end
    return table.unpack(fake.project[key])
  end)
  define("GetSet_ArrangeView2", "proj bool int int num num -> num num", function(_, set, _, _, from, to)
    if set then
      fake.project.view = { from, to }
    end
    return table.unpack(fake.project.view)
  end)
  define("GetPlayState", "-> int", function()
    return fake.play_state
  end)

  local INFO = { PROJECT_TIMEBASE = "timebase", PROJECT_SRATE = "srate" }
  define("GetSetProjectInfo", "proj str num bool -> num", function(_, name, _, set)
    if set or not INFO[name] then
      error("the fake does not model " .. name)
    end
    return fake.project.settings[INFO[name]]
  end)
  define("GetSetProjectInfo_String", "proj str str bool -> bool str", function(_, name, _, set)
    local index = name:match("^MARKER_GUID:(%d+)$")
    local mark = index and not set and fake.project.marks[math.tointeger(index) + 1]
    if not mark or fake.lacks_marker_guids then
      return false, ""
    end
    return true, mark.guid
  end)
  define("GetProjectTimeOffset", "proj bool -> num", function()
    return fake.project.settings.offset
  end)
  define("GetProjectLength", "proj -> num", function()
    local last = 0.0
    fake.each_item(function(_, item)
      last = math.max(last, item.from + item.length)
    end)
    for _, mark in ipairs(fake.project.marks) do
      last = math.max(last, mark.to)
    end
    return last
  end)
  define("EnumProjects", "int -> any str?", function()
    return fake.in_front, fake.project_file
  end)
  define("get_config_var_string", "str -> bool str", function(name)
    local values = {
      miditicksperbeat = fake.preferences.ppq,
      undomaxmem = fake.preferences.undo_mb,
      tempoenvtimelock = fake.project.settings.tempoenvtimelock,
      itemtimelock = fake.project.settings.itemtimelock,
    }
    return values[name] ~= nil, values[name] and tostring(values[name]) or ""
  end)

  define("GetExtState", "str str -> str", function(section, key)
    return fake.ext_state[section .. "/" .. key] or ""
  end)
  define("SetExtState", "str str str bool ->", function(section, key, value, persist)
    if persist and value:find("[\r\n]") then
      error("a persisted value may hold no line feed")
    end
    fake.ext_state[section .. "/" .. key] = value
    fake.persisted[section .. "/" .. key] = persist or nil
  end)
  define("DeleteExtState", "str str bool ->", function(section, key)
    fake.ext_state[section .. "/" .. key] = nil
  end)

  define("GetProjExtState", "proj str str -> int str", function(_, section, key)
    local value = fake.project.ext[section .. "/" .. key] or ""
    return #value, value
  end)
  define("SetProjExtState", "proj str str str -> int", function(_, section, key, value)
    fake.project.ext[section .. "/" .. key] = value
    return 1
  end)

  define("MB", "str str int -> int", function(words, _, kind)
    table.insert(fake.messages, words)
    return kind == 0 and 1 or answer("boxes", words)
  end)
  define("GetUserInputs", "str int str str -> bool str", function(title, count, captions, defaults)
    local fields = 0
    for caption in captions:gmatch("[^,]+") do
      if not caption:find("^extrawidth=") and not caption:find("^separator=") then
        fields = fields + 1
      end
    end
    if fields ~= count then
      error(string.format("%s asks for %d values under %d captions", title, count, fields))
    end
    local values = answer("inputs", title)
    return values ~= false, values or defaults
  end)
  define("GetUserFileNameForRead", "str str str -> bool str", function(before, title)
    local path = answer("files", title)
    return path ~= false, path or before
  end)
  define("AddRemoveReaScript", "bool int str bool -> int", function(add, _, path)
    fake.actions[path] = add or nil
    return 50000
  end)

  define("GetOS", "-> str", function()
    return fake.os
  end)
  define("GetResourcePath", "-> str", function()
    return fake.resource
  end)
  define("APIExists", "str -> bool", function(name)
    return rawget(fake.reaper, name) ~= nil
  end)
  define("genGuid", "-> str", function()
    return fake.guid()
  end)
  define("time_precise", "-> num", function()
    return fake.now_s
  end)
  define("ColorToNative", "int int int -> int", function(red, green, blue)
    -- Windows keeps blue high, the others red.
    return fake.os:find("^Win") and red | green << 8 | blue << 16 or red << 16 | green << 8 | blue
  end)
  define("file_exists", "str -> bool", function(path)
    local file = io.open(path, "rb")
    if file then
      file:close()
    end
    return file ~= nil
  end)
  define("RecursiveCreateDirectory", "str int -> int", function(path)
    return fake.make_folder(path)
  end)
  define("EnumerateFiles", "str int -> str", function(path, index)
    return index >= 0 and fake.list_folder(path, index) or nil
  end)
  define("ExecProcess", "str int -> str", function(line, timeout_ms)
    table.insert(fake.processes, line)
    return fake.execute(line, timeout_ms)
  end)

  define("defer", "fn -> bool", function(body)
    if fake.block then
      error("defer inside an undo block: it would swallow the user's own edits")
    end
    table.insert(fake.deferred, body)
    return true
  end)
  define("atexit", "fn -> bool", function(body)
    fake.at_exit = body
    return true
  end)
  define("set_action_options", "int ->", function() end)

  --- One tick of REAPER: what was deferred runs once. Says whether anything is left for the next.
  function fake.tick()
    fake.now_s = fake.now_s + 1 / 30
    local due = fake.deferred
    fake.deferred = {}
    for _, body in ipairs(due) do
      body()
    end
    return #fake.deferred > 0
  end

  -- The window: not in the published list of functions; as ReaScript's own help has it.
  fake.gfx = { x = 0, y = 0, mouse_x = 0, mouse_y = 0, mouse_cap = 0, is_open = false, key = 0, words = {} }
  local gfx = fake.gfx
  function gfx.init()
    gfx.is_open = true
  end
  function gfx.quit()
    gfx.is_open = false
  end
  function gfx.getchar()
    if not gfx.is_open then
      return -1
    end
    local key = gfx.key
    gfx.key = 0
    return key
  end
  function gfx.drawstr(words)
    gfx.words[words] = true
  end
  function gfx.showmenu(lines)
    gfx.menu = lines
    return answer("menu", lines)
  end
  for _, name in ipairs({ "set", "rect", "setfont", "update" }) do
    gfx[name] = function() end
  end
end
