-- One action as a coroutine that REAPER's defer moves on, a bounded piece a tick; and its end, whatever it is.
local window = require("cuebridge.window")

local task = {}

local TITLE = "Cuebridge"
-- The most pieces of work in one tick of REAPER, of whatever kind: rows and events read, cut, merged and packed.
task.PIECES_A_TICK = 2000
local current

--- Let REAPER breathe until its next tick.
function task.pause()
  if current.in_block then
    error("a pause inside an undo block would swallow the user's own edits")
  end
  coroutine.yield()
  current.pieces = 0
end

--- Count a piece of work that comes now, after a pause when the tick has had its share. For a pause nothing else
-- counts, so that kinds of work that follow each other share a tick. `words` and `share` are as in `show`.
function task.piece(words, share)
  if current.pieces >= task.PIECES_A_TICK then
    task.show(words, share)
    task.pause()
  end
  current.pieces = current.pieces + 1
end

--- Raise when another project is in front by now: every call means the one in front.
function task.check_project()
  if reaper.EnumProjects(-1) ~= current.project then
    error({
      what = "Another project is in front than the one the action was started in, so nothing was changed.",
      remedy = "Go back to its tab and run “Insert score”: a score that was made is in the list.",
    })
  end
end

--- Run a function that must not be interrupted by a tick.
function task.unbroken(body)
  current.in_block = true
  local ok, why = pcall(body)
  current.in_block = false
  if not ok then
    error(why, 0)
  end
end

--- Show how far it is; raises when the user cancels. `share` is 0 to 1 or nil.
function task.show(words, share)
  if window.draw(words, share) then
    error({ cancelled = true })
  end
end

--- Something to call when the action ends, however it ends.
function task.finally(close)
  table.insert(current.closers, close)
end

--- A message for the user.
function task.say(words)
  reaper.MB(words, TITLE, 0)
end

--- Follow a job to its end, its progress shown; raises its error. Cancelling waits for the command to agree.
function task.follow(job, words)
  task.finally(function()
    job:leave()
  end)
  while not job.done do
    job:poll()
    local at = job.progress or {}
    local done, total = tonumber(at.done) or 0, tonumber(at.total) or 0
    local share = total > 0 and done / total or nil
    if window.draw(job.cancelling and "stopping ..." or at.stage or words, share) then
      job:cancel()
    end
    if not job.done then
      task.pause()
    end
  end
  if job.error then
    error(job.error)
  end
  -- The last of the answer was read in this tick.
  task.pause()
end

local function ended(ok, why)
  if current.over then
    return
  end
  for index = #current.closers, 1, -1 do
    pcall(current.closers[index])
  end
  current.closers, current.over = {}, true
  window.close()
  if ok or (type(why) == "table" and why.cancelled) then
    return
  end
  if type(why) == "table" then
    task.say(why.what .. (why.remedy and "\n\n" .. why.remedy or ""))
  else
    task.say("Something went wrong inside Cuebridge; the project is as it was.\n\n" .. tostring(why))
  end
end

local function tick()
  if current.over then
    return
  end
  local ok, why = coroutine.resume(current.thread)
  if ok and coroutine.status(current.thread) ~= "dead" then
    local again, fault = pcall(reaper.defer, tick)
    if not again then
      ended(false, fault)
    end
    return
  end
  ended(ok, why)
end

--- Run an action's body. Running the action once more ends it, where REAPER knows how.
function task.run(body)
  current = { closers = {}, in_block = false, pieces = 0, thread = coroutine.create(body) }
  local ok, why = pcall(function()
    if reaper.set_action_options then
      reaper.set_action_options(1)
    end
    current.project = reaper.EnumProjects(-1)
    reaper.atexit(function()
      ended(true)
    end)
  end)
  if ok then
    tick()
  else
    ended(false, why)
  end
end

return task
