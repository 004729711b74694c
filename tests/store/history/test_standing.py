"""Marks of where rows stand: whatever is done, the same mark never stands for other rows."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.edit import Referring, edit
from mingqing.store.history.standing import Standing, standing
from mingqing.store.ids import new_ids
from mingqing.store.people.erase import erase
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import next_redo, next_undo, redo, undo
from tests.inside import unguarded

from .conftest import HERE, PHONE, THERE, Clock, do

TABLES = ("village", "house", "household", "resident", "road", "key_person", "hazard")
EAST, NORTH = 500_000, 3_140_000
FRAME = (EAST - 5, NORTH - 5, EAST + 60, NORTH + 60)


def square(at: int) -> shapely.Polygon:
    return shapely.box(EAST + at, NORTH + at, EAST + at + 10, NORTH + at + 10)


def line(at: int) -> shapely.LineString:
    return shapely.LineString([(EAST + at, NORTH), (EAST + at + 30, NORTH + 30)])


class Village:
    """A project in which things happen, put back to an earlier day now and then."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder, folder.with_name("kept")
        self.session = open_project(folder, user=USER, password=PASSWORD)

    def act(self, what: str, n: int) -> None:  # noqa: C901 - a case a kind of change
        """Do something of this kind to a row that `n` picks, if there is any."""
        houses = [i for (i,) in self.session.rows("house", ["id"])]
        one = houses[n % len(houses)] if houses else None
        village = (HERE, THERE, None)[n % 3]
        match what:
            case "add":
                do(self.session, "新增", lambda e: e.add("house", {"village_code": village}, square(n)))
            case "add road":
                do(self.session, "新增", lambda e: e.add("road", {"village_code": village}, line(n)))
            case "change" if one:
                do(self.session, "修改", lambda e: e.change("house", one, {"storeys": n % 4}))
            case "move" if one:
                do(self.session, "移动", lambda e: e.change("house", one, {}, square(n)))
            case "to another village" if one:
                do(self.session, "改村", lambda e: e.change("house", one, {"village_code": village}))
            case "delete" if one:
                do(self.session, "删除", lambda e: e.remove("house", [one], Referring.ALONG))
            case "import":
                with self.session.transaction("import", "导入") as change:
                    rows = {"village_code": [HERE, THERE], "name": [f"样{n}"] * 2}
                    change.insert("resident", new_ids(2), rows)
            case "import over" if one:
                with self.session.transaction("import", "导入") as change:
                    change.update("house", [one], {"storeys": [n % 4]})
            case "undo" if next_undo(self.session):
                undo(self.session, over=True)
            case "redo" if next_redo(self.session):
                redo(self.session, over=True)
            case "back up":
                shutil.rmtree(self.kept, ignore_errors=True)
                shutil.copytree(self.folder, self.kept)
            case "restore" if self.kept.exists():
                self.session.close()
                shutil.rmtree(self.folder)
                shutil.copytree(self.kept, self.folder)
                self.session = open_project(self.folder, user=USER, password=PASSWORD)

    def content(self, table: str) -> dict[int, Any]:
        """Return the rows of a table by id: village, box, everything."""
        names = list(self.session.catalog.tables[table].column_names)
        found = self.session.features(table, columns=names)
        rows = zip(*(found.columns[n] for n in names), strict=True)
        shapes = shapely.to_wkt(found.geometry)
        return {
            i: (row[names.index("village_code")], shape, row)
            for i, row, shape in zip(found.ids.tolist(), rows, shapes, strict=True)
        }


@contextmanager
def village_in(project: Path) -> Iterator[Village]:
    with tempfile.TemporaryDirectory() as folder:
        made = Village(Path(shutil.copytree(project, Path(folder) / project.name)))
        try:
            yield made
        finally:
            made.session.close()


KINDS = (
    *("add", "add road", "change", "move", "to another village", "delete", "import", "import over"),
    *("undo", "redo", "back up", "restore"),
)
acts = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40)), min_size=4, max_size=16)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=acts)
def test_the_same_mark_never_stands_for_other_rows(
    empty_project_once: Path, clock: Clock, done: list[tuple[str, int]]
) -> None:
    """The clock stands still: times of a second tell two changes apart for nobody."""
    seen: dict[tuple[str, object, str], object] = {}
    with village_in(empty_project_once) as village:
        for kind, n in done:
            village.act(kind, n)
            marks = standing(village.session, TABLES, ["house", "road"])
            for table in ("house", "road", "resident"):
                rows = village.content(table)
                for code in (HERE, THERE, None):
                    there = sorted((i, *row[1:]) for i, row in rows.items() if row[0] == code)
                    assert seen.setdefault((table, code, marks.of(table, code)), there) == there
            for table in ("house", "road"):
                rows = village.content(table)
                near = sorted((i, row) for i, row in rows.items() if touches(row[1]))
                assert seen.setdefault((table, FRAME, marks.spread[table].within(FRAME)), near) == near


def touches(wkt: str | None) -> bool:
    return wkt is not None and bool(
        shapely.intersects(shapely.box(*shapely.from_wkt(wkt).bounds), shapely.box(*FRAME))
    )


def marks(session: Session) -> Standing:
    return standing(session, TABLES, ["road"])


def test_nothing_done_leaves_every_mark(session: Session, house: int, person: int) -> None:
    before, after = marks(session), marks(session)
    assert before.villages == after.villages
    assert before.spread["road"].within(FRAME) == after.spread["road"].within(FRAME)


def test_what_is_done_elsewhere_leaves_a_village_its_mark(session: Session, house: int) -> None:
    before = marks(session)
    do(session, "新增", lambda e: e.add("house", {"village_code": THERE}, square(3)))
    do(session, "新增", lambda e: e.add("resident", {"village_code": HERE, "name": "甄一一"}))
    after = marks(session)
    assert before.of("house", HERE) == after.of("house", HERE)
    assert before.of("house", THERE) != after.of("house", THERE)
    assert before.of("resident", HERE) != after.of("resident", HERE)


def test_rows_beside_a_house_of_another_village_change_with_it(session: Session) -> None:
    with edit(session, "新增") as e:
        house = e.add("house", {"village_code": THERE}, square(1))
        e.add("key_person", {"village_code": HERE, "category": "独居老人", "house": house})
    before = marks(session)
    do(session, "移动", lambda e: e.change("house", house, {}, square(9)))
    after = marks(session)
    assert before.of("key_person", HERE) != after.of("key_person", HERE)


def test_what_an_erasure_blanks_changes_the_mark(session: Session, person: int) -> None:
    with edit(session, "新增") as e:
        said = {"village_code": HERE, "name": "屋后滑坡", "monitor": "甄一一", "monitor_phone": PHONE}
        e.add("hazard", said, square(1))
    before = marks(session)
    blanked = erase(session, person, "本人要求").blanked
    assert set(blanked) == {"地灾隐患"}
    assert before.of("hazard", HERE) != marks(session).of("hazard", HERE)


def test_a_change_that_lists_no_rows_changes_the_whole_table(session: Session, house: int) -> None:
    """As programs do that are older than the list."""
    before = marks(session)
    do(session, "修改", lambda e: e.change("house", house, {"storeys": 7}))
    with unguarded(session) as database:
        database.execute("DELETE FROM mq_touched")
    after = marks(session)
    assert before.of("house", HERE) != after.of("house", HERE)
    assert before.of("road", HERE) == after.of("road", HERE)


@pytest.mark.parametrize("table", ["house", "road"])
def test_a_table_without_rows_has_marks_too(session: Session, table: str) -> None:
    assert standing(session, [table], [table]).of(table, HERE) == ""
    assert standing(session, [table], [table]).spread[table].within(FRAME) == "0:0"
