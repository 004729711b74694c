"""One module a format; each has a `write`, see `mingqing.export.writing`."""
