"""What a user chose about the look of a table: plain data that is kept with the project as JSON."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mingqing.catalog.color import Color, parse_hex
from mingqing.catalog.condition import Condition, Plain, Relation
from mingqing.catalog.model import Catalog
from mingqing.classify.statistics import statistics
from mingqing.core.definitions import Reader
from mingqing.core.text import tr

MOST_PARTS = 60
_LONGEST = 200  # characters of a title, and values of one class


class Kind(StrEnum):
    """Ways to make classes."""

    CATEGORIES = "categories"  # 分类: by value
    GRADUATED = "graduated"  # 分级: ranges of a number in colours
    SIZE = "size"  # 按大小: ranges of a number in sizes
    RULES = "rules"  # 规则: by conditions
    AREAS = "areas"  # 统计: villages or grids by a statistic of what lies in them
    HEAT = "heat"  # 热力: where rows lie closest


class Method(StrEnum):
    """Where one range ends and the next begins."""

    EQUAL = "equal"  # 等间距
    QUANTILE = "quantile"  # 等数量
    NATURAL = "natural"  # 自然断点


@dataclass(frozen=True, slots=True)
class Part:
    """One class: what belongs to it, what it is called, how it looks.

    where : conditions that must all hold. size : millimetres of a marker's height or a line's width; 0 keeps the
        theme's.
    """

    title: str
    color: Color
    where: tuple[Condition, ...]
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """How one table is to be drawn.

    field : by which it is classed; for `AREAS` a code of `resources/statistics.toml`; for `HEAT` a number by which
        rows count, or empty.
    classes : how many were asked for; `parts` may be fewer. reverse : colours run from the other end.
    parts : the first one that fits a row has it; what none has is without data.
    """

    table: str
    kind: Kind
    field: str = ""
    method: Method = Method.NATURAL
    classes: int = 5
    palette: str = ""
    reverse: bool = False
    parts: tuple[Part, ...] = ()


def as_dict(choice: Choice) -> dict[str, Any]:
    """Return a choice as what JSON can hold."""
    return asdict(choice)


def from_dict(data: object, catalog: Catalog) -> Choice:
    """Return the choice that was kept.

    Raises
    ------
    DefinitionError
        if it is none, or speaks of a table or field that does not exist: it may have been written by anybody.
    """
    reader = Reader(tr("分类"), "", data)
    table = reader.take("table", str)
    if table not in catalog.tables:
        raise reader.error("table", tr("不认识“{value}”").format(value=table))
    fields = catalog.tables[table].field_by_name
    kind = reader.choice("kind", Kind, reader.take("kind", str))
    field = reader.take("field", str)
    if field not in (statistics() if kind is Kind.AREAS else {"": None, **fields}):
        raise reader.error("field", tr("不认识“{value}”").format(value=field))
    parts = reader.take("parts", list)
    if len(parts) > MOST_PARTS:
        raise reader.error("parts", tr("分的类太多"))
    made = Choice(
        table,
        kind,
        field,
        reader.choice("method", Method, reader.take("method", str)),
        min(max(reader.take("classes", int), 1), MOST_PARTS),
        reader.take("palette", str),
        reader.take("reverse", bool),
        tuple(_part(Reader(tr("分类"), f"parts[{n}]", part), fields) for n, part in enumerate(parts)),
    )
    reader.finish()
    return made


def _part(reader: Reader, fields: Mapping[str, object]) -> Part:
    colors = Reader(reader.file, f"{reader.where}.color", reader.take("color", dict))
    light, dark = colors.take("light", str), colors.take("dark", str)
    for key, text in (("light", light), ("dark", dark)):
        try:
            parse_hex(text)
        except ValueError as error:
            raise colors.error(key, tr("值不对：{value}").format(value=text)) from error
    size = reader.take("size", float)
    if not 0 <= size <= 20:
        raise reader.error("size", tr("值不对：{value}").format(value=size))
    conditions = reader.take("where", list)
    made = Part(
        reader.take("title", str)[:_LONGEST],
        Color(light, dark),
        tuple(_condition(Reader(reader.file, f"{reader.where}.where", c), fields) for c in conditions),
        size,
    )
    reader.finish()
    return made


def _condition(reader: Reader, fields: Mapping[str, object]) -> Condition:
    field = reader.take("field", str)
    if field not in fields and field != VALUE:
        raise reader.error("field", tr("不认识“{value}”").format(value=field))
    relation = reader.choice("relation", Relation, reader.take("relation", str))
    value = reader.data.pop("value", "")
    reader.finish()
    if isinstance(value, list) != (relation is Relation.AMONG) or len(str(value)) > 100 * _LONGEST:
        raise reader.error("value", tr("值不对：{value}").format(value=value))
    several = tuple(_plain(reader, v) for v in value) if isinstance(value, list) else ()
    return Condition(field, relation, several if relation is Relation.AMONG else _plain(reader, value))


VALUE = "*"
"""What the conditions of `AREAS` are about: the statistic's value, no field of the area."""


def _plain(reader: Reader, value: object) -> Plain:
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise reader.error("value", tr("值不对：{value}").format(value=value))
    return value
