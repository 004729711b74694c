"""Bookmarks (书签): places to come back to, each with its map and village; one's own, or for all accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemDelegate, QCheckBox, QFrame, QLineEdit, QListView, QWidget

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.look.icons import icon
from mingqing.desktop.map.view import View
from mingqing.desktop.status import round_scale
from mingqing.desktop.widgets import S, button, column, label, row
from mingqing.store.saved import Saved, forget, save, saved

if TYPE_CHECKING:
    from mingqing.store.session import Session

KIND = "bookmark"
_SAVED = Qt.ItemDataRole.UserRole
_NEAR_PX = 700  # what is farther from the middle is off most screens
_WIDTH, _ROW, _MOST_ROWS = 340, 36, 9


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where one looked from, at which map, in which village (empty for all)."""

    view: View
    theme: str
    village: str

    @property
    def value(self) -> Mapping[str, object]:
        """What is kept of it."""
        view = self.view
        return {"at": [view.x, view.y], "scale": view.scale, "theme": self.theme, "village": self.village}

    @classmethod
    def of(cls, value: object) -> "Bookmark | None":
        """Return the bookmark that was kept as `value`; None where it makes no sense to this program."""
        try:
            x, y = value["at"]  # type: ignore[index]
            view = View(float(x), float(y), 1.0).at_scale(float(value["scale"]))  # type: ignore[index]
            return cls(view, str(value["theme"]), str(value["village"]))  # type: ignore[index]
        except (KeyError, TypeError, ValueError):
            return None


class Bookmarks(QObject):
    """The bookmarks of the open project and their list. `going(Bookmark)` when one is chosen."""

    going = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.list = BookmarkList(parent)
        self.list.adding.connect(self._add)
        self.list.renaming.connect(self._rename)
        self.list.forgetting.connect(self._forget)
        self.list.going.connect(self._go)
        self._here: Bookmark | None = None

    def show_project(self, session: "Session | None") -> None:
        """Take note of what the account may do with bookmarks; None where no project is open."""
        self.list.hide()
        self.list.show_bookmarks([])
        if session is not None:
            self.list.allow(keeping=session.info.read_only is None, sharing=session.policy.edits)

    def open(self, at: QPoint, here: Bookmark | None, suggested: str, *, adding: bool = False) -> None:
        """Drop the list down at a place on the screen; `adding` waits for a name to keep the place under."""
        self._here = here
        self.list.open(at, suggested, adding=adding)
        self._read()
        if here is not None:
            self._suggest(here.view, suggested)

    def _suggest(self, view: View, before: str) -> None:
        """Suggest the name of a place near by, unless somebody wrote another meanwhile."""

        def done(name: str) -> None:
            if name and self.list.name.text() == before:
                self.list.name.setText(name)
                self.list.name.selectAll()

        self._jobs.start(ReadJob(lambda session, _job: near(session, view), done=done, topic="nearby"))

    def _read(self) -> None:
        def work(session: "Session", _job: Job[list[Saved]]) -> list[Saved]:
            return saved(session, KIND)

        self._jobs.start(ReadJob(work, done=self.list.show_bookmarks, topic="bookmarks"))

    def _write(self, work: "Callable[[Session], object]") -> None:
        """Change something, then list what there is."""
        job = WriteJob(
            lambda session, _job: work(session),
            done=lambda _: self._read(),
            failed=lambda error: self.list.refuse(str(error)),
        )
        self._jobs.start(job)

    def _add(self, name: str, shared: bool) -> None:  # noqa: FBT001 - a signal's values
        here = self._here
        if here is not None:
            self._write(lambda session: save(session, KIND, name, here.value, shared=shared))

    def _rename(self, thing: Saved, name: str) -> None:
        def work(session: "Session") -> None:
            save(session, KIND, name, thing.value, shared=thing.shared, fields=thing.fields)
            forget(session, thing)

        self._write(work)

    def _forget(self, thing: Saved) -> None:
        self._write(lambda session: forget(session, thing))

    def _go(self, thing: Saved) -> None:
        bookmark = Bookmark.of(thing.value)
        if bookmark is not None:
            self.going.emit(bookmark)


def near(session: "Session", view: View) -> str:
    """Return what a place is called after the nearest name on the map; empty where none is near or may be seen."""
    if not session.policy.allowed("place_name", Action.SEE):
        return ""
    x, y, reach = view.x, view.y, _NEAR_PX * view.m_per_px
    box = (x - reach, y - reach, x + reach, y + reach)
    found = session.features("place_name", columns=["name"], bounds=box)
    far = shapely.distance(found.geometry, shapely.Point(x, y))
    names = [(d, str(name)) for d, name in zip(far.tolist(), found.columns["name"], strict=True) if name]
    return tr("{name}附近").format(name=min(names)[1]) if names else ""


class BookmarkList(QFrame):
    """The list that drops down: a name to keep the place under, then what is kept.

    Signals
    -------
    adding(str, bool) : the place is to be kept under a name, for all. renaming(Saved, str), forgetting(Saved),
    going(Saved).
    """

    adding = Signal(str, bool)
    renaming = Signal(object, str)
    forgetting = Signal(object)
    going = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        round_corners(self, SHEET_PX)
        self.setFixedWidth(_WIDTH)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("书签名称"))
        self.name.setPlaceholderText(tr("给这里起个名"))
        self.name.returnPressed.connect(self._add)
        self.add = button(tr("收藏"), self._add, "primary")
        self.shared = QCheckBox(tr("全员可见"))
        self.shared.setToolTip(tr("这个项目的每个账号都能看到，名称里请不要写人名"))
        self._wrong = label("", "danger", wrap=True)
        self._nothing = label(tr("还没有书签"), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._model = QStandardItemModel(self)
        self.view = self._make_view()
        self.rename = button(tr("改名"), self._edit, "chip")
        self.remove = button(tr("删除"), self._remove, "chip")
        self.rename.setToolTip(tr("改名  F2"))
        self.remove.setToolTip(tr("删除  Delete"))
        self._lay_out()

    def _make_view(self) -> QListView:
        view = QListView()
        view.setObjectName("bare")
        view.setModel(self._model)
        view.setAccessibleName(tr("书签"))
        view.setIconSize(QSize(14, 14))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        view.clicked.connect(self._take)
        view.itemDelegate().commitData.connect(self._renamed)
        view.itemDelegate().closeEditor.connect(self._closed)
        return view

    def _lay_out(self) -> None:
        sheet = QFrame()
        sheet.setObjectName("sheet")
        column(self).addWidget(sheet)
        layout = column(sheet, margins=(S, S, S, S), gap=S)
        line = row(gap=S)
        line.addWidget(self.name, 1)
        line.addWidget(self.add)
        layout.addLayout(line)
        layout.addWidget(self.shared)
        layout.addWidget(self._wrong)
        layout.addWidget(self._nothing)
        layout.addWidget(self.view, 1)
        below = row(gap=S)
        below.addStretch(1)
        below.addWidget(self.rename)
        below.addWidget(self.remove)
        layout.addLayout(below)

    # ── What it shows ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def names(self) -> list[str]:
        """The names listed."""
        return [self._model.item(n).text() for n in range(self._model.rowCount())]

    @property
    def error(self) -> str:
        """The sentence that says what went wrong, or empty."""
        return self._wrong.text()

    def allow(self, *, keeping: bool, sharing: bool) -> None:
        """Offer to keep and change bookmarks, and to share them, or not."""
        for each in (self.name, self.add, self.rename, self.remove):
            each.setVisible(keeping)
        self.shared.setVisible(keeping and sharing)
        self.shared.setChecked(False)
        triggers = QListView.EditTrigger
        self.view.setEditTriggers(triggers.EditKeyPressed if keeping else triggers.NoEditTriggers)

    def open(self, at: QPoint, suggested: str, *, adding: bool) -> None:
        """Drop down at a place on the screen, with a name suggested for the place."""
        self._wrong.clear()
        self._wrong.hide()
        self.name.setText(suggested)
        self.move(at)
        self._fit()
        self.show()
        (self.name if adding else self.view).setFocus()
        self.name.selectAll()

    def show_bookmarks(self, things: "list[Saved]") -> None:
        """List these."""
        self._wrong.hide()
        self._model.clear()
        for thing in things:
            self._model.appendRow(_item(thing))
        self.view.setCurrentIndex(self._model.index(0, 0))
        self._nothing.setVisible(not things)
        self.view.setVisible(bool(things))
        for each in (self.rename, self.remove):
            each.setEnabled(bool(things))
        self._fit()

    def refuse(self, sentence: str) -> None:
        """Say what could not be done."""
        self._wrong.setText(sentence)
        self._wrong.show()
        self._fit()

    def _fit(self) -> None:
        self.view.setFixedHeight(_ROW * min(self._model.rowCount(), _MOST_ROWS) + 4)
        self.adjustSize()

    # ── What it is told ────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go by Enter, delete by Delete."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.view.hasFocus():
                self._take(self.view.currentIndex())
            case Qt.Key.Key_Delete if self.view.hasFocus() and not self.remove.isHidden():
                self._remove()
            case _:
                super().keyPressEvent(event)

    def _current(self) -> Saved | None:
        found = self.view.currentIndex().data(_SAVED)
        return found if isinstance(found, Saved) else None

    def _add(self) -> None:
        self.adding.emit(self.name.text(), self.shared.isChecked())

    def _take(self, index: QModelIndex) -> None:
        thing = index.data(_SAVED)
        if isinstance(thing, Saved):
            self.hide()
            self.going.emit(thing)

    def _edit(self) -> None:
        self.view.edit(self.view.currentIndex())

    def _renamed(self, editor: QWidget) -> None:
        thing = self._current()
        if thing is not None and isinstance(editor, QLineEdit) and editor.text().strip() != thing.name:
            self.renaming.emit(thing, editor.text())

    def _closed(self, _editor: QWidget, _hint: QAbstractItemDelegate.EndEditHint) -> None:
        self.view.setFocus()

    def _remove(self) -> None:
        thing = self._current()
        if thing is not None:
            self.forgetting.emit(thing)


def _item(thing: Saved) -> QStandardItem:
    made = QStandardItem(thing.name)
    made.setData(thing, _SAVED)
    made.setIcon(icon("fa6s.users" if thing.shared else "fa6s.bookmark"))
    made.setSizeHint(QSize(0, _ROW))
    place = Bookmark.of(thing.value)
    scale = f"1:{round_scale(place.view.scale):,}" if place is not None else ""
    made.setToolTip(" · ".join(filter(None, (thing.name, scale, tr("全员可见") if thing.shared else ""))))
    return made
