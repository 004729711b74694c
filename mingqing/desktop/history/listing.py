"""A list of the panel: read in a job, only while it is to be seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.history.wording import Line, Told
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.widgets import L, M, S, button, column, empty, label, rule, scrolling
from mingqing.store.edit import SHAPE

if TYPE_CHECKING:
    from mingqing.store.session import Session

T = TypeVar("T")
_MOST_LINES = 12
Drawing = tuple[Sequence[object], Sequence[object], tuple[str, str] | None]
NOTHING: Drawing = ([], [], None)
_PAGE = 30


@dataclass(frozen=True, slots=True)
class Scope:
    """What the panel is about: a row, or a village (empty for all), each with what it is called."""

    row: tuple[str, int] | None = None
    village: str = ""
    village_name: str = ""


class Listing(QWidget):
    """Shows entries below its controls.

    Signals
    -------
    drawing(before, after, names) : shapes to be shown on the map; names for the key, or None.
    going(table, id) : a row to be shown. mending(Told, Line) : a field to be put back.

    whole : what is drawn while no single entry's shapes are.
    """

    drawing = Signal(object, object, object)
    going = Signal(str, object)
    mending = Signal(object, object)

    def __init__(self, jobs: Jobs, topic: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._topic = jobs, topic
        self.scope = Scope()
        self._stale = True
        self.seen: list[QPushButton] = []
        self.whole = NOTHING
        self.controls: QVBoxLayout = column(margins=(L, 0, M, S), gap=S)
        inside = QWidget()
        self.entries: QVBoxLayout = column(inside, margins=(L, 0, L, L), gap=4)
        self.entries.setAlignment(Qt.AlignmentFlag.AlignTop)
        outer = column(self, gap=0)
        outer.addLayout(self.controls)
        outer.addWidget(scrolling(inside), 1)

    def follow(self, scope: Scope) -> None:
        """Be about something else."""
        self.scope = scope
        self.refresh()

    def refresh(self) -> None:
        """Read anew, at once where it is seen and else once it is."""
        self._stale = True
        if self.isVisible():
            self.ask()

    def forget(self) -> None:
        """Show nothing of a project that is no longer open."""
        self.scope, self._stale = Scope(), True
        self.clear()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Read what has not been read yet."""
        super().showEvent(event)
        if self._stale:
            self.ask()

    def ask(self) -> None:
        """Start reading."""
        self._stale = False

    def read(self, work: "Callable[[Session], T]", done: Callable[[T], None]) -> None:
        """Run `work` off the UI thread; a later one takes its place."""

        def job(session: "Session", _job: Job[T]) -> T:
            return work(session)

        self._jobs.start(ReadJob(job, done=done, topic=self._topic))

    def clear(self) -> None:
        """Take every entry away."""
        self.seen, self.whole = [], NOTHING
        empty(self.entries)

    def say(self, sentence: str) -> None:
        """Show a sentence in place of entries."""
        self.clear()
        self.entries.addWidget(label(sentence, "muted", wrap=True))

    def page(self, adding: Sequence[Callable[[], object]], into: QVBoxLayout | None = None) -> None:
        """Add the first entries, each by calling what adds it, and below them a button that adds more.

        A thousand entries at once would stop the window for a second.
        """
        place = self.entries if into is None else into
        for add in adding[:_PAGE]:
            add()
        rest = adding[_PAGE:]
        if rest:
            more = button(tr("往下看（还有 {n} 条）").format(n=len(rest)), lambda: turn(more), "link")
            place.addWidget(more)

        def turn(pressed: QWidget) -> None:
            place.removeWidget(pressed)
            pressed.deleteLater()
            self.page(rest, into)

    def add_note(self, text: str, kind: str) -> None:
        """Add a line of text; `kind` as of `widgets.label`."""
        self.entries.addWidget(label(text, kind, wrap=True))

    # ── One entry ──────────────────────────────────────────────────────────────────────────────────────────

    def add(self, told: Told, *, named: bool, into: QVBoxLayout | None = None) -> None:
        """Add a version to the list, or to a part of it; `named` says of which row it is."""
        frame = QFrame()
        frame.setAccessibleName(f"{told.what} {told.when}")
        inside = column(frame, gap=2)
        if named:
            inside.addWidget(button(told.row, lambda: self.going.emit(told.table, told.id), "link"), 0, _LEFT)
        else:
            inside.addWidget(label(told.what, "strong", wrap=True))
            inside.addWidget(label(told.when, "caption", wrap=True))
        self._add_lines(inside, told)
        if told.reshaped:
            inside.addWidget(self._seeing(told), 0, _LEFT)
        place = self.entries if into is None else into
        place.addWidget(frame)
        if into is None:
            place.addWidget(rule())

    def _add_lines(self, inside: QVBoxLayout, told: Told) -> None:
        for line in told.lines[:_MOST_LINES]:
            inside.addWidget(label(line_text(line), wrap=True, selectable=True))
            if line.mendable:
                inside.addWidget(self._mending(told, line), 0, _LEFT)
        if len(told.lines) > _MOST_LINES:
            rest = tr("另有 {n} 项").format(n=len(told.lines) - _MOST_LINES)
            inside.addWidget(label(rest, "caption"))

    def _mending(self, told: Told, line: Line) -> QPushButton:
        was = (
            tr("恢复成原来的图形") if line.field == SHAPE else tr("恢复成“{value}”").format(value=line.before)
        )
        text = was if line.before or line.field == SHAPE else tr("恢复成空白")
        made = button(
            text if len(text) < 22 else text[:20] + "…”", lambda: self.mending.emit(told, line), "link"
        )
        made.setToolTip(tr("把“{field}”{text}").format(field=line.title, text=text))
        made.setAccessibleName(made.toolTip())
        return made

    def _seeing(self, told: Told) -> QPushButton:
        made = button(tr("在图上看"), lambda: None, "chip", glyph="fa6s.map-location-dot")
        made.setCheckable(True)
        made.toggled.connect(lambda on: self._draw(made, told, on=on))
        self.seen.append(made)
        return made

    def _draw(self, pressed: QPushButton, told: Told, *, on: bool) -> None:
        if on:
            for other in self.seen:
                if other is not pressed:
                    other.setChecked(False)
        if on:
            self.drawing.emit([told.before], [told.after], None)
        else:
            self.drawing.emit(*self.whole)


_LEFT = Qt.AlignmentFlag.AlignLeft


def line_text(line: Line) -> str:
    """Return a field's change in a line.

    Examples
    --------
    >>> line_text(Line("storeys", "层数", "1", "2")), line_text(Line("storeys", "层数", "", "2"))
    ('层数：1 → 2', '层数：2')
    >>> line_text(Line("storeys", "层数", "2", "")), line_text(Line("geometry", "图形", "", ""))
    ('层数：2 → 空白', '图形：有改动')
    """
    if line.before == line.after:
        return tr("{title}：有改动").format(title=line.title)
    if not line.before:
        return tr("{title}：{value}").format(title=line.title, value=line.after)
    text = tr("{title}：{before} → {after}")
    return text.format(title=line.title, before=line.before, after=line.after or tr("空白"))
