"""A condition as a sentence: 农房：危房 是，并且 距 隐患点（灾害类型 是 滑坡）50 米以内."""

from mingqing.catalog.model import Catalog, Field, FieldType, Table
from mingqing.core.text import tr
from mingqing.store.changes import Value
from mingqing.store.conditions.leaves import Aged, Between, Filled, Filter, Holds, OneOf
from mingqing.store.conditions.tree import (
    VILLAGE,
    All,
    Any,
    Condition,
    Inside,
    Not,
    ReferredBy,
    RefersTo,
    Within,
)


def in_words(catalog: Catalog, table: str, condition: Condition) -> str:
    """Return what is asked for as a sentence: the table, then its conditions."""
    of = catalog.tables[table]
    if condition == All():
        return tr("全部{table}").format(table=of.title)
    return tr("{table}：{conditions}").format(table=of.title, conditions=_said(catalog, of, condition))


def title_of(field: Field) -> str:
    """Return what a field is called where one asks about it."""
    return tr("村") if field.name == VILLAGE else field.title


def _said(catalog: Catalog, of: Table, condition: Condition) -> str:
    match condition:
        case All() | Any():
            return _together(catalog, of, condition)
        case Not(part):
            return _denied(catalog, of, part)
        case RefersTo(column, part):
            field = of.field_by_name[column]
            return title_of(field) + _bracketed(catalog, field.references or "", part)
        case ReferredBy(table, _, part):
            return tr("有 {what}").format(what=_what(catalog, table, part))
        case Within() | Inside():
            return _where(catalog, condition, tr("内"))
    return _asked(of.field_by_name[condition.column], condition)


def _together(catalog: Catalog, of: Table, condition: All | Any) -> str:
    every = isinstance(condition, All)
    word, nothing = (tr("，并且 "), tr("全部")) if every else (tr("，或者 "), tr("都不要"))
    return word.join(_part(catalog, of, each) for each in condition.parts) or nothing


def _where(catalog: Catalog, condition: Within | Inside, side: str) -> str:
    if isinstance(condition, Inside):
        of = (
            tr("选中的{table}").format(table=catalog.tables[condition.table].title) if condition.table else ""
        )
        return tr("在{of}范围{side}").format(of=of or tr("画出的"), side=side)
    what = _what(catalog, condition.table, condition.part)
    gap = "" if what.endswith(tr("）")) else " "
    if condition.distance_m == 0:
        return tr("在 {what}范围{side}").format(what=what + gap, side=side)
    return tr("距 {what}{n:.10g} 米以{side}").format(what=what + gap, n=condition.distance_m, side=side)


def _part(catalog: Catalog, of: Table, part: Condition) -> str:
    said = _said(catalog, of, part)
    return tr("（{said}）").format(said=said) if isinstance(part, All | Any) and len(part.parts) > 1 else said


def _what(catalog: Catalog, table: str, part: Condition) -> str:
    return catalog.tables[table].title + (_bracketed(catalog, table, part) if part != All() else "")


def _bracketed(catalog: Catalog, table: str, part: Condition) -> str:
    return tr("（{said}）").format(said=_said(catalog, catalog.tables[table], part))


def _denied(catalog: Catalog, of: Table, part: Condition) -> str:
    match part:
        case OneOf(column, values):
            field = of.field_by_name[column]
            return tr("{field} 不是{values}").format(field=title_of(field), values=_listed(field, values))
        case Holds(column, text):
            field = of.field_by_name[column]
            return tr("{field} 不包含“{text}”").format(field=title_of(field), text=text)
        case Between(column, low, high) if low == high:
            field = of.field_by_name[column]
            return tr("{field} 不等于 {value}").format(field=title_of(field), value=_written(field, low))
        case ReferredBy(table, _, inner):
            return tr("没有 {what}").format(what=_what(catalog, table, inner))
        case Within() | Inside():
            return _where(catalog, part, tr("外"))
        case _:
            return tr("不符合（{said}）").format(said=_said(catalog, of, part))


def _asked(field: Field, wanted: Filter) -> str:
    match wanted:
        case Holds(_, text):
            said = tr("包含“{text}”").format(text=text)
        case Filled(_, filled):
            said = tr("不为空") if filled else tr("为空")
        case OneOf(_, values):
            said = tr("是{values}").format(values=_listed(field, values))
        case Between():
            said = _between(field, wanted)
        case Aged(_, low, high):
            said = _aged(low, high)
    return f"{title_of(field)} {said}"


def _aged(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return tr("满 {n} 岁").format(n=low) if high is None else tr("不超过 {n} 岁").format(n=high)
    return tr("满 {low} 岁、不超过 {high} 岁").format(low=low, high=high)


def _between(field: Field, wanted: Between) -> str:
    low, high = (_written(field, limit) for limit in (wanted.low, wanted.high))
    date = field.type is FieldType.DATE
    if wanted.low is None and wanted.high is None:
        return tr("不限")
    if wanted.low is None:
        above = tr("早于") if date else tr("小于")
        upto = tr("不晚于") if date else tr("小于等于")
        return f"{above if wanted.strict else upto} {high}"
    if wanted.high is None:
        over = tr("晚于") if date else tr("大于")
        since = tr("不早于") if date else tr("大于等于")
        return f"{over if wanted.strict else since} {low}"
    if wanted.low == wanted.high:
        return tr("等于 {value}").format(value=low)
    return tr("介于 {low} 和 {high}").format(low=low, high=high)


def _written(field: Field, value: Value) -> str:
    unit = f" {field.unit}" if field.unit and field.unit != tr("年") else ""
    return f"{value:.10g}{unit}" if isinstance(value, int | float) else str(value or "")


def _listed(field: Field, values: frozenset[Value]) -> str:
    """The values, after a space; of a flag that is to be set nothing: 危房 是."""
    if field.type is FieldType.BOOLEAN and values == {1}:
        return ""
    order = [code.value for code in field.codes.codes] if field.codes is not None else []
    found = sorted(
        values, key=lambda v: (order.index(str(v)) if v in order else len(order), v is None, str(v))
    )
    flags: dict[Value, str] = {1: tr("是"), 0: tr("否")} if field.type is FieldType.BOOLEAN else {}
    return " " + "、".join(tr("空") if v is None else flags.get(v) or str(v) for v in found)
