-- What several actions share: questions, places, and the way from a command to a written score.
local hold = require("cuebridge.hold")
local host = require("cuebridge.host")
local Job = require("cuebridge.job")
local map = require("cuebridge.map")
local score = require("cuebridge.score")
local smf = require("cuebridge.smf")
local task = require("cuebridge.task")
local write = require("cuebridge.write")

local flow = {}

local SECTION = "cuebridge"
local YES_NO_CANCEL, OK_CANCEL = 3, 1
local OK, YES, NO = 1, 6, 7
-- Beyond the picture the last notes ring on, and the last bar is filled: how far the tempo map is handed over.
flow.TAIL_S = 12

--- What tells this project from others without a name. Unsaved as it is, it keeps the note.
local function unsaved_id(only_looks)
  local _, id = reaper.GetProjExtState(0, SECTION, "unsaved")
  if id == "" and not only_looks then
    id = reaper.genGuid():gsub("[{}]", "")
    reaper.SetProjExtState(0, SECTION, "unsaved", id)
  end
  return id
end

--- The folder for scores of this project, and the project's name.
-- Beside a saved project; for one that never was, in REAPER's resource folder, under an id of the project's own,
-- which it is given unless the caller `only_looks`.
function flow.out_folder(only_looks)
  local _, path = reaper.EnumProjects(-1)
  if not path or path == "" then
    return host.join(host.work_folder(), "unsaved", unsaved_id(only_looks)), "unsaved"
  end
  local folder, name = path:match("^(.*)[/\\]([^/\\]*)$")
  return host.join(folder, "Cuebridge"), (name:gsub("%.[Rr][Pp][Pp]$", ""))
end

local function counted(count, one, many)
  return count == 1 and "1 " .. one or count .. " " .. many
end

local function markers_in(list, t0, t1)
  local count = 0
  for _, marker in ipairs(list) do
    count = count + (marker.t >= t0 and marker.t < t1 and 1 or 0)
  end
  return count
end

--- Ask before a tempo map that is not empty is touched: "keep" or "replace"; raises when cancelled.
-- `t0`, `t1`: the range it is about. The second result is what the answer was about: the map, and where the
-- range ended.
function flow.ask_tempo(t0, t1)
  local about = { map = map.read(), t1 = t1 }
  local inside = markers_in(about.map, t0, t1)
  local dragged, midi = hold.count(t0)
  if #about.map == 0 and dragged == 0 and midi == 0 then
    return "replace", about
  end
  local words = {
    "This project has a tempo map or items that depend on it.",
    "",
    "Yes: keep my tempo map and compose inside it.",
    string.format("No: replace it from %.3f s to %.3f s.", t0, t1),
    "",
    "When it is replaced:",
    "- " .. counted(inside, "tempo marker goes", "tempo markers go") .. "; the tempo before and after stays",
    "- bar numbers after it change, and automation that follows beats moves with the beats",
    "- " .. counted(dragged, "item", "items") .. " that would be dragged, and all markers, are held in place in time",
    "- " .. counted(midi, "MIDI item", "MIDI items") .. " from there on play at the new tempo inside the range",
    "",
    "One undo takes everything back.",
  }
  local answer = reaper.MB(table.concat(words, "\n"), "Cuebridge", YES_NO_CANCEL)
  if answer == YES then
    return "keep", about
  elseif answer == NO then
    return "replace", about
  end
  error({ cancelled = true })
end

--- Ask for OK; raises when cancelled.
function flow.confirm(words)
  if reaper.MB(words, "Cuebridge", OK_CANCEL) ~= OK then
    error({ cancelled = true })
  end
end

--- Texts for named fields, with defaults; raises when cancelled. Values may hold commas, names may not.
function flow.inputs(title, names, defaults)
  local captions = table.concat(names, ",") .. ",extrawidth=240,separator=\n"
  local ok, values = reaper.GetUserInputs(title, #names, captions, table.concat(defaults, "\n"))
  if not ok then
    error({ cancelled = true })
  end
  local texts = {}
  for value in (values .. "\n"):gmatch("([^\n]*)\n") do
    texts[#texts + 1] = value
  end
  return texts
end

--- Something to call before every event of work that is cut into pieces; see `task.piece`.
function flow.counter(words)
  return function(share)
    task.piece(words, share)
  end
end

--- The project's map from `t0` on as a MIDI file; its path.
function flow.map_file(job_stem, t0, t1)
  local path = job_stem .. ".map.mid"
  local each = flow.counter("reading your tempo map")
  local events = smf.map_events(map.read(), t0, t1 + flow.TAIL_S, each)
  host.write(path, smf.file({ events }, each))
  task.finally(function()
    os.remove(path)
  end)
  return path
end

--- A name beside the jobs' files that nothing else has; like theirs, it is swept when it is left behind.
function flow.scratch()
  local guid = reaper.genGuid():gsub("[{}]", "")
  return host.join(host.work_folder(), os.date("job-%Y%m%d%H%M%S-") .. guid)
end

--- Run a command that answers with a score and read it. `words` are the command's, without the rows.
function flow.score_from(place, words, title)
  local path = flow.scratch() .. ".rows"
  task.finally(function()
    os.remove(path)
  end)
  local asked = { table.unpack(words) }
  asked[#asked + 1] = "--reaper-lines"
  asked[#asked + 1] = path
  local job = Job.start(place.modules, asked)
  task.follow(job, title)
  return score.read(path, flow.counter("reading the score"))
end

--- Score a source anew inside the project's own tempo map, from `t0` on.
function flow.score_inside(place, source, t0, t1, more)
  local folder = flow.out_folder()
  local words = { "score", source, "-o", folder, "--keep-tempo-map", flow.map_file(flow.scratch(), t0, t1) }
  for _, word in ipairs(more) do
    words[#words + 1] = word
  end
  return flow.score_from(place, words, "composing")
end

--- Write a score: see `write.score`. `about` is the second result of `ask_tempo`, nil when nobody was asked;
-- `unmarked` leaves out regions and markers.
-- Music rings on past the picture: where that would replace more of the map than was said, it is said.
function flow.write(found, t0, tempo, about, unmarked)
  local t1 = t0 + found.range.s
  local more = tempo == "replace" and markers_in(about.map, about.t1, t1) or 0
  if more > 0 then
    flow.confirm(string.format(
      "The music rings on to %.3f s, %.3f s further than you were asked about, and the tempo map is replaced as "
        .. "far. %s there too.\n\nOne undo takes everything back.",
      t1, t1 - about.t1, counted(more, "tempo marker goes", "tempo markers go")
    ))
  end
  write.score({ score = found, t0 = t0, tempo = tempo, marks = not unmarked, asked_about = about and about.map })
end

return flow
