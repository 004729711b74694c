"""What is wrong with the page, found before it is printed; each thing leads to its place."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import L, M, S, button, column, empty, label, row, scrolling
from mingqing.printing.wall.preflight import Level

if TYPE_CHECKING:
    from mingqing.printing.wall.preflight import Trouble

_TALLEST = 168  # pixels
_MOST = 60
_FIELDS = {
    "no_approval": "approval",
    "odd_approval": "approval",
    "no_stamp": "secrecy",
    "small_scale": "scale",
}
"""In which field a thing is put right, by its code."""


class TroubleList(QFrame):
    """Signals: placed(Trouble) : its place on the page is wanted. opened(Trouble) : the row on the map is.

    filling(str) : the field is wanted in which it is put right.
    """

    placed = Signal(object)
    opened = Signal(object)
    filling = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("troubles")
        outer = column(self, margins=(0, M, 0, 0), gap=S)
        head = row(gap=S, margins=(L, 0, L, 0))
        self._glyph, self.heading = QLabel(), label("", "strong")
        head.addWidget(self._glyph)
        head.addWidget(self.heading, 1)
        outer.addLayout(head)
        inside = QWidget()
        self._list = column(inside, margins=(L, 0, M, S), gap=S)
        self._area = scrolling(inside)
        outer.addWidget(self._area)
        self.troubles: tuple[Trouble, ...] = ()
        self.wait()

    def wait(self) -> None:
        """Say that the page is still being looked through."""
        self._area.setEnabled(False)  # what is listed is of the page before
        self.heading.setText(tr("正在检查…"))
        self._glyph.setPixmap(icon("fa6s.magnifying-glass", "faint").pixmap(QSize(16, 16)))

    def fail(self) -> None:
        """Say that there is no page to look through."""
        self.show_troubles(())
        self.heading.setText(tr("这样出不了图"))
        self._glyph.setPixmap(icon("fa6s.circle-xmark", "danger").pixmap(QSize(16, 16)))

    def show_troubles(self, troubles: "Sequence[Trouble]") -> None:
        """List these."""
        self.troubles = tuple(troubles)
        self._area.setEnabled(True)
        empty(self._list)
        stops = sum(t.level is Level.STOP for t in troubles)
        if stops:
            said, glyph, tone = tr("有 {n} 处要先改好才能打印"), "fa6s.circle-xmark", "danger"
        elif troubles:
            said, glyph, tone = tr("打印前请看这 {n} 处"), "fa6s.triangle-exclamation", "warning"
        else:
            said, glyph, tone = tr("检查过了，可以打印"), "fa6s.circle-check", "good"
        self.heading.setText(said.format(n=stops or len(troubles)))
        self._glyph.setPixmap(icon(glyph, tone).pixmap(QSize(16, 16)))
        for trouble in self.troubles[:_MOST]:
            made = _Row(trouble, self)
            self._list.addWidget(made)
            made.show()  # at once: what is hidden still counts for nothing in the height
        if len(troubles) > _MOST:
            self._list.addWidget(label(tr("还有 {n} 处").format(n=len(troubles) - _MOST), "caption"))
        self._fit()

    @property
    def stop(self) -> str:
        """Why the page is not to be printed, or an empty text."""
        return next((t.sentence for t in self.troubles if t.level is Level.STOP), "")

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Take as much height as the sentences need, up to a limit."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        self._area.setVisible(bool(self.troubles))
        inside = self._list
        wide = max(self.width() - 14, 100)
        self._area.setFixedHeight(min(max(inside.totalHeightForWidth(wide), 0), _TALLEST))


class _Row(QWidget):
    def __init__(self, trouble: "Trouble", to: TroubleList) -> None:
        super().__init__()
        line = row(self, gap=S)
        glyph = QLabel()
        stops = trouble.level is Level.STOP
        tone = "danger" if stops else "warning"
        glyph.setPixmap(
            icon("fa6s.circle-xmark" if stops else "fa6s.circle-info", tone).pixmap(QSize(14, 14))
        )
        line.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        said = column(gap=0)
        said.addWidget(label(trouble.sentence, "caption", wrap=True))
        ways = row(gap=M)
        field = _FIELDS.get(trouble.code)
        if field is not None:
            ways.addWidget(button(tr("去填"), partial(to.filling.emit, field), "inline"))
        if trouble.at is not None:
            ways.addWidget(button(tr("看位置"), partial(to.placed.emit, trouble), "inline"))
        if trouble.table is not None and trouble.id is not None:
            ways.addWidget(button(tr("在地图上打开"), partial(to.opened.emit, trouble), "inline"))
        if ways.count():
            ways.addStretch(1)
            said.addLayout(ways)
        line.addLayout(said, 1)
