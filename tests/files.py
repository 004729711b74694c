"""Files made to order, as villages hand them over, and short ways to import and to ask."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import shapely
from numpy.typing import NDArray

from mingqing.ingest.prepare import Options
from mingqing.ingest.report import ImportReport, SourceReport
from mingqing.ingest.run import import_paths
from mingqing.store.session import Session

XY = (450_000.0, 3_140_000.0)  # a place in 松阳, EPSG:4549
VILLAGE = "331124201215"
NEIGHBOUR = "331124201216"


def box(column: int, row: int = 0, size: float = 10.0) -> shapely.Polygon:
    """A house of a grid of houses, 30 m apart."""
    x, y = XY[0] + 30 * column, XY[1] + 30 * row
    return shapely.box(x, y, x + size, y + size)


def cut(name: str, encoding: str) -> str:
    """Return a column's name as a DBF holds it: 10 bytes, a character cut in two dropped."""
    return name.encode(encoding)[:10].decode(encoding, "ignore")


def write_shp(
    path: Path,
    columns: Mapping[str, Sequence[Any]],
    geometry: Sequence[shapely.Geometry | None] | NDArray[np.object_] | None = None,
    *,
    epsg: int | None = 4549,
    prj: str | None = None,
    encoding: str = "UTF-8",
) -> Path:
    """Write a shapefile, its columns' names cut as a DBF cuts them.

    Houses in a row where no geometry is given; `prj` is written in place of that of `epsg`.
    """
    count = len(next(iter(columns.values())))
    shapes = np.array([box(i) for i in range(count)] if geometry is None else list(geometry), dtype=object)
    kinds = [g for g in shapes if g is not None]
    kind = max((g.geom_type for g in kinds), key=len, default="Polygon")
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(shapes),
        [_array(v) for v in columns.values()],
        np.array([cut(name, encoding) for name in columns]),
        crs=f"EPSG:{epsg}" if epsg is not None else "EPSG:4549",
        geometry_type=f"{kind} Z" if any(g.has_z for g in kinds) else kind,
        driver="ESRI Shapefile",
        encoding=encoding,
    )
    if epsg is None:
        path.with_suffix(".prj").unlink()
    if prj is not None:
        path.with_suffix(".prj").write_text(prj, encoding="ascii")
    return path


def _array(values: Sequence[Any]) -> NDArray[Any]:
    if all(isinstance(v, int) for v in values):
        return np.array(values, dtype=np.int64)
    if all(isinstance(v, float) for v in values):
        return np.array(values, dtype=np.float64)
    return np.array(values, dtype=object)


def write_xlsx(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Write a workbook, each sheet as rows of cells, the header among them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
    """Write a text table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding=encoding)
    return path


def write_village(folder: Path, code: str = VILLAGE, name: str = "小竹溪村", column: int = 0) -> Path:
    """Write a village's boundary around the first hundred houses to the east of `column`."""
    around = shapely.box(XY[0] + 30 * column - 10, XY[1] - 1000, XY[0] + 30 * column + 2990, XY[1] + 1000)
    return write_shp(folder / "村界.shp", {"村名": [name], "村代码": [code]}, [around])


def take(session: Session, *paths: Path, dry_run: bool = False, **options: Any) -> ImportReport:
    """Import with everything as it comes; `options` are those of `Options`."""
    return import_paths(session, paths, Options(**options), dry_run=dry_run)


def take_one(session: Session, path: Path, **options: Any) -> SourceReport:
    """Import one layer of one file."""
    (report,) = take(session, path, **options).sources
    return report


def cells(session: Session, table: str, *columns: str) -> list[tuple[object, ...]]:
    """The named columns of all rows, sorted by what they say."""
    return sorted(session.rows(table, columns), key=repr)


def written(report: ImportReport) -> dict[str, tuple[int, int, int]]:
    """Rows added, updated and unchanged by table, over all sources."""
    tables = {t for s in report.sources for t in (*s.added, *s.updated, *s.unchanged)}
    return {
        t: (
            sum(s.added[t] for s in report.sources),
            sum(s.updated[t] for s in report.sources),
            sum(s.unchanged[t] for s in report.sources),
        )
        for t in sorted(tables)
    }
