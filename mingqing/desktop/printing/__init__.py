"""Printing from the window: the page as it will be, and the dialogs for many maps and for reports."""
