"""Cells from the clipboard, as spreadsheets put them there, and the cells of a list that they are for. No Qt."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr

MOST_CELLS, _MOST_SIGNS = 100_000, 5_000_000
# A cell in quotes may hold tabs, line breaks and doubled quotes; one that only begins with a quote is taken as it is.
_CELL = re.compile(r'(?:"((?:[^"]|"")*+)"(?=[\t\r\n]|\Z)|([^\t\r\n]*+))(\t|\r\n|\n|\r|\Z)')
_FORMULAS = frozenset("=+-@|")
Line = list[str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A column of the list: its name, its title, and whether its cells may be changed here."""

    name: str
    title: str
    editable: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where cells go: the ids of rows and the columns, in the order they are shown, from the first cell onward.

    marked : the rows that are marked, and how many columns are; what is pasted is repeated over them.
    titled : every column of the list: a first line of titles says which are meant, wherever the keys are.
    """

    rows: Sequence[int]
    columns: Sequence[Spot]
    marked: tuple[Sequence[int], int]
    titled: Sequence[Spot]


@dataclass(frozen=True, slots=True)
class Pasted:
    """Values by row and column, and sentences on what was not taken."""

    values: Mapping[int, Mapping[str, str]]
    notes: tuple[str, ...]


def cells_of(text: str) -> list[Line]:
    r"""Return the lines of cells that a text stands for, divided by tabs and line breaks.

    Raises
    ------
    InputRefused
        where it is more than anybody pastes on purpose.

    Examples
    --------
    >>> cells_of('甄一\t"半岭\n3号"\r\n甄二\t"5\r\n')
    [['甄一', '半岭\n3号'], ['甄二', '"5']]
    """
    if len(text) > _MOST_SIGNS:
        raise InputRefused(
            tr("剪贴板里有 {n:,} 个字，太多了；更多的数据请用“从表格补充”").format(n=len(text))
        )
    lines: list[Line] = [[]]
    for count, (cell, end) in enumerate(_cells(text), start=1):
        if count > MOST_CELLS:
            raise InputRefused(tr("一次最多粘贴 {n:,} 格；更多的数据请用“从表格补充”").format(n=MOST_CELLS))
        armed = (
            cell[:1] == "'" and cell[1:2] in _FORMULAS
        )  # as copying makes a cell that a spreadsheet would run
        lines[-1].append(cell[1:] if armed else cell)
        if end and end != "\t":
            lines.append([])
    return lines if lines[-1] else lines[:-1]


def _cells(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _CELL.match(text, at)
        if found is None:
            raise InputRefused(tr("剪贴板里不是表格，没有粘贴"))
        quoted, plain, end = found.groups()
        yield quoted.replace('""', '"') if quoted is not None else plain, end
        at = found.end()
        if end == "\t" and at == len(text):
            yield "", ""


def placed(lines: Sequence[Line], place: Place) -> Pasted:
    """Return which cell of the list is given what."""
    columns, lines, notes = list(place.columns), list(lines), []
    titled = {clean(spot.title): spot for spot in place.titled}
    heads = [clean(cell) for cell in lines[0]] if lines else []
    if len(lines) > 1 and heads and all(head in titled for head in heads):
        columns, lines = [titled[head] for head in heads], lines[1:]
        across = width = len(columns)
    else:
        width = max(map(len, lines), default=0)
        across = place.marked[1] if width and place.marked[1] % width == 0 else width
        if across > len(columns):
            notes.append(tr("右边多出的 {n} 列没有粘贴").format(n=across - len(columns)))
    marked, rows = place.marked[0], place.rows[: len(lines)]
    if lines and len(marked) >= len(lines) and len(marked) % len(lines) == 0:
        rows = marked
    if len(lines) > len(rows):
        notes.append(tr("下面多出的 {n:,} 行没有粘贴：不能用粘贴增加记录").format(n=len(lines) - len(rows)))
    columns = columns[:across]
    closed = [spot.title for spot in columns if not spot.editable]
    if closed:
        notes.append(tr("这里不能改的没有粘贴：{titles}").format(titles="、".join(dict.fromkeys(closed))))
    values: dict[int, Mapping[str, str]] = {}
    for n, row in enumerate(rows):
        line = lines[n % len(lines)]
        reached = ((spot, m % width) for m, spot in enumerate(columns))
        given = {spot.name: line[at] for spot, at in reached if at < len(line) and spot.editable}
        if given:
            values[row] = given
    return Pasted(values, tuple(notes))


def emptied(rows: Collection[int], columns: Sequence[Spot]) -> Pasted:
    """Return that the cells of rows are to hold nothing."""
    closed = [spot.title for spot in columns if not spot.editable]
    note = tr("这里不能改的没有清空：{titles}").format(titles="、".join(closed))
    given = {spot.name: "" for spot in columns if spot.editable}
    return Pasted(dict.fromkeys(rows, given) if given else {}, (note,) if closed else ())
