"""What every other package may use: errors, text, files, settings. Knows nothing of maps."""
