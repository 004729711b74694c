"""What leaves comes back: the same rows with the same ids, what they refer to, and shapes to a millimetre."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.asked import Asked, Format
from mingqing.export.choice import choose
from mingqing.export.profile.find import profile
from mingqing.export.read import layers
from mingqing.export.files import delimited, shapefile, workbook
from mingqing.export.writing import Options, Write
from mingqing.ingest.report import ImportReport
from mingqing.ingest.run import import_paths
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.export.roundtrip import EPSG, TABLES, Rows, apart, contents, fill, projects, shapes

_MILLIMETRE = 0.001
WRITERS: Mapping[Format, Write] = {
    Format.CSV: delimited.write,
    Format.XLSX: workbook.write,
    Format.SHP: shapefile.write,
}

FOLDERS = {Format.SHP, Format.CSV}


@pytest.fixture
def empty(empty_project_once: Path, tmp_path: Path) -> Iterator[Callable]:
    numbers = count()

    @contextmanager
    def opened() -> Iterator[Session]:
        folder = shutil.copytree(empty_project_once, tmp_path / f"{next(numbers)}.mingqing")
        try:
            with open_project(folder, user=USER, password=PASSWORD) as session:
                yield session
        finally:
            shutil.rmtree(folder)

    yield opened


def hand_on(session: Session, form: Format, place: Path, tables=None) -> Path:
    asked = Asked(form, tables=tables)
    choice = choose(session, asked, profile("plain"))
    WRITERS[form](layers(session, asked, choice), place, Options(project="项目"))
    return place


def assert_same(before: Session, after: Session, tables, report: ImportReport) -> None:
    told = [(s.name, s.error, s.left_out[:5]) for s in report.sources if s.error or s.left_out]
    for table in tables:
        there, back = contents(before, table), contents(after, table)
        assert there.keys() == back.keys(), (table, told)
        differ = [
            (table, name, value, back[row][name])
            for row, cells in there.items()
            for name, value in cells.items()
            if back[row][name] != value
        ]
        assert not differ, told
        there, back = shapes(before, table), shapes(after, table)
        far = {i: (there[i], back[i]) for i in there if apart(there[i], back[i]) > _MILLIMETRE}
        assert not far, (table, far)


@pytest.mark.parametrize("form", list(WRITERS))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # what differs is told; making a project less takes minutes
)
@given(rows=projects())
def test_any_rows_come_back(form: Format, rows: dict[str, Rows], empty, tmp_path_factory) -> None:
    place = tmp_path_factory.mktemp("out") / f"出{'' if form in {Format.SHP, Format.CSV} else form.suffix}"
    with empty() as before, empty() as after:
        before.choose_crs(EPSG) if not before.info.epsg_chosen else None
        after.choose_crs(EPSG) if not after.info.epsg_chosen else None
        fill(before, rows)
        hand_on(before, form, place)
        report = import_paths(after, [place])
        assert_same(before, after, TABLES, report)
