"""Plain SpatiaLite files, without a key: what QGIS and ogr2ogr read, for whoever is to have the rows."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.connection import connect, immediate
from mingqing.store.geometry import encode
from mingqing.store.schema import ensure_srid

_AT_ONCE = 5_000
_POLYGON = 3  # shapely's number of the last type of one part
_MULTI = {
    "POINT": shapely.multipoints,
    "LINESTRING": shapely.multilinestrings,
    "POLYGON": shapely.multipolygons,
}


@dataclass(frozen=True)
class Shapes:
    """The shapes of a table.

    geometry : (n,) shapely, two-dimensional, None where a row has none. kind : POINT, LINESTRING or POLYGON.
    epsg : of the coordinates, x east and y north.
    """

    geometry: NDArray[np.object_]
    kind: str
    epsg: int


class PlainFile:
    """A plain file under way, see `plain_file`."""

    def __init__(self, database: apsw.Connection, path: Path) -> None:
        self._database, self._path = database, path

    def add(
        self,
        name: str,
        columns: Sequence[tuple[str, str]],
        cells: Sequence[Sequence[object]],
        *,
        ids: Sequence[int] | None = None,
        shapes: Shapes | None = None,
        watch: Watch = UNWATCHED,
    ) -> None:
        """Add a table and all its rows.

        Parameters
        ----------
        columns : names, and types as SQL has them: TEXT, BIGINT, DOUBLE, DATE.
        cells : one sequence of values for each: str, int, float or None.
        ids : of the rows, positive and unique; None for 1, 2, 3 and so on.
        shapes : None for a table without.

        Raises
        ------
        OSError
            where the disk is full.
        Cancelled
            once `watch` says so.
        """
        count = len(cells[0]) if cells else 0
        every = [range(1, count + 1) if ids is None else ids, *cells]
        with _disk_errors(self._path), immediate(self._database):
            typed = ", ".join(f"{_quoted(column)} {kind}" for column, kind in columns)
            self._database.execute(f"CREATE TABLE {_quoted(name)}(ogc_fid INTEGER PRIMARY KEY, {typed})")
            if shapes is not None:
                shapes = _uniform(shapes)
                self._add_geometry_column(name, shapes)
            for first in range(0, count, _AT_ONCE):
                watch.step(name, first, count)
                some = slice(first, first + _AT_ONCE)
                batch = [column[some] for column in every]
                if shapes is not None:
                    batch.append(encode(shapes.geometry[some], shapes.epsg))
                marks = ", ".join("?" * len(batch))
                rows = zip(*batch, strict=True)
                self._database.executemany(f"INSERT INTO {_quoted(name)} VALUES({marks})", rows)
            if shapes is not None:  # when all is there: far sooner done than row by row
                self._ask("SELECT CreateSpatialIndex(?, 'geometry')", name)
                self._ask("SELECT UpdateLayerStatistics(?, 'geometry')", name)  # QGIS takes the count from it

    def _add_geometry_column(self, name: str, shapes: Shapes) -> None:
        ensure_srid(self._database, shapes.epsg)
        self._ask("SELECT AddGeometryColumn(?, 'geometry', ?, ?, 'XY')", name, shapes.epsg, shapes.kind)

    def _ask(self, sql: str, *values: object) -> None:
        """Have SpatiaLite do something; it answers 0 where it could not."""
        if not self._database.execute(sql, values).get:
            raise RuntimeError(sql)


@contextmanager
def plain_file(path: Path) -> Iterator[PlainFile]:
    """Give a new plain SpatiaLite file; it is done on leaving.

    Nothing undoes half of what was written: it is for a file that becomes what was asked for only when it is whole.

    Raises
    ------
    OSError
        where it cannot be written.
    ProjectUnavailable
        where mod_spatialite is not installed.
    """
    path.touch(0o600)
    database = connect(path, None, read_only=False)
    try:
        database.pragma(
            "journal_mode", "MEMORY"
        )  # what it undoes is half a table of a file that nobody has yet
        database.pragma("synchronous", "OFF")
        with _disk_errors(path):
            database.execute("SELECT InitSpatialMetadata(1, 'NONE')").fetchall()
        yield PlainFile(database, path)
    finally:
        database.close()


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except apsw.FullError as error:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
    except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError) as error:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path)) from error


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _uniform(shapes: Shapes) -> Shapes:
    """Return the shapes of a table as one type: of several parts where any has them; QGIS takes no mixture."""
    several = shapely.get_type_id(shapes.geometry) > _POLYGON
    if not several.any():
        return shapes
    made = shapes.geometry.copy()
    single = ~several & ~shapely.is_missing(made)
    if single.any():
        made[single] = _MULTI[shapes.kind](made[single], indices=np.arange(np.count_nonzero(single)))
    return Shapes(made, f"MULTI{shapes.kind}", shapes.epsg)
