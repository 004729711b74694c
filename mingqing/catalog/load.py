"""Read `layers/*.toml` into a `Catalog`, refusing any mistake with file, key and reason."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from mingqing.catalog.model import (
    Catalog,
    Code,
    CodeList,
    Draw,
    Field,
    FieldType,
    GeometryKind,
    Layer,
    Link,
    Privacy,
    Refusal,
    Table,
)
from mingqing.catalog.style import Style, read_style
from mingqing.core.errors import DefinitionError
from mingqing.core.files import data_dir
from mingqing.core.text import tr

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_RESERVED = frozenset({"id", "geometry", "rowid", "oid"})
_T = TypeVar("_T")


class _Reader:
    """One mapping of a TOML file, read key by key; whatever is left at the end is a mistake."""

    def __init__(self, file: str, where: str, data: object) -> None:
        self.file, self.where = file, where
        if not isinstance(data, dict):
            raise self.error("", tr("应为一组键值"))
        self.data = dict(data)

    def error(self, key: str, reason: str) -> DefinitionError:
        place = ".".join(p for p in (self.where, key) if p)
        return DefinitionError(
            tr("图层定义 {file} 的 {key} 有误：{reason}").format(file=self.file, key=place, reason=reason)
        )

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        if key not in self.data:
            if default is None:
                raise self.error(key, tr("缺少这一项"))
            return default
        value = self.data.pop(key)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, tr("值的类型不对：{value}").format(value=value))
        return value

    def maybe(self, key: str, kind: type[_T]) -> _T | None:
        return self.take(key, kind) if key in self.data else None

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.take(key, list, [])
        if not all(isinstance(x, str) for x in value):
            raise self.error(key, tr("应为一列文字"))
        return tuple(value)

    def finish(self) -> None:
        if self.data:
            raise self.error(next(iter(self.data)), tr("不认识这一项"))


def _read_codes(reader: _Reader, name: str) -> CodeList:
    title, codes = reader.take("title", str), []
    for entry in reader.take("codes", list):
        parts = [entry] if isinstance(entry, str) else entry
        if not (isinstance(parts, list) and parts and all(isinstance(p, str) for p in parts)):
            raise reader.error("codes", tr("应为 [值, 输出代码, 其他写法…]"))
        codes.append(Code(parts[0], tuple(parts[2:]), parts[1] if len(parts) > 1 else None))
    seen: dict[str, str] = {}
    for code in codes:
        for spelling in (code.value, *code.arrives_as):
            if seen.setdefault(spelling, code.value) != code.value:
                raise reader.error("codes", tr("“{spelling}”同时属于两个代码").format(spelling=spelling))
    reader.finish()
    return CodeList(name, title, tuple(codes))


def _enum(reader: _Reader, key: str, kind: type[_T], value: str) -> _T:
    try:
        return kind(value)  # type: ignore[call-arg]
    except ValueError as error:
        raise reader.error(key, tr("不认识“{value}”").format(value=value)) from error


def _read_field(reader: _Reader, codes: Mapping[str, CodeList]) -> Field:
    name = reader.take("name", str)
    reader.where = f"{reader.where}.{name}"
    if not _NAME.match(name) or name in _RESERVED:
        raise reader.error("name", tr("只能用小写英文字母、数字和下划线，且不能是 id、geometry"))
    kind = _enum(reader, "type", FieldType, reader.take("type", str))
    list_name = reader.maybe("codes", str)
    if (kind is FieldType.CODE) != (list_name is not None):
        raise reader.error("codes", tr("代码字段必须且只有代码字段才能指定代码表"))
    if list_name is not None and list_name not in codes:
        raise reader.error("codes", tr("没有名为“{name}”的代码表").format(name=list_name))
    references = reader.maybe("references", str)
    if (kind is FieldType.REFERENCE) != (references is not None):
        raise reader.error("references", tr("引用字段必须且只有引用字段才能指定所引用的表"))
    links = []
    for text in reader.strings("links"):
        table, dot, linked = text.partition(".")
        if not dot:
            raise reader.error("links", tr("应写成“表.字段”：{text}").format(text=text))
        links.append(Link(table, linked))
    field = Field(
        name=name,
        title=reader.take("title", str),
        type=kind,
        required=reader.take("required", bool, default=False),
        codes=codes[list_name] if list_name else None,
        references=references,
        links=tuple(links),
        unit=reader.maybe("unit", str),
        minimum=reader.maybe("minimum", float),
        maximum=reader.maybe("maximum", float),
        max_length=reader.maybe("max_length", int),
        privacy=_enum(reader, "privacy", Privacy, reader.take("privacy", str, "open")),
        mask=reader.maybe("mask", str),
        search=reader.take("search", bool, default=False),
        group=reader.take("group", str, ""),
        help=reader.take("help", str, ""),
        arrives_as=reader.strings("arrives_as"),
        leaves_as=reader.maybe("leaves_as", str),
    )
    reader.finish()
    return field


def _unique(reader: _Reader, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise reader.error(key, tr("“{name}”重复").format(name=name))
        seen.add(name)


def _read_table(
    reader: _Reader,
    layer: str,
    codes: Mapping[str, CodeList],
    common: tuple[Field, ...],
    person: tuple[Field, ...],
) -> Table:
    name = reader.take("name", str)
    reader.where = f"table.{name}"
    if not _NAME.match(name):
        raise reader.error("name", tr("只能用小写英文字母、数字和下划线"))
    fields = tuple(
        _read_field(_Reader(reader.file, reader.where, f), codes) for f in reader.take("field", list)
    )
    personal = reader.take("personal", bool, default=False)
    common = common + (person if personal else ())
    _unique(reader, "field", (f.name for f in (*common, *fields)))
    known = {f.name for f in fields}
    keys = tuple(tuple(key) for key in reader.take("keys", list, []))
    title_field = reader.take("title_field", str)
    for used in (title_field, *(k for key in keys for k in key)):
        if used not in known:
            raise reader.error("keys/title_field", tr("没有字段“{name}”").format(name=used))
    spoke = reader.strings("spoke_from")
    if spoke and len(spoke) != 3:
        raise reader.error("spoke_from", tr("应为 [表, 字段, 值]"))
    table = Table(
        name=name,
        title=reader.take("title", str),
        layer=layer,
        geometry=frozenset(_enum(reader, "geometry", GeometryKind, k) for k in reader.strings("geometry")),
        keys=keys,
        fields=fields,
        common=common,
        title_field=title_field,
        recognised_by=reader.strings("recognised_by"),
        feeds=reader.strings("feeds"),
        located_at=reader.strings("located_at"),
        spoke_from=(spoke[0], spoke[1], spoke[2]) if spoke else None,
        personal=personal,
    )
    reader.finish()
    return table


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(
            tr("图层定义 {file} 无法读取：{reason}").format(file=path.name, reason=error)
        ) from error


def _check_links(tables: Mapping[str, Table], files: Mapping[str, str]) -> None:
    """Refuse references, feeds and places that lead nowhere."""

    def error(table: Table, key: str, reason: str) -> DefinitionError:
        return _Reader(files[table.name], f"table.{table.name}", {}).error(key, reason)

    missing = tr("没有表“{name}”")
    for table in tables.values():
        for field in table.fields:
            if field.references is not None and field.references not in tables:
                raise error(table, f"{field.name}.references", missing.format(name=field.references))
            for link in field.links:
                if link.table not in tables or link.field not in tables[link.table].field_by_name:
                    raise error(
                        table,
                        f"{field.name}.links",
                        tr("没有字段“{name}”").format(name=f"{link.table}.{link.field}"),
                    )
        for fed in table.feeds:
            if fed not in tables:
                raise error(table, "feeds", missing.format(name=fed))
        here = table
        for step in table.located_at:
            reference = here.field_by_name.get(step)
            if reference is None or reference.references is None:
                raise error(table, "located_at", tr("“{name}”不是引用字段").format(name=step))
            here = tables[reference.references]
        if table.located_at and not here.has_geometry:
            raise error(table, "located_at", tr("最后一张表没有图形"))


def load_catalog(folder: Path) -> Catalog:
    """Return the definitions in `folder` (`common.toml` and one file a layer).

    Raises
    ------
    DefinitionError
        at the first mistake, naming file, key and reason.
    """
    head = _Reader("common.toml", "", _parse(folder / "common.toml"))
    codes = {
        name: _read_codes(_Reader("common.toml", f"codes.{name}", entry), name)
        for name, entry in head.take("codes", dict, {}).items()
    }
    common = tuple(
        _read_field(_Reader("common.toml", "field", f), codes) for f in head.take("field", list, [])
    )
    person = tuple(
        _read_field(_Reader("common.toml", "person_field", f), codes)
        for f in head.take("person_field", list, [])
    )
    refusals = []
    for entry in head.take("refuse", list, []):
        reader = _Reader("common.toml", "refuse", entry)
        refusals.append(Refusal(reader.take("reason", str), reader.strings("words"), reader.strings("exact")))
        reader.finish()
    head.finish()

    layers: dict[str, Layer] = {}
    tables: dict[str, Table] = {}
    files: dict[str, str] = {}
    styles: dict[str, dict[str, Style]] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == "common.toml":
            continue
        reader = _Reader(path.name, "", _parse(path))
        top = _Reader(path.name, "layer", reader.take("layer", dict))
        code = top.take("code", str)
        own = [
            _read_table(_Reader(path.name, "table", t), code, codes, common, person)
            for t in reader.take("table", list)
        ]
        for table in own:
            if table.name in tables:
                raise reader.error(
                    f"table.{table.name}", tr("与 {file} 里的表重名").format(file=files[table.name])
                )
            tables[table.name], files[table.name] = table, path.name
        for table_name, variants in reader.take("style", dict, {}).items():
            styles[table_name] = _read_styles(_Reader(path.name, f"style.{table_name}", variants))
        draws = []
        for text in top.strings("draws"):
            table_name, _, variant = text.partition(":")
            draws.append(Draw(table_name, variant or "normal"))
        layers[code] = Layer(
            code=code,
            title=top.take("title", str),
            about=top.take("about", str, ""),
            order=top.take("order", int),
            icon=top.take("icon", str, ""),
            tables=tuple(t.name for t in own),
            draws=tuple(draws),
        )
        top.finish()
        reader.finish()
    _check_links(tables, files)
    _check_styles(tables, files, styles)
    for layer in layers.values():
        for draw in layer.draws:
            if draw.variant not in styles.get(draw.table, {}):
                raise _Reader(f"{layer.code}.toml", "layer", {}).error(
                    "draws",
                    tr("表 {table} 没有样式 {variant}").format(table=draw.table, variant=draw.variant),
                )
    return Catalog(layers, tables, codes, styles, tuple(refusals))


def _check_styles(
    tables: Mapping[str, Table], files: Mapping[str, str], styles: Mapping[str, Mapping[str, Style]]
) -> None:
    """Refuse styles of tables, or by fields, that do not exist."""
    for name, variants in styles.items():
        for variant, style in variants.items():
            known = tables[name].field_by_name if name in tables else {}
            for column in style.columns:
                if column not in known:
                    reader = _Reader(files.get(name, "*.toml"), f"style.{name}", {})
                    raise reader.error(variant, tr("没有字段“{name}”").format(name=column))


def _read_styles(reader: _Reader) -> dict[str, Style]:
    """Read the variants of one table's style, each a mapping under its name."""
    found = {}
    for variant in list(reader.data):
        raw = reader.take(variant, dict)
        found[variant] = read_style(raw, partial(_style_error, reader, variant))
    return found


def _style_error(reader: _Reader, variant: str, key: str, reason: str) -> DefinitionError:
    return reader.error(f"{variant}.{key}", reason)


@cache
def catalog() -> Catalog:
    """Return the program's own definitions, read once."""
    return load_catalog(data_dir("layers"))
