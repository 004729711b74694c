"""What leaves comes back: the same rows with the same ids, what they refer to, and shapes to a millimetre."""

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.run import export
from mingqing.ingest.report import ImportReport
from mingqing.ingest.run import import_paths
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.export.roundtrip import EPSG, TABLES, Rows, apart, contents, fill, projects, shapes

_MILLIMETRE = 0.001
Empty = Callable[[], AbstractContextManager[Session]]

WHOLE = (Format.SHP, Format.GPKG, Format.GEOJSON, Format.CSV, Format.GDB, Format.SPATIALITE)
any_project = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # what differs is told; to find a smaller project would take minutes
)


@pytest.fixture(scope="module")
def empty(empty_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Empty:
    """Open an empty project of its own, in EPSG:4549, as often as asked."""
    numbers, folder = count(), tmp_path_factory.mktemp("projects")

    @contextmanager
    def opened() -> Iterator[Session]:
        path = shutil.copytree(empty_project_once, folder / f"{next(numbers)}.mingqing")
        try:
            with open_project(path, user=USER, password=PASSWORD) as session:
                session.choose_crs(EPSG)
                yield session
        finally:
            shutil.rmtree(path)

    return opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    numbers, folder = count(), tmp_path_factory.mktemp("left")
    return lambda: folder / f"出{next(numbers)}"


def assert_comes_back(
    before: Session,
    after: Session,
    left: Path,
    tables: Collection[str] = TABLES,
    *,
    shapeless: bool = False,
    drawn_only: bool = False,
) -> ImportReport:
    """Import what left, and compare.

    shapeless : the format has no shapes. drawn_only : it has no rows without them.
    """
    report = import_paths(after, [left])
    told = [(s.name, s.error, s.left_out[:5]) for s in report.sources if s.error or s.left_out]
    for table in tables:
        there, back = contents(before, table), contents(after, table)
        drawn, again = shapes(before, table), shapes(after, table)
        if drawn_only:
            there = {row: cells for row, cells in there.items() if drawn.get(row) is not None}
        assert there.keys() == back.keys(), (table, told)
        differ = [
            (table, name, value, back[row][name])
            for row, cells in there.items()
            for name, value in cells.items()
            if back[row][name] != value
        ]
        assert not differ, told
        if not shapeless:
            far = [
                (table, drawn[i], again[i])
                for i in there
                if drawn and apart(drawn[i], again[i]) > _MILLIMETRE
            ]
            assert not far
    return report


@pytest.mark.parametrize("form", WHOLE)
@any_project
@given(rows=projects())
def test_any_rows_come_back(
    form: Format, rows: dict[str, Rows], empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as before, empty() as after:
        fill(before, rows)
        left = export(before, Asked(form, gate=Gate.SKIP), place()).place
        assert assert_comes_back(before, after, left).complete
