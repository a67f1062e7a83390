-- This REAPER: its system, its folders, and where the `cuebridge` command is.
local host = {}

local SECTION = "cuebridge"

--- "windows", "macos" or "linux". GetOS says "Other" for Linux.
function host.system()
  local name = reaper.GetOS()
  if name:find("^Win") then
    return "windows"
  end
  return (name:find("^OSX") or name:find("^macOS")) and "macos" or "linux"
end

--- A path of parts, with the system's separator. A part may hold separators of its own.
function host.join(first, ...)
  local separator = host.system() == "windows" and "\\" or "/"
  local path = first
  for _, part in ipairs({ ... }) do
    path = path:gsub("[/\\]$", "") .. separator .. part
  end
  return path
end

--- A folder for what passes between REAPER and the command; a portable install keeps it inside itself.
function host.work_folder()
  local folder = host.join(reaper.GetResourcePath(), "Data", "Cuebridge")
  if reaper.RecursiveCreateDirectory(folder, 0) == 0 and not host.writable(folder) then
    error({ what = "The folder " .. folder .. " cannot be made. Make REAPER's resource folder writable." })
  end
  return folder
end

--- Whether a file can be written in a folder; leaves nothing there.
function host.writable(folder)
  local probe = host.join(folder, "cuebridge.probe")
  local file = io.open(probe, "wb")
  if file then
    file:close()
    os.remove(probe)
  end
  return file ~= nil
end

--- A whole file's bytes, or nil.
function host.read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local data = file:read("a")
  file:close()
  return data
end

--- Write a whole file.
function host.write(path, data)
  local file, why = io.open(path, "wb")
  if not file or not file:write(data) or not file:close() then
    error({ what = path .. " cannot be written" .. (why and " (" .. why .. ")" or "") .. "." })
  end
end

local function usual_places()
  if host.system() == "windows" then
    local home, roaming, locally = os.getenv("USERPROFILE"), os.getenv("APPDATA"), os.getenv("LOCALAPPDATA")
    return {
      home and home .. "\\.local\\bin\\cuebridge.exe",
      roaming and roaming .. "\\Python\\Scripts\\cuebridge.exe",
      locally and locally .. "\\Programs\\Python\\Scripts\\cuebridge.exe",
    }
  end
  local home = os.getenv("HOME")
  return {
    home and home .. "/.local/bin/cuebridge",
    "/opt/homebrew/bin/cuebridge",
    "/usr/local/bin/cuebridge",
    "/usr/bin/cuebridge",
  }
end

local function installed(modules)
  local text = host.read(modules .. "command.txt")
  local words = {}
  for line in (text or ""):gmatch("[^\r\n]+") do
    words[#words + 1] = line
  end
  return words
end

--- The command as a list of words, the first an absolute path: ExecProcess searches no PATH.
-- Where `cuebridge plugins install reaper` left it, else where the user last showed it, else where
-- installers usually put it, else the user is asked.
function host.command(modules)
  local words = installed(modules)
  if words[1] and reaper.file_exists(words[1]) then
    return words
  end
  local known = reaper.GetExtState(SECTION, "command")
  if known ~= "" and reaper.file_exists(known) then
    return { known }
  end
  for _, place in pairs(usual_places()) do
    if reaper.file_exists(place) then
      return { place }
    end
  end
  local chosen, path = reaper.GetUserFileNameForRead("", "Where is the cuebridge command?", "")
  if not chosen then
    error({ cancelled = true })
  end
  reaper.SetExtState(SECTION, "command", path, true)
  return { path }
end

--- A word for ExecProcess, which has no shell.
function host.quoted(word)
  if word:find('"', 1, true) then
    error({ what = 'A path with " in it cannot be started from REAPER: ' .. word .. ". Rename the folder." })
  end
  return '"' .. word .. '"'
end

return host
