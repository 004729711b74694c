"""Whether fields are filled, and with what their definitions and the rules of their table allow."""

from collections.abc import Iterator
from datetime import date

from mingqing.catalog.columns import parse_column
from mingqing.catalog.model import Field, FieldType
from mingqing.catalog.rules import broken_among
from mingqing.core.text import tr
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.quality.reading import CODE, Rows

_BLANK = (None, "")
_CHECKED_ELSEWHERE = frozenset({FieldType.CODE, FieldType.REFERENCE})
_NUMERIC = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.BOOLEAN})
_TERM = "keep_until"


def missing(rows: Rows) -> Iterator[Finding]:
    """Find fields that must be filled and are not, and rows of no village."""
    for name, values in rows.columns.items():
        needed = rows.table.field_by_name[name].required
        if not (needed or name == CODE) or not any(map(values.count, _BLANK)):
            continue
        said = (
            tr("没有填“{field}”，这一项必须填写，请补上").format(field=rows.field_title(name))
            if needed
            else tr("没有写明属于哪个村，请补上村代码")
        )
        level = Level.ERROR if needed else Level.WARNING
        for row, value in enumerate(values):
            if value in _BLANK:
                yield rows.finding(Kind.MISSING, level, row, said, of=name)


def codes(rows: Rows) -> Iterator[Finding]:
    """Find values that are not in the list of their field."""
    for name, values in rows.columns.items():
        field = rows.table.field_by_name[name]
        if field.codes is None:
            continue
        strange = set(values) - {code.value for code in field.codes.codes} - set(_BLANK)
        said = {value: _not_listed(field, value) for value in strange}
        for row, value in enumerate(values) if strange else ():
            if value in strange:
                yield rows.finding(Kind.CODE, Level.ERROR, row, said[value], of=name)


def _not_listed(field: Field, value: object) -> str:
    assert field.codes is not None  # noqa: S101 - asked of code fields alone
    known = field.codes.spellings.get(str(value))
    said = (
        tr("的“{field}”写的是“{value}”，规范写法是“{known}”，请改选")
        if known
        else tr("的“{field}”写的是“{value}”，不在可选的值里，请改选")
    )
    return said.format(field=field.title, value=str(value)[:20], known=known)


def values_allowed(rows: Rows) -> Iterator[Finding]:
    """Find values that their field cannot hold."""
    for name, values in rows.columns.items():
        field = rows.table.field_by_name[name]
        if field.type in _CHECKED_ELSEWHERE:
            continue
        for row, why in parse_column(field, values)[1].items():
            said = tr("的“{field}”填得不对：{why}，请核对").format(field=field.title, why=why)
            yield rows.finding(Kind.VALUE, _how_bad(field, values[row]), row, said, of=name)


def _how_bad(field: Field, value: object) -> Level:
    """A column of numbers or dates elsewhere cannot take what is none; what is only odd, it can."""
    no_such = field.type is FieldType.DATE or (field.type in _NUMERIC and isinstance(value, str))
    return Level.ERROR if no_such else Level.WARNING


def values_agree(rows: Rows) -> Iterator[Finding]:
    """Find rows whose values contradict one another."""
    for row, broken in broken_among(rows.table, rows.columns):
        said = tr("的“{field}”{why}，请核对").format(
            field=rows.field_title(broken.field), why=broken.sentence
        )
        yield rows.finding(Kind.VALUE, Level.WARNING, row, said, of=broken.field)


def kept_too_long(rows: Rows) -> Iterator[Finding]:
    """Find rows about people whose term of keeping has passed; one of a year or a month ends with it."""
    today = date.today().isoformat()  # noqa: DTZ011 - a day of the office's calendar
    for row, term in enumerate(rows.columns.get(_TERM, ())):
        if isinstance(term, str) and term and term < today[: len(term)]:
            said = tr("的保存期限（{term}）已过，请复核：延长期限，或删除").format(term=term[:10])
            yield rows.finding(Kind.VALUE, Level.WARNING, row, said, of=_TERM)
