"""Coordinate systems of Chinese county offices: recognised, guessed, and brought into the project's own."""
