-- A faithful fake of REAPER for one script: init.lua(folder, listed) gives the fake; see README.md beside it.
local folder, listed = ...

local function part(name)
  return assert(loadfile(folder .. "/" .. name .. ".lua"))()
end

local core, tempo = part("core"), part("tempo")
local fake = core.new(listed)
for _, name in ipairs({ "state", "midi", "timemap", "tracks", "marks", "system" }) do
  part(name)(fake, core, tempo)
end

--- The project now, as a copy, and where two copies first differ.
function fake.snapshot()
  return core.copy(fake.project)
end
fake.difference, fake.tempo = core.difference, tempo

return fake
