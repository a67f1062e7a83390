std = "lua54+lua53"
read_globals = { "reaper" }
globals = { "gfx" }
max_line_length = 120
