"""The county's database has what the project has: the first time all of it, then what changed, in one step."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqing.core.errors import Cancelled
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.watch import Watch
from mingqing.export.postgis import publish as module
from mingqing.export.postgis.columns import fields_of
from mingqing.export.postgis.faults import ConnectionLost
from mingqing.export.postgis.publish import publish
from mingqing.export.postgis.published import How
from mingqing.store.edit import Referring, edit
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.people.erase import erase
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session
from tests.store.history.test_standing import KINDS, village_in

from .conftest import As, County

EAST, NORTH = 500_000, 3_140_000
SQUARE = shapely.box(EAST, NORTH, EAST + 10, NORTH + 10)
NAME = "甄一一"


@pytest.fixture
def project(sample_project: Path) -> Iterator[Session]:
    """The sample villages, to be changed."""
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        yield session


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITS_S", (0.0, 0.0))


def here(session: Session, table: str) -> dict[int, tuple[Any, ...]]:
    """Rows as the project has them, dates and numbers as text, shapes apart."""
    names = [f.name for f in fields_of(session.catalog.tables[table])]
    return {i: tuple(cells) for i, *cells in session.rows(table, ("id", *names))}


def there(county: County, session: Session, table: str) -> dict[int, tuple[Any, ...]]:
    names = [f.name for f in fields_of(session.catalog.tables[table])]
    listed = ", ".join(f'"{n}"' for n in names)
    found = county.rows(f'SELECT id, {listed} FROM mingqing."{table}"')
    plain = {True: 1, False: 0}
    return {
        i: tuple(plain[c] if isinstance(c, bool) else str(c) if hasattr(c, "isoformat") else c for c in cells)
        for i, *cells in found
    }


def assert_same(county: County, session: Session) -> None:
    for name, table in session.catalog.tables.items():
        assert there(county, session, name) == here(session, name), name
        if table.has_geometry:
            shapes = session.features(name)
            found = dict(county.rows(f'SELECT id, ST_AsBinary(geometry) FROM mingqing."{name}"'))
            assert found.keys() == set(shapes.ids.tolist())
            stored = [found[i] is not None for i in shapes.ids.tolist()]
            drawn = np.array(stored, bool)  # not taken from where another row is
            wkb = [found[i] for i in shapes.ids[drawn].tolist()]
            theirs, of = shapely.get_parts(shapely.from_wkb(wkb), return_index=True)
            ours, of_ours = shapely.get_parts(shapes.geometry[drawn], return_index=True)
            assert of.tolist() == of_ours.tolist(), name
            assert shapely.equals_exact(theirs, ours).all(), name


def how(made: Any) -> dict[str, How]:
    return {t.name: t.how for t in made.tables}


def test_every_row_of_every_table_arrives_with_id_cells_and_shape(
    county: County, sample_session: Session
) -> None:
    made = publish(sample_session, county.address, verify=True)
    assert set(how(made).values()) == {How.NEW}
    assert (made.whole, made.verified, made.differing, made.notes) == (True, True, (), ())
    assert {t.name: t.rows for t in made.tables} == sample_session.counts()
    assert_same(county, sample_session)


def test_tables_are_indexed_described_in_chinese_and_in_the_project_s_crs(
    county: County, sample_session: Session
) -> None:
    publish(sample_session, county.address)
    epsg = sample_session.info.epsg
    assert county.rows("SELECT DISTINCT ST_SRID(geometry) FROM mingqing.house") == [epsg]
    kinds = dict(
        county.rows("SELECT f_table_name, type FROM geometry_columns WHERE f_table_schema = 'mingqing'")
    )
    assert (kinds["house"], kinds["shelter"]) == ("GEOMETRY", "POINT")
    assert (kinds["road"], kinds["land"]) == ("MULTILINESTRING", "MULTIPOLYGON")
    indexes = " ".join(
        county.rows("SELECT indexdef FROM pg_indexes WHERE tablename IN ('house', 'household')")
    )
    for part in ("UNIQUE INDEX house_pkey", "gist (geometry)", "btree (village_code)", "btree (house)"):
        assert part in indexes
    said = dict(
        county.rows(
            "SELECT c.relname || '.' || a.attname, col_description(c.oid, a.attnum) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'mingqing'::regnamespace AND c.relkind = 'r'"
        )
    )
    assert said["house.structure"] == "房屋结构；取值见 code 表的“house_structure”"
    assert (said["house.geometry"], said["road.geometry"]) == ("图形：点、面", "图形：线")
    assert said["household.house"].startswith("住房") or "指向 house 表的 id" in said["household.house"]
    assert ("house_structure", "砖混", "4") in county.rows("SELECT list, value, leaves_as FROM mingqing.code")
    names = dict(county.rows("SELECT code, name FROM mingqing.village_name"))
    assert names == {v.code: v.name for v in sample_session.villages()}


def test_a_shape_of_one_part_and_one_of_two_are_both_of_the_column_s_kind(
    county: County, session: Session
) -> None:
    two = shapely.MultiPolygon([SQUARE, shapely.box(EAST + 20, NORTH, EAST + 30, NORTH + 10)])
    holed = SQUARE.difference(SQUARE.buffer(-2))
    line = shapely.LineString([(EAST, NORTH), (EAST + 5, NORTH + 5), (EAST + 9, NORTH)])
    with edit(session, "新建") as e:
        for shape in (SQUARE, two, holed):
            e.add("land", {"village_code": "331124204202", "kind": "山林"}, shape)
        e.add("road", {"village_code": "331124204202"}, line)
    assert publish(session, county.address, verify=True).differing == ()
    assert_same(county, session)
    assert county.rows("SELECT DISTINCT ST_IsValid(geometry) FROM mingqing.land") == [True]
    assert county.rows("SELECT ST_NumGeometries(geometry) FROM mingqing.land ORDER BY id") == [1, 2, 1]


def test_pictures_notes_of_the_program_and_who_typed_do_not_leave(
    county: County, sample_session: Session
) -> None:
    publish(sample_session, county.address)
    columns = set(
        county.rows(
            "SELECT DISTINCT column_name::text FROM information_schema.columns"
            " WHERE table_schema = 'mingqing'"
        )
    )
    assert columns.isdisjoint({"photos", "source", "created_by", "updated_at", "scenario", "roads"})


def test_the_second_time_only_what_changed_is_sent(county: County, project: Session) -> None:
    publish(project, county.address)
    before = dict(county.rows("SELECT id, xmin::text FROM mingqing.house"))
    houses = [i for (i,) in project.rows("house", ["id"])]
    with edit(project, "改几处") as e:
        e.change("house", houses[0], {"storeys": 9})
        e.change("house", houses[1], {}, SQUARE)
        e.remove("house", [houses[2]], Referring.DETACH)
        new = e.add("house", {"village_code": "331124204202", "address": "新的"}, SQUARE)
    made = publish(project, county.address, verify=True)
    told = next(t for t in made.tables if t.name == "house")
    assert (told.how, told.added, told.changed, told.deleted) == (How.CHANGED, 1, 2, 1)
    assert how(made)["road"] is How.SAME
    assert_same(county, project)
    after = dict(county.rows("SELECT id, xmin::text FROM mingqing.house"))
    assert {i for i in after if before.get(i) != after[i]} == {houses[0], houses[1], new}
    again = publish(project, county.address)
    assert set(how(again).values()) == {How.SAME}
    assert "没有要传的" in again.summary


def test_rows_that_an_import_added_are_sent(county: County, project: Session) -> None:
    publish(project, county.address)
    with project.transaction("import", "导入 农房.shp") as change:
        box = encode(np.array([SQUARE]), project.info.epsg)
        change.insert("house", new_ids(1), {"village_code": ["331124204202"], "address": ["进口的"]}, box)
    made = publish(project, county.address)
    assert next(t for t in made.tables if t.name == "house").added == 1
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE address = '进口的'") == [1]


def test_whoever_was_erased_is_gone_there_too(county: County, project: Session) -> None:
    with edit(project, "新增") as e:
        person = e.add("resident", {"village_code": "331124204202", "name": NAME, "phone": "13800001111"})
        e.add(
            "hazard",
            {"village_code": "331124204202", "name": "后山", "monitor": NAME, "monitor_phone": "13800001111"},
        )
    publish(project, county.address)
    everything = (
        "SELECT string_agg(query_to_xml(format('TABLE mingqing.%I', tablename), false, false, '')::text, '')"
    )
    everything += " FROM pg_tables WHERE schemaname = 'mingqing'"
    assert county.rows(everything)[0].count(NAME) == 2
    erase(project, person, "本人要求")
    publish(project, county.address)
    assert NAME not in county.rows(everything)[0]
    assert_same(county, project)
    assert set(how(publish(project, county.address)).values()) == {How.SAME}


def test_another_history_is_compared_row_by_row(county: County, project: Session, tmp_path: Path) -> None:
    kept = shutil.copytree(project.info.path, tmp_path / "备份")
    houses = [i for (i,) in project.rows("house", ["id"])]
    with edit(project, "后来没有的") as e:
        e.change("house", houses[0], {"storeys": 9})
        e.remove("house", [houses[1]], Referring.DETACH)
    publish(project, county.address)
    shutil.rmtree(project.info.path)
    shutil.copytree(kept, project.info.path)
    with open_project(project.info.path, user=USER, password=PASSWORD) as restored:
        with edit(restored, "另做的") as e:
            e.change("house", houses[3], {"storeys": 8})
        made = publish(restored, county.address, verify=True, older=True)
        told = next(t for t in made.tables if t.name == "house")
        assert (told.how, told.added, told.changed, told.deleted) == (How.COMPARED, 1, 2, 0)
        assert_same(county, restored)


def test_readers_see_what_was_until_all_is_there(county: County, project: Session) -> None:
    publish(project, county.address)
    with edit(project, "改") as e:
        for (i,) in project.rows("house", ["id"])[:5]:
            e.change("house", i, {"storeys": 47})
        for (i,) in project.rows("road", ["id"])[:5]:
            e.change("road", i, {"width_m": 77})
    seen: set[tuple[int, int]] = set()
    ask = (
        "SELECT (SELECT count(*) FROM mingqing.house WHERE storeys = 47),"
        " (SELECT count(*) FROM mingqing.road WHERE width_m = 77)"
    )
    publish(project, county.address, watch=Watch(lambda *_: seen.update(county.rows(ask))))
    assert seen == {(0, 0)}
    assert county.rows(ask) == [(5, 5)]


class Cut:
    """Somebody who cuts the line while people are sent, once houses are safely there."""

    def __init__(self, county: County, times: int) -> None:
        self.county, self.left, self.told = county, times, list[str]()

    def __call__(self, title: str, _done: int, total: int) -> None:
        self.told.append(title)
        if title == "人口" and total and self.left:
            self.left -= 1
            (stage,) = self.county.rows("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE '%stage%'")
            while "house" not in self.county.rows(f"SELECT table_name FROM {stage}.progress"):
                time.sleep(0.01)
            self.county.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mingqing'"
            )


def test_a_line_that_breaks_is_tried_again_and_goes_on_with_what_is_missing(
    county: County, sample_session: Session
) -> None:
    cut = Cut(county, 1)
    made = publish(sample_session, county.address, watch=Watch(cut))
    assert set(how(made).values()) == {How.NEW}
    assert_same(county, sample_session)
    assert cut.told.count("人口") > 2
    assert cut.told.count("农房") == 2  # as it was sent, and as it was put in its place


def test_running_it_again_goes_on_from_where_the_line_broke(county: County, project: Session) -> None:
    with pytest.raises(ConnectionLost, match="再运行一次，会接着"):
        publish(project, county.address, watch=Watch(Cut(county, 9)))
    assert county.rows(
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'mingqing' AND tablename = 'house'"
    ) == [0]
    with edit(project, "其间有人改") as e:
        e.change("house", project.rows("house", ["id"])[0][0], {"storeys": 42})
    told: list[str] = []
    publish(
        project,
        county.address,
        verify=True,
        watch=Watch(lambda title, _done, total: told.append(title * bool(total))),
    )
    assert "农房" not in told
    assert_same(county, project)
    assert county.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%stage%'") == [0]


def test_what_changes_meanwhile_is_there_in_the_end(county: County, project: Session) -> None:
    first = project.rows("house", ["id"])[0][0]
    done: list[int] = []

    def meanwhile(title: str, _done: int, _total: int) -> None:
        if title == "道路" and not done:
            with project.clone() as other, edit(other, "其间") as e:
                e.change("house", first, {"storeys": 42})
                done.append(e.add("house", {"village_code": "331124204202"}, SQUARE))

    publish(project, county.address, watch=Watch(meanwhile))
    assert county.rows("SELECT storeys FROM mingqing.house WHERE id = %s", first) == [42]
    assert_same(county, project)


def test_stopped_it_leaves_what_was_and_nothing_besides(county: County, project: Session) -> None:
    publish(project, county.address, schema="old")
    asked = False

    def stop(title: str, _done: int, _total: int) -> None:
        nonlocal asked
        asked = asked or title == "人口"

    with pytest.raises(Cancelled):
        publish(project, county.address, watch=Watch(stop, lambda: asked))
    schemas = county.rows("SELECT nspname::text FROM pg_namespace WHERE nspname ~ 'stage|^mingqing$|^old$'")
    assert sorted(schemas) == ["mingqing", "old"]
    assert county.rows("SELECT count(*) FROM mingqing.published") == [0]


def test_a_trial_writes_nothing(county: County, project: Session) -> None:
    made = publish(project, county.address, trial=True)
    assert made.summary.startswith("试运行")
    assert sum(t.changed for t in made.tables) == sum(project.counts().values())
    assert county.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mingqing%'") == [0]
    publish(project, county.address)
    with edit(project, "改") as e:
        e.change("house", project.rows("house", ["id"])[0][0], {"storeys": 9})
    made = publish(project, county.address, trial=True)
    assert [(t.name, t.changed) for t in made.tables if t.how is not How.SAME] == [("house", 1)]
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE storeys = 9") == [0]


def test_what_others_did_there_by_hand_is_found_by_reading_back_and_put_right(
    county: County, sample_session: Session
) -> None:
    publish(sample_session, county.address)
    county.run("UPDATE mingqing.house SET storeys = 99 WHERE id = (SELECT min(id) FROM mingqing.house)")
    assert publish(sample_session, county.address).differing == ()
    assert publish(sample_session, county.address, verify=True).differing == ("农房",)
    made = publish(sample_session, county.address, verify=True)
    assert (how(made)["house"], made.differing) == (How.COMPARED, ())
    county.run("DELETE FROM mingqing.road WHERE id = (SELECT min(id) FROM mingqing.road)")
    assert publish(sample_session, county.address).differing == ("道路",)


def test_a_database_of_older_layers_gets_the_new_columns_and_keeps_the_old(
    county: County, sample_session: Session
) -> None:
    publish(sample_session, county.address)
    county.run(
        "ALTER TABLE mingqing.house DROP COLUMN storeys CASCADE, ADD COLUMN once text, DROP COLUMN geometry CASCADE"
    )
    county.run("ALTER TABLE mingqing.household DROP COLUMN phone CASCADE")
    made = publish(sample_session, county.address, verify=True)
    assert (how(made)["house"], made.differing) == (How.COMPARED, ())
    assert_same(county, sample_session)
    assert county.rows("SELECT count(once) FROM mingqing.house") == [0]


def test_a_birth_of_which_only_the_year_is_known_is_not_made_a_day(county: County, project: Session) -> None:
    publish(project, county.address)
    kind = "SELECT data_type FROM information_schema.columns WHERE table_schema = 'mingqing'"
    kind += " AND table_name = 'resident' AND column_name = 'birth_date'"
    assert county.rows(kind) == ["date"]
    with edit(project, "改") as e:
        e.change(
            "resident", project.rows("resident", ["id"])[0][0], {"birth_date": "1950", "id_number": None}
        )
    publish(project, county.address, verify=True)
    assert county.rows(kind) == ["text"]
    assert county.rows("SELECT count(*) FROM mingqing.resident WHERE birth_date = '1950'") == [1]
    assert_same(county, project)


def test_another_reader_gets_the_same_rows_out_again(
    county: County, sample_session: Session, tmp_path: Path
) -> None:
    if shutil.which("ogr2ogr") is None:
        pytest.skip("gdal-bin is not installed")
    publish(sample_session, county.address)
    out = tmp_path / "house.gpkg"
    source = f"PG:host={county.server.folder} port={county.server.port} user=postgres dbname={county.name}"
    subprocess.run(["ogr2ogr", "-f", "GPKG", out, source, "mingqing.house"], check=True)
    about, ids, shapes, cells = pyogrio.raw.read(out, return_fids=True)
    stored = sample_session.features("house", columns=("house_no", "village_code"))
    assert ids.tolist() == stored.ids.tolist()
    assert about["crs"] == "EPSG:4549"
    for name, values in stored.columns.items():
        assert list(cells[list(about["fields"]).index(name)]) == values
    assert shapely.equals_exact(shapely.from_wkb(shapes), stored.geometry).all()


# ── Several who publish ──────────────────────────────────────────────────────────────────────────────────────


def test_who_is_bound_to_a_village_publishes_it_and_leaves_the_others_alone(
    county: County, project: Session, as_role: As
) -> None:
    code, other = [v.code for v in project.villages()][:2]
    town = as_role(project, "town_editor", code)
    made = publish(town, county.address, verify=True)
    assert made.differing == ()
    assert county.rows("SELECT DISTINCT village_code FROM mingqing.house") == [code]
    publish(project, county.address, verify=True)
    assert_same(county, project)
    outside = county.rows("SELECT count(*) FROM mingqing.house WHERE village_code = %s", other)
    with edit(project, "改") as e:
        inside = project.rows("house", ["id"], village=code)
        e.remove("house", [inside[0][0]], Referring.DETACH)
        moved = project.rows("house", ["id"], village=other)[0][0]
        e.change("house", moved, {"village_code": code})
        e.remove("house", [project.rows("house", ["id"], village=other)[1][0]], Referring.DETACH)
    publish(town, county.address)
    assert county.rows("SELECT village_code FROM mingqing.house WHERE id = %s", moved) == [code]
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE village_code = %s", other) == [
        outside[0] - 1
    ]
    county.run("UPDATE mingqing.published SET change_number = NULL")
    publish(town, county.address, verify=True)
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE village_code = %s", other) == [
        outside[0] - 1
    ]
    publish(project, county.address, verify=True)
    assert_same(county, project)


def test_another_project_takes_its_villages_over_and_no_others(
    county: County, project: Session, tmp_path: Path
) -> None:
    publish(project, county.address)
    code, *others = [v.code for v in project.villages()]
    with create_project(tmp_path / "另一个.mingqing", "另一个", user=USER, password=PASSWORD) as second:
        with edit(second, "新建") as e:
            e.add("house", {"village_code": code, "address": "第二个项目的"}, SQUARE)
            nowhere = e.add("house", {"address": "没有村的"}, SQUARE)
        made = publish(second, county.address, verify=True)
        assert made.differing == ()
        assert made.notes == ("有些村原来由项目“三村”发布，现在以本项目为准",)
        assert county.rows("SELECT address FROM mingqing.house WHERE village_code = %s", code) == [
            "第二个项目的"
        ]
        left = "SELECT count(*) FROM mingqing.house WHERE village_code = ANY(%s)"
        assert county.rows(left, others) == [
            sum(len(project.rows("house", ["id"], village=v)) for v in others)
        ]
        with edit(second, "删除") as e:
            e.remove("house", [nowhere], Referring.DETACH)
        assert publish(second, county.address, verify=True).differing == ()
        assert county.rows("SELECT count(*) FROM mingqing.house WHERE address = '没有村的'") == [0]
        publish(project, county.address, verify=True)
        assert county.rows("SELECT count(*) FROM mingqing.house WHERE address = '第二个项目的'") == [0]
    assert_same(county, project)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.lists(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40)), max_size=6), max_size=4))
def test_whatever_happens_in_between_the_next_publishing_is_right(
    county: County, empty_project_once: Path, done: list[list[tuple[str, int]]]
) -> None:
    """Edits, imports, undo, redo, backups that are brought back and go on otherwise."""
    county.run("DROP SCHEMA IF EXISTS mingqing CASCADE")
    with village_in(empty_project_once) as village:
        for acts in ([], *done):
            for kind, n in acts:
                village.act(kind, n)
            assert publish(village.session, county.address, verify=True, older=True).differing == ()
            for table in ("house", "road", "resident"):
                assert there(county, village.session, table) == here(village.session, table)
