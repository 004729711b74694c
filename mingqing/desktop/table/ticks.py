"""A menu to tick several things in: it stays open until one clicks elsewhere."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import rounded


class TickMenu(QMenu):
    """Entries with a box each, keyed by anything. `changed()` when other ones are ticked."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rounded(self)
        self.setToolTipsVisible(True)
        self._boxes: dict[object, QAction] = {}

    def offer(self, entries: Iterable[tuple[object, str, bool]]) -> None:
        """Offer these: key, words, and whether it is ticked."""
        self.clear()
        self._boxes = {}
        self.addAction(tr("全部打勾"), lambda: self.tick(self._boxes))
        self.addAction(tr("全部取消"), lambda: self.tick(()))
        self.addSeparator()
        for key, words, ticked in entries:
            box = self.addAction(words)
            box.setCheckable(True)
            box.setChecked(ticked)
            box.toggled.connect(lambda _on: self.changed.emit())
            self._boxes[key] = box

    @property
    def ticked(self) -> list[object]:
        """The keys of what is ticked, in order."""
        return [key for key, box in self._boxes.items() if box.isChecked()]

    @property
    def all_ticked(self) -> bool:
        """Whether nothing is left out."""
        return all(box.isChecked() for box in self._boxes.values())

    def tick(self, keys: Iterable[object]) -> None:
        """Tick these and no others."""
        wanted = set(keys)
        if wanted == set(self.ticked):
            return
        self.blockSignals(True)  # noqa: FBT003 - one change, not one an entry
        for key, box in self._boxes.items():
            box.setChecked(key in wanted)
        self.blockSignals(False)  # noqa: FBT003
        self.changed.emit()

    def words_of(self, key: object) -> str:
        """Return what an entry is called."""
        return self._boxes[key].text()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tick without closing."""
        if not self._trigger(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Tick without closing, by keyboard."""
        keys = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if event.key() not in keys or not self._trigger(self.activeAction()):
            super().keyPressEvent(event)

    def _trigger(self, action: QAction | None) -> bool:
        if action is None or action.isSeparator() or not action.isEnabled():
            return False
        action.trigger()
        return True
