"""Days: typed as people write them, or chosen in a calendar."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QToolButton, QWidget

from mingqing.catalog.values import ValueRefusedError, parse
from mingqing.core.text import tr
from mingqing.desktop.form.field import small
from mingqing.desktop.form.fields import LineField
from mingqing.desktop.look.colours import colours
from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S, column

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line


class DateField(LineField):
    """A day, typed as people write it or chosen in a calendar; a month or a year alone will do."""

    wide = False

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = False
        self.line.setPlaceholderText(tr("如 1990.3.7 或 1990"))
        self._popup: QFrame | None = None
        self._inside.addWidget(
            small("fa6s.calendar-days", tr("在日历上选{title}").format(title=line.field.title), self._open)
        )

    def _open(self) -> None:
        """Drop the calendar down, on the day that is typed."""
        popup, calendar = _calendar(self)
        calendar.clicked.connect(self._take)
        calendar.activated.connect(self._take)
        try:
            day = QDate.fromString(str(parse(self.field, self.line.text()) or ""), Qt.DateFormat.ISODate)
        except ValueRefusedError:
            day = QDate()
        calendar.setSelectedDate(day if day.isValid() else QDate.currentDate())
        self._popup = popup
        popup.adjustSize()
        below = self.line.mapToGlobal(QPoint(0, self.line.height() + 4))
        room = self.window().geometry()
        if below.y() + popup.height() > room.bottom():
            below.setY(self.line.mapToGlobal(QPoint(0, -4)).y() - popup.height())
        below.setX(min(below.x(), room.right() - popup.width() - S))
        popup.move(below)
        popup.show()
        calendar.setFocus()

    def _take(self, day: QDate) -> None:
        if self._popup is not None:
            self._popup.close()
            self._popup = None
        self.line.setText(day.toString(Qt.DateFormat.ISODate))
        self.edited.emit()
        self.finished.emit()
        self.line.setFocus()


def _calendar(parent: QWidget) -> tuple[QFrame, QCalendarWidget]:
    popup = QFrame(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
    popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    round_corners(popup, SHEET_PX)
    sheet = QFrame()
    sheet.setObjectName("sheet")
    column(popup).addWidget(sheet)
    calendar = QCalendarWidget()
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
    calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
    like_other_days = QTextCharFormat()
    like_other_days.setForeground(QColor(colours().text))
    for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
        calendar.setWeekdayTextFormat(day, like_other_days)
    for name, glyph, said in (
        ("qt_calendar_prevmonth", "fa6s.chevron-left", tr("上个月")),
        ("qt_calendar_nextmonth", "fa6s.chevron-right", tr("下个月")),
    ):
        arrow = calendar.findChild(QToolButton, name)
        if isinstance(arrow, QToolButton):
            arrow.setIcon(icon(glyph))
            arrow.setIconSize(QSize(14, 14))
            arrow.setToolTip(said)
            arrow.setAccessibleName(said)
    column(sheet, margins=(S, S, S, S)).addWidget(calendar)
    return popup, calendar
