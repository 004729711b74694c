"""A value that is not shown whole: masked, with a lock that says why, and a way to ask for it where there is one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S, button, label, row

if TYPE_CHECKING:
    from mingqing.desktop.card.content import Veil

_GLYPH_PX, _LONG = 12, 14


def lock_glyph(name: str = "fa6s.lock", role: str = "faint") -> QLabel:
    """Return the quiet sign beside what is not shown whole."""
    made = QLabel()
    made.setPixmap(icon(name, role).pixmap(QSize(_GLYPH_PX, _GLYPH_PX)))
    made.setFixedWidth(_GLYPH_PX + 2)
    return made


class VeiledValue(QWidget):
    """Shows a masked value, a lock, and 查看 where a reason lifts the veil; then `asked` is called with the veil.

    What is lifted can be neither selected nor copied, and goes with the widget.
    """

    def __init__(
        self, veil: "Veil", text: str, kind: str = "", asked: Callable[["Veil"], object] | None = None
    ) -> None:
        super().__init__()
        self._veil = veil
        self._text = label(text, kind)
        self._glyph = lock_glyph()
        self._ask = button(tr("查看"), lambda: asked(veil) if asked is not None else None, "inline")
        self._ask.setAccessibleName(tr("查看“{title}”").format(title=veil.title))
        self._ask.setVisible(veil.liftable and asked is not None)
        self.lifted = False
        self._layout = layout = row(self, gap=S)
        self._text.setVisible(bool(text))
        layout.addWidget(self._text)
        layout.addWidget(self._glyph)
        layout.addWidget(self._ask)
        layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._explain(veil.why)

    def _explain(self, why: str) -> None:
        self.setToolTip(why)
        self.setAccessibleName(self._veil.title)
        self.setAccessibleDescription(why)

    def lift(self, text: str) -> None:
        """Show the value whole."""
        self.lifted = True
        self._text.setText(text)
        self._text.setWordWrap(len(text) > _LONG)
        self._layout.setStretch(0, 8 if len(text) > _LONG else 0)
        self._text.show()
        self._glyph.setPixmap(icon("fa6s.lock-open", "warning").pixmap(QSize(_GLYPH_PX, _GLYPH_PX)))
        self._ask.hide()
        self._explain(tr("关闭详情后重新隐藏；这次查看已记入日志"))
