"""Imagery and terrain in the window: their list below the legend."""
