"""Handing data on from the window: the export page, the list of what is wrong, PostGIS, a layer dragged out."""
