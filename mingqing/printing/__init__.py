"""Printing: what an account may put on paper, and the documents that are handed out.

`permitted` says what an account may print or export; `paper` is pages and blocks, `evacuation` what is printed of a
plan of evacuation.
"""
