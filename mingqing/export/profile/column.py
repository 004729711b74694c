"""One line of a profile to a column: `{ field = "house_no", name = "FWBH", length = 20 }`."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType, GeometryKind, Table
from mingqing.core.definitions import Reader
from mingqing.core.text import tr
from mingqing.export.profile.columns import (
    ID_HELP,
    ID_NAME,
    ID_TITLE,
    VILLAGE_NAME,
    VILLAGE_TITLE,
    columns_of,
    leaving_type,
    may_leave,
)
from mingqing.export.profile.model import Origin, Out
from mingqing.export.profile.texts import require_known, text

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,9}")
_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_NUMBER, _MOST_DECIMALS = 40, 4_000, 24, 9
# Names that ArcGIS, QGIS or the SQL of a FileGDB keeps for itself.
_RESERVED = re.compile(
    r"(oid|fid|objectid|shape|shape_leng|shape_area|geometry|geom|the_geom|rowid|ogc_fid|add|all|alter|and|any|as|asc"
    r"|between|by|case|column|create|date|delete|desc|drop|else|end|exists|from|group|having|in|index|insert|into|is"
    r"|join|like|not|null|on|or|order|select|set|table|then|union|update|user|values|when|where)",
    re.IGNORECASE,
)
_PLACED = {Origin.AREA: GeometryKind.POLYGON, Origin.LENGTH: GeometryKind.LINE}
_OF_ROWS = {Origin.ID, Origin.VILLAGE, *_PLACED}
_NAMED = {Origin.ID: (ID_NAME, ID_TITLE, ID_HELP), Origin.VILLAGE: (VILLAGE_NAME, VILLAGE_TITLE, "")}
_OURS = "exchange"
_KEYS = {  # what a line may say
    "field", "constant", "origin", "name", "title", "type", "codes", "length", "decimals", "pad", "required", "help",
}  # fmt: skip
# How values of a field may be written otherwise: anything as text, and what loses nothing.
_ALSO = {FieldType.BOOLEAN: {FieldType.BOOLEAN}, FieldType.INTEGER: {FieldType.NUMBER}}


Lists = Mapping[str, Mapping[str, str]]
"""The lists of codes that a profile has for its lines, by name: a value, and what is written for it."""


def read_column(reader: Reader, table: Table, lists: Lists) -> Out:
    """Return the column that a line says, of a field of a table, of the row itself, or the same in every row.

    Raises
    ------
    DefinitionError
        at the first mistake.
    """
    require_known(reader, _KEYS)
    if "constant" in reader.data:
        return _finished(reader, _constant(reader))
    if "field" in reader.data:
        return _finished(reader, _of_field(reader, table, lists))
    return _finished(reader, _of_row(reader, table))


def _constant(reader: Reader) -> Out:
    said = text(reader, "constant", longest=254)
    kind = reader.choice("type", FieldType, reader.take("type", str, FieldType.TEXT))
    if kind not in {FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE}:
        raise reader.error("type", tr("只能是 text、integer、number、date"))
    if said and kind is not FieldType.TEXT:
        raise reader.error("type", tr("固定的值只能是文字；数和日期只能留空"))
    return Out("", "", Origin.CONSTANT, kind, constant=said)


def _of_row(reader: Reader, table: Table) -> Out:
    origin = reader.choice("origin", Origin, reader.take("origin", str))
    if origin not in _OF_ROWS:
        raise reader.error("origin", tr("要写明是哪个 field"))
    kind = _PLACED.get(origin)
    if kind is not None:
        if kind not in table.geometry:
            raise reader.error("origin", tr("这张表没有面积或长度可量"))
        return Out("", "", origin, FieldType.NUMBER, decimals=2)
    name, title, about = _NAMED[origin]
    of = table.field_by_name["village_code"] if origin is Origin.VILLAGE else None
    return Out(name, title, origin, FieldType.TEXT, of, help=about)


def _of_field(reader: Reader, table: Table, lists: Lists) -> Out:
    field = _field(reader, table)
    unsaid = next(columns_of(field))
    origin = reader.choice("origin", Origin, reader.take("origin", str, unsaid.origin))
    possible = {Origin.REFERENCE, Origin.NAMED} if field.references else {Origin.FIELD}
    if origin not in possible:
        raise reader.error(
            "origin", tr("这个字段不能这样取值，可用的有 {all}").format(all=" ".join(sorted(possible)))
        )
    as_said = next(out for out in columns_of(field) if out.origin is origin)
    kind = reader.choice("type", FieldType, reader.take("type", str, as_said.type))
    if kind not in {FieldType.TEXT, leaving_type(field), *_ALSO.get(field.type, set())}:
        raise reader.error("type", tr("“{title}”不能写成这个类型").format(title=field.title))
    codes = _codes(reader, field, lists)
    return Out(as_said.name, as_said.title, origin, kind, field, codes, help=as_said.help)


def _field(reader: Reader, table: Table) -> Field:
    name, fields = reader.take("field", str), {n: f for n, f in table.field_by_name.items() if may_leave(f)}
    if name in fields:
        return fields[name]
    if name in table.field_by_name:
        raise reader.error(
            "field", tr("“{name}”不导出：照片、录入人和程序自己的数据留在项目里").format(name=name)
        )
    near = " ".join(get_close_matches(name, fields, 3, 0.5) or fields)
    raise reader.error(
        "field",
        tr("“{table}”没有字段“{name}”，可用的有 {near}").format(table=table.title, name=name, near=near),
    )


def _codes(reader: Reader, field: Field, lists: Lists) -> Mapping[str, str]:
    """Return what is written for each value: by our code list, by one of the profile's, or as the line itself says."""
    said = reader.data.pop("codes", None)
    if said is None:
        return {}
    if field.type not in {FieldType.CODE, FieldType.TEXT}:
        raise reader.error("codes", tr("“{title}”不是代码，也不是文字").format(title=field.title))
    known = {code.value: code.leaves_as or code.value for code in field.codes.codes} if field.codes else {}
    if said == _OURS and known:
        return known
    if isinstance(said, str):
        if said not in lists:
            every = " ".join((*([_OURS] if known else []), *lists))
            raise reader.error("codes", tr("没有代码表“{name}”，可用的有 {all}").format(name=said, all=every))
        said = lists[said]
    return _complete(reader, read_codes(reader, "codes", said), known)


def read_codes(reader: Reader, key: str, said: object) -> Mapping[str, str]:
    """Return a list of codes, found under `key`: values, and what is written for them."""
    if not isinstance(said, dict) or not all(isinstance(v, str) for v in said.values()):
        raise reader.error(key, tr('应写成 { "值" = "代码" }，代码放在双引号里'))
    return dict(said)


def _complete(reader: Reader, said: Mapping[str, str], known: Mapping[str, str]) -> Mapping[str, str]:
    """Return codes for a field whose values are those of a list of ours, each of which they must have; else as said."""
    wrong = [v for v in said if known and v not in known]
    if wrong:
        told = tr("代码表里没有“{value}”，有的是 {all}").format(value=wrong[0], all="、".join(known))
        raise reader.error("codes", told)
    missing = [v for v in known if v not in said]
    if missing:
        told = tr("没有写 {all} 的代码；没有对应的写空的引号，就留空").format(all="、".join(missing))
        raise reader.error("codes", told)
    return said


def _finished(reader: Reader, out: Out) -> Out:
    """Return a column with what may be said of any: how it is called, how long it is, what it means."""
    name = reader.take("name", str, out.name) if out.name else reader.take("name", str)
    title = text(reader, "title", default=out.title, required=not out.title, longest=_LONGEST_TITLE)
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise reader.error(
            "name",
            tr("“{name}”不能做字段名：用英文字母、数字和下划线，字母开头，最多 10 个，不是保留字").format(
                name=name
            ),
        )
    for called, key in ((name, "name"), (title, "title")):
        refusal = catalog().refusal(called)
        if refusal is not None:
            raise reader.error(key, tr("{reason}不采集，也不导出").format(reason=refusal.reason))
    length = _length(reader, out)
    made = Out(
        name=name,
        title=title or out.title,
        origin=out.origin,
        type=out.type,
        of=out.of,
        codes=out.codes,
        constant=out.constant,
        length=length,
        decimals=_decimals(reader, out),
        pad=_pad(reader, out, length),
        required=reader.take("required", bool, default=False),
        help=text(reader, "help", default=out.help),
    )
    reader.finish()
    return made


def _length(reader: Reader, out: Out) -> int:
    length = reader.take("length", int, 0)
    most = _LONGEST_NUMBER if out.type in {FieldType.INTEGER, FieldType.NUMBER} else _LONGEST_TEXT
    if not 0 <= length <= most:
        raise reader.error("length", tr("应在 1 到 {n} 之间").format(n=most))
    if length and len(out.constant.encode("utf-8")) > length:
        raise reader.error("length", tr("放不下 constant 的值"))
    longest = max((len(c.encode("utf-8")) for c in out.codes.values()), default=0)
    if length and longest > length:
        raise reader.error("length", tr("放不下 codes 里最长的代码"))
    return length


def _pad(reader: Reader, out: Out, length: int) -> str:
    pad = reader.take("pad", str, "")
    is_text = out.origin is Origin.FIELD and out.of is not None and out.of.type is FieldType.TEXT
    if pad and (not is_text or not length or out.codes):
        raise reader.error("pad", tr("只有写了 length、没有写 codes 的文字字段才能补齐"))
    if pad and not (len(pad) == 1 and pad.isascii() and pad.isprintable()):
        raise reader.error("pad", tr("只能是一个英文字母、数字或符号"))
    return pad


def _decimals(reader: Reader, out: Out) -> int | None:
    said = reader.maybe("decimals", int)
    if said is None:
        return out.decimals
    if out.type is not FieldType.NUMBER:
        raise reader.error("decimals", tr("只有数才有小数位数"))
    if not 0 <= said <= _MOST_DECIMALS:
        raise reader.error("decimals", tr("应在 0 到 {n} 之间").format(n=_MOST_DECIMALS))
    return said
