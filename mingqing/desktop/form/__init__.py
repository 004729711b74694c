"""Correcting rows where one looks at them: a form made from `layers/`, with the rows that belong to the one shown.

There is no button to save: a field that is left and valid is saved at once, as one step to undo.
"""
