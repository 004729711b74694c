"""The page for who plans an evacuation: what happens, who goes where, and what is kept and handed out.

`case` holds what is supposed to happen, `planner` answers it off the UI thread, `outcome` is what the answer looks
like to everything that shows it: lists, figures, and the overlay of the map.
"""
