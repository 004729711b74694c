"""Hints for who uses the window for the first time; each is shown once."""
