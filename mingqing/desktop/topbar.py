"""The bar at the top: project, village, search, undo and redo, back and forward, import, account."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.access.account import AccountButton
from mingqing.desktop.look.icons import icon
from mingqing.desktop.search.box import SearchBox
from mingqing.desktop.villages.chooser import VillageChooser
from mingqing.desktop.widgets import ElidedButton, M, S, rounded, row, tool

if TYPE_CHECKING:
    from mingqing.desktop.actions import Actions
    from mingqing.store.session import Session

_WIDE, _LONGEST_NAME = 1200, 280  # pixels


class TopBar(QWidget):
    """`menu` drops from the project's name; the window fills it. `imports` drops from the import button."""

    def __init__(self, actions: "Actions", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(56)
        self.project = ElidedButton()
        self.project.setObjectName("project")
        self.project.setMaximumWidth(_LONGEST_NAME)
        self.project.setIcon(icon("fa6s.bars"))
        self.project.setIconSize(QSize(16, 16))
        self.project.setAccessibleName(tr("项目菜单"))
        self.menu = rounded(QMenu(self))
        self.project.clicked.connect(self.open_menu)
        self.villages, self.search = VillageChooser(), SearchBox()
        layout = row(self, margins=(M, 0, M, 0), gap=S)
        layout.addWidget(self.project)
        self._of_map = [
            tool(actions[name])
            for name in ("to_village", "back", "forward", "legend", "charts", "table", "history")
        ]
        self.evacuation = tool(actions["evacuation"], text=True)
        self.evacuation.hide()
        self._steps = [tool(actions[name]) for name in ("undo", "redo")]
        layout.addWidget(self.villages)
        layout.addWidget(self._of_map[0])
        layout.addWidget(self.search, 100)
        layout.addStretch(1)
        layout.addWidget(self.evacuation)
        tools = row(gap=2)
        for made in (*self._steps, *self._of_map[1:]):
            tools.addWidget(made)
        layout.addLayout(tools)
        layout.addSpacing(S)
        self.imports = self._import_menu(actions)
        self.add = tool(self.imports.menuAction(), text=True)
        self.add.setObjectName("add")
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layout.addWidget(self.add)
        self.give = tool(actions["export"])
        layout.addWidget(self.give)
        self.account = AccountButton(actions)
        layout.addWidget(self.account)

    def _import_menu(self, actions: "Actions") -> QMenu:
        """Return what may be imported, the folder first: a village comes as a folder."""
        made = rounded(QMenu(tr("导入数据"), self))
        made.setIcon(icon("fa6s.file-import"))
        made.menuAction().setToolTip(tr("导入一个文件夹或几份文件"))
        made.addActions([actions["import_folder"], actions["import"]])
        actions["import"].enabledChanged.connect(made.menuAction().setEnabled)
        return made

    def show_project(self, session: "Session", *, has_map: bool) -> None:
        """Name the project and who has opened it; offer what may be done here."""
        self.project.show_words("  " + session.info.name)
        self.project.setToolTip(tr("{name}：新建、打开、外观  Alt+M").format(name=session.info.name))
        self.account.show_account(session)
        for made in (self.villages, self.search, *self._of_map):
            made.setVisible(has_map)
        for made in (self.add, *self._steps):
            made.setVisible(session.policy.edits)
        self.imports.menuAction().setVisible(session.policy.edits)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave buttons their words where there is room for the names as well."""
        super().resizeEvent(event)
        self.give.setVisible(self.width() >= _WIDE)  # where it is not, the menu has it
        style = Qt.ToolButtonStyle
        for worded in (self.add, self.evacuation):
            worded.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if self.width() >= _WIDE else style.ToolButtonIconOnly
            )
            worded.setMinimumWidth(worded.sizeHint().width())  # before names are cut short

    def open_menu(self) -> None:
        """Drop the project menu down."""
        self.menu.popup(self.project.mapToGlobal(self.project.rect().bottomLeft()))
