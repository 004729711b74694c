"""Backup in the window: by itself, by hand, bringing one back, and what is left to do with a damaged project."""
