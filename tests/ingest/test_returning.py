"""Files that our export gave come back: a row is known by its id, which opens no door."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.catalog.load import catalog
from mingqing.ingest.report import LeftOut, SourceReport
from mingqing.store.people.erase import erase
from mingqing.store.session import Session
from tests.files import (
    NEIGHBOUR,
    VILLAGE,
    box,
    cells,
    take,
    take_one,
    write_csv,
    write_shp,
    write_village,
    write_xlsx,
)

As = Callable[..., Session]
FREE, OTHER = 900_000_000_000_000_001, 900_000_000_000_000_002


def houses(path: Path, ids: Sequence[object], column: int = 0, **columns: Sequence[object]) -> Path:
    """Write houses as our export does."""
    said = {"MQID": ["" if i is None else str(i) for i in ids], **columns}
    return write_shp(path / "house.shp", said, [box(column + i) for i in range(len(ids))])


@pytest.fixture
def village(session: Session, tmp_path: Path) -> Session:
    """A project of one village with houses 001 and 002."""
    write_village(tmp_path / "原有")
    write_shp(tmp_path / "原有" / "农房.shp", {"房屋编号": ["001", "002"]})
    take(session, tmp_path / "原有")
    return session


@pytest.fixture
def editor(village: Session, tmp_path: Path) -> Iterator[Session]:
    """Who looks after this village alone, in a project where another has a house 101."""
    write_village(tmp_path / "邻村", NEIGHBOUR, "大竹溪村", 200)
    write_shp(tmp_path / "邻村" / "农房.shp", {"房屋编号": ["101"]}, [box(200)])
    take(village, tmp_path / "邻村")
    policy = Policy.of(("village_editor",), {VILLAGE}, catalog())
    with Session(village.info, catalog(), replace(village.login, policy=policy)) as opened:
        yield opened


def id_of(session: Session, number: str) -> int:
    (found,) = session.rows("house", ["id"], where={"house_no": number})
    return int(found[0])


def ids(session: Session, table: str = "house") -> set[int]:
    return {row for (row,) in session.rows(table, ["id"])}


def reasons(report: SourceReport) -> Mapping[int, LeftOut]:
    return {x.row: x for x in report.left_out}


def test_a_row_that_is_not_there_is_added_with_its_id(village: Session, tmp_path: Path) -> None:
    report = take_one(village, houses(tmp_path / "回", [FREE], 5, FWBH=["003"]))
    assert report.added["house"] == 1
    assert id_of(village, "003") == FREE


def test_a_row_that_is_there_is_corrected_whatever_else_it_says(village: Session, tmp_path: Path) -> None:
    one, two = id_of(village, "001"), id_of(village, "002")
    report = take_one(village, houses(tmp_path / "回", [two, one], 7, FWBH=["001", "009"], CS=[3, 4]))
    assert report.updated["house"] == 2
    assert cells(village, "house", "id", "house_no", "storeys") == sorted(
        [(two, "001", 3), (one, "009", 4)], key=repr
    )
    assert village.features("house", among=[one]).geometry[0].equals(box(8))


def test_of_a_row_that_is_there_its_id_and_what_changed_are_enough(village: Session, tmp_path: Path) -> None:
    lacking = write_csv(
        tmp_path / "改层数.csv", [["民情标识", "层数", "建成年份"], [id_of(village, "001"), 4, ""]]
    )
    report = take_one(village, lacking)
    assert not report.left_out
    assert cells(village, "house", "house_no", "storeys") == [("001", 4), ("002", None)]


def test_a_new_row_without_what_its_table_requires_is_left_out(village: Session, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "resource.csv", [["民情标识", "简介"], [FREE, "三百年"]])
    assert reasons(take_one(village, path))[2].reason == "缺少名称"
    assert not ids(village, "resource")


def test_what_is_no_id_or_repeated_is_told_and_the_row_is_new(village: Session, tmp_path: Path) -> None:
    said = [FREE, FREE, 2**63, 0, -5, "12a", None]
    numbers = ["011", "012", "013", "014", "015", "016", "017"]
    report = take_one(village, houses(tmp_path / "回", said, 20, FWBH=numbers))
    assert report.added["house"] == 7
    assert id_of(village, "011") == FREE
    assert all(i > 2**40 for i in ids(village))
    told = reasons(report)
    assert set(told) == {2, 3, 4, 5, 6}
    assert told[2].reason == "与第 1 行的标识相同，按没有标识导入"
    assert "“9223372036854775808”不是本软件的标识" in told[3].reason


def test_rows_of_one_number_with_different_ids_stay_two(village: Session, tmp_path: Path) -> None:
    take_one(village, houses(tmp_path / "回", [FREE, OTHER], 20, FWBH=["003", "003"]))
    assert {FREE, OTHER} < ids(village)


def test_a_row_of_another_project_is_the_one_of_its_number_here_and_so_is_what_refers_to_it(
    village: Session, tmp_path: Path
) -> None:
    one = id_of(village, "001")
    houses(tmp_path / "回", [FREE], 0, FWBH=["001"], CUNDM=[VILLAGE])
    write_csv(
        tmp_path / "回" / "household.csv",
        [["民情标识", "村代码", "户主", "农房标识"], [OTHER, VILLAGE, "甄一一", FREE]],
    )
    take(village, tmp_path / "回")
    assert FREE not in ids(village)
    assert cells(village, "household", "id", "house") == [(OTHER, one)]


def test_what_a_row_refers_to_may_come_later_under_any_name(village: Session, tmp_path: Path) -> None:
    titles = ["民情标识", "村代码", "户主", "农房标识", "农房"]
    write_csv(tmp_path / "回" / "1.csv", [titles, [OTHER, VILLAGE, "甄一一", FREE, "另一栋"]])
    houses(tmp_path / "回", [FREE], 5, FWBH=["003"])
    for part in (tmp_path / "回").glob("house.*"):
        part.rename(part.with_name("别的" + part.suffix))
    report = take(village, tmp_path / "回")
    assert report.complete
    assert cells(village, "household", "house") == [(FREE,)]


def test_what_names_a_row_counts_where_its_id_is_nobodys(village: Session, tmp_path: Path) -> None:
    titles = ["民情标识", "村代码", "户主", "农房标识", "农房"]
    path = write_csv(tmp_path / "household.csv", [titles, [OTHER, VILLAGE, "甄一一", FREE, "002"]])
    take_one(village, path)
    assert cells(village, "household", "house") == [(id_of(village, "002"),)]


def test_a_row_that_is_said_to_be_elsewhere_moves(village: Session, tmp_path: Path) -> None:
    write_village(tmp_path / "邻村", NEIGHBOUR, "大竹溪村", 200)
    take(village, tmp_path / "邻村")
    one = id_of(village, "001")
    path = write_csv(tmp_path / "house.csv", [["民情标识", "村代码", "房屋编号"], [one, NEIGHBOUR, "001"]])
    assert take_one(village, path).updated["house"] == 1
    assert village.villages_of("house", [one]) == {one: NEIGHBOUR}


def test_the_code_of_a_village_is_not_changed_by_a_file(village: Session, tmp_path: Path) -> None:
    (row,) = ids(village, "village")
    path = write_csv(
        tmp_path / "village.csv", [["民情标识", "村名", "区划代码"], [row, "小竹溪新村", NEIGHBOUR]]
    )
    report = take_one(village, path)
    assert cells(village, "village", "name", "code", "village_code") == [("小竹溪新村", VILLAGE, VILLAGE)]
    assert NEIGHBOUR in reasons(report)[2].reason


def test_a_trial_tells_the_same_and_writes_nothing(village: Session, tmp_path: Path) -> None:
    path = houses(tmp_path / "回", [FREE, id_of(village, "001")], 0, FWBH=["003", "009"])
    (trial,) = take(village, path, dry_run=True).sources
    assert (trial.added["house"], trial.updated["house"]) == (1, 1)
    assert cells(village, "house", "house_no") == [("001",), ("002",)]
    assert FREE not in ids(village)


def test_masks_correct_nothing(village: Session, tmp_path: Path) -> None:
    write_csv(tmp_path / "住户.csv", [["户主", "联系电话", "村名"], ["甄一一", "13800001234", "小竹溪村"]])
    take(village, tmp_path / "住户.csv")
    (row,) = ids(village, "household")
    path = write_csv(
        tmp_path / "household.csv",
        [["民情标识", "户主", "联系电话", "人口数"], [row, "甄**", "138****1234", 3]],
    )
    take(village, path)
    assert cells(village, "household", "householder", "phone", "people_count") == [
        ("甄一一", "13800001234", 3)
    ]


def test_an_id_that_a_row_had_is_not_given_again(village: Session, tmp_path: Path) -> None:
    one = id_of(village, "001")
    with village.transaction("edit", "删") as change:
        change.delete("house", [one])
    take_one(village, houses(tmp_path / "回", [one], 0, FWBH=["001"]))
    assert id_of(village, "001") != one


def test_who_was_erased_does_not_come_back_by_an_id(village: Session, tmp_path: Path) -> None:
    write_csv(
        tmp_path / "人口.csv", [["姓名", "身份证号", "村名"], ["甄一一", "99999919900307008X", "小竹溪村"]]
    )
    take(village, tmp_path / "人口.csv")
    (row,) = ids(village, "resident")
    erase(village, row, "本人要求")
    titles = ["民情标识", "村代码", "姓名", "身份证号"]
    report = take_one(
        village,
        write_csv(tmp_path / "resident.csv", [titles, [row, VILLAGE, "甄一一", "99999919900307008X"]]),
    )
    assert "按本人要求删除" in reasons(report)[2].reason
    assert not ids(village, "resident")
    take_one(village, write_csv(tmp_path / "resident.csv", [titles, [row, VILLAGE, "乙二二", ""]]))
    assert row not in ids(village, "resident")


def test_a_file_with_other_names_for_its_columns_still_knows_its_rows(
    village: Session, tmp_path: Path
) -> None:
    columns = {
        "户室编号": ["x"],
        "房号": ["001甲"],
        "结构类型": ["砖木"],
        "MQID": [str(id_of(village, "001"))],
    }
    path = write_shp(tmp_path / "房屋普查.shp", columns, [box(9)])
    report = take_one(village, path)
    assert (report.updated["house"], report.added["house"]) == (1, 0)
    assert cells(village, "house", "house_no", "structure") == [("001甲", "砖木"), ("002", None)]


# ── Access ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_id_does_not_reach_into_another_village(editor: Session, village: Session, tmp_path: Path) -> None:
    theirs = id_of(village, "101")
    before = village.row("house", theirs)
    take(editor, houses(tmp_path / "回", [theirs], 8, FWBH=["007"], CUNDM=[VILLAGE]))
    assert village.row("house", theirs) == before
    assert id_of(village, "007") != theirs


def test_nothing_tells_an_editor_whether_an_id_is_of_another_village(
    editor: Session, village: Session, tmp_path: Path
) -> None:
    theirs = id_of(village, "101")
    said = [theirs, FREE]
    report = take_one(editor, houses(tmp_path / "回", said, 8, FWBH=["007", "008"], CUNDM=[VILLAGE] * 2))
    assert not report.left_out
    assert ids(editor).isdisjoint(said)
    titles = ["民情标识", "村代码", "户主", "农房标识"]
    rows = [[OTHER, VILLAGE, "甄一一", theirs], [OTHER + 1, VILLAGE, "甄二二", FREE + 5]]
    told = take_one(editor, write_csv(tmp_path / "household.csv", [titles, *rows]))
    assert cells(editor, "household", "house") == [(None,), (None,)]
    assert {x.reason for x in told.left_out} == {"没有找到所指的农房"}
    assert [x.row for x in told.left_out] == [2, 3]


def test_rows_of_ones_own_village_are_corrected(editor: Session, tmp_path: Path) -> None:
    one = id_of(editor, "001")
    report = take_one(editor, houses(tmp_path / "回", [one], 0, FWBH=["001"], CS=[5], CUNDM=[VILLAGE]))
    assert report.updated["house"] == 1
    assert editor.row("house", one)["storeys"] == 5  # type: ignore[index]


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_text_that_goes_on_in_further_columns_is_whole_again(village: Session, tmp_path: Path) -> None:
    path = write_shp(
        tmp_path / "resource.shp",
        {
            "MQID": [str(FREE)],
            "ZYMC": ["古樟"],
            "JJ": ["三百年"],
            "JJ_2": [" 的"],
            "JJ_10": ["。"],
            "JJ_3": ["古树"],
        },
        [shapely.centroid(box(3))],
    )
    assert not take_one(village, path).unmatched
    assert cells(village, "resource", "note") == [("三百年 的古树。",)]


@pytest.mark.parametrize("name", ["house_area_2", "农房（面）", "农房", "HOUSE", "随便什么"])
def test_a_layer_is_known_by_its_name_or_by_its_columns(village: Session, tmp_path: Path, name: str) -> None:
    columns = {"MQID": [str(FREE)], "FWBH": ["003"], "FWJG": ["砖混"], "SFWF": ["是"], "HSRQ": ["2026-01-02"]}
    write_shp(tmp_path / f"{name}.shp", columns, [box(4)])
    assert take_one(village, tmp_path / f"{name}.shp").table == "house"
    assert village.row("house", FREE)["structure"] == "砖混"  # type: ignore[index]


def test_a_workbook_of_ours_is_taken_without_the_sheet_that_explains_it(
    village: Session, tmp_path: Path
) -> None:
    titles = ["民情标识", "村代码", "村名", "房屋编号", "门牌地址", "参考经度", "参考纬度"]
    path = write_xlsx(
        tmp_path / "全部.xlsx",
        {"说明": [["竹源乡"], [], ["工作表", "行数"], ["农房", 1]],
         "农房": [titles, [str(FREE), VILLAGE, "小竹溪村", "合计", "'=1+1", 119.4, 28.4]]},
    )  # fmt: skip
    report = take_one(village, path)
    assert (report.table, report.left_out) == ("house", [])
    row = village.row("house", FREE)
    assert row is not None
    assert (row["house_no"], row["address"]) == ("合计", "=1+1")


def test_what_lies_beside_an_export_is_passed_over(village: Session, tmp_path: Path) -> None:
    houses(tmp_path / "回", [FREE], 5, FWBH=["003"])
    for name in ("校验清单.txt", "元数据.json", "数据字典.xlsx"):
        (tmp_path / "回" / name).write_text("x")
    assert take(village, tmp_path / "回").complete
