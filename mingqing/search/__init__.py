"""Finding anything by a few typed characters: an index in memory, made of what one account may see, and asking it.

Start at `index.py` (what it is made of) and `find.py` (how it is asked); docs/decisions/0027-search.md says why so.
"""
