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

    One that stands there already gets another, so that `bare_cell` gives back what there was.

    Examples
    --------
    >>> inert_cell("=1+1"), inert_cell("张三"), inert_cell(-3), inert_cell("'=1")
    ("'=1+1", '张三', -3, "''=1")
    """
    return f"'{value}" if isinstance(value, str) and _starts_formula(value.lstrip("'")) else value


def bare_cell(value: object) -> object:
    """Return a cell without the apostrophe that `inert_cell` put before it.

    Examples
    --------
    >>> bare_cell("'=1+1"), bare_cell("'张三"), bare_cell(-3), bare_cell("''=1")
    ('=1+1', "'张三", -3, "'=1")
    """
    told = isinstance(value, str) and value[:1] == "'" and _starts_formula(value.lstrip("'"))
    return value[1:] if told and isinstance(value, str) else value


def _starts_formula(text: str) -> bool:
    return text[:1] in {*"=+-@\t\r\n|"}
