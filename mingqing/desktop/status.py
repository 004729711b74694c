"""The line at the bottom: where the pointer is, what was saved last, the last automatic backup, and the scale."""

import re
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.crs.coordinates import format_degrees, format_metres
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000, describe
from mingqing.desktop.widgets import L, S, ValueEdit, label, row

if TYPE_CHECKING:
    from mingqing.desktop.map.view import View
    from mingqing.store.session import ProjectInfo


class StatusLine(QWidget):
    """Says where. `scale_wanted(float)` when the user types a scale denominator."""

    scale_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(38)
        self._epsg: int | None = None
        self._metres, self._degrees = label(""), label("")
        self._metres.setMinimumWidth(230)
        self._read_only, self._crs = label("", "tag"), label("")
        self.saved, self.backup = label(""), label("")
        self._metres.setAccessibleName(tr("平面坐标"))
        self._degrees.setAccessibleName(tr("经纬度"))
        self.scale = ValueEdit()
        self.scale.setFixedWidth(104)
        self.scale.setToolTip(tr("比例尺：改成想要的数再回车  Ctrl+L"))
        self.scale.setAccessibleName(tr("比例尺"))
        self.scale.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.scale.returnPressed.connect(self._typed)
        layout = row(self, margins=(L, 0, L, 0), gap=L)
        layout.addWidget(self._crs)
        layout.addWidget(self._metres)
        layout.addWidget(self._degrees)
        layout.addStretch(1)
        layout.addWidget(self.saved)
        layout.addWidget(self.backup)
        layout.addWidget(self._read_only)
        layout.addWidget(self.scale)
        layout.setSpacing(S * 2)

    def show_project(self, info: "ProjectInfo") -> None:
        """Say in which CRS the coordinates of a project are."""
        self._epsg = info.epsg
        self._crs.setText(describe(info.epsg))
        self.saved.clear()
        self._read_only.setVisible(info.read_only is not None)
        self._read_only.setText(tr("只读"))
        self._read_only.setToolTip(info.read_only or "")

    def show_view(self, view: "View") -> None:
        """Say the scale."""
        if not (self.scale.hasFocus() and self.scale.isModified()):
            self.scale.setText(f"1:{round_scale(view.scale):,}")

    def show_place(self, x: float, y: float) -> None:
        """Say where the pointer is: metres of the project's CRS, and CGCS2000 degrees."""
        if self._epsg is None:
            return
        lon, lat = transform_xy(np.array([[x, y]]), self._epsg, CGCS2000)[0]
        self._metres.setText(format_metres(x, y))
        self._degrees.setText(format_degrees(lon, lat) if np.isfinite(lon) else "")

    def forget_place(self) -> None:
        """The pointer has left the map."""
        self._metres.clear()
        self._degrees.clear()

    def _typed(self) -> None:
        wanted = parse_scale(self.scale.text())
        self.scale.clearFocus()
        if wanted is not None:
            self.scale_wanted.emit(wanted)


def round_scale(denominator: float) -> int:
    """Return a scale denominator as one says it: three digits that count.

    Examples
    --------
    >>> round_scale(12345.6), round_scale(847.2)
    (12300, 847)
    """
    digits = max(len(str(int(denominator))) - 3, 0)
    return int(round(denominator, -digits))


def parse_scale(text: str) -> float | None:
    """Return the denominator that somebody typed, or None.

    Examples
    --------
    >>> parse_scale("1:2,000"), parse_scale("1：2 万"), parse_scale("abc")
    (2000.0, 20000.0, None)
    """
    plain = re.sub(r"[\s,，]", "", text).replace("：", ":").removeprefix("1:")
    factor = 10000 if plain.endswith("万") else 1
    try:
        value = float(plain.removesuffix("万")) * factor
    except ValueError:
        return None
    return value if value > 0 else None
