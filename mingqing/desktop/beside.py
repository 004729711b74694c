"""The panels at the right of the map, which on a narrow screen take turns, and for which the legend gives way."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions

_LEAST_MAP, _RAIL = 320, 104  # pixels
_NARROW = 1500  # pixels of the page in which map, legend, classes and one of these are too much


class Beside(QObject):
    """Shows each panel while the action of its name is checked.

    `turn` is called when the map has become narrower or wider; `widen` puts away what stands at its other side.
    """

    def __init__(
        self,
        page: QWidget,
        panels: Mapping[str, QWidget],
        actions: "Actions",
        turn: Callable[[], object],
        widen: Callable[[], object],
        legend: QWidget,
    ) -> None:
        super().__init__(page)
        self._legend = legend
        self._page, self._panels, self._actions, self._turn, self._widen = page, panels, actions, turn, widen
        for name in panels:
            actions[name].toggled.connect(partial(self._show, name))
        actions["legend"].toggled.connect(self._follow_legend)
        page.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the legend give way where the page has become too narrow for all."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    @property
    def _cramped(self) -> bool:
        """Whether legend and map and what is shown here have no room together."""
        wide = max((p.width() for n, p in self._panels.items() if self._actions[n].isChecked()), default=0)
        return wide > 0 and self._page.width() < _RAIL + self._legend.width() + _LEAST_MAP + wide

    def _fit(self) -> None:
        if self._actions["legend"].isChecked() and self._cramped:
            self._actions["legend"].setChecked(False)

    def _follow_legend(self, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        if on and self._cramped:
            self._put_away()

    def _show(self, name: str, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._panels[name].setVisible(on)
        self._fit()
        if on and self._page.width() < _NARROW:
            self._put_away(but=name)
            self._widen()
        QTimer.singleShot(0, self, self._turn)  # the map is narrower by then

    def make_room(self) -> None:
        """Put them away on a narrow screen."""
        if self._page.width() < _NARROW:
            self._put_away()

    def _put_away(self, but: str = "") -> None:
        for name in self._panels:
            if name != but:
                self._actions[name].setChecked(False)
