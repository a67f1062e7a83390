-- Writing JSON: tables made by `object` and `array`, texts, numbers, booleans. Nothing here reads it.
local json = {}

local OBJECT, ARRAY = {}, {}

--- An object from {key, value, key, value ...}; keys keep their order.
function json.object(pairs_in_order)
  return setmetatable(pairs_in_order, OBJECT)
end

--- An array from a list.
function json.array(list)
  return setmetatable(list, ARRAY)
end

local function text(value)
  local quoted = value:gsub('[%c"\\\127]', function(char)
    return string.format("\\u%04x", char:byte())
  end)
  return '"' .. quoted .. '"'
end

local function encode(value, pieces)
  local kind = type(value)
  local meta = getmetatable(value)
  if kind == "string" then
    pieces[#pieces + 1] = text(value)
  elseif kind == "number" then
    pieces[#pieces + 1] = math.type(value) == "integer" and tostring(value) or string.format("%.17g", value)
  elseif kind == "boolean" then
    pieces[#pieces + 1] = tostring(value)
  elseif kind == "table" and meta == OBJECT then
    for index = 1, #value, 2 do
      pieces[#pieces + 1] = (index == 1 and "{" or ",") .. text(value[index]) .. ":"
      encode(value[index + 1], pieces)
    end
    pieces[#pieces + 1] = #value == 0 and "{}" or "}"
  elseif kind == "table" and meta == ARRAY then
    pieces[#pieces + 1] = "["
    for index, item in ipairs(value) do
      if index > 1 then
        pieces[#pieces + 1] = ","
      end
      encode(item, pieces)
    end
    pieces[#pieces + 1] = "]"
  else
    error("a " .. kind .. " is no JSON")
  end
end

--- The text of a value.
function json.encode(value)
  local pieces = {}
  encode(value, pieces)
  return table.concat(pieces)
end

return json
