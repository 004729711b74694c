"""Which maps an edit makes another of, and which it leaves as they are."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.atlas.kept import FILE, Kept, Shelf, Written
from mingqing.printing.atlas.order import PLAIN, Naming, Options, every, stem
from mingqing.printing.atlas.plan import State, plan
from mingqing.printing.wall.asked import Asked
from mingqing.store.edit import Edit, edit
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import undo

from .conftest import EAST, NORTH, VILLAGES, border

HERE, NEAR, FAR = VILLAGES
THEMES = ("household", "industry", "key_person", "disaster")
WANTED = every(Asked("", ""), THEMES, VILLAGES)
Changed = Callable[[], set[str]]


def extent(number: int) -> tuple[float, float, float, float]:
    """The ground that a village's map shows: some between it and the next one is on both maps."""
    return border(number).buffer(800).bounds


def drawn(session: Session, folder: Path, wanted: list[Asked] = WANTED, options: Options = PLAIN) -> Shelf:
    """Return a folder in which every map was drawn just now."""
    shelf, made = Shelf(folder), plan(session, wanted, Shelf(folder), options)
    for each in made.maps:
        extents = (extent(list(VILLAGES).index(each.asked.village)),)
        file = Written.put(folder, f"{each.name}.pdf", each.name.encode())
        shelf.maps[each.name] = Kept(
            each.asked,
            each.village,
            each.township,
            each.theme,
            made.fingerprint(each.asked, extents),
            (file,),
            extents,
        )
    return shelf


@pytest.fixture
def shelf(villages: Session, folder: Path) -> Shelf:
    folder.mkdir()
    with edit(villages, "新增") as e:
        for n, code in enumerate(VILLAGES):
            at = border(n).centroid
            home = e.add("household", {"village_code": code, "householder": "样一"})
            e.add("house", {"village_code": code, "storeys": 2}, at.buffer(8, quad_segs=1))
            e.add("resident", {"village_code": code, "name": "样一", "household": home})
            e.add(
                "road", {"village_code": code, "name": "村道"}, shapely.LineString([at, (at.x + 500, at.y)])
            )
    return drawn(villages, folder)


@pytest.fixture
def changed(villages: Session, shelf: Shelf) -> Changed:
    def found() -> set[str]:
        maps = plan(villages, WANTED, shelf, PLAIN).maps
        return {each.name for each in maps if each.state is not State.CURRENT}

    return found


def maps_of(*villages: str, themes: tuple[str, ...] = THEMES) -> set[str]:
    return {f"{village}_{theme}" for village in villages for theme in themes}


def do(session: Session, work: Callable[[Edit], object]) -> None:
    with edit(session, "修改") as e:
        work(e)


def first(session: Session, table: str, village: str) -> int:
    return int(session.rows(table, ["id"], village=village)[0][0])


def test_nothing_done_changes_nothing(changed: Changed) -> None:
    assert changed() == set()


def test_a_house_is_on_the_maps_of_its_village_alone(villages: Session, changed: Changed) -> None:
    house = first(villages, "house", HERE)
    do(villages, lambda e: e.change("house", house, {"storeys": 3}))
    drawing = {t for t in THEMES if any(d.table == "house" for d in villages.catalog.layers[t].draws)}
    assert drawing
    assert changed() == maps_of(HERE, themes=tuple(drawing))


def test_a_road_is_on_the_maps_around_it_too(villages: Session, changed: Changed) -> None:
    road = first(villages, "road", HERE)
    do(villages, lambda e: e.change("road", road, {"name": "新村道"}))
    assert changed() == maps_of(HERE)
    at = border(1).bounds
    do(
        villages,
        lambda e: e.add("road", {"village_code": FAR}, shapely.LineString([at[:2], (at[0] + 50, at[1])])),
    )
    assert changed() == maps_of(HERE, NEAR)  # where it lies counts, not whose it is


def test_a_border_is_on_every_inset_of_the_township(villages: Session, changed: Changed) -> None:
    village = first(villages, "village", HERE)
    do(villages, lambda e: e.change("village", village, {"name": "上新村"}))
    assert changed() == maps_of(HERE, NEAR)


def test_who_was_counted_is_counted_again(villages: Session, changed: Changed) -> None:
    person = first(villages, "resident", HERE)
    do(villages, lambda e: e.change("resident", person, {"phone": "13800001111"}))
    assert changed() == set()  # no telephone is on any map
    do(villages, lambda e: e.add("resident", {"village_code": HERE, "name": "样二"}))
    assert f"{HERE}_household" in changed()
    assert changed() <= maps_of(HERE)


def test_the_day_of_verification_is_in_the_margin(villages: Session, changed: Changed) -> None:
    person = first(villages, "resident", HERE)
    do(villages, lambda e: e.change("resident", person, {"verified_on": "2026-05-06"}))
    assert f"{HERE}_household" in changed()


def test_an_import_changes_the_villages_it_brings_rows_to(villages: Session, changed: Changed) -> None:
    with villages.transaction("import", "导入") as change:
        change.insert("resource", new_ids(1), {"village_code": [NEAR], "name": ["古树"]})
    assert changed() == maps_of(NEAR, themes=("household",))


def test_the_first_of_a_kind_changes_all_maps_that_count_it(villages: Session, changed: Changed) -> None:
    """As long as nobody has entered any, no village is told that it has none."""
    with villages.transaction("import", "导入") as change:
        change.insert("key_person", new_ids(1), {"village_code": [NEAR], "category": ["独居老人"]})
    assert changed() == maps_of(*VILLAGES, themes=("key_person",))


def test_what_is_deleted_or_taken_back_changes_its_maps(villages: Session, changed: Changed) -> None:
    house = first(villages, "house", HERE)
    do(villages, lambda e: e.remove("house", [house]))
    gone = changed()
    assert gone
    undo(villages)
    assert changed() == gone  # as it was, but nobody looks so closely


def test_a_row_that_goes_to_another_village_changes_both(villages: Session, changed: Changed) -> None:
    house = first(villages, "house", HERE)
    do(villages, lambda e: e.change("house", house, {"village_code": FAR}))
    assert {name.split("_")[0] for name in changed()} == {HERE, FAR}


def test_a_backup_that_went_on_otherwise_is_another_project(
    villages: Session, shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    """The same number of edits of the same row, at the same time: but not the same edits."""
    house, before = first(villages, "house", HERE), tmp_path / "备份.mingqing"
    shutil.copytree(villages.info.path, before)
    do(villages, lambda e: e.change("house", house, {"storeys": 5}))
    shelf = drawn(villages, folder)
    with open_project(before, user=USER, password=PASSWORD) as restored:
        do(restored, lambda e: e.change("house", house, {"storeys": 6}))
        maps = plan(restored, WANTED, shelf, PLAIN).maps
    assert {m.name for m in maps if m.state is State.CHANGED} >= {f"{HERE}_household"}


def test_a_village_without_border_is_as_large_as_all_that_is_in_it(
    villages: Session, shelf: Shelf, folder: Path
) -> None:
    village = first(villages, "village", HERE)
    do(villages, lambda e: e.remove("village", [village]))
    with edit(villages, "新增") as e:
        e.add("village", {"code": HERE, "village_code": HERE, "name": "上村"})
    shelf = drawn(villages, folder)
    point = shapely.Point(EAST - 900, NORTH - 900)
    do(villages, lambda e: e.add("supply", {"village_code": HERE, "name": "仓库"}, point))
    maps = plan(villages, WANTED, shelf, PLAIN).maps
    assert {m.name for m in maps if m.state is State.CHANGED} == maps_of(HERE)


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda p: p.write_bytes(b""), lambda p: p.write_bytes(b"X" * p.stat().st_size)]
)
def test_a_file_that_is_not_as_it_was_written_counts_as_missing(
    villages: Session, shelf: Shelf, spoil: Callable[[Path], object]
) -> None:
    file = shelf.folder / f"{HERE}_household.pdf"
    later = file.stat().st_mtime_ns + 5_000_000_000
    spoil(file)
    if file.exists():
        os.utime(file, ns=(later, later))
    maps = plan(villages, WANTED, shelf, PLAIN).maps
    assert [each.name for each in maps if each.state is State.ABSENT] == [f"{HERE}_household"]


def test_a_folder_that_was_copied_is_as_good(villages: Session, shelf: Shelf) -> None:
    for file in shelf.folder.iterdir():
        os.utime(file, ns=(1, 1))
    assert {each.state for each in plan(villages, WANTED, shelf, PLAIN).maps} == {State.CURRENT}


def test_what_is_asked_otherwise_is_another_map(villages: Session, shelf: Shelf) -> None:
    for how in (
        {"paper": "A2"},
        {"mono": True},
        {"scale": 5000},
        {"title": "挂图"},
        {"only": frozenset({"house"})},
    ):
        asked = [Asked("household", HERE).of(**how)]
        assert [each.state for each in plan(villages, asked, shelf, PLAIN).maps] == [State.CHANGED]


def test_another_account_prints_its_own_name(villages: Session, shelf: Shelf, folder: Path) -> None:
    """Who sees the same of the rows and has no footer finds the maps current; with a footer they bear a name."""
    account = replace(villages.login.account, name="李四")
    with Session(villages.info, villages.catalog, replace(villages.login, account=account)) as other:
        assert {each.state for each in plan(other, WANTED, shelf, PLAIN).maps} == {State.CHANGED}
        bare = [asked.of(footer=False) for asked in WANTED]
        shelf = drawn(villages, folder, bare)
        assert {each.state for each in plan(other, bare, shelf, PLAIN).maps} == {State.CURRENT}


def test_who_sees_less_has_other_maps(villages: Session, folder: Path) -> None:
    folder.mkdir()
    bare = [Asked("household", HERE, footer=False)]
    shelf = drawn(villages, folder, bare)
    policy = Policy.of(["village_editor"], [HERE], villages.catalog)
    with Session(villages.info, villages.catalog, replace(villages.login, policy=policy)) as other:
        assert [each.state for each in plan(other, bare, shelf, PLAIN).maps] == [State.CHANGED]


def test_a_template_of_the_project_changes_the_maps_of_its_theme(villages: Session, shelf: Shelf) -> None:
    own = villages.info.path / "print"
    own.mkdir()
    (own / "industry.toml").write_text('title = "{village}的产业"\n', encoding="utf-8")
    maps = plan(villages, WANTED, shelf, PLAIN).maps
    assert {m.name for m in maps if m.state is State.CHANGED} == maps_of(*VILLAGES, themes=("industry",))


def test_a_village_or_theme_that_is_not_there_is_planned_and_never_current(
    villages: Session, shelf: Shelf
) -> None:
    asked = [Asked("household", "999999999999"), Asked("nothing", HERE)]
    assert [each.state for each in plan(villages, asked, shelf, PLAIN).maps] == [State.ABSENT] * 2


@pytest.mark.parametrize("village", ["a/b\\c", "?", "..", "村" * 300, "con.\x00", " "])
def test_names_of_files_are_such_as_every_system_has(village: str) -> None:
    name = stem(Asked("household", "331124001001"), Naming.TITLES, village, "村情民情图")
    assert name.startswith("331124001001_")
    assert not set(name) & set('\\/:*?"<>|\x00')
    assert len(name.encode()) < 200


@pytest.mark.parametrize("name", ["../victim.pdf", "/etc/victim.pdf", "victim.txt", "..", "a\\b.pdf"])
def test_a_folder_that_names_files_elsewhere_is_not_believed(tmp_path: Path, name: str) -> None:
    """They would be replaced and deleted."""
    known = Shelf(tmp_path)
    known.maps["a"] = Kept(Asked("household", HERE), "村", "乡", "图", files=(Written("a.pdf", 1, 1, "x"),))
    known.save()
    assert Shelf.of(tmp_path).maps
    said = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(said.replace('"a.pdf"', json.dumps(name)), encoding="utf-8")
    assert not Shelf.of(tmp_path).maps
