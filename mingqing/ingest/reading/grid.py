"""A table as people lay it out, made into columns: titles above, headers of two rows, merged cells."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

import numpy as np
from numpy.typing import NDArray

from mingqing.core.cells import bare_cell
from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.ingest.reading.bounds import require_cells
from mingqing.ingest.reading.layer import RowProblem
from mingqing.ingest.reading.names import id_column, unique

Row = Sequence[object]
_LOOK = 30  # rows searched for the header
_NUMBER = re.compile(r"[-+]?[\d,.]+%?")
_TOTAL = re.compile(r"\s*(合|总|小|共)\s*计\s*[:：]?\s*")
_REMARK = re.compile(r"(注|备注|说明|填表|制表|填报|审核|统计|负责)[^:：]{0,6}[:：].*", re.DOTALL)
_DAMAGED = re.compile(r"\d(\.\d+)?[eE]\+?1[5-9]")
_SAID = re.compile(r"[:：]\s*\S")
_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)")
_GENERAL = re.compile(r"信息|情况|基本|资料|内容|概况|明细")
_EXACT_DIGITS = 10**15  # a spreadsheet keeps 15 digits of a number


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range; rows and columns from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of a grid; see `layer.SourceLayer` for the meaning of each."""

    rows: NDArray[np.int64]
    columns: dict[str, list[object]]
    notes: tuple[str, ...]
    problems: tuple[RowProblem, ...]


def read_grid(grid: Sequence[Row], numbers: Sequence[int], merged: Iterable[Merged] = ()) -> Table | None:
    """Find the header of a grid and take what is below it; InputRefused where it is too large.

    Parameters
    ----------
    grid : rows of cells; an empty cell is None or "". Rows may differ in length.
    numbers : the number of each row as the user sees it.

    Returns
    -------
    Table or None
        None where the grid holds nothing.
    """
    require_cells(len(grid), max(map(len, grid), default=0))
    columns = [_emptied(column) for column in zip_longest(*grid)]
    while columns and not any(cell is not None for cell in columns[-1]):
        columns.pop()
    width = len(columns)
    if width == 0:
        return None
    rows = list(map(list, zip(*columns, strict=True)))
    ranges = list(merged)
    notes: list[str] = []
    ours = id_column([clean(str(cell)) for cell in rows[0] if cell is not None]) is not None
    head = 0 if ours else _find_header(rows, ranges)
    if head is None:
        notes.append(tr("没有找到表头，各列按位置命名"))
        names, start = [""] * width, 0
    else:
        names, start = _header(rows, head, ranges)
    if _fill_merged(rows, ranges, start):
        notes.append(tr("合并单元格的内容已填到其中每一行"))
    kept = [c for c in range(width) if names[c] or any(row[c] is not None for row in rows[start:])]
    titles = unique(names[c] or tr("第{place}列").format(place=c + 1) for c in kept)
    body = rows[start:] if len(kept) == width else [[row[c] for c in kept] for row in rows[start:]]
    return _take(body, numbers[start:], titles, notes, ours=ours)


def _emptied(column: Sequence[object]) -> Sequence[object]:
    """A column with None where there is nothing to see."""
    texts = [cell for cell in column if isinstance(cell, str)]
    if "" not in texts and not any(map(str.isspace, texts)):
        return column
    return [None if isinstance(cell, str) and (not cell or cell.isspace()) else cell for cell in column]


def _take(
    body: list[list[object]], numbers: Sequence[int], titles: list[str], notes: list[str], *, ours: bool
) -> Table:
    """Rows that are data, and a problem for each that is not; in what our export gave, all are."""
    problems: list[RowProblem] = []
    taken: list[list[object]] = []
    where: list[int] = []
    totals = set() if ours else _totals(body)
    for i, (number, row) in enumerate(zip(numbers, body, strict=True)):
        empty = row.count(None)
        if empty == len(row):
            continue
        if i in totals:
            problems.append(RowProblem(number, None, tr("是合计行，没有读")))
        elif (
            not ours
            and empty == len(row) - 1 > 1
            and _REMARK.fullmatch(str(next(filter(None, row), "")).strip())
        ):
            problems.append(RowProblem(number, None, tr("是表下的说明，没有读")))
        else:
            taken.append(row)
            where.append(number)
    cells: list[list[object]] = [list(c) for c in zip(*taken, strict=True)] or [[] for _ in titles]
    columns = dict(zip(titles, cells, strict=True))
    for title, values in columns.items():
        _bare(values)
        problems += _settle(title, values, where, written=ours)
    problems.sort(key=lambda p: p.row)
    return Table(np.array(where, np.int64), columns, tuple(notes), tuple(problems))


def _totals(body: Sequence[Row]) -> set[int]:
    """Indices of rows that sum up those above: it says so in one of the first three cells."""
    found = set()
    for column in islice(zip(*body, strict=True), 3):
        if "计" in "".join([cell for cell in column if isinstance(cell, str)]):
            found |= {i for i, cell in enumerate(column) if isinstance(cell, str) and _TOTAL.fullmatch(cell)}
    return found


def _bare(values: list[object]) -> None:
    """Take off, in place, the apostrophes by which a text was kept from being a formula."""
    for i, value in enumerate(values):
        if isinstance(value, str) and value[:1] == "'":
            values[i] = bare_cell(value)


def _settle(title: str, values: list[object], where: Sequence[int], *, written: bool) -> list[RowProblem]:
    """Bring cells to the types of a layer, in place; what is spoiled becomes None and is listed.

    written : whether texts are sure to be as they were written, and nothing that a spreadsheet made of numbers.
    """
    problems: list[RowProblem] = []
    if _is_settled(values) or (written and set(map(type, values)) <= {str, type(None)}):
        return problems
    for i, value in enumerate(values):
        if value is None or isinstance(value, bool):
            continue
        if isinstance(value, str):
            if value[0] == "#" and _ERROR.fullmatch(value):
                values[i] = None
                problems.append(RowProblem(where[i], title, tr("公式出错（{value}）").format(value=value)))
            elif ("E" in value or "e" in value) and _DAMAGED.fullmatch(value.strip()):
                values[i] = None
                problems.append(_damaged(title, where[i]))
        elif isinstance(value, int | float):
            if not abs(value) < _EXACT_DIGITS:
                values[i] = None
                problems.append(_damaged(title, where[i]))
            elif value == int(value):
                values[i] = int(value)
        elif isinstance(value, dt.datetime):
            values[i] = value.date()
        elif not isinstance(value, dt.date):
            values[i] = str(value)
    return problems


def _is_settled(values: Sequence[object]) -> bool:
    """Whether a column is of texts without any sign that a spoiled one has."""
    if not set(map(type, values)) <= {str, bool, type(None)}:
        return False
    texts = "\n".join([v for v in values if isinstance(v, str)])
    return not any(sign in texts for sign in "#Ee")


def _damaged(title: str, row: int) -> RowProblem:
    reason = tr("{title}被 Excel 改成了科学计数，末几位已丢失，请把这一列设成“文本”格式，重新填写后再导入")
    return RowProblem(row, title, reason.format(title=title))


def _is_heading(cell: object) -> bool:
    """Whether a cell could name a column: short text, neither a number nor something said ("日期：3月")."""
    if not isinstance(cell, str) or len(cell) > 60:
        return False
    return not _NUMBER.fullmatch(cell.strip()) and not _SAID.search(cell)


def _find_header(rows: Sequence[Row], merged: Sequence[Merged]) -> int | None:
    """First row that is nearly as wide as the table, of short and distinct texts."""
    widest = max(sum(cell is not None for cell in row) for row in rows[: 2 * _LOOK])
    for r, row in enumerate(rows[:_LOOK]):
        texts = [clean(str(cell)) for cell in row if cell is not None]
        spread = len(texts) + sum(m.right - m.left for m in merged if m.top == r)
        if len(texts) < min(2, widest) or spread < 0.6 * widest:
            continue
        if all(_is_heading(cell) for cell in row if cell is not None) and len(set(texts)) >= 0.7 * len(texts):
            return r
        if spread >= 0.9 * widest:
            return None  # a full row of data before any header: there is none
    return None


def _header(rows: Sequence[Row], head: int, merged: Sequence[Merged]) -> tuple[list[str], int]:
    """Name each column and find the first row below the header, which merged cells make two or three deep."""
    within = [m for m in merged if m.top >= head]
    bottom = max((m.bottom for m in within if m.top == head and m.bottom <= head + 2), default=head)
    if bottom == head and any(m.top == head and m.right > m.left for m in within) and head + 1 < len(rows):
        bottom = head + 1
    levels: list[list[str]] = []
    for r in range(head, min(bottom, len(rows) - 1) + 1):
        level = ["" if cell is None else re.sub(r"\s+", "", clean(str(cell))) for cell in rows[r]]
        for m in within:
            if m.top == r and m.left < len(level):
                level[m.left : m.right + 1] = [level[m.left]] * len(level[m.left : m.right + 1])
        levels.append(level)
    return [_join(parts, levels[-1]) for parts in zip(*levels, strict=True)], bottom + 1


def _join(parts: Sequence[str], lowest: Sequence[str]) -> str:
    """One name from the levels above a column; a general group ("基本信息") is left off if that is clear."""
    named = list(dict.fromkeys(p for p in parts if p))
    if len(named) > 1 and lowest.count(named[-1]) == 1 and _GENERAL.search(named[-2]):
        return named[-1]
    return "".join([*(_GENERAL.sub("", p) for p in named[:-1]), *named[-1:]])


def _fill_merged(rows: list[list[object]], merged: Iterable[Merged], start: int) -> bool:
    """Give every row of a merged range below the header its value; return whether there was any."""
    filled = False
    for m in merged:
        if m.top < start or m.bottom == m.top or m.top >= len(rows) or m.left >= len(rows[0]):
            continue
        value = rows[m.top][m.left]
        if value is None or m.right > m.left:
            continue
        for row in rows[m.top + 1 : m.bottom + 1]:
            row[m.left] = value
        filled = True
    return filled


def refuse_empty() -> InputRefused:
    """Return the refusal of a file in which there is no table."""
    return InputRefused(tr("里没有找到表格，请检查内容。"))
