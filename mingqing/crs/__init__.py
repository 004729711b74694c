"""Coordinate systems met in Chinese county offices: recognising them, and bringing coordinates into the project's own."""
