"""What the pointer does on the map: one small class a tool, all of the shape of `tool.Tool`."""
