-- A small window with a bar and a cancel button, drawn with REAPER's own gfx: no extension is needed.
local window = {}

local WIDTH, HEIGHT = 420, 96
local BUTTON = { x = 320, y = 58, w = 84, h = 24 }
local ESCAPE, CLOSED = 27, -1

local open, was_down, title = false, false, ""

local function inside(box)
  return gfx.mouse_x >= box.x
    and gfx.mouse_x < box.x + box.w
    and gfx.mouse_y >= box.y
    and gfx.mouse_y < box.y + box.h
end

--- Show the window, or give it another title.
function window.open(name)
  title = name
  if not open then
    gfx.init("Cuebridge", WIDTH, HEIGHT)
    gfx.setfont(1, "Arial", 15)
    open, was_down = true, false
  end
end

--- Draw, and say whether the user wants to stop. `share` is 0 to 1, or nil when it is not known.
function window.draw(words, share)
  gfx.set(0.16, 0.16, 0.17, 1)
  gfx.rect(0, 0, WIDTH, HEIGHT, 1)
  gfx.set(0.9, 0.9, 0.9, 1)
  gfx.x, gfx.y = 16, 10
  gfx.drawstr(title)
  gfx.x, gfx.y = 16, 62
  gfx.drawstr(words)
  gfx.set(0.3, 0.3, 0.32, 1)
  gfx.rect(16, 36, WIDTH - 32, 12, 1)
  gfx.set(0.82, 0.44, 0.25, 1)
  gfx.rect(16, 36, math.floor((WIDTH - 32) * math.max(0, math.min(1, share or 0))), 12, 1)
  gfx.set(0.34, 0.34, 0.36, 1)
  gfx.rect(BUTTON.x, BUTTON.y, BUTTON.w, BUTTON.h, 1)
  gfx.set(0.9, 0.9, 0.9, 1)
  gfx.x, gfx.y = BUTTON.x + 20, BUTTON.y + 4
  gfx.drawstr("Cancel")
  gfx.update()
  local key = gfx.getchar()
  local down = gfx.mouse_cap & 1 == 1
  local pressed = down and not was_down and inside(BUTTON)
  was_down = down
  return key == ESCAPE or key == CLOSED or pressed
end

--- Close it; nothing happens when it is not there.
function window.close()
  if open then
    open = false
    gfx.quit()
  end
end

--- A menu at the mouse: the number of the chosen line from 1, or nil. Lines may hold any character.
function window.menu(lines)
  local was_open = open
  window.open("Cuebridge")
  local safe = {}
  for index, line in ipairs(lines) do
    -- These start a submenu, a tick, a greyed line or a next one.
    safe[index] = line:gsub("|", "/"):gsub("^[#!<>]+", "")
  end
  gfx.x, gfx.y = 0, 0
  local chosen = gfx.showmenu(table.concat(safe, "|"))
  if not was_open then
    window.close()
  end
  return chosen > 0 and math.tointeger(chosen) or nil
end

return window
