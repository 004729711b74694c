"""How wide the columns of a DBF are where no taker says so: by the catalog, not by the rows.

So that the files of two villages have the same columns and can be put into one, and that a longer address can be typed.
"""

from mingqing.catalog.model import Field, FieldType
from mingqing.export.profile.model import Origin, Out

_ID, _NAME, _NUMBER, _DECIMALS = 19, 60, 12, 2
_WIDTHS = {
    FieldType.PHONE: 20,
    FieldType.ID_NUMBER: 18,
    FieldType.DATE: 10,  # as text, where one is of a year alone
}
_ORIGINS = {Origin.ID: _ID, Origin.REFERENCE: _ID, Origin.NAMED: _NAME, Origin.VILLAGE: _NAME}


def usual_width(out: Out, encoding: str = "UTF-8") -> int:
    """Return the least width of a column of text or of numbers: what the taker says, else the catalog."""
    if out.length:
        return out.length
    if out.type is FieldType.NUMBER:
        return _NUMBER
    if out.origin is Origin.FIELD and out.of is not None:
        return _of_field(out, out.of, encoding)
    return _ORIGINS.get(out.origin, 1)


def fewest_decimals(out: Out) -> int:
    """Return how many decimals numbers have at least, so that those of another village are not rounded."""
    return 0 if out.length else _DECIMALS


def _of_field(out: Out, field: Field, encoding: str) -> int:
    """The width of the longest value that may be written of a field, as far as that is known."""
    listed = [code.value for code in field.codes.codes] if field.codes is not None else []
    if listed or out.codes:
        written = [out.codes.get(value, value) for value in listed] or list(out.codes.values())
        return max(len(value.encode(encoding, "replace")) for value in written)
    if field.type is FieldType.BOOLEAN:
        return len("是".encode(encoding))
    return min(_WIDTHS.get(field.type, _NAME), field.max_length)  # few characters: a code, in ASCII
