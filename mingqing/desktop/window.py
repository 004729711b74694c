"""The main window: which page is shown, opening and closing projects, what is dropped on it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QStackedWidget, QWidget

from mingqing.access.roles import Duty
from mingqing.core.errors import MingqingError, ProjectDamaged
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.text import tr
from mingqing.desktop.access.lock import Lock
from mingqing.desktop.access.passwords import change_password, require_new_password
from mingqing.desktop.accounts.recovering import ask_recovery
from mingqing.desktop.actions import Actions
from mingqing.desktop.backup.automatic import AutomaticBackup
from mingqing.desktop.backup.damage import DamagePage
from mingqing.desktop.backup.page import BackupPage
from mingqing.desktop.backup.steps import Steps
from mingqing.desktop.banner import Banner
from mingqing.desktop.commands.palette import Palette
from mingqing.desktop.duties import Duties
from mingqing.desktop.explorer import Explorer
from mingqing.desktop.exporting.desk import ExportDesk
from mingqing.desktop.hints.bubble import Hints
from mingqing.desktop.hints.first import first_hints
from mingqing.desktop.holding import Holding
from mingqing.desktop.importing.page import ImportPage
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.look.theme import Appearance, dress
from mingqing.desktop.map.overviews import OverviewUpkeep
from mingqing.desktop.menu import fill
from mingqing.desktop.pages.crash import CrashPage
from mingqing.desktop.pages.dialogs import LoginSheet, NewProjectSheet, ask
from mingqing.desktop.pages.duty import DutyPage
from mingqing.desktop.pages.welcome import DropTarget, Welcome
from mingqing.desktop.printing.desk import PrintDesk
from mingqing.desktop.project import Survey, survey, surveyed
from mingqing.desktop.sample import sample_folder, sample_project
from mingqing.desktop.widgets import column, restyle
from mingqing.store.accounts import has_recovery_key
from mingqing.store.archive import SUFFIX as BACKUP_SUFFIX
from mingqing.store.archive import Backup
from mingqing.store.damaged import DamagedSession
from mingqing.store.project import SUFFIX, accounts_of, create_project, open_project, project_folder

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.desktop.settings import Settings
    from mingqing.store.edit import Changed
    from mingqing.store.session import Session

_WITH_PROJECT = ("close", "backups", "password", "lock", "leave")
_FOR_EDITORS = ("import", "import_folder")
_PANELS = ("search", "legend", "charts", "table", "history")
_WITH_MAP = ("village", "scale", "whole", "zoom_in", "zoom_out", *_PANELS)
# The page that is the work of who holds a duty, by the action that opens it.
_DUTIES = {Duty.ACCOUNTS: "accounts", Duty.AUDIT: "log", Duty.UPKEEP: "backups"}


class MainWindow(QMainWindow):
    """One window, at most one project."""

    def __init__(self, catalog: "Catalog", settings: "Settings") -> None:
        super().__init__()
        self.settings = settings
        self.jobs = Jobs(self)
        self.actions_ = Actions(self)
        self.session: Session | None = None
        self._waiting: list[Path] = []
        self.setWindowTitle(tr("民情地图"))
        self.setAcceptDrops(True)
        self.resize(1366, 728)
        self.setMinimumSize(1024, 640)
        self.welcome = Welcome(catalog, has_sample=sample_folder() is not None)
        self.explorer = Explorer(catalog, self.jobs, self.actions_)
        self.importing = ImportPage(catalog, self.jobs)
        self.backups, self.damage = BackupPage(self.jobs, settings), DamagePage(self.jobs, catalog)
        self.automatic, self.overviews = AutomaticBackup(self.jobs, self), OverviewUpkeep(self.jobs, self)
        self.holding = Holding(self.jobs, self)
        self.crash = CrashPage()
        self.pages = QStackedWidget()
        for page in (self.welcome, self.explorer, self.importing, self.backups, self.damage, self.crash):
            self.pages.addWidget(page)
        self.duties = Duties(catalog, self.jobs, self.actions_, self.pages, self)
        self.printing, self.exporting = PrintDesk(self), ExportDesk(self)
        self.desks = (self.printing, self.exporting)
        self.strip = Banner()
        self.strip.setObjectName("strip")
        inside = QWidget()
        layout = column(inside, gap=0)
        layout.addWidget(self.strip)
        layout.addWidget(self.pages, 1)
        self.lock = Lock(inside, self.jobs)
        self.lock.minutes = settings.lock_minutes
        self.setCentralWidget(self.lock)
        self.palette_ = Palette(self.actions_, self)
        self._sayers = (self.strip, self.explorer.banner, self.explorer.kit.strip)
        self.hints = Hints(settings, self.explorer, lambda: any(map(QWidget.isVisible, self._sayers)))
        self._notice = Banner(self.welcome)
        self._fill_menu()
        self._connect()
        self._show_no_project()

    def _connect(self) -> None:
        self.jobs.refused.connect(self.refuse)
        self.jobs.crashed.connect(self.show_crash)
        self.welcome.fresh.connect(self.ask_new)
        self.welcome.browse.connect(self.ask_open)
        self.welcome.sample.connect(self.open_sample)
        self.welcome.reopen.connect(self.ask_login)
        self.explorer.board.preferred = self.settings.drawn
        self.explorer.themed.connect(self._remember_theme)
        self.explorer.visited.connect(self._remember_village)
        self.explorer.edited.connect(self._follow_edit)
        self.importing.finished.connect(self._after_import)
        self.importing.refused.connect(self.refuse)
        self.importing.left.connect(self._show_map)
        self.crash.dismissed.connect(self._go_home)
        self.welcome.restore.connect(self.backups.ask_file)
        for upkeep in (self.automatic, self.overviews):
            upkeep.said.connect(self.explorer.status.backup.setText)
        self.automatic.refused.connect(self.refuse)
        self.automatic.outdated.connect(self._say_outdated)
        self.holding.freed.connect(self._say_freed)
        for page in (self.backups, self.damage):
            page.wanted.connect(lambda page=page: self.pages.setCurrentWidget(page))
            page.left.connect(self._go_home)
            page.reopen.connect(self.ask_login)
            page.refused.connect(self.refuse)
        self.duties.shown.connect(self.explorer.close_card)
        self.duties.left.connect(self._go_home)
        self.duties.changed.connect(self._survey_again)
        self.duties.closing.connect(self.close_project)
        self.duties.relogin.connect(self._log_in_again)
        self.lock.closing.connect(self.explorer.conceal)
        self.lock.left.connect(self.leave)
        self.explorer.topbar.account.offer_minutes(self.lock.minutes, self._remember_minutes)
        for name, call in {
            "new": self.ask_new,
            "open": self.ask_open,
            "close": lambda: self._before(self.close_project),
            "backups": self.backups.show_backups,
            "import": self.ask_import,
            "import_folder": self.ask_import_folder,
            "password": self.ask_password,
            "lock": self.lock.lock,
            "leave": lambda: self._before(self.leave),
            "dismiss": self._dismiss,
            "quit": self.close,
        }.items():
            self.actions_.connect(name, call)
        self.actions_["legend"].setChecked(self.settings.legend_open)
        self.explorer.legend.setVisible(self.settings.legend_open)
        self.actions_["legend"].toggled.connect(self._remember_legend)
        QShortcut(QKeySequence("Alt+M"), self).activated.connect(self.explorer.topbar.open_menu)
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: self.wear(self.settings.look))

    def _fill_menu(self) -> None:
        topbar = self.explorer.topbar
        fill(
            topbar.menu,
            self.actions_,
            self.settings,
            imports=topbar.imports,
            outward=[desk.entries for desk in self.desks],
            pages=[self.actions_[name] for name in self.duties.pages],
            reopen=self.ask_login,
            wear=self.wear,
        )

    # ── Looks ──────────────────────────────────────────────────────────────────────────────────────────────

    def wear(self, appearance: Appearance) -> None:
        """Change between light and dark."""
        self.settings.appearance = appearance.value
        self.settings.save()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            dress(app, appearance)
        self.explorer.restyled()

    def _remember_theme(self, code: str) -> None:
        self.settings.theme = code

    def _remember_village(self, code: str) -> None:
        if self.session is not None:
            self.settings.visited(self.session.info.path, code)

    def _remember_legend(self, on: bool) -> None:  # noqa: FBT001 - Qt's signature
        self.settings.legend_open = on

    def _remember_minutes(self, minutes: int) -> None:
        self.lock.minutes = self.settings.lock_minutes = minutes

    @property
    def notice(self) -> str:
        """The sentence shown on the first page, or empty."""
        return self._notice.text

    def say(
        self, sentence: str, tone: str = "warning", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Show one sentence on whatever page is open, with a button for what can be done."""
        if self.pages.currentWidget() is self.welcome:
            self._notice.say(sentence, tone, action)
            self._notice.setGeometry(24, 24, self.welcome.width() - 48, self._notice.sizeHint().height())
        elif isinstance(self.pages.currentWidget(), DutyPage):
            self.strip.say(sentence, tone, action)
        else:
            self.explorer.banner.say(sentence, tone, action)
            self.explorer.floating.place()

    def refuse(self, error: MingqingError) -> None:
        """Say what could not be done; a project that turns out to be damaged is only looked at from now on."""
        session = self.session
        if not isinstance(error, ProjectDamaged) or session is None:
            self.say(str(error))
        elif isinstance(session, DamagedSession):
            self._say_damaged()
        else:
            self._open(lambda: DamagedSession.of(session), lambda: None, self.refuse)

    # ── Projects ───────────────────────────────────────────────────────────────────────────────────────────

    def ask_open(self) -> None:
        """Let the user pick a project folder."""
        chosen = QFileDialog.getExistingDirectory(
            self, tr("打开项目（以 .mingqing 结尾的文件夹）"), str(Path.home())
        )
        if chosen:
            self.ask_login(Path(chosen), "")

    def ask_login(self, path: Path, user: str = "") -> None:
        """Ask for account and password of the project at `path`, then open it."""
        try:
            folder = project_folder(path)
            accounts = accounts_of(folder)
            sheet = LoginSheet(folder, accounts, user, self, recoverable=has_recovery_key(folder))
        except MingqingError as error:
            self._not_opened(path, error, self.say)
            return

        def refused(error: MingqingError) -> None:
            self._not_opened(folder, error, lambda said: sheet.refuse(said, sheet.password), sheet.reject)

        def submitted() -> None:
            self._open(
                lambda: open_project(folder, user=sheet.user.currentText(), password=sheet.password.text()),
                sheet.accept,
                refused,
                password=sheet.password.text(),
            )

        def forgotten() -> None:
            sheet.reject()
            ask_recovery(self, self.jobs, folder, accounts, lambda name: self.ask_login(folder, name))

        sheet.submitted.connect(submitted)
        sheet.recovering.connect(forgotten)
        ask(sheet)

    def _not_opened(
        self,
        path: Path,
        error: MingqingError,
        say: Callable[[str], object],
        leave: Callable[[], object] = lambda: None,
    ) -> None:
        """Say why a project was not opened, or show what can be done with a damaged one."""
        if isinstance(error, ProjectDamaged):
            leave()
            self.damage.show_damage(project_folder(path), can_look=False)
        else:
            say(str(error))

    def ask_new(self) -> None:
        """Ask for what a new project needs, then make it."""
        name = self._waiting[0].stem if self._waiting else ""
        sheet = NewProjectSheet(Path.home(), name, self)

        def submitted() -> None:
            path, user, password = sheet.path, sheet.user.text().strip(), sheet.password.text()
            title = sheet.name.text().strip()
            self._open(
                lambda: create_project(path, title, user=user, password=password),
                sheet.accept,
                lambda error: sheet.refuse(str(error)),
            )

        sheet.submitted.connect(submitted)
        sheet.rejected.connect(self._waiting.clear)
        ask(sheet)

    def open_now(self, path: Path, user: str, password: str) -> None:
        """Open a project whose account and password are known already."""
        self._open(
            lambda: open_project(path, user=user, password=password),
            lambda: None,
            lambda error: self._not_opened(path, error, self.say),
            password=password,
        )

    def _open(
        self,
        opener: Callable[[], "Session"],
        accept: Callable[[], object],
        refuse: Callable[[MingqingError], None],
        shown: Callable[[], object] = lambda: None,
        *,
        password: str = "",
    ) -> None:
        """Run `opener` as a job and show its project; the one open before is closed only then.

        password : by which it is opened; who was given it by somebody else is asked for another one first.
        """

        def work(_session: "Session", _job: Job[tuple["Session", Survey]]) -> tuple["Session", Survey]:
            session, found = surveyed(opener())
            return self.holding.take(session), found

        def done(found: tuple["Session", Survey]) -> None:
            accept()
            session, of_project = found
            if session.login.account.must_change and session.info.read_only is None:
                own = partial(show, found=of_project)
                require_new_password(self, self.jobs, session, password, own, self.holding.take)
            else:
                show(session, of_project)

        def show(session: "Session", found: Survey) -> None:
            self._show_project(session, found)
            shown()

        self.jobs.start(WriteJob(work, done=done, failed=refuse, topic="open"))

    def _show_project(self, session: "Session", found: Survey) -> None:
        self.explorer.form.forget()
        self.jobs.use(session)
        self.holding.keep()
        self.session = session
        known = self.settings.opened(session.info.path, session.user)
        self.setWindowTitle(tr("{name} — 民情地图").format(name=session.info.name))
        writable = session.policy.edits and session.info.read_only is None
        self.duties.offer(session)
        for desk in self.desks:
            desk.offer(session)
        self.pages.setCurrentWidget(self.explorer)
        self.explorer.show_project(session, found, theme=self.settings.theme, village=known.village)
        covered = self.lock.locked
        self.lock.watch(session)
        if covered:  # damage was met behind the cover: no reason to lift it
            self.lock.lock()
        self.actions_.enable(_WITH_PROJECT, on=True)
        self.actions_.enable(_FOR_EDITORS, on=writable)
        self.actions_.enable(_WITH_MAP, on=bool(self.explorer.themes))
        self.actions_["backups"].setVisible(session.policy.edits or session.policy.has(Duty.UPKEEP))
        if self._waiting and writable:
            paths, self._waiting = self._waiting, []
            self.import_paths(paths)
        self.backups.show_project(session.info)
        self.automatic.watch(session)
        self.overviews.watch(None if isinstance(session, DamagedSession) else session)
        self._show_duties(session)
        self.hints.begin(first_hints(self.explorer) if self.explorer.themes else [])
        on_map = self.pages.currentWidget() is self.explorer
        (self.explorer.banner if on_map else self.strip).notify(session.login.notices)
        if isinstance(session, DamagedSession):
            self._say_damaged()
            self._show_damage()

    def _show_duties(self, session: "Session") -> None:
        """Show who sees no map the page of the account's duty, and offer it where the map would be."""
        names = [name for duty, name in _DUTIES.items() if session.policy.has(duty)]
        pages = [self.actions_[name] for name in names]
        self.explorer.duty.offer(session.policy.roles, pages)
        if pages and not self.explorer.themes:
            pages[0].trigger()

    def _before(self, closing: Callable[[], object]) -> None:
        """Close the project by `closing`, once it is clear that nothing is lost that should not be."""
        if not self._hold_back(partial(self._before, closing)):
            closing()

    def _hold_back(self, then: Callable[[], object]) -> bool:
        return self.explorer.form.hold_back(then) or any(desk.hold_back(then) for desk in self.desks)

    def close_project(self) -> None:
        """Close the project and show the first page."""
        self.explorer.form.forget()  # what is typed in it is saved while the project is open
        self.jobs.use(None)
        self.holding.let_go()
        self.session = None
        self.backups.show_project(None)
        self.automatic.watch(None)
        self.overviews.watch(None)
        self.strip.clear()
        self.lock.watch(None)
        self.explorer.forget_project()
        self._show_no_project()

    def leave(self) -> None:
        """Close the project and let somebody else log in to it."""
        if self.session is not None:
            path = self.session.info.path
            self.close_project()
            self.ask_login(path)

    def _log_in_again(self, path: Path, user: str, sentence: str) -> None:
        """Close the project, say why, and ask for the password of this account."""
        self.close_project()
        self.say(sentence)
        self.ask_login(path, user)

    def ask_password(self) -> None:
        """Let the account choose another password."""
        if self.session is not None:
            change_password(self, self.jobs, self.session, lambda: self.say(tr("密码已修改"), "good"))

    def _show_no_project(self) -> None:
        self.setWindowTitle(tr("民情地图"))
        of_view = ("back", "forward", "to_village", "to_selection", "form")
        self.actions_.enable((*_WITH_PROJECT, *_FOR_EDITORS, *_WITH_MAP, *of_view), on=False)
        self.duties.offer(None)
        for desk in self.desks:
            desk.offer(None)
        self.welcome.show_recent(self.settings.existing_recent())
        self.pages.setCurrentWidget(self.welcome)
        self.welcome.setFocus()

    def open_sample(self) -> None:
        """Open the project of the sample villages, made the first time, with the account of the demo."""
        folder = sample_folder()
        if folder is None:
            return
        self.say(tr("正在准备示例，请稍候…"), "good")
        about = tr("这是示例，人和事都是编的。以后再打开，账号填“{user}”，密码填“{password}”")
        self._open(
            lambda: sample_project(folder),
            lambda: None,
            lambda error: self.say(str(error)),
            shown=lambda: self.say(about.format(user=USER, password=PASSWORD)),
        )

    # ── Import ─────────────────────────────────────────────────────────────────────────────────────────────

    def ask_import(self) -> None:
        """Let the user pick files to import."""
        kinds = (
            tr("数据文件")
            + " (*.shp *.dbf *.gpkg *.geojson *.json *.kml *.kmz *.gpx *.csv *.txt *.xlsx *.xls *.ods)"
        )
        chosen, _ = QFileDialog.getOpenFileNames(self, tr("选择要导入的文件"), str(Path.home()), kinds)
        if chosen:
            self.import_paths([Path(c) for c in chosen])

    def ask_import_folder(self) -> None:
        """Let the user pick a folder to import."""
        chosen = QFileDialog.getExistingDirectory(self, tr("选择要导入的文件夹"), str(Path.home()))
        if chosen:
            self.import_paths([Path(chosen)])

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Look through files and folders and show what would be imported."""
        self.explorer.close_card()
        self.pages.setCurrentWidget(self.importing)
        self.importing.begin(list(paths))

    def _show_map(self) -> None:
        self.pages.setCurrentWidget(self.explorer)
        self.explorer.canvas.setFocus()

    def _after_import(self) -> None:
        self._show_map()
        self._survey_again()

    def _survey_again(self) -> None:
        """Count and draw again what the project holds now."""
        read = ReadJob(lambda session, _job: survey(session), done=self.explorer.refresh, topic="survey")
        self.jobs.start(read)
        self.overviews.changed()

    def _follow_edit(self, changed: "Changed") -> None:
        if "village" in changed.tables:
            self._survey_again()
        self.overviews.changed()

    # ── What is dropped ────────────────────────────────────────────────────────────────────────────────────

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Welcome files and folders."""
        if event.mimeData().hasUrls() and not self.importing.busy:
            event.acceptProposedAction()
            self._show_over(over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Put the drop target back as it was."""
        super().dragLeaveEvent(event)
        self._show_over(over=False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what is a project, import anything else."""
        self._show_over(over=False)
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def take(self, paths: Sequence[Path]) -> None:
        """Open a dropped project, or import dropped data, first making a project where none is open."""
        project = next((p for p in paths if p.suffix == SUFFIX), None)
        backup = next((p for p in paths if p.suffix == BACKUP_SUFFIX), None)
        if project is not None:
            self.ask_login(project)
        elif backup is not None:
            self.backups.ask_restore(backup)
        elif not paths:
            self.say(tr("只能拖入本机上的文件和文件夹"))
        elif self.session is None:
            self._waiting = list(paths)
            self.ask_new()
        elif not self.session.policy.edits:
            self.say(tr("您的角色不能导入数据，请交给有编辑权限的同事"))
        elif self.session.info.read_only is not None:
            self.say(tr("项目只能查看，不能导入：{reason}").format(reason=self.session.info.read_only))
        else:
            self.import_paths(paths)

    def _show_over(self, *, over: bool) -> None:
        for target in self.findChildren(DropTarget):
            restyle(target, "over", "true" if over else "false")

    # ── Backup and damage ──────────────────────────────────────────────────────────────────────────────────

    def _say_outdated(self, newer: Backup) -> None:
        sentence = tr(
            "{when} 的备份里有项目现在没有的改动，项目可能被换回了旧的；需要的话，把那份备份恢复到新位置"
        )
        when = f"{newer.contents.made:%Y-%m-%d %H:%M}"
        self.say(sentence.format(when=when), action=(tr("看备份"), self.backups.show_backups))

    def _say_freed(self) -> None:
        if self.session is not None:
            path, user = self.session.info.path, self.session.user
            again = tr("重新打开"), lambda: self.ask_login(path, user)
            self.say(tr("另一个窗口已经关闭，现在可以编辑了"), action=again)

    def _say_damaged(self) -> None:
        sentence = tr("有一部分数据已损坏，读不出来的地方不显示；现在只能查看")
        self.say(sentence, "danger", (tr("怎么办"), self._show_damage))

    def _show_damage(self) -> None:
        if self.session is not None:
            self.damage.show_damage(self.session.info.path, can_look=True)

    # ── Trouble, and the end ───────────────────────────────────────────────────────────────────────────────

    def show_crash(self, error: BaseException) -> None:
        """Show what a bug did, on a page of its own."""
        self.crash.show_error(error)
        self.pages.setCurrentWidget(self.crash)

    def _dismiss(self) -> None:
        page = self.pages.currentWidget()
        if page is self.crash or (isinstance(page, Steps) and not page.busy):
            self._go_home()
        elif isinstance(page, DutyPage):
            page.dismiss()

    def _go_home(self) -> None:
        self.pages.setCurrentWidget(self.explorer if self.session is not None else self.welcome)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop what is under way, wait for it to stop, and remember the settings."""
        if self._hold_back(self.close):
            event.ignore()
            return
        self.settings.save()
        self.lock.watch(None)
        self.explorer.forget_project()
        self.jobs.close()
        self.holding.let_go()
        self.session = None
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw again when the window moves to a screen of another density."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.explorer.canvas.redraw()
