"""Changing many rows: a field over a selection, find and replace, what was pasted, what another table knows."""
