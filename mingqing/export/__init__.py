"""Handing rows on: files for the county GIS and for anyone, a web page for a phone, the county's PostGIS.

`asked` is what is wanted, `profile` how it is to be called, `layer` and `read` the rows as they leave, `files` a module
a format, `companions` what lies beside them, `run` all of it; `page` is the web page, `postgis` the county's database.
"""
