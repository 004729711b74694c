"""What may stand in a cell of a workbook."""

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from mingqing.store.log import inert_cell

_LONGEST = 32_000  # Excel holds 32,767 characters in a cell


def plain_cell(value: object) -> object:
    """Return what a cell may hold: no control characters, no formula, not longer than Excel opens."""
    if not isinstance(value, str):
        return value
    return inert_cell(ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST])
