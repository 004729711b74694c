"""A small township with people whose names are hard to find."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.core.sample import PASSWORD, USER
from mingqing.search.describe import Hit
from mingqing.search.find import Results, find
from mingqing.search.index import Index
from mingqing.store.geometry import encode
from mingqing.store.project import open_project
from mingqing.store.session import Session

NEAR, FAR = "331124204202", "331124204203"
ORIGIN = 460_000.0, 3_150_000.0
# id, name, id number, birth date, phone
PEOPLE = [
    (301, "张建国", "999999195001010013", "1950-01-01", "00013912345"),
    (302, "张建国", "999999198802020024", "1988-02-02", "00013954321"),
    (303, "曾国强", "999999197003030035", "1970-03-03", None),
    (304, "单小红", "999999196004040046", "1960-04-04", None),
    (305, "解海", "999999199905050057", "1999-05-05", None),
    (306, "李𠮷", "999999194106060068", "1941-06-06", None),
    (307, "章文", "999999200107070079", "2001-07-07", "00057811223"),
    (308, "欧阳一一", "999999197808080080", "1978-08-08", None),
]
_Rows = Sequence[tuple[object, ...]]


def write(
    session: Session, table: str, columns: str, rows: _Rows, shapes: Sequence[object] | None = None
) -> None:
    """Add rows: the id first, then `columns`, names with spaces between them."""
    ids, *values = zip(*rows, strict=True)
    blobs = None if shapes is None else encode(np.array(shapes, dtype=object), session.info.epsg)
    named = dict(zip(columns.split(), map(list, values), strict=True))
    with session.transaction("edit", "试") as change:
        change.insert(table, [int(str(i)) for i in ids], named, blobs)


def at(east_m: float) -> shapely.Polygon:
    """A house so far to the east."""
    x, y = ORIGIN[0] + east_m, ORIGIN[1]
    return shapely.box(x, y, x + 10, y + 8)


def settle(session: Session) -> None:
    """Fill an empty project with the township."""
    around = [
        shapely.box(ORIGIN[0] - 50 + e, ORIGIN[1] - 500, ORIGIN[0] + e + 4000, ORIGIN[1] + 500)
        for e in (0, 5000)
    ]
    names = [(11, "大竹溪村", NEAR, "竹源乡", NEAR), (12, "横岗村", FAR, "竹源乡", FAR)]
    write(session, "village", "name code township village_code", names, around)
    houses = [
        (101, "0F0001", "坑边7号", 1, NEAR),
        (102, "0F0002", "坑边17号", 0, NEAR),
        (103, "1F0001", "坑边7号", 0, FAR),
    ]
    write(session, "house", "house_no address dangerous village_code", houses, [at(0), at(100), at(5000)])
    households = [(201, "张建国", 101, NEAR), (202, "曾国强", 102, NEAR), (203, "张建国", 103, FAR)]
    write(session, "household", "householder house village_code", households)
    homes = [201, 203, 202, 202, 202, 201, 201, None]
    people = [
        (*person, home, FAR if home == 203 else NEAR) for person, home in zip(PEOPLE, homes, strict=True)
    ]
    write(session, "resident", "name id_number birth_date phone household village_code", people)
    tended = [(401, "李𠮷", 306, 101, "独居老人", NEAR), (402, "张建国", 302, 103, "独居老人", FAR)]
    write(session, "key_person", "name resident house category village_code", tended)
    plots = [(501, "水稻", "张建国", NEAR), (502, "茶叶", "曾国强", NEAR)]
    write(session, "plot", "crop farmer village_code", plots, [at(200), at(300)])
    places = [
        (601, "大竹溪村民委员会", "村民委员会", "00057800001", NEAR),
        (602, "小竹溪卫生室", "卫生室", "0009-2345678", NEAR),
    ]
    write(session, "organisation", "name kind phone village_code", places, [shapely.Point(ORIGIN)] * 2)
    write(
        session,
        "road",
        "name village_code",
        [(701, "老建国路", NEAR)],
        [shapely.LineString([ORIGIN, (ORIGIN[0] + 50, ORIGIN[1])])],
    )


@pytest.fixture(scope="session")
def township_once(empty_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The township, to be read only."""
    path = Path(shutil.copytree(empty_project_once, tmp_path_factory.mktemp("search") / "竹源乡.mingqing"))
    with open_project(path, user=USER, password=PASSWORD) as session:
        settle(session)
    return path


@pytest.fixture
def township(township_once: Path, tmp_path: Path) -> Iterator[Session]:
    """A session of a copy of the township, to be written to."""
    path = Path(shutil.copytree(township_once, tmp_path / township_once.name))
    with open_project(path, user=USER, password=PASSWORD) as session:
        yield session


@pytest.fixture(scope="session")
def index(township_once: Path) -> Index:
    """What an editor of the county finds in it."""
    with open_project(township_once, user=USER, password=PASSWORD) as session:
        return Index.build(session)


@pytest.fixture(scope="session")
def ask(index: Index) -> Callable[[str], Results]:
    """Ask the index from the first house."""
    return lambda text: find(index, text, near=ORIGIN)


def ids(results: Results, table: str) -> list[int]:
    """The rows of a table that were found, in order."""
    return [hit.id for hit in results.hits if hit.table == table]


def first(results: Results) -> Hit:
    return results.hits[0]
