"""Pictures of a row, and where they were taken."""

from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.desktop.form.field import FieldWidget
from mingqing.desktop.photos.field import PhotoField

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line, Sheet
    from mingqing.desktop.form.desk import Desk
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session

_WGS84 = 4326


class PictureField(FieldWidget):
    """Pictures, saved as each is added or removed."""

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self._value = line.value
        self._row: tuple[str, int | None] = ("", None)
        self._lonlat: tuple[float, float] | None = None
        self.photos: PhotoField | None = None

    def attend(self, sheet: "Sheet", desk: "Desk") -> None:
        """Show the pictures of a row; a place where one was taken may become that of a row drawn as a point."""
        self.photos = photos = PhotoField(desk.jobs, self.field)
        self._hold(photos)
        self._row = sheet.table.name, sheet.id
        drawn = sheet.lonlat
        self._lonlat = drawn if drawn is not None and not isnan(drawn[0]) else None
        photos.using.setVisible(drawn is not None)
        self._show_pictures()
        photos.changed.connect(self._changed)
        if sheet.id is not None:
            table, row_id, why = (
                sheet.table.name,
                sheet.id,
                tr("修改{table}：位置").format(table=sheet.table.title),
            )

            def place(lonlat: tuple[float, float]) -> None:
                def work(edit: "Edit", session: "Session") -> None:
                    ((x, y),) = transform_xy(np.array([lonlat]), _WGS84, session.info.epsg)
                    edit.change(table, row_id, shape=shapely.Point(x, y))

                desk.editor.do(why, work)

            photos.located.connect(place)

    @property
    def value(self) -> object:
        """The pictures, as they are stored."""
        return self.photos.value if self.photos is not None else self._value

    def show_value(self, value: object, text: str = "") -> None:  # noqa: ARG002 - the shape of all fields
        """Show other pictures."""
        self._value = value
        if (self.value or None) != (value or None):
            self._show_pictures()

    def _show_pictures(self) -> None:
        if self.photos is not None:
            self.photos.show_row(*self._row, self._value, self._lonlat)

    def _changed(self) -> None:
        self.edited.emit()
        self.finished.emit()
