-- One `cuebridge` command in the background, through `cuebridge mailbox` (see bridge/cli/mailbox.py).
--
-- ExecProcess without waiting gives no output and nothing to stop the process by, so both go through files.
local host = require("cuebridge.host")
local rows = require("cuebridge.rows")
local task = require("cuebridge.task")

local Job = {}
Job.__index = Job

-- Without waiting, and on Windows without a console window.
local NO_WAIT = -2
-- A first start of Python on a cold disk; after that the command is taken for one that never ran.
local START_S = 60
-- A command that runs says so every few seconds; after so long without a word it is taken for dead.
local SILENT_S = 30
-- How long a command may take to end once it was asked to; dead or stuck, the user goes on.
local CANCEL_S = 10
-- The most that one look counts for: a computer that slept, or REAPER in a dialog, is no silence of the command's.
local LOOK_S = 1
-- Answer bytes looked at in one tick: no more rows than that can be in them.
local BYTES_A_TICK = task.PIECES_A_TICK

-- Files of a job that nobody waited for are swept by a later one.
local KEPT_S = 86400

local started = 0

local function sweep(folder)
  local index, old = 0, {}
  local before = os.date("job-%Y%m%d%H%M%S", os.time() - KEPT_S)
  reaper.EnumerateFiles(folder, -1)
  local name = reaper.EnumerateFiles(folder, index)
  while name do
    if name:find("^job%-%d+%-") and name < before then
      old[#old + 1] = name
    end
    index = index + 1
    name = reaper.EnumerateFiles(folder, index)
  end
  for _, each in ipairs(old) do
    os.remove(host.join(folder, each))
  end
end

--- Start `cuebridge WORDS`. Poll it until `done`.
function Job.start(modules, words)
  local command = host.command(modules)
  started = started + 1
  local stamp = string.format("%d-%d", math.floor(reaper.time_precise() * 1000), started)
  local self = setmetatable({}, Job)
  local folder = host.work_folder()
  sweep(folder)
  self.stem = host.join(folder, "job-" .. os.date("%Y%m%d%H%M%S") .. "-" .. stamp)
  self.looked_s, self.waited_s, self.cancelling_s = reaper.time_precise(), 0, 0
  self.read_bytes, self.rest = 0, ""
  self.events, self.progress, self.done = {}, nil, false
  local request = {}
  for index, word in ipairs(words) do
    request[index] = rows.row(word)
  end
  host.write(self.stem .. ".request", table.concat(request))
  local line = {}
  for index, word in ipairs(command) do
    line[index] = host.quoted(word)
  end
  line[#line + 1] = "mailbox"
  line[#line + 1] = host.quoted(self.stem)
  -- What comes back differs between systems when nobody waits; the answer file alone says how it went.
  reaper.ExecProcess(table.concat(line, " "), NO_WAIT)
  return self
end

--- Look at what has been answered since the last time: bounded work.
function Job:poll()
  if self.done then
    return
  end
  local now_s = reaper.time_precise()
  local passed_s = math.min(now_s - self.looked_s, LOOK_S)
  self.looked_s, self.waited_s = now_s, self.waited_s + passed_s
  self.cancelling_s = self.cancelling_s + (self.cancelling and passed_s or 0)
  self:_read()
  if not self.done then
    self:_give_up()
  end
end

function Job:_read()
  local file = io.open(self.stem .. ".answer", "rb")
  if not file then
    return
  end
  file:seek("set", self.read_bytes)
  local data = file:read(BYTES_A_TICK) or ""
  file:close()
  if #data > 0 then
    self.waited_s = 0
  end
  self.read_bytes = self.read_bytes + #data
  data = self.rest .. data
  local from = 1
  while true do
    local feed = data:find("\n", from, true)
    if not feed then
      break
    end
    self:_take(data:sub(from, feed - 1))
    from = feed + 1
  end
  self.rest = data:sub(from)
end

--- End a job whose command is not heard of any more.
function Job:_give_up()
  local has_begun, why = self.read_bytes > 0, nil
  if self.cancelling_s > CANCEL_S then
    why = { what = "The cuebridge command was told to stop.", cancelled = true }
  elseif not has_begun and self.waited_s > START_S then
    why = {
      what = "The cuebridge command did not start.",
      remedy = "Run `cuebridge doctor` in a terminal, or `cuebridge plugins install reaper` again.",
    }
  elseif has_begun and self.waited_s > SILENT_S then
    why = {
      what = "The cuebridge command is not heard of any more: it was ended, or it crashed.",
      remedy = "Run the action again; if that happens again, run `cuebridge doctor` in a terminal.",
    }
  end
  if why then
    self.error, self.done, self.is_lost = why, true, true
  end
end

function Job:_take(line)
  local event, values = rows.event(line)
  if event == "progress" or event == "queued" then
    self.progress = values
  elseif event == "alive" then
    return
  elseif event == "error" then
    self.error = { what = values.message or "It failed.", cancelled = values.kind == "Cancelled" }
  elseif event == "end" then
    self.done = true
    self.exit_code = math.tointeger(tonumber(values.exit_code)) or 1
    if self.exit_code ~= 0 and not self.error then
      self.error = { what = "The cuebridge command ended with code " .. self.exit_code .. "." }
    end
  else
    self.events[#self.events + 1] = { event = event, values = values }
  end
end

--- The first event of a name, as its values, or nil.
function Job:event(name)
  for _, each in ipairs(self.events) do
    if each.event == name then
      return each.values
    end
  end
  return nil
end

--- Ask the command to stop. It answers with `done` and a cancelled error, or is given up.
function Job:cancel()
  if not self.cancelling then
    self.cancelling = true
    host.write(self.stem .. ".cancel", "")
  end
end

--- Remove the files of a job that has answered, or ask one that has not to stop: it may yet read that.
function Job:leave()
  if not self.done or self.is_lost then
    return self:cancel()
  end
  for _, suffix in ipairs({ ".request", ".answer", ".cancel" }) do
    os.remove(self.stem .. suffix)
  end
end

return Job
