"""发布到县库: the county's PostGIS is brought up to what the account may publish; the password is never kept."""

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QProgressBar, QWidget

from mingqing.core.errors import Cancelled, InputRefused, MingqingError
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.exporting.address import PORT, Address
from mingqing.desktop.jobs import ExportJob, Job
from mingqing.desktop.pages.dialogs import password_field
from mingqing.desktop.widgets import XL, M, S, alive, button, column, label, restyle, row

if TYPE_CHECKING:
    from mingqing.desktop.exporting.ground import Ground
    from mingqing.export.postgis.published import Published
    from mingqing.store.session import Session

_WIDTH, _PORT_PX, _KEY, _MOST_NOTES = 560, 110, "publish", 4


class PublishSheet(QDialog):
    """Asks where the database is, tries the way there, publishes; says in a sentence what came of it."""

    title: ClassVar[str] = tr("发布到县库")

    def __init__(self, ground: "Ground") -> None:
        super().__init__(ground.window, Qt.WindowType.Window)
        self.setWindowTitle(self.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self.ground = ground
        self._job: Job[Published] | None = None
        kept = ground.settings.exporting.get(_KEY)
        address = Address.from_plain(kept if isinstance(kept, dict) else {})
        self.host, self.port = QLineEdit(address.host), QLineEdit(str(address.port))
        self.database, self.user = QLineEdit(address.database), QLineEdit(address.user)
        self.password = password_field(tr("不会保存，每次都要填"))
        self.host.setPlaceholderText(tr("如 10.33.1.20"))
        self.database.setPlaceholderText(tr("如 songyang"))
        self.port.setValidator(QIntValidator(1, 65535, self))
        self.port.setFixedWidth(_PORT_PX)
        self.said = label("", wrap=True, selectable=True)
        self.bar, self.far = QProgressBar(), label("", "caption")
        self.bar.setTextVisible(False)
        self.trial = button(tr("先看看要发布什么"), lambda: self.begin(trial=True))
        self.trial.setAutoDefault(False)
        self.primary = button(tr("发布"), self.begin, "primary", glyph="fa6s.database")
        self.primary.setDefault(True)
        self.leave = button(tr("关闭"), self.reject)
        self.leave.setAutoDefault(False)
        self._lay_out()
        (self.password if address.host else self.host).setFocus()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        body = column(self, margins=(XL, XL, XL, XL), gap=M)
        body.addWidget(label(self.title, "heading"))
        about = tr(
            "把您能发布的表送进县里的 PostGIS 数据库。第一次全部送，以后只送变了的；您只看得到打码内容的不送"
        )
        body.addWidget(label(about, "muted", wrap=True))
        self._fields = QWidget()
        grid = QGridLayout(self._fields)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(S)
        server = row(gap=S)
        server.addWidget(self.host, 1)
        server.addWidget(label(tr("端口"), "muted"))
        server.addWidget(self.port)
        for at, (words, field) in enumerate(self._named):
            field.setAccessibleName(words)
            caption = label(words, "muted")
            caption.setBuddy(field)
            grid.addWidget(caption, at, 0)
            if field is self.host:
                grid.addLayout(server, at, 1)
            else:
                grid.addWidget(field, at, 1)
        self.port.setAccessibleName(tr("端口"))
        body.addWidget(self._fields)
        body.addWidget(label(tr("地址和账号由县里的数据库管理员给；密码只用这一次"), "caption", wrap=True))
        body.addWidget(self.said)
        body.addWidget(self._make_under_way())
        body.addLayout(self._make_foot())
        self.said.hide()

    @property
    def _named(self) -> tuple[tuple[str, QLineEdit], ...]:
        return (
            (tr("服务器地址"), self.host),
            (tr("数据库"), self.database),
            (tr("用户名"), self.user),
            (tr("密码"), self.password),
        )

    def _make_under_way(self) -> QWidget:
        self._under_way = QWidget()
        inside = column(self._under_way, gap=4)
        inside.addWidget(self.far)
        line = row(gap=S)
        line.addWidget(self.bar, 1)
        line.addWidget(button(tr("停下"), self.stop, "inline"))
        inside.addLayout(line)
        self._under_way.hide()
        return self._under_way

    def _make_foot(self) -> QHBoxLayout:
        made = row(gap=M)
        made.addWidget(self.trial)
        made.addStretch(1)
        made.addWidget(self.leave)
        made.addWidget(self.primary)
        return made

    @classmethod
    def open_for(cls, ground: "Ground") -> "PublishSheet":
        """Show the sheet that is there, or a new one."""
        there = next((each for each in ground.window.findChildren(cls) if each.isVisible()), None)
        sheet = there if there is not None else cls(ground)
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()
        return sheet

    # ── The run ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def address(self) -> Address:
        """What is typed, but for the password."""
        texts = (field.text().strip() for field in (self.host, self.database, self.user))
        host, database, user = texts
        return Address(host, int(self.port.text() or PORT), database, user)

    @property
    def busy(self) -> bool:
        """Whether it is under way."""
        return self._job is not None and not self._job.over.is_set()  # over without a word after a crash

    def begin(self, *, trial: bool = False) -> None:
        """Publish; `trial` only looks what would be done, which proves the way there."""
        if self.busy:
            return
        address = self.address
        try:
            address.require()
        except InputRefused as error:
            self._say(str(error), "danger")
            return
        self.ground.settings.exporting[_KEY] = address.as_plain()
        self.ground.settings.save()
        dsn = address.dsn(self.password.text())

        def work(session: "Session", job: "Job[Published]") -> "Published":
            from mingqing.export.postgis.publish import publish  # with it all that speaks to PostgreSQL

            return publish(session, dsn, watch=Watch(job.progress, job.cancelled), trial=trial)

        self._show_running(on=True)
        self._show_far(tr("正在连接…"), 0, 0)
        self._job = self.ground.jobs.start(
            ExportJob(work, done=self._done, failed=self._fail, progressed=self._show_far)
        )

    def stop(self) -> None:
        """Publish no further; who reads there sees what was before."""
        if self._job is not None:
            self.far.setText(tr("正在停下…"))
            self._job.cancel()

    def _done(self, made: "Published") -> None:
        if not alive(self):
            return
        self._show_running(on=False)
        # That a password is typed on a command line concerns nobody here.
        notes = [*made.left_out, *(note for note in made.notes if "PGPASSWORD" not in note)]
        rest = tr("另有 {n} 条说明").format(n=len(notes) - _MOST_NOTES) if len(notes) > _MOST_NOTES else ""
        said = [made.summary, *notes[:_MOST_NOTES], rest]
        self._say("\n".join(filter(None, said)), "good" if made.whole else "warning")

    def _fail(self, why: MingqingError) -> None:
        if alive(self):
            self._show_running(on=False)
            self._say(str(why), "muted" if isinstance(why, Cancelled) else "danger")

    def _show_running(self, *, on: bool) -> None:
        if not on:
            self._job = None
        self._under_way.setVisible(on)
        self.said.setVisible(not on and bool(self.said.text()))
        for part in (self._fields, self.trial, self.primary):
            part.setEnabled(not on)
        self._fit()

    def _show_far(self, text: str, done: int, total: int) -> None:
        if alive(self):
            self.far.setText(f"{text}　{done:,} / {total:,}" if total else text)
            self.bar.setRange(0, total)
            self.bar.setValue(done)

    def _say(self, sentence: str, kind: str) -> None:
        restyle(self.said, "kind", kind)
        self.said.setText(sentence)
        self.said.show()
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    # ── The end ────────────────────────────────────────────────────────────────────────────────────────────────

    def reject(self) -> None:
        """Close, as by Esc; what is under way is stopped first."""
        if self.busy:
            self.stop()
        else:
            super().reject()

    def forget(self) -> None:
        """Put it away: the project is closed."""
        if self._job is not None:
            self._job.abandon()
            self._job = None
        self.close()
