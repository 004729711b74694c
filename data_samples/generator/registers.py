"""Registers as workbooks: households, residents, people to look after, helpers, posts, work."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from .care import Help, KeyPerson
from .organisations import Posts
from .people import Household
from .tables import Table, Value

Sheet = list[dict[str, Value]]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ZIP_DATE = (2026, 9, 30, 8, 0, 0)


def sheets_of(
    village: str, houses: Table, families: list[Household], cared: list[KeyPerson], helps: list[Help], posts: Posts
) -> dict[str, Sheet]:
    """Return the sheets of a village by title."""
    no = [str(row["房屋编号"]) for row in houses.rows]
    address = [str(row["门牌号"]) for row in houses.rows]
    return {
        "户": [
            {"户号": f.number, "户主": f.head.name, "房屋编号": no[f.house], "门牌号": address[f.house], "村民小组": f.group,
             "人口数": len(f.members), "联系电话": f.phone}
            for f in families
        ],
        "人口": [
            {"户号": f.number, "姓名": p.name, "身份证号": p.id_number, "性别": p.sex, "出生日期": p.birth.isoformat(),
             "与户主关系": p.relation, "手机号": p.phone, "在家/外出": p.at_home, "房屋编号": no[f.house]}
            for f in families for p in f.members
        ],
        "重点人员": [
            {"姓名": k.person.name, "身份证号": k.person.id_number, "户号": k.household.number, "房屋编号": no[k.household.house],
             "类别": k.category, "残疾等级": k.disability, "行动能力": k.mobility, "困难诉求": k.need, "帮助情况": k.care,
             "联系亲属": k.relative.name if k.relative else "", "亲属电话": k.relative.phone if k.relative else "",
             "联系人": k.contact, "联系人电话": k.contact_phone, "走访周期": k.visit_every}
            for k in cared
        ],
        "结对帮扶": [
            {"帮扶干部": h.helper, "帮扶单位": h.unit, "职务": h.post, "联系电话": h.phone, "帮扶对象": h.household.head.name,
             "户号": h.household.number, "房屋编号": no[h.household.house], "需求": h.need, "帮扶措施": h.measure,
             "成效": h.result, "开始日期": h.started, "结束日期": h.ended, "最近走访": h.last_visit}
            for h in helps
        ],
        "任职": [
            {"组织名称": village + kind.removeprefix("村"), "姓名": name, "职务": title, "任期": term, "职责": duty}
            for kind, name, title, term, duty in posts.rows
        ],
        "从业": [
            {"姓名": p.name, "身份证号": p.id_number, "户号": f.number, "从业类型": p.work, "务工地": p.work_place}
            for f in families for p in f.members if p.work
        ],
    }  # fmt: skip


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
    """Write sheets as a village clerk keeps them: a title above, a blank row, numbers as text, full-width digits."""
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
