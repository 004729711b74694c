"""Read `layers/*.toml` into a `Catalog`, refusing any mistake with file, key and reason."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from mingqing.catalog.model import (
    LONGEST_TEXT,
    Catalog,
    Code,
    CodeList,
    Draw,
    Field,
    FieldType,
    GeometryKind,
    Layer,
    Link,
    Mask,
    Privacy,
    Refusal,
    Rule,
    RuleKind,
    Table,
)
from mingqing.catalog.style import Style, read_style
from mingqing.catalog.topology import read_topology
from mingqing.catalog.values import ValueRefusedError, initial
from mingqing.core.definitions import Reader, read_toml
from mingqing.core.errors import DefinitionError
from mingqing.core.files import data_dir
from mingqing.core.text import tr

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# Tables of SQLite, of SpatiaLite, of the store, and of the indexes and views that it makes of each table.
_OURS = re.compile(
    r"(mq_|sqlite_|idx_|rtree_|geometry_columns|spatial|views_|virts_|vector_|raster_|sql_statements|elementary|knn"
    r"|data_licenses|networks|topologies|se_|iso_|rl2|wms_|pragma_|json_|main\b|temp\b|.*_box\Z)"
)
_RESERVED = frozenset({"id", "geometry", "rowid", "oid"})


def _read_codes(reader: Reader, name: str) -> CodeList:
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


def _read_field(reader: Reader, codes: Mapping[str, CodeList], unsaid: Privacy) -> Field:
    """Read one field; `unsaid` is how closely it is kept where it does not say."""
    name = reader.take("name", str)
    reader.where = f"{reader.where}.{name}"
    if not _NAME.match(name) or name in _RESERVED:
        raise reader.error("name", tr("只能用小写英文字母、数字和下划线，且不能是 id、geometry"))
    kind = reader.choice("type", FieldType, reader.take("type", str))
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
        max_length=reader.take("max_length", int, default=LONGEST_TEXT),
        privacy=reader.choice("privacy", Privacy, reader.take("privacy", str, unsaid)),
        mask=reader.choice("mask", Mask, mask) if (mask := reader.maybe("mask", str)) else None,
        search=reader.take("search", bool, default=False),
        group=reader.take("group", str, ""),
        help=reader.take("help", str, ""),
        arrives_as=reader.strings("arrives_as"),
        leaves_as=reader.maybe("leaves_as", str),
        names=reader.maybe("names", str),
        default=reader.take("default", str, ""),
        public=reader.take("public", bool, default=True),
    )
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        raise reader.error("minimum", tr("大于 maximum"))
    try:
        initial(field)
    except ValueRefusedError as error:
        raise reader.error("default", str(error)) from error
    reader.finish()
    return field


def _unique(reader: Reader, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise reader.error(key, tr("“{name}”重复").format(name=name))
        seen.add(name)


def _read_keys(reader: Reader, name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        Reader(reader.file, reader.where, {name: key}).strings(name) for key in reader.take(name, list, [])
    )


def _read_table(reader: Reader, layer: str, shared: "_Common") -> Table:
    name = reader.take("name", str)
    reader.where = f"table.{name}"
    if not _NAME.match(name) or _OURS.match(name):
        raise reader.error("name", tr("只能用小写英文字母、数字和下划线，且不能是数据库自己用的名字"))
    personal = reader.take("personal", bool, default=False)
    common, unsaid = (shared.person, Privacy.SENSITIVE) if personal else (shared.fields, Privacy.OPEN)
    fields = tuple(
        _read_field(Reader(reader.file, reader.where, f), shared.codes, unsaid)
        for f in reader.take("field", list)
    )
    _unique(reader, "field", (f.name for f in (*common, *fields)))
    known = {f.name for f in fields}
    keys, weak_keys = _read_keys(reader, "keys"), _read_keys(reader, "weak_keys")
    title_field = reader.take("title_field", str)
    for used in (title_field, *(k for key in (*keys, *weak_keys) for k in key)):
        if used not in known:
            raise reader.error("keys/title_field", tr("没有字段“{name}”").format(name=used))
    spoke = reader.strings("spoke_from")
    if spoke and len(spoke) != 3:
        raise reader.error("spoke_from", tr("应为 [表, 字段, 值]"))
    rules = tuple(
        _read_rule(Reader(reader.file, reader.where, r), known) for r in reader.take("rule", list, [])
    )
    geometry = frozenset(reader.choice("geometry", GeometryKind, k) for k in reader.strings("geometry"))
    table = Table(
        name=name,
        title=reader.take("title", str),
        layer=layer,
        geometry=geometry,
        keys=keys,
        weak_keys=weak_keys,
        fields=fields,
        common=common,
        title_field=title_field,
        recognised_by=reader.strings("recognised_by"),
        listed_by=reader.maybe("listed_by", str),
        feeds=reader.strings("feeds"),
        located_at=reader.strings("located_at"),
        spoke_from=(spoke[0], spoke[1], spoke[2]) if spoke else None,
        personal=personal,
        rules=rules,
        topology=tuple(
            read_topology(Reader(reader.file, f"{reader.where}.topology", t), geometry)
            for t in reader.take("topology", list, [])
        ),
        shared_borders=reader.take("shared_borders", bool, default=False),
    )
    if table.shared_borders and GeometryKind.POLYGON not in geometry:
        raise reader.error("shared_borders", tr("只有面才有共用的边界"))
    reader.finish()
    return table


_RULE_FIELDS = {RuleKind.ID_NUMBER_TELLS: 3, RuleKind.IN_ORDER: 2}


def _read_rule(reader: Reader, known: Collection[str]) -> Rule:
    rule = Rule(
        reader.choice("rule", RuleKind, reader.take("rule", str)),
        tuple(reader.strings("fields")),
    )
    reader.finish()
    for name in rule.fields:
        if name not in known:
            raise reader.error("rule.fields", tr("没有字段“{name}”").format(name=name))
    if not rule.fields or len(rule.fields) != _RULE_FIELDS.get(rule.kind, len(rule.fields)):
        raise reader.error("rule.fields", tr("字段的个数不对"))
    return rule


class _Found:
    """What the files of a folder have said so far."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self.tables: dict[str, Table] = {}
        self.styles: dict[str, dict[str, Style]] = {}
        self.files: dict[str, str] = {}  # table → the file that defines it

    def error(self, table: Table, key: str, reason: str) -> DefinitionError:
        return Reader(self.files[table.name], f"table.{table.name}", {}).error(key, reason)

    def require_field(self, by: Table, key: str, table: str, field: str) -> None:
        if table not in self.tables or field not in self.tables[table].field_by_name:
            raise self.error(by, key, tr("没有字段“{name}”").format(name=f"{table}.{field}"))


@dataclass(frozen=True)
class _Common:
    """What `common.toml` says.

    fields, person : what every row has, of a table about places and of one about persons.
    """

    codes: Mapping[str, CodeList]
    fields: tuple[Field, ...]
    person: tuple[Field, ...]
    refusals: tuple[Refusal, ...]


def _read_common(path: Path) -> _Common:
    head = Reader(path.name, "", read_toml(path))
    codes = {
        name: _read_codes(Reader(path.name, f"codes.{name}", entry), name)
        for name, entry in head.take("codes", dict, {}).items()
    }
    said = {key: head.take(key, list, []) for key in ("field", "person_field")}
    fields, *person = (
        tuple(_read_field(Reader(path.name, key, f), codes, unsaid) for f in said[key])
        for key, unsaid in (
            ("field", Privacy.OPEN),
            ("field", Privacy.SENSITIVE),
            ("person_field", Privacy.SENSITIVE),
        )
    )
    refusals = []
    for entry in head.take("refuse", list, []):
        reader = Reader(path.name, "refuse", entry)
        refusals.append(Refusal(reader.take("reason", str), reader.strings("words"), reader.strings("exact")))
        reader.finish()
    head.finish()
    return _Common(codes, fields, (*person[0], *person[1]), tuple(refusals))


def _read_layer(path: Path, common: _Common, found: _Found) -> None:
    """Add the layer that one file defines to what was found."""
    reader = Reader(path.name, "", read_toml(path))
    top = Reader(path.name, "layer", reader.take("layer", dict))
    code = top.take("code", str)
    if not _NAME.match(code):
        raise top.error("code", tr("只能用小写英文字母、数字和下划线"))
    if code in found.layers:
        raise top.error("code", tr("图层“{code}”已经有了").format(code=code))
    own = [_read_table(Reader(path.name, "table", t), code, common) for t in reader.take("table", list)]
    for table in own:
        if table.name in found.tables:
            raise reader.error(
                f"table.{table.name}", tr("与 {file} 里的表重名").format(file=found.files[table.name])
            )
        found.tables[table.name], found.files[table.name] = table, path.name
    for name, variants in reader.take("style", dict, {}).items():
        if found.files.get(name) != path.name:
            raise reader.error(f"style.{name}", tr("这个文件里没有表“{name}”").format(name=name))
        found.styles[name] = _read_styles(Reader(path.name, f"style.{name}", variants))
    draws = []
    for text in top.strings("draws"):
        name, _, variant = text.partition(":")
        draws.append(Draw(name, variant or "normal"))
    found.layers[code] = Layer(
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


def load_catalog(folder: Path) -> Catalog:
    """Return the definitions in `folder` (`common.toml` and one file a layer).

    Raises
    ------
    DefinitionError
        at the first mistake, naming file, key and reason.
    """
    common = _read_common(folder / "common.toml")
    found = _Found()
    for path in sorted(folder.glob("*.toml")):
        if path.name != "common.toml":
            _read_layer(path, common, found)
    for check in (_check_references, _check_places):
        for table in found.tables.values():
            check(table, found)
    _check_styles(found)
    layers = dict(sorted(found.layers.items(), key=lambda item: item[1].order))
    tables = {name: found.tables[name] for layer in layers.values() for name in layer.tables}
    return Catalog(layers, tables, common.codes, found.styles, common.refusals)


def _check_references(table: Table, found: _Found) -> None:
    """Refuse references, links and feeds that lead nowhere."""
    missing = tr("没有表“{name}”")
    for field in table.fields:
        if field.references is not None and field.references not in found.tables:
            raise found.error(table, f"{field.name}.references", missing.format(name=field.references))
        for link in field.links:
            found.require_field(table, f"{field.name}.links", link.table, link.field)
        if field.names is not None and field.names not in {f.name for f in table.fields if f.references}:
            raise found.error(
                table, f"{field.name}.names", tr("“{name}”不是引用字段").format(name=field.names)
            )
    if table.listed_by is not None and not any(f.name == table.listed_by and f.codes for f in table.fields):
        raise found.error(table, "listed_by", tr("“{name}”不是代码字段").format(name=table.listed_by))
    for fed in table.feeds:
        if fed not in found.tables:
            raise found.error(table, "feeds", missing.format(name=fed))


def _check_places(table: Table, found: _Found) -> None:
    """Refuse places, ends of spokes, and rules about shapes, that lead nowhere."""
    here = table
    for step in table.located_at:
        reference = here.field_by_name.get(step)
        if reference is None or reference.references is None:
            raise found.error(table, "located_at", tr("“{name}”不是引用字段").format(name=step))
        here = found.tables[reference.references]
    if table.located_at and not here.has_geometry:
        raise found.error(table, "located_at", tr("最后一张表没有图形"))
    for rule in table.topology:
        if rule.of is not None and (
            rule.of not in found.tables or GeometryKind.POLYGON not in found.tables[rule.of].geometry
        ):
            raise found.error(table, "topology.of", tr("没有面图层“{name}”").format(name=rule.of))
    if table.spoke_from is not None:
        found.require_field(table, "spoke_from", table.spoke_from[0], table.spoke_from[1])


def _check_styles(found: _Found) -> None:
    """Refuse styles by fields, and maps of styles, that do not exist."""
    for name, variants in found.styles.items():
        for variant, style in variants.items():
            for column in style.columns:
                if column not in found.tables[name].field_by_name:
                    reader = Reader(found.files[name], f"style.{name}", {})
                    raise reader.error(variant, tr("没有字段“{name}”").format(name=column))
    for layer in found.layers.values():
        for draw in layer.draws:
            if draw.variant not in found.styles.get(draw.table, {}):
                file = found.files[layer.tables[0]] if layer.tables else f"{layer.code}.toml"
                raise Reader(file, "layer", {}).error(
                    "draws",
                    tr("表 {table} 没有样式 {variant}").format(table=draw.table, variant=draw.variant),
                )


def _read_styles(reader: Reader) -> dict[str, Style]:
    """Read the variants of one table's style, each a mapping under its name."""
    found = {}
    for variant in list(reader.data):
        raw = reader.take(variant, dict)
        found[variant] = read_style(raw, partial(_style_error, reader, variant))
    return found


def _style_error(reader: Reader, variant: str, key: str, reason: str) -> DefinitionError:
    return reader.error(f"{variant}.{key}", reason)


@cache
def catalog() -> Catalog:
    """Return the program's own definitions, read once."""
    return load_catalog(data_dir("layers"))
