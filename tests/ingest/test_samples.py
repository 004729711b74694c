"""The three sample villages, every file of them, into a project: whole, once, and corrected where they are."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.core.sample import PASSWORD, USER
from mingqing.ingest.report import ImportReport
from mingqing.ingest.run import import_paths
from mingqing.store.check import check_project
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.files import take, written
from tests.inside import query

TABLE_OF = {
    "村界": "village",
    "地名": "place_name",
    "农房": "house",
    "道路": "road",
    "水系": "water",
    "水面": "water",
    "地类": "land",
    "资源": "resource",
    "产业地块": "plot",
    "经营主体": "enterprise",
    "组织": "organisation",
    "网格": "grid",
    "隐患点": "hazard",
    "避灾点": "shelter",
    "转移路线": "evacuation_route",
    "预警设备": "warning_point",
    "物资仓库": "supply",
    "户": "household",
    "人口": "resident",
    "从业": "employment",
    "重点人员": "key_person",
    "任职": "post",
    "结对帮扶": "assistance",
    "走访记录": "visit",
}


@pytest.fixture(scope="module")
def imported(
    empty_project_once: Path, samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, ImportReport]:
    """A project with the samples in it, and what the import said."""
    path = shutil.copytree(empty_project_once, tmp_path_factory.mktemp("import") / "三村.mingqing")
    with open_project(path, user=USER, password=PASSWORD) as session:
        return path, import_paths(session, [samples])


@pytest.fixture
def session(imported: tuple[Path, ImportReport], tmp_path: Path) -> Session:
    path = shutil.copytree(imported[0], tmp_path / "三村.mingqing")
    return open_project(path, user=USER, password=PASSWORD)


@pytest.fixture
def corrected(samples: Path, tmp_path: Path) -> Path:
    """A copy of the samples, to be corrected."""
    return shutil.copytree(samples, tmp_path / "三村")


def rows_in_files(folder: Path) -> Counter[str]:
    """Rows of every sample file by table, as other libraries count them: records, and numbered lines of sheets."""
    counts: Counter[str] = Counter()
    for shp in folder.rglob("*.shp"):
        counts[TABLE_OF[shp.stem]] += pyogrio.read_info(shp)["features"]
    for xlsx in folder.rglob("*.xlsx"):
        book = openpyxl.load_workbook(xlsx, read_only=True)
        for sheet in book.worksheets:
            filled = [r for r in sheet.iter_rows(values_only=True) if sum(c not in (None, "") for c in r) > 2]
            counts[TABLE_OF[sheet.title]] += len(filled) - 1  # the header
        book.close()
    return counts


def test_every_row_of_every_file_is_read_into_its_table(
    imported: tuple[Path, ImportReport], samples: Path
) -> None:
    read: Counter[str] = Counter()
    for source in imported[1].sources:
        assert source.error is None, source.path
        assert source.table is not None
        read[source.table] += source.read
    assert read == rows_in_files(samples)


def test_every_row_that_was_read_is_in_the_project_or_listed(
    imported: tuple[Path, ImportReport], samples: Path, session: Session
) -> None:
    listed = Counter(s.table for s in imported[1].sources for x in s.left_out if x.field is None)
    stored = session.counts()
    for table, count in rows_in_files(samples).items():
        if table != "household":  # houses make households too, and registers say the same ones again
            assert stored[table] + listed[table] == count, table
    assert set(TABLE_OF.values()) == {t for t, count in stored.items() if count} | {"place_name"}


def test_almost_nothing_of_the_samples_is_left_out(imported: tuple[Path, ImportReport]) -> None:
    report = imported[1]
    spare = {"地类名称", "地类名", "DL", "资源类型", "资源类", "LB", "户号"}  # said twice in the same file
    assert {column for s in report.sources for column in s.unmatched} <= spare
    assert sum(s.rows_left_out for s in report.sources) <= 3
    assert [(s.path.name, s.refused) for s in report.sources if s.refused] == []
    assert sum(s.unlinked for s in report.sources if s.table != "evacuation_route") == 0


def test_people_live_in_households_and_households_in_houses(session: Session) -> None:
    assert check_project(session) == []
    lost = query(session, "SELECT count(*) FROM resident WHERE household IS NULL")[0][0]
    homeless = query(session, "SELECT count(*) FROM household WHERE house IS NULL")[0][0]
    assert (lost, homeless) == (0, 0)
    for table in ("resident", "key_person", "assistance", "household"):
        places = session.features(table).geometry
        assert all(p is not None and not p.is_empty for p in places), table


def test_every_row_has_its_village_and_lies_in_it(session: Session) -> None:
    codes = {v.code for v in session.villages()}
    assert len(codes) == 3
    for name in catalog().tables:
        assert {c for (c,) in session.rows(name, ["village_code"])} <= codes, name
    for village in session.villages():
        assert village.bounds is not None
        houses = session.features("house", village=village.code)
        inside = session.features("house", village=village.code, bounds=village.bounds)
        assert len(houses) == len(inside) > 100


def test_text_is_right_in_every_encoding(session: Session) -> None:
    names = {str(n) for (n,) in session.rows("village", ["name"])}
    assert names == {"小竹溪村", "横岗村", "后畲村"}
    for table, column in (("house", "structure"), ("organisation", "name"), ("resident", "name")):
        text = "".join(str(v) for (v,) in session.rows(table, [column]) if v)
        assert all("㐀" <= ch <= "鿿" or ch in "()（）、·-0123456789" for ch in text), table


def test_the_same_folder_again_changes_nothing(session: Session, samples: Path) -> None:
    before = query(session, "SELECT count(*), max(seq) FROM mq_change")
    report = take(session, samples)
    assert report.total("added") == report.total("updated") == 0
    assert report.total("unchanged") > 5000
    assert query(session, "SELECT count(*), max(seq) FROM mq_change") == before


def test_the_same_folder_from_another_place_changes_nothing(session: Session, corrected: Path) -> None:
    report = take(session, corrected)
    assert report.total("added") == report.total("updated") == 0


def test_one_village_again_changes_nothing(session: Session, samples: Path) -> None:
    report = take(session, *sorted(p for p in samples.iterdir() if p.is_dir())[1:2])
    assert report.total("added") == report.total("updated") == 0
    assert report.total("unchanged") > 1000


def edit_house(folder: Path, column: int | None, value: object = None) -> None:
    """Change one cell of the third house of the first village, or with no column its shape, by 1 m to the east."""
    path = folder / "01小竹溪村" / "农房.shp"
    meta, _, wkb, fields = pyogrio.raw.read(path, encoding="GBK")
    shapes = shapely.from_wkb(wkb)
    if column is None:
        shapes[2] = shapely.transform(shapes[2], lambda xy: xy + np.array([1.0, 0.0]))
    else:
        fields[column][2] = value
    kinds = {k: meta[k] for k in ("crs", "geometry_type")}
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(shapes),
        fields,
        meta["fields"],
        driver="ESRI Shapefile",
        encoding="GBK",
        **kinds,
    )


def test_one_corrected_attribute_changes_one_row(session: Session, corrected: Path) -> None:
    third = (
        sorted(session.rows("house", ["id", "house_no", "storeys"], village="331124201215"))[2]
        if False
        else None
    )
    assert third is None
    names = list(pyogrio.read_info(corrected / "01小竹溪村" / "农房.shp")["fields"])
    edit_house(corrected, names.index("层数"), 17)
    report = take(session, corrected)
    assert {t: w[:2] for t, w in written(report).items() if any(w[:2])} == {"house": (0, 1)}
    assert len(session.features("house", where={"storeys": 17})) == 1


def test_one_corrected_shape_changes_one_row(session: Session, corrected: Path) -> None:
    edit_house(corrected, None)
    before = {row.wkb for row in session.features("house").geometry}
    report = take(session, corrected)
    assert {t: w[:2] for t, w in written(report).items() if any(w[:2])} == {"house": (0, 1)}
    after = {row.wkb for row in session.features("house").geometry}
    assert len(before - after) == len(after - before) == 1
    assert check_project(session) == []


def test_one_corrected_cell_of_a_register_changes_one_row(session: Session, corrected: Path) -> None:
    path = corrected / "01小竹溪村" / "小竹溪村花名册.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["人口"]
    (header,) = (r for r in sheet.iter_rows() if any(c.value == "姓名" for c in r))
    column = next(c.column for c in header if c.value in {"手机号", "联系电话", "电话"})
    row = next(r for r in range(header[0].row + 1, sheet.max_row + 1) if sheet.cell(r, column).value)
    sheet.cell(row, column).value = "00099887766"
    book.save(path)
    report = take(session, corrected)
    assert {t: w[:2] for t, w in written(report).items() if any(w[:2])} == {"resident": (0, 1)}
    assert len(list(session.rows("resident", ["id"], where={"phone": "00099887766"}))) == 1
