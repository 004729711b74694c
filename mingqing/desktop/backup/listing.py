"""The first step of the backup page: the project's own backups, and what may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mingqing.core.text import tr
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, row
from mingqing.store.archive import Backup
from mingqing.store.backup import AUTO


@dataclass(frozen=True, slots=True)
class Listed:
    """A backup in the list, and its size."""

    backup: Backup
    size_bytes: int


class BackupList(QWidget):
    """Signals: make(), export(), check(), prove(), restore(), fetch(), left(), one a button."""

    make = Signal()
    export = Signal()
    check = Signal()
    prove = Signal()
    restore = Signal()
    fetch = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listed: Sequence[Listed] = ()
        self._folder = label("", "caption", selectable=True)
        self._note = label("", "good", wrap=True, selectable=True)
        self._note.hide()
        self._table = TextTable([tr("备份时间"), tr("怎么来的"), tr("大小"), tr("核对")], (2,))
        self.table = table_view(self._table, (240, 160, 320), name=tr("这个项目自己的备份"))
        self.nothing = label(tr("还没有备份。点“立即备份”，几秒钟就好"), "muted")
        self.here = button(tr("立即备份"), self.make.emit, "primary", glyph="fa6s.box-archive")
        self.prove_all = button(tr("核对是否完好"), self.prove.emit, glyph="fa6s.check-double")
        self.bring_back = button(tr("恢复到新位置…"), self.restore.emit, glyph="fa6s.clock-rotate-left")
        self._lay_out()

    def _lay_out(self) -> None:
        acts = row(gap=M)
        acts.addWidget(self.here)
        acts.addWidget(button(tr("备份到文件夹或 U 盘…"), self.export.emit, glyph="fa6s.hard-drive"))
        acts.addStretch(1)
        acts.addWidget(button(tr("检查项目"), self.check.emit, glyph="fa6s.stethoscope"))
        title = row(gap=M)
        title.addWidget(label(tr("这个项目自己的备份"), "section"))
        title.addStretch(1)
        title.addWidget(self._folder)
        foot = row(gap=M)
        foot.addWidget(self.bring_back)
        foot.addWidget(self.prove_all)
        foot.addWidget(button(tr("用别处的备份恢复…"), self.fetch.emit, glyph="fa6s.folder-open"))
        foot.addStretch(1)
        foot.addWidget(button(tr("返回"), self.left.emit))
        outer = column(self, margins=(XL, XL, XL, L), gap=S)
        outer.addWidget(label(tr("备份与恢复"), "heading"))
        about = tr(
            "项目有改动时，打开后会自动备份，开着时每天备份一次。备份同样加密，用备份那天的账号和密码打开。"
        )
        outer.addWidget(label(about, "muted", wrap=True))
        outer.addSpacing(S)
        outer.addLayout(acts)
        outer.addWidget(self._note)
        outer.addSpacing(M)
        outer.addLayout(title)
        outer.addWidget(self.nothing)
        outer.addWidget(self.table, 1)
        outer.addStretch(0)
        outer.addSpacing(S)
        outer.addLayout(foot)

    def show_place(self, project: Path, *, writable: bool) -> None:
        """Say where the backups lie, and whether one can be made there."""
        self._folder.setText(str(project / "backups"))
        self.here.setEnabled(writable)
        self.here.setToolTip("" if writable else tr("项目只能查看，请备份到文件夹或 U 盘"))

    def say(self, sentence: str) -> None:
        """Show what was just done, or nothing."""
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))

    def show_backups(self, listed: Sequence[Listed], sound: Mapping[Path, bool]) -> None:
        """Show the backups, the newest first; `sound` says of those that were proved what came of it."""
        self._listed = listed
        states = [sound.get(each.backup.file) for each in listed]
        self._table.show_rows(
            [_line(each, state) for each, state in zip(listed, states, strict=True)],
            [_TONES[state] for state in states],
        )
        for widget in (self.table, self.bring_back, self.prove_all):
            widget.setVisible(bool(listed))
        self.nothing.setVisible(not listed)
        if listed:
            self.table.selectRow(0)

    @property
    def chosen(self) -> Backup | None:
        """The backup whose line is selected."""
        at = self.table.currentIndex().row()
        return self._listed[at].backup if 0 <= at < len(self._listed) else None


_TONES = {None: "muted", True: "good", False: "danger"}


def _line(each: Listed, sound: bool | None) -> list[str]:  # noqa: FBT001
    contents = each.backup.contents
    kind = tr("自动") if contents.kind == AUTO else tr("手动")
    # Whoever made it had it proved then; whether the disk still gives back the same is for `prove` to say.
    said = {None: tr("备份时核对过"), True: tr("刚核对，完好"), False: tr("已损坏，不能用")}[sound]
    return [f"{contents.made:%Y-%m-%d %H:%M}", kind, size_text(each.size_bytes), said]


def size_text(size_bytes: int) -> str:
    """Return a size as one says it.

    Examples
    --------
    >>> size_text(484_000_000), size_text(300_000)
    ('484 MB', '0.3 MB')
    """
    megabytes = size_bytes / 1e6
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"
