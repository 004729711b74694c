"""Coordinate systems met in Chinese county offices: recognised, and brought into the project's own."""
