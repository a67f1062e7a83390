-- Rows of tab-separated fields, the counterpart of bridge/rows.py.
local rows = {}

local MEANT = { ["\\"] = "\\", t = "\t", n = "\n", r = "\r" }
local ESCAPE = { ["\\"] = "\\\\", ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r" }

local function plain(field)
  return (field:gsub("\\(.)", MEANT))
end

--- One row with its line feed.
function rows.row(...)
  local fields = {}
  for index = 1, select("#", ...) do
    fields[index] = tostring((select(index, ...))):gsub("[\\\t\n\r]", ESCAPE)
  end
  return table.concat(fields, "\t") .. "\n"
end

--- The fields of one line, without its line feed.
function rows.fields(line)
  local fields = {}
  for field in (line .. "\t"):gmatch("([^\t]*)\t") do
    fields[#fields + 1] = field:find("\\", 1, true) and plain(field) or field
  end
  return fields
end

--- An event of `cuebridge mailbox`: its name, and its KEY=VALUE fields as a table of texts.
function rows.event(line)
  local fields = rows.fields(line)
  local values = {}
  for index = 2, #fields do
    local key, value = fields[index]:match("^([^=]*)=(.*)$")
    if key then
      values[key] = value
    end
  end
  return fields[1], values
end

return rows
