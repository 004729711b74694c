"""What may stand in a cell of a spreadsheet or of a text that one opens."""

import re

# What XML cannot hold: https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000  # Excel holds 32,767 characters in a cell


def plain_cell(value: object) -> object:
    """Return what a cell of a workbook may hold: no control characters, no formula, not longer than Excel opens."""
    if not isinstance(value, str):
        return value
    return inert_cell(_ILLEGAL.sub("", value)[:_LONGEST])


def inert_cell(value: object) -> object:
    """Return a cell that a spreadsheet will not take for a formula: an apostrophe before what would start one.

    Examples
    --------
    >>> inert_cell("=1+1"), inert_cell("张三"), inert_cell(-3)
    ("'=1+1", '张三', -3)
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in {*"=+-@\t\r\n|"} else value
