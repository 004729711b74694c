"""The parts of a wall map's page, a module each: each paints itself into a rectangle of design millimetres."""
