-- What every action runs: find the modules beside it, then the action's own module as a task.
local here, action = ...

-- A searcher of our own: package.path would trip over ; and ? in a folder's name.
table.insert(package.searchers, 2, function(name)
  local file = name:match("^cuebridge%.([%w_]+)$")
  if not file then
    return "not one of Cuebridge's modules"
  end
  local chunk, why = loadfile(here .. "cuebridge/" .. file .. ".lua")
  return chunk or why
end)

local offers = require("cuebridge.offers")
local task = require("cuebridge.task")

task.run(function()
  require("cuebridge." .. action)(offers.place(here))
end)
