"""Numbers typed while drawing: a length, an azimuth, or a coordinate, taken with Enter."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import S, row
from mingqing.digitising.paths import XY
from mingqing.digitising.shapes import at_length_and_azimuth, azimuth_deg
from mingqing.digitising.typed import angle_deg, length_m, place

_LONGEST = 200


class Entry(QWidget):
    """Three fields in the strip. `entered()` when Enter is pressed in one of them."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        layout = row(self, gap=S)
        self.length = self._field(tr("长度，米"), tr("长度"), 84)
        self.azimuth = self._field(tr("方位角，从北起顺时针，度"), tr("方位角"), 84)
        self.coordinate = self._field(tr("坐标"), tr("坐标"), 136)
        for each in (self.length, self.azimuth, self.coordinate):
            layout.addWidget(each)
        self.hide()

    def _field(self, name: str, placeholder: str, width: int) -> QLineEdit:
        made = QLineEdit()
        made.setAccessibleName(name)
        made.setToolTip(tr("{name}；填好按回车").format(name=name))
        made.setPlaceholderText(placeholder)
        made.setFixedWidth(width)
        made.setMaxLength(_LONGEST)
        made.returnPressed.connect(self.entered)
        return made

    @property
    def empty(self) -> bool:
        """Whether nothing is typed."""
        return not any(f.text().strip() for f in (self.length, self.azimuth, self.coordinate))

    def clear(self) -> None:
        """Take what was typed away."""
        for each in (self.length, self.azimuth, self.coordinate):
            each.clear()

    def focus(self) -> None:
        """Let the user type a length."""
        self.length.setFocus()
        self.length.selectAll()

    def metres(self) -> float | None:
        """Return the length typed; None where none is. Raises InputRefused where it is no length."""
        return length_m(self.length.text()) if self.length.text().strip() else None

    def place(self, start: XY | None, towards: XY | None, epsg: int) -> XY | None:
        """Return the place that is typed; None where too little is.

        Parameters
        ----------
        start : where the side begins; without it only a coordinate is a place.
        towards : where the pointer is: the direction where none is typed, how far where no length is.

        Raises
        ------
        InputRefused
            if what is typed is no length, angle or coordinate.
        """
        if self.coordinate.text().strip():
            return place(self.coordinate.text(), epsg).xy
        typed, far = self.azimuth.text().strip(), self.metres()
        if start is None or (far is None and not typed) or (towards is None and not (typed and far)):
            return None
        angle = angle_deg(typed) if typed else azimuth_deg(start, towards or start)
        if far is None and towards is not None:
            far = ((towards[0] - start[0]) ** 2 + (towards[1] - start[1]) ** 2) ** 0.5
        return at_length_and_azimuth(start, far or 0.0, angle)
