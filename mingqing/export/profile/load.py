"""From the TOML of an exchange profile to a `Profile`, refusing any mistake with file, line, key and reason."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pyproj import CRS
from pyproj.exceptions import CRSError

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Table
from mingqing.core.definitions import Reader, Section
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.crs.transform import require_usable
from mingqing.export.asked import Format
from mingqing.export.profile.column import Lists, read_codes, read_column
from mingqing.export.profile.columns import every_column
from mingqing.export.profile.model import Layout, Out, Profile
from mingqing.export.profile.texts import require_known, text

_LAYER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}")
_ENDS = ("_point", "_line", "_area", "_2")  # that a layer which is divided gets
_KEYS = {  # what a profile may say
    "title", "about", "epsg", "encoding", "formats", "true",
    "false", "other_tables", "other_fields", "table", "codes",
}  # fmt: skip
_TABLE_KEYS = {"table", "name", "title", "at_place", "other_fields", "fields"}
_ENCODINGS = ("UTF-8", "GBK")


def read_profile(said: Section, name: str, file: str) -> Profile:
    """Return the profile that a definition says.

    Parameters
    ----------
    name : its own, the stem of its file's. file : what messages call it.

    Raises
    ------
    DefinitionError
        at the first mistake, naming file, line, key and reason.
    """
    reader = Reader(file, "", said)
    require_known(reader, _KEYS)
    profile = Profile(
        name=name,
        title=text(reader, "title", required=True),
        about=text(reader, "about"),
        epsg=_epsg(reader),
        encoding=_encoding(reader),
        formats=frozenset(reader.choice("formats", Format, f) for f in reader.strings("formats")),
        true=text(reader, "true", default=tr("是")),
        false=text(reader, "false", default=tr("否")),
        layouts=_layouts(reader),
    )
    if profile.true == profile.false:
        raise reader.error("true", tr("“是”和“否”不能写成一样"))
    reader.finish()
    return profile


def _epsg(reader: Reader) -> int | None:
    epsg = reader.maybe("epsg", int)
    if epsg is not None:
        try:
            require_usable(epsg)
            CRS.from_epsg(epsg)
        except (MingqingError, CRSError) as error:
            told = (
                str(error)
                if isinstance(error, MingqingError)
                else tr("没有代码是 {n} 的坐标系").format(n=epsg)
            )
            raise reader.error("epsg", told) from error
    return epsg


def _encoding(reader: Reader) -> str:
    encoding = reader.take("encoding", str, "")
    if encoding not in {"", *_ENCODINGS}:
        raise reader.error("encoding", tr("只能是 {all}").format(all="、".join(_ENCODINGS)))
    return encoding


def _layouts(top: Reader) -> Mapping[str, Layout]:
    others = top.take("other_tables", bool, default=False)
    other_fields = top.take("other_fields", bool, default=False)
    lists = {
        name: read_codes(top, f"codes.{name}", said) for name, said in top.take("codes", dict, {}).items()
    }
    found: dict[str, Layout] = {}
    for entry in top.take("table", list, []):
        reader = Reader(top.file, "table", entry)
        layout = _layout(reader, lists, other_fields=other_fields)
        if layout.table.name in found:
            raise reader.error("table", tr("这张表前面已经写过了"))
        clash = _clash(layout.name, (x.name for x in found.values()))
        if clash is not None:
            raise reader.error("name", tr("会与图层“{other}”重名").format(other=clash))
        found[layout.table.name] = layout
    tables = catalog().tables
    if others:
        found |= {n: _as_it_is(t) for n, t in tables.items() if n not in found}
    if not found:
        raise top.error("table", tr("一张表也没有"))
    return {name: found[name] for name in tables if name in found}


def _as_it_is(table: Table) -> Layout:
    return Layout(table, table.name, table.title, tuple(every_column(table)))


def _clash(name: str, others: Iterable[str]) -> str | None:
    """Return the layer that a layer, or a part of one that is divided, could not be told from."""
    mine = {(name + end).lower() for end in ("", *_ENDS)}
    for other in others:
        theirs = {(other + end).lower() for end in ("", *_ENDS)}
        if name.lower() in theirs or other.lower() in mine:
            return other
    return None


def _layout(reader: Reader, lists: Lists, *, other_fields: bool) -> Layout:
    require_known(reader, _TABLE_KEYS)
    table = _table(reader)
    reader.where = f"table.{table.name}"
    name = reader.take("name", str, table.name)
    if not _LAYER.fullmatch(name):
        raise reader.error("name", tr("只能用英文字母、数字和下划线，字母开头，最多 30 个"))
    layout = Layout(
        table=table,
        name=name,
        title=text(reader, "title", default=table.title),
        columns=_columns(reader, table, lists, other_fields=other_fields),
        at_place=reader.take("at_place", bool, default=False),
    )
    if layout.at_place and not table.located_at:
        raise reader.error("at_place", tr("这张表的记录没有跟着别的记录走的位置"))
    reader.finish()
    return layout


def _table(reader: Reader) -> Table:
    name, tables = reader.take("table", str), catalog().tables
    if name not in tables:
        near = get_close_matches(name, tables, 3, 0.5) or list(tables)
        raise reader.error(
            "table", tr("没有表“{name}”，可用的有 {near}").format(name=name, near=" ".join(near))
        )
    return tables[name]


def _columns(reader: Reader, table: Table, lists: Lists, *, other_fields: bool) -> tuple[Out, ...]:
    others = reader.take("other_fields", bool, default=other_fields)
    found: list[Out] = []
    for entry in reader.take("fields", list, []):
        line = Reader(reader.file, f"{reader.where}.fields", entry)
        out = read_column(line, table, lists)
        for known in found:
            _require_apart(line, out, known)
        found.append(out)
    if others:
        told = {(out.of and out.of.name, out.origin) for out in found}
        for out in every_column(table):
            if (out.of and out.of.name, out.origin) in told:
                continue
            for known in found:
                _require_apart(reader, known, out)
            found.append(out)
    if not found:
        raise reader.error("fields", tr("一个字段也没有"))
    return tuple(found)


def _require_apart(reader: Reader, out: Out, known: Out) -> None:
    if out.name.lower() == known.name.lower():
        raise reader.error("name", tr("字段名“{name}”用了两次").format(name=out.name))
    if out.title == known.title:
        raise reader.error("title", tr("中文名“{title}”用了两次").format(title=out.title))
