"""What is printed of a plan of evacuation: the cards of households, the list of people, the plans of villages.

`planned` and `evacuees` turn a plan into whom it moves; `card`, `roll` and `village_plan` are each a content gathered
from a session, and `*_pdf` and `roll_xlsx` how it is laid out; `sketch` is the map among it.
"""
