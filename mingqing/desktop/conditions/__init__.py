"""Asking for rows by conditions, without any syntax: lines of field, relation and value, distances, drawn areas.

`subjects` and `relations` say what can be asked of a table and turn answers into conditions and back; `values`,
`lines` and `group` are the widgets, `sheet` puts them together; `builder` runs it: counts, selects, lists, keeps.
"""
