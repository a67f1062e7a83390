-- The fake's frame: functions declared with their signatures, every call and every answer checked.
--
-- A signature is "type type? -> type", by position. Types: proj int num bool str fn any, and the handles track
-- item take source mark. `?` may be left out, or be nil in an answer. A test compares each signature with the
-- published list; a call that does not fit, or an answer that does not, is an error.
local core = {}

local HANDLES = { track = true, item = true, take = true, source = true, mark = true }

local function parsed(signature)
  local params, returns = signature:match("^(.-)%s*%->%s*(.*)$")
  local function types(text)
    local list = {}
    for word in text:gmatch("%S+") do
      list[#list + 1] = { kind = word:gsub("%?$", ""), optional = word:sub(-1) == "?" }
    end
    return list
  end
  return types(params), types(returns)
end

local function fits(value, kind)
  local actual = math.type(value) or type(value)
  if kind == "proj" then
    return value == nil or value == 0 or type(value) == "table" and value.handle == "project"
  elseif kind == "int" then
    return actual == "integer" or actual == "float" and value == math.floor(value)
  elseif kind == "num" then
    return actual == "integer" or actual == "float" and value == value and math.abs(value) < math.huge
  elseif kind == "bool" then
    return actual == "boolean"
  elseif kind == "str" then
    return actual == "string"
  elseif kind == "fn" then
    return actual == "function"
  elseif HANDLES[kind] then
    return type(value) == "table" and value.handle == kind
  end
  return kind == "any"
end

--- A new fake: `fake.reaper` is what a script sees. `listed` is the set of names that REAPER has.
function core.new(listed)
  local fake = { calls = 0, counts = {}, signatures = {}, absent = {}, reaper = {}, trace = {} }

  local function check(name, number, value, wanted, what)
    if value == nil and wanted.optional then
      return
    end
    if not fits(value, wanted.kind) then
      error(string.format("%s: %s %d is %s, not %s", name, what, number, tostring(value), wanted.kind), 4)
    end
  end

  --- Declare a function. One in `fake.absent` is not there in this version of REAPER.
  function fake.define(name, signature, body)
    local params, returns = parsed(signature)
    fake.signatures[name] = signature
    fake.reaper[name] = function(...)
      local given = select("#", ...)
      fake.calls = fake.calls + 1
      fake.counts[name] = (fake.counts[name] or 0) + 1
      if fake.tracing then
        fake.trace[#fake.trace + 1] = name
      end
      if given > #params then
        error(string.format("%s takes %d arguments, not %d", name, #params, given), 2)
      end
      for number, wanted in ipairs(params) do
        if number > given and not wanted.optional then
          error(string.format("%s: argument %d is missing", name, number), 2)
        end
        check(name, number, (select(number, ...)), wanted, "argument")
      end
      local number = fake.calls
      if fake.fail_before == number then
        error("injected before " .. name, 0)
      end
      local answers = table.pack(body(...))
      if answers.n > #returns then
        error(string.format("the fake's %s gives %d results, not %d", name, answers.n, #returns))
      end
      for position, wanted in ipairs(returns) do
        local value = answers[position]
        -- A pointer or a text that is not there comes back as nil.
        if not (value == nil and (HANDLES[wanted.kind] or wanted.kind == "str")) then
          check(name, position, value, wanted, "result")
        end
      end
      if fake.fail_after == number then
        error("injected after " .. name, 0)
      end
      return table.unpack(answers, 1, #returns)
    end
  end

  setmetatable(fake.reaper, {
    __index = function(_, name)
      if fake.absent[name] then
        return nil
      end
      if listed and not listed[name] then
        error("REAPER has no function " .. tostring(name), 2)
      end
      error("the fake does not model " .. tostring(name), 2)
    end,
  })

  --- Take functions out, as in an older version.
  function fake.remove(names)
    for _, name in ipairs(names) do
      fake.absent[name] = true
      fake.reaper[name] = nil
    end
  end

  return fake
end

--- A copy that shares nothing.
function core.copy(value)
  if type(value) ~= "table" then
    return value
  end
  local twin = {}
  for key, inner in pairs(value) do
    twin[key] = core.copy(inner)
  end
  return twin
end

--- Where two values first differ, as a path, or nil.
function core.difference(a, b, path)
  path = path or "project"
  if type(a) ~= "table" or type(b) ~= "table" then
    return a ~= b and string.format("%s: %s, %s", path, tostring(a), tostring(b)) or nil
  end
  for key, value in pairs(a) do
    local found = core.difference(value, b[key], path .. "." .. tostring(key))
    if found then
      return found
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return path .. "." .. tostring(key) .. " is new"
    end
  end
  return nil
end

return core
