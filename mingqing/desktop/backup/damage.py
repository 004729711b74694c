"""What is left to do with a damaged project: bring back the newest sound backup, or save what can be read."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from mingqing.catalog.model import Catalog
from mingqing.core.errors import MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.backup.restoring import RestoreSteps
from mingqing.desktop.backup.sheets import SalvageSheet
from mingqing.desktop.backup.steps import Outcome
from mingqing.desktop.jobs import Job, Jobs, KeepJob
from mingqing.desktop.look.icons import icon
from mingqing.desktop.pages.dialogs import ask
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, row
from mingqing.store.archive import Backup
from mingqing.store.backup import newest_sound
from mingqing.store.project import accounts_of
from mingqing.store.salvage import Salvaged, salvage_project

if TYPE_CHECKING:
    from mingqing.store.session import Session


class DamagePage(RestoreSteps):
    """Says what happened to a project, and offers the two ways on. The project itself is left as it is."""

    def __init__(self, jobs: Jobs, catalog: Catalog) -> None:
        self.choices = _Choices()
        super().__init__(self.choices, jobs)
        self._catalog = catalog
        self._damaged = Path()
        self._newest: Backup | None = None
        self.choices.restore.clicked.connect(self._restore_newest)
        self.choices.fetch.clicked.connect(self.ask_file)
        self.choices.salvage.clicked.connect(self.ask_salvage)
        self.choices.leave.clicked.connect(self.left)

    def show_damage(self, damaged: Path, *, can_look: bool) -> None:
        """Show what can be done for the project folder `damaged`, and come to the front.

        can_look : whether it is open for looking at what can be read.
        """
        self._damaged, self.place = damaged, damaged.parent
        self.choices.show_damage(damaged, can_look=can_look, can_salvage=bool(_accounts(damaged)))

        def work(_session: "Session", job: Job[Backup | None]) -> Backup | None:
            return newest_sound(damaged, Watch(job.progress, job.cancelled))

        self.jobs.start(KeepJob(work, done=self._found, failed=self.failed, topic="newest"))
        self.back()
        self.wanted.emit()

    def _found(self, newest: Backup | None) -> None:
        self._newest = newest
        self.choices.show_newest(newest)

    def _restore_newest(self) -> None:
        if self._newest is not None:
            self.ask_restore(self._newest.file)

    def ask_salvage(self) -> None:
        """Ask where what can be read is to be saved, then do so."""
        sheet = SalvageSheet(self._damaged, _accounts(self._damaged), self.window())

        def submitted() -> None:
            path, user, password = sheet.path, sheet.user.currentText(), sheet.password.text()
            sheet.accept()
            self._salvage(path, user, password)

        sheet.submitted.connect(submitted)
        ask(sheet)

    def _salvage(self, path: Path, user: str, password: str) -> None:
        damaged, catalog = self._damaged, self._catalog

        def work(_session: "Session", watch: Watch) -> Salvaged:
            return salvage_project(damaged, path, user=user, password=password, catalog=catalog, watch=watch)

        self.run(tr("正在抢救"), tr("损坏的项目保持原样；停下就什么也不留下"), work, self._salvaged)

    def _salvaged(self, done: Salvaged) -> None:
        lost, detached = sum(done.lost.values()), sum(done.detached.values())
        said = tr("救回 {n:,} 条").format(n=sum(done.rescued.values()))
        if lost:
            said += tr("，至少丢失 {n:,} 条").format(n=lost)
        if detached:
            said += tr("，{n:,} 条失去了与农房或住户的关联").format(n=detached)
        said += tr("。账号和密码不变，修改历史和日志没有带过来。\n新项目：{path}").format(path=done.path)
        tables = [name for name, n in done.rescued.items() if n or done.lost[name]]
        tables.sort(key=lambda name: (-done.lost[name], -done.detached[name]))
        rows = [
            [
                self._catalog.tables[name].title,
                *(f"{n:,}" if n else "" for n in (done.rescued[name], done.lost[name], done.detached[name])),
            ]
            for name in tables
        ]
        titles = [tr("表"), tr("救回"), tr("至少丢失"), tr("失去关联")]
        heading = tr("抢救完成，有丢失") if lost or detached else tr("抢救完成，没有发现丢失")
        tone = "warning" if lost or detached else "good"
        self.show_outcome(Outcome(heading, said, tone, done.path, (titles, rows, (110, 110, 110))))


def _accounts(damaged: Path) -> list[str]:
    """The accounts that could still read the project; none where the keyring is damaged too."""
    try:
        return accounts_of(damaged)
    except MingqingError:
        return []


class _Choices(QWidget):
    """What happened, and one panel for each way on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading, self._what = label("", "heading", wrap=True), label("", "muted", wrap=True)
        self._newest, self._after = label("", "strong", wrap=True), label("", "muted", wrap=True)
        self._readable = label("", "muted", wrap=True)
        self.restore = button(tr("恢复到新位置…"), lambda: None, "primary", glyph="fa6s.clock-rotate-left")
        self.fetch = button(tr("用别处的备份…"), lambda: None, glyph="fa6s.folder-open")
        self.salvage = button(tr("抢救到新项目…"), lambda: None, glyph="fa6s.life-ring")
        self.leave = button("", lambda: None)
        middle = QWidget()
        middle.setFixedWidth(720)
        self._fill(column(middle, gap=M))
        outer = row(self, margins=(XL, XL, XL, XL))
        outer.addStretch(1)
        outer.addWidget(middle)
        outer.addStretch(1)

    def _fill(self, body: QVBoxLayout) -> None:
        heading = row(gap=M)
        glyph = QLabel()
        glyph.setPixmap(icon("fa6s.triangle-exclamation", "danger").pixmap(QSize(28, 28)))
        heading.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        heading.addWidget(self._heading, 1)
        body.addStretch(2)
        body.addLayout(heading)
        body.addWidget(self._what)
        body.addSpacing(S)
        body.addWidget(_panel(tr("恢复备份"), (self._newest, self._after), (self.restore, self.fetch)))
        body.addWidget(_panel(tr("抢救还读得出的数据"), (self._readable,), (self.salvage,)))
        body.addSpacing(S)
        body.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignLeft)
        body.addStretch(3)

    def show_damage(self, damaged: Path, *, can_look: bool, can_salvage: bool) -> None:
        name = damaged.stem
        heading = tr("“{name}”有一部分数据已损坏") if can_look else tr("“{name}”的数据已损坏，打不开")
        self._heading.setText(heading.format(name=name))
        looking = tr("多半是磁盘或 U 盘出了问题。为免坏得更多，现在只能查看，读不出来的地方不显示。")
        closed = tr("多半是磁盘或 U 盘出了问题，或拷贝时没有拷完。")
        self._what.setText(looking if can_look else closed)
        self._newest.setText(tr("正在核对最近的备份…"))
        self._after.clear()
        self.restore.setVisible(True)
        self.restore.setEnabled(False)
        self.salvage.setEnabled(can_salvage)
        kept = tr(
            "逐条读出没有损坏的内容，存成新项目，并列出丢了多少。账号和密码不变，修改历史和日志带不过去。"
        )
        self._readable.setText(
            kept if can_salvage else tr("密钥文件缺失或损坏，数据解不开，只能用备份恢复。")
        )
        self.leave.setText(tr("先看看地图") if can_look else tr("返回首页"))

    def show_newest(self, newest: Backup | None) -> None:
        self.restore.setEnabled(newest is not None)
        self.restore.setVisible(newest is not None)
        if newest is None:
            self._newest.setText(tr("项目里没有找到完好的备份"))
            self._after.setText(tr("如果在别的电脑或 U 盘上备份过，可以用那一份恢复。"))
            self.fetch.setFocus()
        else:
            when = f"{newest.contents.made:%Y-%m-%d %H:%M}"
            self._newest.setText(tr("最近的完好备份：{when}").format(when=when))
            self._after.setText(tr("之后的改动会丢失。恢复到新位置，损坏的项目保持原样。"))
            self.restore.setFocus()


def _panel(title: str, texts: tuple[QLabel, ...], buttons: tuple[QPushButton, ...]) -> QFrame:
    made = QFrame()
    made.setObjectName("sheet")
    body = column(made, margins=(L, L, L, L), gap=S)
    body.addWidget(label(title, "section"))
    for text in texts:
        body.addWidget(text)
    line = row(gap=M)
    for each in buttons:
        line.addWidget(each)
    line.addStretch(1)
    body.addSpacing(S)
    body.addLayout(line)
    return made
