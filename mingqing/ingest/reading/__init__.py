"""Files of every kind that offices hand over, read as they are: columns, shapes, encoding, CRS, faults.

`source.discover` finds them, `source.read` reads one; the other modules each read one kind. Nothing here
knows what a house is: rows are neither matched nor converted, text is exactly what the file holds.
"""
