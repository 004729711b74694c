"""What a first-time user sees: three ways to begin, and the projects opened lately."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import XL, L, M, S, button, column, empty, label, row

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.desktop.settings import Recent


class DropTarget(QFrame):
    """The large place to drop a folder on: `heading`, and below it `advice`."""

    def __init__(self, heading: str, advice: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop")
        self.setProperty("over", "false")
        glyph = QLabel()
        glyph.setPixmap(icon("fa6s.folder-open", "accent").pixmap(QSize(56, 56)))
        self.body = column(self, margins=(XL * 2, XL, XL * 2, XL), gap=S)
        self.body.addStretch(1)
        self.body.addWidget(glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addSpacing(S)
        self.heading = _centred(heading, "heading")
        self.body.addWidget(self.heading)
        self.advice = _centred(advice, "muted")
        self.body.addWidget(self.advice)
        self.body.addSpacing(L)
        self.buttons = row(gap=L)
        self.buttons.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.body.addLayout(self.buttons)
        self.body.addStretch(1)


class Welcome(QWidget):
    """Signals: fresh(), browse(), sample(), restore(), reopen(path, user)."""

    fresh = Signal()
    browse = Signal()
    sample = Signal()
    restore = Signal()
    reopen = Signal(object, str)

    def __init__(self, catalog: "Catalog", *, has_sample: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.drop = DropTarget(
            tr("把文件夹拖到这里"), tr("U 盘里的图形文件、Excel 登记表，整个文件夹拖进来就行")
        )
        self.drop.setMinimumHeight(280)
        self.drop.buttons.addWidget(
            button(tr("新建项目"), self.fresh.emit, "primary", glyph="fa6s.plus", key="Ctrl+N")
        )
        self.drop.buttons.addWidget(
            button(tr("打开项目"), self.browse.emit, glyph="fa6s.folder-open", key="Ctrl+O")
        )
        if has_sample:
            self.drop.buttons.addWidget(button(tr("看看示例"), self.sample.emit, glyph="fa6s.mountain-sun"))
        self._recent_title = label(tr("最近打开"), "section")
        self._recent = column(gap=S)
        middle = QWidget()
        middle.setMaximumWidth(760)
        middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        body = column(middle, gap=L)
        self._fill(body, catalog)
        outer = row(self, margins=(XL, XL, XL, XL))
        outer.addStretch(1)
        outer.addWidget(middle, 4)
        outer.addStretch(1)

    def _fill(self, body: QVBoxLayout, catalog: "Catalog") -> None:
        body.addStretch(1)
        body.addWidget(label(tr("民情地图"), "display"))
        body.addWidget(label(tr("一个村，六张图。不用联网，数据加密存在本机。"), "muted"))
        body.addSpacing(S)
        body.addLayout(_six_maps(catalog))
        body.addWidget(self.drop)
        body.addSpacing(S)
        beside = row(gap=M)
        beside.addWidget(self._recent_title)
        beside.addStretch(1)
        beside.addWidget(button(tr("用备份恢复项目…"), self.restore.emit, "link"))
        body.addLayout(beside)
        body.addLayout(self._recent)
        body.addStretch(2)

    def show_recent(self, recent: Sequence["Recent"]) -> None:
        """List the projects opened lately."""
        empty(self._recent)
        self._recent_title.setVisible(bool(recent))
        for project in recent[:4]:
            self._recent.addWidget(self._entry(project.path, project.user))

    def _entry(self, path: Path, user: str) -> QPushButton:
        made = button("", lambda: self.reopen.emit(path, user))
        made.setFixedHeight(52)
        made.setToolTip(str(path))
        made.setAccessibleName(tr("打开 {name}").format(name=path.stem))
        line = row(made, margins=(L, 0, L, 0), gap=M)
        glyph = QLabel()
        glyph.setPixmap(icon("fa6s.map", "muted").pixmap(QSize(18, 18)))
        line.addWidget(glyph)
        line.addWidget(label(path.stem, "strong"))
        line.addStretch(1)
        line.addWidget(label(str(path.parent), "caption"))
        for part in made.findChildren(QLabel):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return made


def _six_maps(catalog: "Catalog") -> QHBoxLayout:
    """Return the names of the six maps in a line, each with its sign: what this program is about."""
    line = row(gap=S)
    for theme in catalog.themes:
        glyph = QLabel()
        glyph.setPixmap(icon(theme.icon, theme.code).pixmap(QSize(18, 18)))
        line.addWidget(glyph)
        line.addWidget(label(theme.title, "muted"))
        line.addStretch(1)
    return line


def _centred(text: str, kind: str) -> QLabel:
    made = label(text, kind, wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made
