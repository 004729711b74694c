"""Something that was made, to be taken hold of with the mouse and dropped wherever it is wanted."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon

_GLYPH = 20


def carried(paths: Sequence[Path]) -> QMimeData:
    """Return files as the desktop, a file manager or a chat takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag_out(paths: Sequence[Path], source: QWidget) -> None:
    """Let the mouse, whose button is down, carry files until it is let go."""
    drag = QDrag(source)
    drag.setMimeData(carried(paths))
    drag.setPixmap(icon("fa6s.file-lines", "accent").pixmap(QSize(32, 32)))
    drag.exec(Qt.DropAction.CopyAction)


class FileChip(QPushButton):
    """Names a file, or a folder; it is dragged out, or copied by Ctrl+C, to be pasted where one wants it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "file")
        self.setIcon(icon("fa6s.file-export", "accent"))
        self.setIconSize(QSize(_GLYPH, _GLYPH))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._path: Path | None = None
        self._from: QPoint | None = None

    @property
    def path(self) -> Path | None:
        """What it stands for."""
        return self._path

    def show_file(self, path: Path | None) -> None:
        """Stand for this; for None, for nothing."""
        self._path = path
        name = path.name if path is not None else ""
        self.setText(f" {name}")
        self.setAccessibleName(tr("{name}，可以拖到桌面或文件夹里，也可以按 Ctrl+C 复制").format(name=name))
        self.setToolTip(tr("按住拖到桌面、文件夹或聊天窗口里；也可以按 Ctrl+C 复制，到别处粘贴"))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Note from where it may be dragged."""
        self._from = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Carry it off once the hand means it."""
        far = QApplication.startDragDistance()
        at = event.position().toPoint()
        if self._from is None or self._path is None or (at - self._from).manhattanLength() < far:
            return
        self._from = None
        self.setDown(False)
        drag_out([self._path], self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self._from = None
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy it as a file."""
        if event.matches(QKeySequence.StandardKey.Copy) and self._path is not None:
            QApplication.clipboard().setMimeData(carried([self._path]))
            return
        super().keyPressEvent(event)
