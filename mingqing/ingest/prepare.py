"""One file, read and made ready: recognised, typed, repaired and brought into the project's CRS.

Runs in worker processes and touches no project. What comes out is columns of stored values and SpatiaLite BLOBs,
cheap to hand to the process that writes.
"""

import marshal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.columns import parse_column
from mingqing.catalog.load import catalog as own_catalog
from mingqing.catalog.model import Catalog, Link, Table
from mingqing.catalog.rules import broken_among
from mingqing.catalog.values import Value, plain_text
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.transform import require_usable, transform
from mingqing.crs.zones import describe
from mingqing.ingest.exchanged import decoded, exchanged_as
from mingqing.ingest.listed import listed
from mingqing.ingest.match import ColumnLink, TableMatch, match, recognise_table
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import id_column
from mingqing.ingest.reading.source import SourceFile, read
from mingqing.ingest.repair import kinds_of, repair
from mingqing.ingest.report import LeftOut, SourceReport
from mingqing.ingest.returned import joined, match_returned, returned_table, row_id, said_ids
from mingqing.store.geometry import encode

_T = TypeVar("_T")


_PLACE_ENDINGS = ("村", "社区", "乡", "镇", "街道")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user said of one file that left it open."""

    crs: str | int | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Options:
    """What the user decided about an import.

    table : take every source as this table.
    encoding, crs : of every source that leaves it open or says otherwise.
    mapping : field → column, for every source.
    tables, mappings : by `header_key`, for sources with the same columns as one that was decided before; a table
        named "" passes them over.
    profiles : of exchange, the project's own.
    answers : by path, for files that leave their CRS or encoding open; others keep what they say themselves.
    """

    table: str | None = None
    encoding: str | None = None
    crs: str | int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    profiles: Sequence[Path] = ()
    answers: Mapping[Path, Answer] = field(default_factory=dict)

    def for_file(self, path: Path) -> Answer:
        """Return the CRS and encoding decided for a file, of all or of this one."""
        own = self.answers.get(path, Answer())
        return Answer(own.crs if self.crs is None else self.crs, self.encoding or own.encoding)


@dataclass
class Part:
    """The rows of one layer for one table.

    rows : source row number of each row, `columns` and `geometry` as long as it.
    links : reference field → for each way of naming the row pointed to: (table, field, n values).
    ids : the id that each row says is its own, where it left from a project and comes back; None where none does.
    targets : reference field → the id that each row says it points to.
    there : ids of rows that are in the project, with their villages: filled once that is known.
    """

    table: str
    rows: list[int]
    columns: dict[str, list[Value]]
    geometry: list[bytes | None] | None = None
    links: dict[str, list[tuple[str, str, list[str | None]]]] = field(default_factory=dict)
    ids: list[int | None] | None = None
    targets: dict[str, list[int | None]] = field(default_factory=dict)
    there: dict[int, str | None] = field(default_factory=dict)

    def id_of(self, row: int) -> int | None:
        """Return the id that a row says is its own."""
        return None if self.ids is None else self.ids[row]

    def keep(self, at: Sequence[int]) -> None:
        """Drop all rows but those at these indices."""
        self.rows = [self.rows[i] for i in at]
        self.columns = {n: [v[i] for i in at] for n, v in self.columns.items()}
        self.links = {r: [(t, f, [v[i] for i in at]) for t, f, v in ways] for r, ways in self.links.items()}
        if self.geometry is not None:
            self.geometry = [self.geometry[i] for i in at]
        if self.ids is not None:
            self.ids = [self.ids[i] for i in at]
        self.targets = {r: [v[i] for i in at] for r, v in self.targets.items()}

    def __reduce__(self) -> tuple[Callable[[bytes], "Part"], tuple[bytes]]:
        """Travel between processes as plain values, in half the time of pickling each."""
        return _arrived, (marshal.dumps(tuple(vars(self).values()), 2),)


def _arrived(data: bytes) -> Part:
    return Part(*marshal.loads(data))  # noqa: S302 - from a worker process of our own


@dataclass
class Prepared:
    """One layer of one file, ready to be written: the parts in the order in which they refer to one another."""

    report: SourceReport
    parts: list[Part] = field(default_factory=list)


def header_key(columns: Sequence[str]) -> str:
    """Return what tells files of one kind from others: their column names."""
    return "\x1f".join(sorted(columns))


def prepare(source: SourceFile, options: Options, epsg: int) -> list[Prepared]:
    """Read a file and return its layers, each with a report; a file that cannot be read gives one with an error."""
    try:
        layers = read(source, encoding=options.for_file(source.path).encoding)
    except InputRefused as error:
        return [Prepared(SourceReport(source.path, source.path.name, error=str(error)))]
    prepared = [_prepare_layer(layer, options, epsg) for layer in layers]
    return sorted(prepared, key=lambda p: own_catalog().depth(p.report.table) if p.report.table else 0)


def recognise(layer: SourceLayer, options: Options, catalog: Catalog) -> TableMatch | None:
    """Return which table a layer is and how its columns fill it, None where that cannot be told."""
    columns, names = tuple(layer.columns), (layer.name, layer.path.stem)
    key, ids = header_key(columns), id_column(columns)
    said = options.table or options.tables.get(key)
    chosen = tuple({**options.mappings.get(key, {}), **options.mapping}.items())
    table: Table | None = catalog.tables[said] if said is not None else None
    if ids is not None:
        plain = table or returned_table(catalog, names, columns)
        layout = exchanged_as(names, columns, options.profiles, plain)
        if layout is not None and table in {None, layout.table}:
            return match_returned(catalog, layout.table, columns, chosen, layout)
        if plain is not None:
            return match_returned(catalog, plain, columns, chosen)
    if table is None:
        kinds = None if layer.geometry is None else kinds_of(layer.geometry)
        table = recognise_table(catalog, (*names, layer.path.parent.name), columns, kinds)
    if table is None:
        return None
    if ids is None:
        return match(catalog, table, columns, chosen)
    others = tuple(column for column in columns if column != ids)
    return replace(match(catalog, table, others, chosen), feeds={}, feed_links={}, ids=ids)


def refused_by_name(layer: SourceLayer, table: Table, catalog: Catalog) -> str | None:
    """Return why a list of people is never taken, since being on one of this name says it; None where it may be.

    Places may be called as they are: a village's folder, a layer that holds nobody.
    """
    if not (table.personal or table.feeds):
        return None
    folder = layer.path.parent.name
    names = [layer.name, layer.path.stem, *([] if folder.endswith(_PLACE_ENDINGS) else [folder])]
    for name in names:
        refusal = next((r for r in catalog.refusals if r.occurs_in(name)), None)
        if refusal is not None:
            text = tr("“{name}”涉及{reason}，本软件不登记这类名单，整份没有导入")
            return text.format(name=name, reason=refusal.reason)
    return None


def _prepare_layer(layer: SourceLayer, options: Options, epsg: int) -> Prepared:
    catalog = own_catalog()
    report = SourceReport(layer.path, layer.name, read=_rows_read(layer))
    report.notes += layer.notes
    report.left_out += [LeftOut(p.row, p.field, p.reason) for p in layer.problems]
    if options.tables.get(header_key(tuple(layer.columns))) == "":
        report.notes.append(tr("按您的选择没有导入"))
        return Prepared(report)
    found = recognise(layer, options, catalog)
    if found is None:
        report.error = tr("认不出“{name}”是哪类数据，请指定要导入到哪张表").format(name=layer.name)
        return Prepared(report)
    absent = set(options.mapping.values()) - {"", *layer.columns}
    report.notes += [tr("没有“{column}”这一列").format(column=c) for c in sorted(absent)]
    report.error = refused_by_name(layer, found.table, catalog)
    if report.error is not None:
        return Prepared(report)
    report.table, report.unmatched, report.refused = found.table.name, list(found.unmatched), found.refused
    try:
        geometry = _place(layer, found.table, options, epsg, report)
    except InputRefused as error:
        report.error = str(error)
        return Prepared(report)
    if found.ids is not None:
        layer, notes = decoded(joined(layer, found), found)
        report.notes += notes
    elif found.table.listed_by is not None:
        layer, found = listed(catalog, layer, found, report)
    return Prepared(report, _parts(layer, found, geometry, epsg, report))


def _rows_read(layer: SourceLayer) -> int:
    return len(layer.rows) + len({p.row for p in layer.problems if p.field is None})


def crs_of(layer: SourceLayer, options: Options) -> int | str | None:
    """Return the CRS a layer's shapes are taken to be in: as decided, else as it says; None where neither does."""
    decided = options.for_file(layer.path).crs
    return decided if decided is not None else layer.crs.crs if layer.crs else None


def _place(
    layer: SourceLayer, table: Table, options: Options, epsg: int, report: SourceReport
) -> NDArray[np.object_] | None:
    """The layer's shapes in the project's CRS, repaired; None where the table has none or the layer has none."""
    if layer.geometry is None or not table.has_geometry:
        return None
    crs = crs_of(layer, options)
    if crs is None:
        raise InputRefused(ask_crs(layer, epsg))
    require_usable(crs)
    if layer.crs is not None and crs != layer.crs.crs:
        note = tr("文件自己写的坐标系是 {own}，已按您的指定当作 {given}")
        given = describe(crs) if isinstance(crs, int) else crs
        report.notes.append(note.format(own=layer.crs.title, given=given))
    geometry, repaired, refused = repair(layer.geometry, table.geometry)
    placed = geometry if crs == epsg else transform(geometry, crs, epsg)
    lost = shapely.is_missing(placed) & ~shapely.is_missing(geometry)
    report.repaired = int(repaired.sum())
    for gone in np.flatnonzero(lost).tolist():
        refused[gone] = tr("坐标不在项目坐标系的范围内")
    for i, reason in sorted(refused.items()):
        report.left_out.append(LeftOut(int(layer.rows[i]), None, reason))
        placed[i] = None
    return placed


def ask_crs(layer: SourceLayer, epsg: int) -> str:
    """Return the question about a layer that does not say its CRS, with a guess from its numbers.

    epsg : of the project, which tells the likely central meridian.
    """
    from mingqing.crs.guess import guess

    text = tr("“{name}”没有说明坐标系，请指定").format(name=layer.name)
    if layer.geometry is None or not len(layer.geometry):
        return text
    bounds = tuple(shapely.total_bounds(layer.geometry).tolist())
    guesses = guess(bounds, project_epsg=epsg) if np.isfinite(bounds).all() else []
    if not guesses:
        return text
    code = f"EPSG:{guesses[0].crs}" if isinstance(guesses[0].crs, int) else guesses[0].crs
    return text + tr("；{guess}（{code}）").format(guess=guesses[0].sentence, code=code)


def _parts(
    layer: SourceLayer,
    found: TableMatch,
    geometry: NDArray[np.object_] | None,
    epsg: int,
    report: SourceReport,
) -> list[Part]:
    """The layer's rows for its own table and for those it feeds, referred-to tables first."""
    catalog = own_catalog()
    gone = {x.row for x in report.left_out if x.field is None}
    keep = np.arange(len(layer.rows), dtype=np.intp)
    if gone:
        keep = keep[~np.isin(layer.rows, list(gone))]
    ids = None
    if found.ids is not None:
        ids = said_ids(_at(keep, layer.columns[found.ids]), layer.rows[keep].tolist(), report)
    own = _part(layer, found.table, found.fields, keep, report, ids)
    keep = _of_rows(layer, keep, own)
    own.links = _link_values(catalog, found.links, layer, keep)
    own.targets = {name: list(map(row_id, _at(keep, layer.columns[c]))) for name, c in found.targets.items()}
    if geometry is not None:
        own.geometry = encode(geometry[keep], epsg)
        _list_shapeless(own, found.table, report)
    parts = [own]
    for name, fields in found.feeds.items():
        fed = _part(layer, catalog.tables[name], fields, keep, None)
        if fed.rows:
            there = _of_rows(layer, keep, fed)
            fed.links = _link_values(catalog, found.feed_links[name], layer, there)
            if "village_code" in own.columns:
                said = dict(zip(own.rows, own.columns["village_code"], strict=True))
                fed.columns["village_code"] = [said.get(row) for row in fed.rows]
            parts.append(fed)
    return sorted(parts, key=lambda p: catalog.depth(p.table))


def _of_rows(layer: SourceLayer, keep: NDArray[np.intp], part: Part) -> NDArray[np.intp]:
    """Those of the indices `keep` of a layer whose rows are in `part`."""
    return keep if len(part.rows) == len(keep) else keep[np.isin(layer.rows[keep], part.rows)]


def _at(index: NDArray[np.intp], values: Sequence[_T]) -> list[_T]:
    """The values at ascending indices; a copy of all where it is all."""
    return list(values) if len(index) == len(values) else [values[i] for i in index.tolist()]


def _part(
    layer: SourceLayer,
    table: Table,
    fields: Mapping[str, str],
    keep: NDArray[np.intp],
    report: SourceReport | None,
    ids: Sequence[int | None] | None = None,
) -> Part:
    """The rows `keep` of a layer as rows of `table`; those without what it requires are left out.

    What cannot be taken is listed in `report`; None for a table fed besides, whose gaps are no fault.
    Rows with `ids` may correct a row that is there, for which a part of it is enough.
    """
    rows = layer.rows[keep].tolist()
    columns, refused = _typed(layer, table, fields, keep, rows)
    refused += _contradicting(table, columns, rows)
    required = [f.name for f in table.fields if f.required and f.references is None]
    whole = np.ones(len(rows), dtype=bool)
    known = np.array([i is not None for i in ids or [None] * len(rows)], dtype=bool)
    for name in required:
        filled = np.array([v is not None for v in columns.get(name, [None] * len(rows))], dtype=bool) | known
        reason = tr("缺少{title}").format(title=table.field_by_name[name].title)
        refused += [LeftOut(rows[i], None, reason) for i in np.flatnonzero(whole & ~filled)]
        whole &= filled
    if report is not None:
        report.left_out += refused
    index = np.flatnonzero(whole)
    part = Part(table.name, _at(index, rows), {n: _at(index, v) for n, v in columns.items()})
    part.ids = None if ids is None else _at(index, ids)
    return part


def _typed(
    layer: SourceLayer, table: Table, fields: Mapping[str, str], keep: NDArray[np.intp], rows: Sequence[int]
) -> tuple[dict[str, Sequence[Value]], list[LeftOut]]:
    """The columns that fill fields, as they are stored, and the cells that cannot be."""
    columns: dict[str, Sequence[Value]] = {}
    refused: list[LeftOut] = []
    for column, name in fields.items():
        field = table.field_by_name[name]
        columns[name], wrong = parse_column(field, _at(keep, layer.columns[column]))
        refused += [LeftOut(rows[i], field.title, _empty(why)) for i, why in wrong.items()]
    return columns, refused


def _contradicting(
    table: Table, columns: dict[str, Sequence[Value]], rows: Sequence[int]
) -> Iterator[LeftOut]:
    """Empty the cells that contradict others of their row, and say so."""
    emptied: dict[str, list[Value]] = {}
    for i, wrong in broken_among(table, columns):
        if wrong.field not in emptied:
            emptied[wrong.field] = list(columns[wrong.field])
        emptied[wrong.field][i] = None
        yield LeftOut(rows[i], table.field_by_name[wrong.field].title, _empty(wrong.sentence))
    columns.update(emptied)


def _empty(why: str) -> str:
    return tr("{why}；这一格没有导入").format(why=why)


def _link_values(
    catalog: Catalog,
    links: Mapping[str, Sequence[ColumnLink]],
    layer: SourceLayer,
    keep: NDArray[np.intp],
) -> dict[str, list[tuple[str, str, list[str | None]]]]:
    """For each reference, the values by which the rows `keep` name other rows, as `Part.links` has them."""
    return {
        reference: [
            (
                w.link.table,
                w.link.field,
                _as_stored(catalog, w.link, _at(keep, layer.columns[w.column])),
            )
            for w in ways
        ]
        for reference, ways in links.items()
    }


def _as_stored(catalog: Catalog, link: Link, raws: Sequence[object]) -> list[str | None]:
    """Values written as the field they are compared with stores them."""
    field = catalog.tables[link.table].field_by_name[link.field]
    values, refused = parse_column(field, raws)
    return [
        plain_text(raws[i]) if i in refused else value if value is None else str(value)
        for i, value in enumerate(values)
    ]


def _list_shapeless(part: Part, table: Table, report: SourceReport) -> None:
    """List rows without a shape; where only the shape could tell rows apart, leave them out."""
    if part.geometry is None:
        return
    missing = [i for i, blob in enumerate(part.geometry) if blob is None and part.id_of(i) is None]
    said = {x.row for x in report.left_out if x.field == tr("图形")}
    for i in (i for i in missing if not table.keys or part.rows[i] not in said):
        told = (
            tr("没有画图形，只导入了属性；请在图上补画")
            if table.keys
            else tr("没有画图形，没有导入；请在图上补画")
        )
        report.left_out.append(LeftOut(part.rows[i], tr("图形") if table.keys else None, told))
    if missing and not table.keys:
        part.keep(sorted({*range(len(part.rows))}.difference(missing)))
