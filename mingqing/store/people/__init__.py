"""The rights of the people in the project: what is held on one; correct; erase; how long it is kept.

`who` decides which rows are a person's, `record` and `document` show them, `erase` deletes them and `history` takes
them out of the changes that are kept; `due` is the queue of rows past their term.
"""

from mingqing.store.people.correct import Corrected, correct
from mingqing.store.people.document import as_document, as_json
from mingqing.store.people.due import Due, due, keep_longer
from mingqing.store.people.erase import Erased, erase, erase_rows
from mingqing.store.people.find import Found, find_people
from mingqing.store.people.record import HeldRow, PersonRecord, Touch, everything_on

__all__ = [
    "Corrected",
    "Due",
    "Erased",
    "Found",
    "HeldRow",
    "PersonRecord",
    "Touch",
    "as_document",
    "as_json",
    "correct",
    "due",
    "erase",
    "erase_rows",
    "everything_on",
    "find_people",
    "keep_longer",
]
