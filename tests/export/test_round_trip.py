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
    max_examples=5,
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


@pytest.mark.parametrize("form", [Format.SHP, Format.CSV])
@any_project
@given(rows=projects(encoding="gbk"))
def test_any_rows_come_back_in_gbk(
    form: Format, rows: dict[str, Rows], empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as before, empty() as after:
        fill(before, rows)
        left = export(before, Asked(form, encoding="GBK", gate=Gate.SKIP), place()).place
        assert assert_comes_back(before, after, left).complete


@any_project
@given(rows=projects())
def test_any_rows_come_back_from_one_geojson_file(
    rows: dict[str, Rows], empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as before, empty() as after:
        fill(before, rows)
        left = export(before, Asked(Format.GEOJSON, gate=Gate.SKIP), place().with_suffix(".geojson")).place
        assert assert_comes_back(before, after, left).complete


@any_project
@given(rows=projects())
def test_any_rows_come_back_from_a_workbook_without_their_shapes(
    rows: dict[str, Rows], empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as before, empty() as after:
        fill(before, rows)
        left = export(before, Asked(Format.XLSX, gate=Gate.SKIP), place()).place
        assert assert_comes_back(before, after, left, shapeless=True).complete


@any_project
@given(rows=projects(["village", "house", "road", "water", "grid", "hazard"]))
def test_what_is_drawn_comes_back_from_kml(
    rows: dict[str, Rows], empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as before, empty() as after:
        fill(before, rows)
        left = export(before, Asked(Format.KML, gate=Gate.SKIP), place()).place
        assert_comes_back(before, after, left, rows, drawn_only=True)


@pytest.mark.parametrize("epsg", [4490, 4528, 3857])
def test_shapes_come_back_from_other_coordinates(
    epsg: int, sample_session: Session, empty: Empty, place: Callable[[], Path]
) -> None:
    tables = ("village", "house", "road")
    with empty() as after:
        asked = Asked(Format.SHP, tables=tables, epsg=epsg, gate=Gate.SKIP)
        assert_comes_back(sample_session, after, export(sample_session, asked, place()).place, tables)


@pytest.mark.parametrize("form", [Format.SHP, Format.GPKG])
def test_the_sample_villages_come_back_whole(
    form: Format, sample_session: Session, empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as after:
        left = export(sample_session, Asked(form, gate=Gate.SKIP), place()).place
        report = assert_comes_back(sample_session, after, left)
        assert after.counts() == sample_session.counts()
        assert {s.table for s in report.sources if s.read} == {t for t, n in after.counts().items() if n}


def test_what_came_back_is_the_same_a_second_time(
    sample_session: Session, empty: Empty, place: Callable[[], Path]
) -> None:
    with empty() as after:
        left = export(sample_session, Asked(Format.SPATIALITE, gate=Gate.SKIP), place()).place
        import_paths(after, [left])
        again = import_paths(after, [left])
        assert (again.total("added"), again.total("updated")) == (0, 0)
        assert again.total("unchanged") == sum(sample_session.counts().values())
