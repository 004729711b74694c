"""The findings of a check as a file: a workbook, a text table, or JSON."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from mingqing.catalog.model import Catalog
from mingqing.core.cells import plain_cell
from mingqing.core.text import tr
from mingqing.quality.findings import Quality

FORMATS = ("xlsx", "csv", "json")
_HEADING = PatternFill("solid", fgColor="E8EEEA")
_COUNTED = ((tr("表"), 16), (tr("问题"), 18), (tr("级别"), 8), (tr("条数"), 10))
_LISTED = (
    (tr("级别"), 8),
    (tr("问题"), 18),
    (tr("表"), 14),
    (tr("村"), 14),
    (tr("村代码"), 15),
    (tr("字段"), 14),
    (tr("说明"), 80),
    (tr("民情标识"), 22),
    (tr("横坐标"), 14),
    (tr("纵坐标"), 14),
)


def report(quality: Quality, catalog: Catalog, villages: Mapping[str, str], form: str) -> bytes:
    """Return what a check found as a file.

    What is handed out holds no more than may be: the check is to be made for `Action.EXPORT`.

    Parameters
    ----------
    villages : names by code.
    form : one of `FORMATS`.
    """
    if form == "json":
        return json.dumps(as_object(quality), ensure_ascii=False, indent=1).encode()
    listed = list(_listed(quality, catalog, villages))
    return _text(listed) if form == "csv" else _workbook(quality, catalog, listed)


def as_object(quality: Quality) -> dict[str, object]:
    """Return what a check found as an object of JSON."""
    return {
        "errors": quality.errors,
        "warnings": len(quality.findings) - quality.errors,
        "checked": dict(quality.checked),
        "cut": dict(quality.cut),
        "findings": [asdict(finding) for finding in quality.findings],
    }


def counted(quality: Quality, catalog: Catalog) -> Iterator[tuple[object, ...]]:
    """Yield table, kind, level and count; then of each table what is not listed."""
    for (table, kind, level), count in quality.counts.items():
        yield catalog.tables[table].title, kind.label, level.label, count
    for table, more in quality.cut.items():
        yield catalog.tables[table].title, tr("太多，未列出"), "", more


def _listed(quality: Quality, catalog: Catalog, villages: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    for f in quality.findings:
        table = catalog.tables[f.table]
        x, y = (round(c, 2) for c in f.at) if f.at else (None, None)
        yield (
            f.level.label,
            f.kind.label,
            table.title,
            villages.get(f.village or "", ""),
            f.village,
            table.field_by_name[f.field].title if f.field else "",
            f.sentence,
            str(f.id),
            x,
            y,
        )


def _text(listed: list[tuple[object, ...]]) -> bytes:
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([title for title, _ in _LISTED])
    writer.writerows([plain_cell(cell) for cell in row] for row in listed)
    return stream.getvalue().encode("utf-8-sig")  # without the mark, Excel takes it for GBK


def _workbook(quality: Quality, catalog: Catalog, listed: list[tuple[object, ...]]) -> bytes:
    book = Workbook()
    summary = book.active
    summary.title = tr("汇总")
    _table(summary, _COUNTED, [*counted(quality, catalog)])
    summary.append([])
    summary.append([tr("检查过的表"), "", "", tr("记录数")])
    for table, count in quality.checked.items():
        summary.append([catalog.tables[table].title, "", "", count])
    _table(book.create_sheet(tr("问题清单")), _LISTED, listed)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _table(sheet: Worksheet, columns: tuple[tuple[str, int], ...], rows: list[tuple[object, ...]]) -> None:
    sheet.append([title for title, _ in columns])
    for cell, (_, width) in zip(sheet[1], columns, strict=True):
        cell.font, cell.fill = Font(bold=True), _HEADING
        sheet.column_dimensions[cell.column_letter].width = width
    for row in rows:
        sheet.append([plain_cell(cell) for cell in row])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{sheet.cell(1, len(columns)).column_letter}{len(rows) + 1}"
