"""How current the data of a village is: when rows were entered, changed and verified."""

from datetime import date

from mingqing.core.text import tr
from mingqing.printing.report.gathering import Gathering
from mingqing.printing.report.model import Grid, Section, Value

STALE_MONTHS = 12
_TABLES = (
    *(
        "house",
        "household",
        "resident",
        "land",
        "plot",
        "enterprise",
        "organisation",
        "key_person",
        "assistance",
    ),
    *("visit", "hazard", "shelter"),
)
_ABOUT = ("created_at", "updated_at", "verified_on")


def current(of: Gathering) -> Section:
    """Return the section that tells how old the numbers are."""
    catalog = of.permitted.session.catalog
    rows = [
        (catalog.tables[table].title, *told)
        for table in _TABLES
        if of.permitted.tells(table, *_ABOUT) and (told := _of(of, table))
    ]
    titles = (
        tr("数据"),
        tr("条数"),
        tr("最近录入或修改"),
        tr("已核实"),
        tr("最近核实"),
        tr("一年内核实（%）"),
    )
    grid = Grid("", titles, (20.0, 12.0, 20.0, 14.0, 18.0, 16.0), tuple(rows))
    return Section("current", tr("数据的新旧"), (), (grid,) if rows else ())


def _of(of: Gathering, table: str) -> tuple[Value, ...] | None:
    total = verified = fresh = 0
    changed = seen = ""
    start = _months_before(of.today, STALE_MONTHS)
    for created, updated, day, count, *_ in of.grouped(table, *_ABOUT):
        total += count
        changed = max(changed, str(updated or created or "")[:10])
        if day:
            verified += count
            seen = max(seen, str(day)[:10])
            fresh += count if str(day)[:10] >= start else 0
    return (total, changed or None, verified, seen or None, round(100 * fresh / total, 1)) if total else None


def _months_before(day: date, months: int) -> str:
    n = day.year * 12 + day.month - 1 - months
    return f"{n // 12:04}-{n % 12 + 1:02}-{min(day.day, 28):02}"
