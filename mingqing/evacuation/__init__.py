"""Who must leave, where to and by which road: roads as a network, hazards as what no road may enter, and shelters.

`gather` reads a `World` from a session; `planning.plan` answers a `Scenario` in it. Nothing here knows Qt.
"""
