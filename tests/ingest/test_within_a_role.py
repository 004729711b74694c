"""Who is bound to villages, tables or columns brings in what is theirs; the rest is left out with a sentence."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from mingqing.access.policy import Policy
from mingqing.access.roles import parse_roles
from mingqing.catalog.load import catalog
from mingqing.ingest.preview import look_through
from mingqing.store.check import check_project
from mingqing.store.session import Session
from tests.files import NEIGHBOUR, VILLAGE, box, cells, take, take_one, write_csv, write_shp, write_village

As = Callable[..., Session]
HALF = """
[[role]]
code = "half"
title = "半编"
purpose = "测试"
tables = { "*" = ["see"], resident = ["see", "edit"], house = ["see", "edit"] }
fields = { open = "clear", personal = "clear" }

[[role]]
code = "nameless"
title = "无名"
purpose = "测试"
tables = { "*" = ["see", "edit"] }
fields = { open = "clear", personal = "masked" }
"""


@pytest.fixture
def limited(session: Session) -> Iterator[As]:
    """Another session of the project, of an account with these roles and villages."""
    known = {**session.login.known, **parse_roles(HALF, catalog())}
    with ExitStack() as stack:

        def open_as(*roles: str, villages: Iterable[str] | None = None) -> Session:
            policy = Policy.of(roles, villages, catalog(), known)
            return stack.enter_context(
                Session(session.info, catalog(), replace(session.login, policy=policy))
            )

        yield open_as


@pytest.fixture
def two(session: Session, tmp_path: Path) -> Session:
    """A project of two villages side by side, 小竹溪村 and 竹溪村, each with house 001."""
    folder = tmp_path / "原有"
    for name, code, column in (("小竹溪村", NEIGHBOUR, 0), ("竹溪村", VILLAGE, 200)):
        write_village(folder / name, code, name, column)
        write_shp(folder / name / "农房.shp", {"房屋编号": ["001"]}, [box(column)])
    take(session, folder)
    assert session.counts()["house"] == 2
    return session


def houses(session: Session) -> list[tuple[object, ...]]:
    return cells(session, "house", "village_code", "house_no")


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_source_of_a_table_the_role_does_not_edit_is_refused_whole_by_name_and_role(
    two: Session, limited: As, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "人口.csv", [["姓名", "性别", "村名"], ["甄一一", "男", "竹溪村"]])
    before = two.counts()
    report = take_one(limited("planner"), path)
    assert report.error is not None
    assert all(part in report.error for part in ("“人口”", "防灾规划员", "人口数据", "整份没有导入"))
    assert report.rows_left_out == report.read == 1
    assert two.counts() == before


def test_who_edits_nothing_takes_nothing(two: Session, limited: As, tmp_path: Path) -> None:
    paths = [
        write_csv(tmp_path / "人口.csv", [["姓名", "性别"], ["甄一一", "男"]]),
        write_shp(tmp_path / "农房.shp", {"房屋编号": ["009"]}, [box(3)]),
    ]
    before = two.counts()
    report = take(limited("viewer"), *paths)
    assert report.nothing_taken
    assert report.stopped is None
    assert two.counts() == before


def test_the_rest_of_a_folder_goes_in(two: Session, limited: As, tmp_path: Path) -> None:
    folder = tmp_path / "资料" / "竹溪村"
    write_csv(folder / "人口.csv", [["姓名", "性别"], ["甄一一", "男"]])
    write_csv(folder / "避灾点.csv", [["避灾点名称", "容纳人数"], ["村小", "80"]])
    report = take(limited("planner"), tmp_path / "资料")
    assert [s.path.name for s in report.sources if s.error] == ["人口.csv"]
    assert cells(two, "shelter", "village_code", "name") == [(VILLAGE, "村小")]
    assert two.counts()["resident"] == 0


def test_a_table_fed_besides_that_may_not_be_edited_is_left_out(
    two: Session, limited: As, tmp_path: Path
) -> None:
    path = write_shp(tmp_path / "竹溪村" / "农房.shp", {"房屋编号": ["002"], "户主": ["甄一一"]}, [box(203)])
    report = take_one(limited("half"), path)
    assert report.added == {"house": 1}
    assert two.counts()["household"] == 0


def test_before_anything_is_written_the_preview_says_the_same(
    two: Session, limited: As, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "人口.csv", [["姓名", "性别"], ["甄一一", "男"]])
    (seen,) = look_through(limited("planner"), [path], progress=lambda *_: None, cancelled=lambda: False)
    assert seen.error == take_one(limited("planner"), path).error
    assert two.counts()["resident"] == 0


# ── Villages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_of_other_villages_are_listed_and_the_rest_goes_in(
    two: Session, limited: As, tmp_path: Path
) -> None:
    rows = [
        ["姓名", "性别", "村名"],
        ["甄一一", "男", "竹溪村"],
        ["贾二二", "女", "小竹溪村"],
        ["样三三", "男", NEIGHBOUR],
    ]
    report = take_one(limited("town_editor", villages=[VILLAGE]), write_csv(tmp_path / "人口.csv", rows))
    assert cells(two, "resident", "name", "village_code") == [("甄一一", VILLAGE)]
    assert [(x.row, x.field) for x in report.left_out] == [(3, None), (4, None)]
    assert all("不在这个账号管辖的村里" in x.reason for x in report.left_out)
    assert report.added["resident"] + report.rows_left_out == report.read == 3


def test_a_row_stored_of_a_village_that_cannot_be_seen_is_not_entered_again(
    two: Session, limited: As, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "农房.csv",
        [["房屋编号", "层数", "村代码"], ["001", "3", NEIGHBOUR], ["001", "2", VILLAGE]],
    )
    report = take_one(limited("village_editor", villages=[VILLAGE]), path)
    assert (report.added["house"], report.updated["house"], report.rows_left_out) == (0, 1, 1)
    assert cells(two, "house", "village_code", "storeys") == [(VILLAGE, 2), (NEIGHBOUR, None)]


def test_a_shape_in_another_village_is_left_out(two: Session, limited: As, tmp_path: Path) -> None:
    path = write_shp(tmp_path / "农房.shp", {"房屋编号": ["007", "008"]}, [box(7), box(207)])
    report = take_one(limited("village_editor", villages=[VILLAGE]), path)
    assert (VILLAGE, "008") in houses(two)
    assert (NEIGHBOUR, "007") not in houses(two)
    assert [x.row for x in report.left_out] == [1]


@pytest.mark.parametrize("folder", ["小竹溪村", "01小竹溪村", "古市镇小竹溪村", "横岗村", NEIGHBOUR])
def test_a_folder_of_another_village_is_not_taken_for_ones_own(
    two: Session, limited: As, tmp_path: Path, folder: str
) -> None:
    path = write_csv(tmp_path / folder / "人口.csv", [["姓名", "性别"], ["甄一一", "男"]])
    report = take_one(limited("village_editor", villages=[VILLAGE]), path)
    assert report.rows_left_out == 1
    assert two.counts()["resident"] == 0
    assert two.counts()["village"] == 2


@pytest.mark.parametrize(
    "name", ["竹溪村/人口", "02竹溪村/人口", "竹溪村2024年人口", "松阳县古市镇竹溪村人口", "人口"]
)
def test_a_clerks_own_file_goes_in_whatever_it_is_called(
    two: Session, limited: As, tmp_path: Path, name: str
) -> None:
    path = write_csv(tmp_path / f"{name}.csv", [["姓名", "性别"], ["甄一一", "男"]])
    report = take_one(limited("village_editor", villages=[VILLAGE]), path)
    assert report.left_out == []
    assert cells(two, "resident", "name", "village_code") == [("甄一一", VILLAGE)]


def test_a_row_that_names_a_village_nobody_knows_is_not_taken_for_that_of_its_folder(
    two: Session, limited: As, tmp_path: Path
) -> None:
    rows = [["姓名", "性别", "村名"], ["甄一一", "男", "横岗村"]]
    path = write_csv(tmp_path / "竹溪村" / "人口.csv", rows)
    report = take_one(limited("village_editor", villages=[VILLAGE]), path)
    assert "横岗村" in report.left_out[0].reason
    assert two.counts()["resident"] == 0


def test_where_two_villages_are_looked_after_a_row_has_to_say_which(
    two: Session, limited: As, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "人口.csv", [["姓名", "性别"], ["甄一一", "男"]])
    report = take_one(limited("town_editor", villages=[VILLAGE, NEIGHBOUR]), path)
    assert "看不出是哪个村的" in report.left_out[0].reason
    assert two.counts()["resident"] == 0


def test_an_account_of_no_village_takes_nothing(two: Session, limited: As, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "竹溪村" / "人口.csv", [["姓名", "性别"], ["甄一一", "男"]])
    assert take_one(limited("town_editor", villages=[]), path).rows_left_out == 1
    assert two.counts()["resident"] == 0


def test_what_a_row_feeds_goes_the_way_of_the_row(two: Session, limited: As, tmp_path: Path) -> None:
    path = write_shp(
        tmp_path / "农房.shp", {"房屋编号": ["007", "008"], "户主": ["贾二二", "甄一一"]}, [box(7), box(207)]
    )
    take_one(limited("village_editor", villages=[VILLAGE]), path)
    assert cells(two, "household", "householder", "village_code") == [("甄一一", VILLAGE)]
    assert check_project(two) == []


# ── New villages ─────────────────────────────────────────────────────────────────────────────────────────────

THIRD = "331124201217"


def test_a_new_village_is_added_only_by_an_account_not_bound_to_villages(
    two: Session, limited: As, tmp_path: Path
) -> None:
    write_village(tmp_path / "新村", THIRD, "横岗村", 400)
    path = tmp_path / "新村" / "村界.shp"
    for villages in ([VILLAGE], [VILLAGE, THIRD]):
        report = take_one(limited("town_editor", villages=villages), path)
        assert report.rows_left_out == 1
    assert two.counts()["village"] == 2
    assert take_one(limited("county_editor"), path).added == {"village": 1}


def test_the_boundary_of_ones_own_village_may_be_corrected(two: Session, limited: As, tmp_path: Path) -> None:
    write_village(tmp_path / "新村", VILLAGE, "竹溪村", 201)
    report = take_one(limited("town_editor", villages=[VILLAGE]), tmp_path / "新村" / "村界.shp")
    assert (report.updated["village"], report.left_out) == (1, [])


def test_an_account_bound_to_villages_does_not_choose_the_crs_of_the_project(
    session: Session, limited: As, tmp_path: Path
) -> None:
    path = write_shp(tmp_path / "竹溪村" / "农房.shp", {"房屋编号": ["001"]}, [box(0)], epsg=4547)
    take(limited("village_editor", villages=[VILLAGE]), path)
    assert not session.info.epsg_chosen


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_columns_the_role_does_not_see_whole_are_left_out_and_said_once(
    two: Session, limited: As, tmp_path: Path
) -> None:
    rows = [
        ["姓名", "身份证号", "性别", "村名"],
        ["甄一一", "001124195001011239", "男", "竹溪村"],
        ["贾二二", "", "女", "竹溪村"],
    ]
    report = take_one(limited("half"), write_csv(tmp_path / "人口.csv", rows))
    assert report.error is None
    assert cells(two, "resident", "name", "sex", "id_number") == [
        ("甄一一", "男", None),
        ("贾二二", "女", None),
    ]
    assert [note for note in report.notes if "身份证号" in note] == [
        "您的角色不能修改人口的“身份证号”，没有导入"
    ]
    assert report.left_out == []


def test_a_value_that_the_role_cannot_see_stays_as_it_is(two: Session, limited: As, tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "户号", "性别", "村名"],
        ["甄一一", "001124195001011239", "0101", "男", "竹溪村"],
    ]
    take(two, write_csv(tmp_path / "全" / "人口.csv", rows), encoding="utf-8")
    (before,) = cells(two, "resident", "name", "id_number")
    assert before[1] is not None
    rows = [
        ["姓名", "手机号", "户号", "身份证号", "村名"],
        ["甄一一", "13800001234", "0101", "001124199001010015", "竹溪村"],
    ]
    take(limited("half"), write_csv(tmp_path / "补" / "人口.csv", rows))
    assert cells(two, "resident", "name", "id_number") == [before]
    assert cells(two, "resident", "phone") == [("13800001234",)]


def test_a_source_whose_rows_cannot_be_written_without_a_hidden_column_is_refused(
    two: Session, limited: As, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "人口.csv", [["姓名", "性别", "村名"], ["甄一一", "男", "竹溪村"]])
    report = take_one(limited("nameless"), path)
    assert report.error is not None
    assert "姓名" in report.error
    assert "无名" in report.error
    assert two.counts()["resident"] == 0
