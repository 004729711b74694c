"""Registers are complete, agree with the houses, and nobody in them can exist."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import openpyxl
import pytest

from .conftest import read

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
REFUSED = ("民族", "宗教", "政治", "信访", "上访", "嫌疑")


def register(folder: Path, title: str, kind: str = "花名册") -> list[dict[str, str]]:
    """Read a sheet as its clerk means it: below the title, without blank rows, digits made plain."""
    book = openpyxl.load_workbook(folder / f"{folder.name[2:]}{kind}.xlsx")
    rows = [[unicodedata.normalize("NFKC", str(c or "")) for c in r] for r in book[title].values]
    rows = [row for row in rows if any(row)]
    if rows[0][0].startswith(folder.name[2:]):
        rows = rows[1:]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("title", ["户", "人口", "重点人员", "从业"])
def test_every_sheet_has_rows(folder: Path, title: str) -> None:
    assert len(register(folder, title)) > 15
    assert len(register(folder, "结对帮扶", "结对帮扶")) > 5
    assert len(register(folder, "任职", "组织任职")) > 10


def test_id_numbers_are_of_no_region_but_well_formed(folder: Path) -> None:
    people = register(folder, "人口")
    for person in people:
        number = person["身份证号"]
        assert re.fullmatch(r"999999\d{11}[\dX]", number)
        assert (
            number[17] == "10X98765432"[sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=False)) % 11]
        )
        assert number[6:14] == person["出生日期"].replace("-", "")
        assert (int(number[16]) % 2 == 1) == (person["性别"] == "男")
    assert len({p["身份证号"] for p in people}) == len(people)


def test_telephones_cannot_be_dialled(folder: Path) -> None:
    numbers = [p["手机号"] for p in register(folder, "人口")] + [
        h["联系电话"] for h in register(folder, "户")
    ]
    plain = [re.sub(r"[\s-]", "", number) for number in numbers if number]
    assert len(plain) > 300
    assert all(re.fullmatch(r"000\d{8}", number) for number in plain)


def test_households_and_residents_link_to_houses(folder: Path) -> None:
    houses = read(folder, "农房")
    name = next(c for c in houses.columns if c in {"房屋编号", "房屋编", "FWBH"})
    known = set(houses[name])
    households = register(folder, "户")
    assert {h["房屋编号"] for h in households} <= known
    heads = {h["户号"]: h for h in households}
    people = register(folder, "人口")
    assert {p["户号"] for p in people} == set(heads)
    for number, head in heads.items():
        members = [p for p in people if p["户号"] == number]
        assert len(members) == int(head["人口数"])
        assert [p["姓名"] for p in members if p["与户主关系"] == "户主"] == [head["户主"]]
    ids = {p["身份证号"] for p in people}
    assert {k["身份证号"] for k in register(folder, "重点人员")} <= ids
    assert {w["身份证号"] for w in register(folder, "从业")} <= ids
    assert {h["房屋编号"] for h in register(folder, "结对帮扶", "结对帮扶")} <= known


def test_no_column_asks_what_the_software_refuses(folder: Path) -> None:
    for title in ("户", "人口", "重点人员", "从业"):
        columns = register(folder, title)[0]
        assert not [c for c in columns for word in REFUSED if word in c]
