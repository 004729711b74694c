"""Import in the window: look through the files, let the user decide what is open, import, report."""
