"""What a check found, as a file that others open."""

import csv
import json
from io import BytesIO, StringIO

import openpyxl
import pytest

from mingqing.quality.check import check
from mingqing.quality.report import report
from mingqing.store.session import Session
from tests.quality.conftest import NEAR, add, box, point

VILLAGES = {NEAR: "近村"}
HEAD = ["级别", "问题", "表", "村", "村代码", "字段", "说明", "民情标识", "横坐标", "纵坐标"]


@pytest.fixture
def row(township: Session) -> int:
    """A house with too many storeys, and its number a formula."""
    add(township, "resource", point(500))
    return add(township, "house", box(400), house_no="=1+1", storeys=99)


def written(session: Session, form: str) -> bytes:
    return report(check(session), session.catalog, VILLAGES, form)


def test_the_workbook_counts_and_lists(township: Session, row: int) -> None:
    book = openpyxl.load_workbook(BytesIO(written(township, "xlsx")))
    summary, listed = ([list(r) for r in sheet.iter_rows(values_only=True)] for sheet in book.worksheets)
    assert book.sheetnames == ["汇总", "问题清单"]
    assert summary[0] == ["表", "问题", "级别", "条数"]
    assert ["农房", "内容要核对", "提醒", 1] in summary
    assert ["农房", "", "", 5] in [[c or "" for c in r] for r in summary]
    assert listed[0] == HEAD
    (house,) = (r for r in listed if r[2] == "农房")
    assert house[:6] == ["提醒", "内容要核对", "农房", "近村", NEAR, "层数"]
    assert house[6:] == [
        "农房“=1+1”的“层数”填得不对：应在 0–60 之间，不是“99”，请核对",
        str(row),
        460_405,
        3_150_105,
    ]


def test_the_text_table_opens_in_excel_and_holds_no_formula(township: Session, row: int) -> None:
    content = written(township, "csv")
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert lines[0] == HEAD
    assert {line[7] for line in lines[1:]} >= {str(row)}
    assert not [cell for line in lines for cell in line if cell[:1] in {"=", "+", "-", "@"}]


def test_json_is_for_programs(township: Session, row: int) -> None:
    found = json.loads(written(township, "json"))
    assert (found["errors"], found["warnings"], found["checked"]["house"]) == (1, 1, 5)
    (house,) = (f for f in found["findings"] if f["table"] == "house")
    assert (house["kind"], house["level"], house["id"], house["field"]) == (
        "value",
        "warning",
        row,
        "storeys",
    )
    assert house["at"] == [460_405, 3_150_105]
