"""The list of what was changed: of the row whose card is open, else of the village, action by action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.classify.looks import today
from mingqing.desktop.history.listing import Listing
from mingqing.desktop.history.wording import Told, day_text, tell
from mingqing.desktop.jobs import Jobs
from mingqing.desktop.widgets import M, S, button, choice_box, column, empty, label, row, rule
from mingqing.store.history.person import of_person
from mingqing.store.history.versions import of_action, of_row
from mingqing.store.history.village import Done, Wanted, authors, of_village
from mingqing.store.people.who import PERSON

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.store.session import Session

_PAGE = 30
_MOST_ROWS = 100
_NAMED = 2  # tables, of an action that touched several


@dataclass(frozen=True, slots=True)
class _Page:
    done: list[Done]
    authors: list[str]


class VersionList(Listing):
    """Filters by who, what and when are of a village; a row has few versions."""

    def __init__(self, jobs: Jobs, catalog: "Catalog", parent: QWidget | None = None) -> None:
        super().__init__(jobs, "history", parent)
        self._catalog = catalog
        self._whole_people = False
        self.who, self.what, self.when = (
            choice_box(n) for n in (tr("谁改的"), tr("改了什么"), tr("什么时候"))
        )
        for days, text in ((None, tr("不限时间")), (0, tr("今天")), (6, tr("近 7 天")), (29, tr("近 30 天"))):
            self.when.addItem(text, days)
        self.filters = QWidget()
        lines = column(self.filters, gap=S)
        first = row(gap=S)
        first.addWidget(self.who, 1)
        first.addWidget(self.when, 1)
        lines.addLayout(first)
        lines.addWidget(self.what)
        self.controls.addWidget(self.filters)
        for box in (self.who, self.what, self.when):
            box.activated.connect(lambda _index: self.ask())
        self._fill(self.who, tr("所有人"), {})
        self._fill(self.what, tr("所有内容"), {})

    def offer(self, tables: frozenset[str], *, whole_people: bool) -> None:
        """Offer the tables that the account may see to filter by; the history of a person to who sees people whole."""
        self._whole_people = whole_people
        known = self._catalog.tables
        self._fill(self.what, tr("所有内容"), {n: known[n].title for n in known if n in tables})

    def _fill(self, box: QComboBox, whole: str, choices: Mapping[str, str]) -> None:
        chosen = box.currentData()
        box.clear()
        box.addItem(whole, "")
        for value, text in choices.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(box.findData(chosen), 0))

    @property
    def wanted(self) -> Wanted:
        """What the filters ask for."""
        days = self.when.currentData()
        since = "" if days is None else (today() - timedelta(days=days)).isoformat()
        return Wanted(self.who.currentData() or "", self.what.currentData() or "", since)

    def ask(self) -> None:
        """Read the versions of the row, or the latest actions in the village."""
        super().ask()
        key = self.scope.row
        self.filters.setVisible(key is None)
        if key is not None:
            self.read(lambda session: _of_row(session, *key), self._show_versions)
        else:
            self._ask_page(None)

    def _add_person(self, resident: int) -> None:
        """Offer the history of all that is about a person."""
        text = tr("连同所在的户、房屋和相关登记一起看")
        made = button(text, lambda: self._ask_person(resident), "link")
        self.entries.insertWidget(0, made, 0, Qt.AlignmentFlag.AlignLeft)

    def _ask_person(self, resident: int) -> None:
        def show(found: list[tuple[str, list[Told]]]) -> None:
            self.clear()
            adding: list[Callable[[], object]] = []
            for heading, versions in found:
                adding.append(partial(self.add_note, heading, "section"))
                adding += [partial(self.add, told, named=False) for told in versions]
            self.page(adding)

        self.read(lambda session: _of_person(session, resident), show)

    def _ask_page(self, before: int | None) -> None:
        village, wanted = self.scope.village or None, self.wanted

        def work(session: "Session") -> _Page:
            found = of_village(session, village, _PAGE, before=before, wanted=wanted)
            return _Page(found, [] if before is not None else authors(session, village))

        self.read(work, lambda page: self._show_page(page, first=before is None))

    def _show_versions(self, versions: list[Told]) -> None:
        self.clear()
        self.page([partial(self.add, told, named=False) for told in versions])
        if versions and versions[0].table == PERSON and self._whole_people:
            self._add_person(versions[0].id)
        if not versions:
            self.say(tr("没有这条记录的修改记录"))

    def _show_page(self, page: _Page, *, first: bool) -> None:
        if first:
            self.clear()
            self._fill(self.who, tr("所有人"), {name: name for name in page.authors})
        elif (last := self.entries.takeAt(self.entries.count() - 1).widget()) is not None:
            last.deleteLater()  # what offered this page
        for done in page.done:
            self._add_action(done)
        if first and not page.done:
            self.say(tr("这里还没有修改记录"))
        if len(page.done) == _PAGE:
            more = button(tr("更早的记录"), lambda: self._ask_page(page.done[-1].seq), "link")
            self.entries.addWidget(more)

    def _add_action(self, done: Done) -> None:
        frame = QWidget()
        frame.setAccessibleName(f"{done.why} {day_text(done.at)}")
        inside = column(frame, gap=2)
        inside.addWidget(label(done.why, "strong", wrap=True))
        inside.addWidget(label(f"{day_text(done.at)} · {done.by}", "caption", wrap=True))
        rows = column(margins=(M, 0, 0, 0), gap=4)
        titles = {t: self._catalog.tables[t].title for t in done.tables}
        counts = [tr("{title} {n} 条").format(title=titles[t], n=n) for t, n in done.tables.items()]
        counted = "，".join(counts[:_NAMED]) + (
            tr(" 等 {n} 类").format(n=len(counts)) if counts[_NAMED:] else ""
        )
        if done.kind == "import":
            inside.addWidget(label(counted, "muted", wrap=True))
        else:
            shown = button(counted, lambda: self._open(done, rows), "link")
            shown.setToolTip(tr("看改了哪些"))
            inside.addWidget(shown, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addLayout(rows)
        self.entries.addWidget(frame)
        self.entries.addWidget(rule())

    def _open(self, done: Done, rows: QVBoxLayout) -> None:
        """Show row by row what an action did; put that away again at the second click."""
        if rows.count():
            empty(rows)
            return
        village = self.scope.village or None

        def work(session: "Session") -> list[Told]:
            found = of_action(session, done.seq, village=village, limit=_MOST_ROWS)
            return [tell(session, version, newest=False) for version in found]

        def show(versions: list[Told]) -> None:
            self.page([partial(self.add, told, named=True, into=rows) for told in versions], rows)
            if sum(done.tables.values()) > len(versions):
                rows.addWidget(label(tr("只列出前 {n} 条").format(n=len(versions)), "caption"))

        self.read(work, show)


def _of_person(session: "Session", resident: int) -> list[tuple[str, list[Told]]]:
    tables = session.catalog.tables
    return [
        (f"{tables[one.table].title} · {one.how.caption}", [tell(session, v, newest=False) for v in versions])
        for one, versions in of_person(session, resident)
    ]


def _of_row(session: "Session", table: str, row_id: int) -> list[Told]:
    there = session.row(table, row_id) is not None
    return [tell(session, version, newest=there) for version in of_row(session, table, row_id)]
