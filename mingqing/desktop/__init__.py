"""The window: Qt widgets, jobs off the UI thread. The only package that uses QtWidgets."""
