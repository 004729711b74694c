"""The line above the log: which days, whose, what, and a text."""

from collections.abc import Iterable

from PySide6.QtCore import QDate, QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QDateEdit, QLineEdit, QWidget

from mingqing.access.audit import Act
from mingqing.core.text import tr
from mingqing.desktop.accounts.state import today
from mingqing.desktop.log.query import Query, Span, days_of
from mingqing.desktop.widgets import S, choice_box, label, row

_TYPING_MS = 200


class LogFilters(QWidget):
    """`changed()` when something else is wanted; while somebody types, only at a pause."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span, self.account, self.act = (
            choice_box(tr("时间")),
            choice_box(tr("账号")),
            choice_box(tr("操作")),
        )
        for span in Span:
            self.span.addItem(span.caption, span)
        self.act.addItem(tr("全部操作"), "")
        for act in Act:
            self.act.addItem(act.caption, str(act))
        self.since, self.until = _day(tr("从哪天")), _day(tr("到哪天"))
        self._between = label("—", "muted")
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("在对象、说明等各栏里找"))
        self.text.setAccessibleName(tr("找文字"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_MS)
        self._pause.timeout.connect(self.changed)
        self._lay_out()
        self.offer_accounts(())
        self.reset()
        for box in (self.span, self.account, self.act):
            box.currentIndexChanged.connect(self._switched)
        for day in (self.since, self.until):
            day.dateChanged.connect(lambda _: self._pause.start())
        self.text.textChanged.connect(lambda _: self._pause.start())

    def _lay_out(self) -> None:
        layout = row(self, gap=S)
        for box, width in ((self.span, 132), (self.account, 168), (self.act, 168)):
            box.setFixedWidth(width)
        for each in (self.span, self.since, self._between, self.until, self.account, self.act):
            layout.addWidget(each)
        layout.addWidget(self.text, 1)

    def reset(self) -> None:
        """Want the last week of everything."""
        with QSignalBlocker(self.span), QSignalBlocker(self.account), QSignalBlocker(self.act):
            self.span.setCurrentIndex(self.span.findData(Span.WEEK))
            self.account.setCurrentIndex(0)
            self.act.setCurrentIndex(0)
        with QSignalBlocker(self.text), QSignalBlocker(self.since), QSignalBlocker(self.until):
            self.text.clear()
            day = QDate.currentDate()
            self.until.setDate(day)
            self.since.setDate(day.addDays(-6))
        self._show_days()

    def offer_accounts(self, names: Iterable[str]) -> None:
        """Offer these accounts, the chosen one staying chosen."""
        chosen = self.account.currentData()
        with QSignalBlocker(self.account):
            self.account.clear()
            self.account.addItem(tr("全部账号"), "")
            for name in names:
                self.account.addItem(name, name)
            self.account.setCurrentIndex(max(self.account.findData(chosen), 0))

    @property
    def query(self) -> Query:
        """What is wanted."""
        chosen = self.since.date().toPython(), self.until.date().toPython()
        since, until = days_of(self.span.currentData(), today(), chosen)  # type: ignore[arg-type]
        return Query(
            since, until, self.account.currentData() or "", self.act.currentData() or "", self.text.text()
        )

    def _switched(self) -> None:
        self._show_days()
        self._pause.stop()
        self.changed.emit()

    def _show_days(self) -> None:
        own = self.span.currentData() is Span.CHOSEN
        for each in (self.since, self._between, self.until):
            each.setVisible(own)


def _day(name: str) -> QDateEdit:
    made = QDateEdit()
    made.setAccessibleName(name)
    made.setCalendarPopup(True)
    made.setDisplayFormat("yyyy-MM-dd")
    return made
