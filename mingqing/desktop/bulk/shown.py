"""What a change of many rows would do, for people: how many rows change, which, and which cannot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHeaderView, QPushButton, QStackedWidget, QWidget

from mingqing.core.errors import InputRefused, MingqingError
from mingqing.core.files import write_whole
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.table.columns import Column
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import S, button, column, label, restyle, row
from mingqing.store.bulk import Preview, refused_list
from mingqing.store.changes import Value
from mingqing.store.session import Session

_LISTED, _MOST_LISTED, _LONGEST = 200, 5_000, 60
_Index = QModelIndex | QPersistentModelIndex
_TICK = Qt.ItemDataRole.CheckStateRole


class TickTable(TextTable):
    """Rows with a box before each, ticked at first. `ticked()` when another is."""

    ticked = Signal()

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(header)
        self.left_out: set[int] = set()

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let the first column be ticked."""
        own = Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | own

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's signature
        """Return whether a row is ticked, and all else as any table."""
        if role == _TICK and index.column() == 0:
            return Qt.CheckState.Unchecked if index.row() in self.left_out else Qt.CheckState.Checked
        return super().data(index, role)

    def setData(self, index: _Index, _value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401, N802
        """Tick a row, or do not."""
        if role != _TICK:
            return False
        self.left_out ^= {index.row()}
        self.dataChanged.emit(index, index, [_TICK])
        self.ticked.emit()
        return True


class Shown(QWidget):
    """Shows a preview: the rows that change, or those that cannot.

    Parameters
    ----------
    ticking : whether rows may be left out, one by one; then more of them are listed.

    Signals
    -------
    said(str, str) : a sentence, in a tone. picked() : other rows are left out.
    """

    said = Signal(str, str)
    picked = Signal()

    def __init__(self, jobs: Jobs, *, ticking: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._most = jobs, _MOST_LISTED if ticking else _LISTED
        self._found = Preview("")
        titles = [tr("记录"), tr("现在"), tr("改成")]
        self.changing = TickTable(titles) if ticking else TextTable(titles)
        self.refused = TextTable([tr("记录"), tr("为什么改不了")])
        self.list = table_view(self.changing, (240, 240), name=tr("要改的"))
        self.why = table_view(self.refused, (440,), name=tr("改不了的"))
        self.left = TextTable([tr("表格里的行"), tr("为什么没用上")])
        self.unused = table_view(self.left, (440,), name=tr("对不上的"))
        self.change_button, self.refuse_button, self.left_button = map(self._chip, range(3))
        self.saving = button(tr("保存名单…"), self._ask_file, "inline")
        self.note = label("", "muted")
        self._pages = QStackedWidget()
        for each in (self.why, self.unused):
            each.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for each in (self.list, self.why, self.unused):
            each.verticalHeader().setDefaultSectionSize(30)
            self._pages.addWidget(each)
        self._lay_out()
        if isinstance(self.changing, TickTable):
            self.changing.ticked.connect(self._tick)

    def _chip(self, page: int) -> QPushButton:
        made = button("", lambda: self._turn(page), "chip")
        made.setCheckable(True)
        return made

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        line = row(gap=S)
        for each in (self.change_button, self.refuse_button, self.left_button):
            group.addButton(each)
            line.addWidget(each)
        line.addWidget(self.note, 1)
        line.addWidget(self.saving)
        outer = column(self, gap=S)
        outer.addLayout(line)
        outer.addWidget(self._pages, 1)
        self.change_button.setChecked(True)
        self.clear("")

    @property
    def preview(self) -> Preview:
        """What is to be done: what was found, without the rows that are left out."""
        if not isinstance(self.changing, TickTable) or not self.changing.left_out:
            return self._found
        return self._found.without({self._found.rows[at].id for at in self.changing.left_out})

    def clear(self, sentence: str, tone: str = "muted") -> None:
        """Show nothing but a sentence."""
        self.show_preview(Preview(""), {})
        for each in (self.change_button, self.refuse_button):
            each.hide()
        self._say(sentence, tone)

    def show_preview(self, found: Preview, columns: Mapping[str, Column]) -> None:
        """Show what would change; `columns` write the values of the fields."""
        self._found = found
        if isinstance(self.changing, TickTable):
            self.changing.left_out = set()
        some = found.rows[: self._most]
        one = len({name for each in found.rows for name in each.after}) < 2
        self.changing.show_rows(
            [
                [each.title, *(_written(columns, side, alone=one) for side in (each.before, each.after))]
                for each in some
            ]
        )
        self.refused.show_rows([[each.title, each.sentence] for each in found.refused[:_MOST_LISTED]])
        self.refuse_button.setText(tr("{n:,} 行改不了").format(n=len(found.refused)))
        self.refuse_button.setVisible(bool(found.refused))
        self.change_button.show()
        self.show_left(())
        self._tick()
        self._turn(0 if found.rows or not found.refused else 1)

    def show_left(self, rows: Sequence[Sequence[str]]) -> None:
        """Show rows from elsewhere that stand for none here, and why."""
        self.left.show_rows(rows[:_MOST_LISTED])
        self.left_button.setText(tr("{n:,} 行对不上").format(n=len(rows)))
        self.left_button.setVisible(bool(rows))

    def _tick(self) -> None:
        self.change_button.setText(tr("改 {n:,} 行").format(n=len(self.preview.rows)))
        notes = []
        if self._found.unchanged:
            notes.append(tr("{n:,} 行不用改").format(n=self._found.unchanged))
        if len(self._found.rows) > self._most:
            notes.append(tr("只列出前 {n:,} 行").format(n=self._most))
        self._say("；".join(notes))
        self.picked.emit()

    def _turn(self, page: int) -> None:
        (self.change_button, self.refuse_button, self.left_button)[page].setChecked(True)
        self._pages.setCurrentIndex(page)
        self.saving.setVisible(page == 1)

    def _say(self, sentence: str, tone: str = "muted") -> None:
        self.note.setText(sentence)
        restyle(self.note, "kind", tone)

    # ── The list of those that cannot ──────────────────────────────────────────────────────────────────────

    def _ask_file(self) -> None:
        suggested = str(Path.home() / tr("改不了的名单.csv"))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("保存名单"), suggested, tr("表格") + " (*.csv)")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """Write the rows that cannot change to a file that only this user of the computer can read."""
        found = self._found

        def work(session: Session, _job: Job[None]) -> None:
            content = refused_list(session, found)
            try:
                write_whole(path, content, private=True)
            except OSError as error:
                raise InputRefused(tr("这里不能保存，请换个位置")) from error

        def failed(error: MingqingError) -> None:
            self._say(str(error), "danger")

        done = tr("名单已保存到 {path}").format(path=path)
        self._jobs.start(ReadJob(work, done=lambda _: self._say(done, "good"), failed=failed))


def _written(columns: Mapping[str, Column], values: Mapping[str, Value], *, alone: bool) -> str:
    """Return values as a reader knows them, with their titles where there are several."""
    parts = []
    for name, value in values.items():
        text = columns[name].text(value) or tr("（空）")
        text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
        parts.append(text if alone else f"{columns[name].title}：{text}")
    return "；".join(parts)
