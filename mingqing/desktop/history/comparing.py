"""Two dates of a village compared: what came, what went, what changed, in a list and on the map."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.classify.looks import today
from mingqing.desktop.history.listing import Listing, Scope
from mingqing.desktop.history.wording import Told, lines_of, row_name
from mingqing.desktop.jobs import Jobs
from mingqing.desktop.widgets import S, button, label, row
from mingqing.store.history.dates import Comparison, Difference, compare

if TYPE_CHECKING:
    import shapely

    from mingqing.store.session import Session

_MOST_OF_EACH = 200


@dataclass(frozen=True, slots=True)
class Part:
    """What became of the rows of one table: a heading, the rows in words (the first of many), their shapes."""

    heading: str
    rows: tuple[Told, ...]
    before: "tuple[shapely.Geometry | None, ...]"
    after: "tuple[shapely.Geometry | None, ...]"


class CompareList(Listing):
    """Asks for two dates, and shows what became of the village from the end of one to the end of the other."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(jobs, "compare", parent)
        self._asked = False
        self.since, self.until = _day(tr("从哪一天")), _day(tr("到哪一天"))
        line = row(gap=S)
        line.addWidget(self.since, 1)
        line.addWidget(label(tr("到")))
        line.addWidget(self.until, 1)
        self.controls.addLayout(line)
        self.controls.addWidget(button(tr("比较"), self._compare, "primary"))

    def follow(self, scope: Scope) -> None:
        """Be about another village."""
        if scope.village != self.scope.village:
            self._asked = False
        super().follow(scope)

    def forget(self) -> None:
        """Show nothing of a project that is no longer open."""
        super().forget()
        self._asked = False

    def ask(self) -> None:
        """Compare again where the user has compared; else say what to do."""
        super().ask()
        if not self.scope.village:
            self.say(tr("先在上方选一个村，再比较它两个日期的样子"))
        elif not self._asked:
            if not self.since.property("chosen"):
                self.since.setDate(_qdate(today() - timedelta(days=7)))
                self.until.setDate(_qdate(today()))
                self.since.setProperty("chosen", True)  # noqa: FBT003 - Qt's signature
            self.say(tr("选好两个日期，看这段时间里增加了、删除了、改动了什么"))
        else:
            self._read()

    def _compare(self) -> None:
        self._asked = bool(self.scope.village)
        self.ask()

    def _read(self) -> None:
        village = self.scope.village
        one, two = sorted((_date(self.since), _date(self.until)))
        self.say(tr("正在比较…"))

        def work(session: "Session") -> list[Part]:
            return _parts(session, village, one, two)

        self.read(work, lambda parts: self._show(parts, one, two))

    def _show(self, parts: list[Part], one: date, two: date) -> None:
        self.clear()
        adding: list[Callable[[], object]] = []
        for part in parts:
            adding.append(partial(self.add_note, part.heading, "strong"))
            adding += [partial(self.add, told, named=True) for told in part.rows]
            if len(part.before) > len(part.rows):
                adding.append(
                    partial(self.add_note, tr("只列出前 {n} 条").format(n=len(part.rows)), "caption")
                )
        self.page(adding)
        if not parts:
            self.say(tr("这两天之间没有变化"))
        names = _name(one), _name(two)
        before, after = [s for part in parts for s in part.before], [s for part in parts for s in part.after]
        self.whole = before, after, names
        self.drawing.emit(*self.whole)


def _parts(session: "Session", village: str, one: date, two: date) -> list[Part]:
    parts = []
    for table in session.catalog.tables.values():
        found = compare(session, village, table.name, _end(one), _end(two))
        counted = {tr("增加"): found.added, tr("删除"): found.removed, tr("改动"): found.changed}
        if told := "，".join(f"{name} {len(rows)}" for name, rows in counted.items() if rows):
            every = (*found.added, *found.removed, *found.changed)
            rows = tuple(_told(session, each, found) for each in every[:_MOST_OF_EACH])
            before, after = tuple(d.old for d in every), tuple(d.new for d in every)
            parts.append(Part(f"{table.title}：{told}", rows, before, after))
    return parts


def _told(session: "Session", each: Difference, found: Comparison) -> Told:
    what = tr("增加") if each in found.added else tr("删除") if each in found.removed else tr("改动")
    name = row_name(session, each.table, each.after or each.before or {})
    lines = lines_of(session, each.table, each.changes)
    return Told(each.table, each.id, 0, what, f"{what}：{name}", "", lines, each.old, each.new)


def _name(day: date) -> str:
    return tr("{month}月{day}日的样子").format(month=day.month, day=day.day)


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59)).astimezone()


def _date(of: QDateEdit) -> date:
    found = of.date()
    return date(found.year(), found.month(), found.day())


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _day(name: str) -> QDateEdit:
    made = QDateEdit()
    made.setAccessibleName(name)
    made.setCalendarPopup(True)
    made.setDisplayFormat("yyyy-MM-dd")
    return made
