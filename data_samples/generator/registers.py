"""Registers as workbooks: households, residents, people to look after, helpers, posts, work."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from .tables import Table, Value

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from .care import Help, KeyPerson
    from .organisations import Posts
    from .people import Household, Person

Sheet = list[dict[str, Value]]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
POST_COLUMNS = ("组织名称", "姓名", "职务", "任期", "职责")
ZIP_DATE = (2026, 9, 30, 8, 0, 0)


def sheets_of(
    village: str,
    houses: Table,
    families: list[Household],
    cared: list[KeyPerson],
    helps: list[Help],
    posts: Posts,
) -> dict[str, Sheet]:
    """Return the sheets of a village by title."""
    no = [str(row["房屋编号"]) for row in houses.rows]
    address = [str(row["门牌号"]) for row in houses.rows]
    everyone = [(f, p) for f in families for p in f.members]
    return {
        "户": [_household(f, no[f.house], address[f.house]) for f in families],
        "人口": [_resident(f, p, no[f.house]) for f, p in everyone],
        "重点人员": [_cared_for(k, no[k.household.house]) for k in cared],
        "结对帮扶": [_help(h, no[h.household.house]) for h in helps],
        "任职": [
            dict(zip(POST_COLUMNS, (village + row[0].removeprefix("村"), *row[1:]), strict=True))
            for row in posts.rows
        ],
        "从业": [
            {
                "姓名": p.name,
                "身份证号": p.id_number,
                "户号": f.number,
                "从业类型": p.work,
                "务工地": p.work_place,
            }
            for f, p in everyone
            if p.work
        ],
    }


def _household(family: Household, house_no: str, address: str) -> dict[str, Value]:
    return {
        "户号": family.number,
        "户主": family.head.name,
        "房屋编号": house_no,
        "门牌号": address,
        "村民小组": family.group,
        "人口数": len(family.members),
        "联系电话": family.phone,
    }


def _resident(family: Household, person: Person, house_no: str) -> dict[str, Value]:
    return {
        "户号": family.number,
        "姓名": person.name,
        "身份证号": person.id_number,
        "性别": person.sex,
        "出生日期": person.birth.isoformat(),
        "与户主关系": person.relation,
        "手机号": person.phone,
        "在家/外出": person.at_home,
        "房屋编号": house_no,
    }


def _cared_for(key: KeyPerson, house_no: str) -> dict[str, Value]:
    return {
        "姓名": key.person.name,
        "身份证号": key.person.id_number,
        "户号": key.household.number,
        "房屋编号": house_no,
        "类别": key.category,
        "残疾等级": key.disability,
        "行动能力": key.mobility,
        "困难诉求": key.need,
        "帮助情况": key.care,
        "联系亲属": key.relative.name if key.relative else "",
        "亲属电话": key.relative.phone if key.relative else "",
        "联系人": key.contact,
        "联系人电话": key.contact_phone,
        "走访周期": key.visit_every,
    }


def _help(pair: Help, house_no: str) -> dict[str, Value]:
    return {
        "帮扶干部": pair.helper,
        "帮扶单位": pair.unit,
        "职务": pair.post,
        "联系电话": pair.phone,
        "帮扶对象": pair.household.head.name,
        "户号": pair.household.number,
        "房屋编号": house_no,
        "需求": pair.need,
        "帮扶措施": pair.measure,
        "成效": pair.result,
        "开始日期": pair.started,
        "结束日期": pair.ended,
        "最近走访": pair.last_visit,
    }


def write_workbook(path: Path, sheets: dict[str, Sheet]) -> None:
    """Write sheets with their column names in the first row."""
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        page.append(list(rows[0]) if rows else [])
        for row in rows:
            page.append(list(row.values()))
    _save(book, path)


def write_messy_workbook(path: Path, village: str, sheets: dict[str, Sheet]) -> None:
    """Write sheets as a clerk keeps them: a title above, a blank row, numbers as text, full-width digits."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page: Worksheet = book.create_sheet(title)
        columns = list(rows[0])
        page.append([f"{village}{title}花名册（2026年）"])
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
        page["A1"].font, page["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
        page.append(columns)
        for i, row in enumerate(rows):
            if i == len(rows) // 3:
                page.append([])
            cells = [str(value) for value in row.values()]
            for k, column in enumerate(columns):
                if column in {"手机号", "联系电话"} and i % 9 == 4:
                    cells[k] = cells[k].translate(FULL_WIDTH)
                if column == "手机号" and i % 17 == 3 and cells[k]:
                    cells[k] = f" {cells[k][:3]}-{cells[k][3:7]}-{cells[k][7:]}"
            page.append(cells)
    _save(book, path)


def _save(book: Workbook, path: Path) -> None:
    """Save with fixed dates, so that the same content is the same file."""
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-09-30T08:00:00Z", content)
            target.writestr(zipfile.ZipInfo(entry.filename, ZIP_DATE), content, zipfile.ZIP_DEFLATED)
