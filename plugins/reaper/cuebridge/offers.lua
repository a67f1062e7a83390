-- Which calls the daemon offers, and so which actions are shown.
local host = require("cuebridge.host")
local Job = require("cuebridge.job")
local task = require("cuebridge.task")

local offers = {}

local MAIN_SECTION = 0
local SECTION, KEY = "cuebridge", "registered_"
-- Actions that need a call which not every daemon has.
offers.OPTIONAL = {
  { call = "Revise", file = "Cuebridge_Another take of time selection.lua" },
  { call = "Complement", file = "Cuebridge_Complement selected items.lua" },
}

--- What a finished `describe` job says: a set of calls.
function offers.of(job)
  local calls = {}
  for key, value in pairs(job:event("describe") or {}) do
    if key:find("^offers%.") then
      calls[value] = true
    end
  end
  return calls
end

--- Show the optional actions that are offered in REAPER's list, and take the others out of it.
function offers.register(calls, scripts)
  for _, optional in ipairs(offers.OPTIONAL) do
    local path = scripts .. optional.file
    local shown = reaper.GetExtState(SECTION, KEY .. optional.call)
    if calls[optional.call] and shown ~= path and reaper.file_exists(path) then
      if reaper.AddRemoveReaScript(true, MAIN_SECTION, path, true) ~= 0 then
        reaper.SetExtState(SECTION, KEY .. optional.call, path, true)
      end
    elseif not calls[optional.call] and shown ~= "" then
      reaper.AddRemoveReaScript(false, MAIN_SECTION, shown, true)
      reaper.DeleteExtState(SECTION, KEY .. optional.call, true)
    end
  end
end

--- Ask the daemon what it offers, show the actions to match, and give the set of calls.
function offers.ask(place)
  local job = Job.start(place.modules, { "describe" })
  task.follow(job, "asking the daemon")
  local calls = offers.of(job)
  offers.register(calls, place.scripts)
  return calls
end

--- Raise when a call is not offered.
function offers.need(calls, call)
  if not calls[call] then
    error({
      what = "This version of Cuebridge does not offer that yet (" .. call .. ").",
      remedy = "Update the cuebridge command; the action appears by itself when it is offered.",
    })
  end
end

--- The folder of the modules, for a caller that knows the folder of the actions.
function offers.place(scripts)
  return { scripts = scripts, modules = scripts .. "cuebridge" .. (host.system() == "windows" and "\\" or "/") }
end

return offers
