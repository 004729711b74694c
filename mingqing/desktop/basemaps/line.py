"""One base map in the list: shown or not, how strongly, and why not where it cannot be."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from mingqing.basemap.model import KINDS, BaseMap
from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S, column, label, rounded, row

_TITLE_PX = 138


class BaseMapLine(QWidget):
    """What is wanted of one base map.

    Signals
    -------
    changed(BaseMap) : it is switched, or its opacity moved. moved(int) : by so many places up.
    wanted() : all of it is to be seen. removed() : it goes from the list.
    """

    changed = Signal(object)
    wanted = Signal()
    moved = Signal(int)
    removed = Signal()

    def __init__(self, base_map: BaseMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.base_map = base_map
        self.switch = QCheckBox()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(5, 100)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(tr("不透明度"))
        self._kind = label(KINDS[base_map.kind], "caption")
        self._kind.setFixedWidth(38)
        self._percent = label("", "caption")
        self._percent.setFixedWidth(36)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sign = QLabel()
        self._sign.setPixmap(icon("fa6s.triangle-exclamation", "warning").pixmap(QSize(13, 13)))
        self._sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reason = label("", "caption", wrap=True)
        self._trouble = QWidget()
        self.menu = rounded(QMenu(self))
        self._lay_out()
        self.show_base_map(base_map)
        self.show_trouble("")
        self.switch.toggled.connect(lambda on: self._change(replace(self.base_map, visible=on)))
        self.slider.valueChanged.connect(lambda v: self._change(replace(self.base_map, opacity=v / 100)))

    def _lay_out(self) -> None:
        more = QToolButton()
        more.setIcon(icon("fa6s.ellipsis-vertical"))
        more.setIconSize(QSize(14, 14))
        more.setFixedWidth(28)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setAccessibleName(tr("更多"))
        more.setMenu(self.menu)
        self._more = more
        for text, glyph, call in self._offers():
            self.menu.addAction(icon(glyph), text, call)
        self.switch.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        first, second, third = row(gap=4), row(gap=S, margins=(26, 0, 0, 0)), row(self._trouble, gap=6)
        first.addWidget(self.switch, 1)
        first.addWidget(more)
        second.addWidget(self._kind)
        second.addWidget(self.slider, 1)
        second.addWidget(self._percent)
        third.setContentsMargins(26, 2, 0, 4)
        third.addWidget(self._sign)
        third.addWidget(self.reason, 1)
        layout = column(self, gap=0, margins=(0, 0, 0, 4))
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self._trouble)

    def _offers(self) -> tuple[tuple[str, str, Callable[[], None]], ...]:
        return (
            (tr("看全这张底图"), "fa6s.expand", self.wanted.emit),
            (tr("上移一层"), "fa6s.arrow-up", lambda: self.moved.emit(1)),
            (tr("下移一层"), "fa6s.arrow-down", lambda: self.moved.emit(-1)),
            (tr("从列表移除（不删文件）"), "fa6s.xmark", self.removed.emit),
        )

    def show_base_map(self, base_map: BaseMap) -> None:
        """Show how it is shown."""
        self.base_map = base_map
        with QSignalBlocker(self.switch), QSignalBlocker(self.slider):
            self.switch.setChecked(base_map.visible)
            self.slider.setValue(round(base_map.opacity * 100))
        metrics = self.switch.fontMetrics()
        self.switch.setText(metrics.elidedText(base_map.title, Qt.TextElideMode.ElideMiddle, _TITLE_PX))
        self.switch.setAccessibleName(f"{base_map.title} {self._kind.text()}")
        self.switch.setToolTip(str(base_map.path))
        self._percent.setText(f"{base_map.opacity:.0%}")
        self.slider.setEnabled(base_map.visible and self.switch.isEnabled())

    def show_trouble(self, reason: str) -> None:
        """Say why it is not on the map; nothing where it is."""
        self.reason.setText(reason)
        self._trouble.setVisible(bool(reason))

    def freeze(self, why: str) -> None:
        """Let it be seen and not changed."""
        for each in (self.switch, self.slider):
            each.setEnabled(False)
            each.setToolTip(why)
        for action in self.menu.actions()[1:]:
            action.setVisible(False)

    def _change(self, base_map: BaseMap) -> None:
        self.show_base_map(base_map)
        self.changed.emit(base_map)
