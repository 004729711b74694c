"""Starting the application: Qt, its language, looks, what happens to an exception nobody caught."""

import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from mingqing.catalog.load import catalog
from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.look.theme import dress
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.render.fonts import chinese_family, notice


def application() -> QApplication:
    """Return the one QApplication, made if need be."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    made = QApplication(sys.argv[:1])
    made.setApplicationName("mingqing")
    made.setApplicationDisplayName(tr("民情地图"))
    made.setDesktopFileName("mingqing")
    return made


_NO_CHINESE_FONT = "This computer has no Chinese font: install one, such as fonts-noto-cjk, and start again."


def make_window(settings: Settings | None = None) -> MainWindow:
    """Return the main window, dressed but not shown."""
    app = application()
    settings = settings if settings is not None else Settings.load()
    _speak_chinese(app)
    dress(app, settings.look)
    window = MainWindow(catalog(), settings)
    window.setWindowIcon(icon("fa6s.map-location-dot", "accent"))
    return window


def _speak_chinese(app: QApplication) -> None:
    """Let Qt's own dialogs (files, buttons, menus of a text field) speak Chinese, whatever the system speaks."""
    if app.findChild(QTranslator) is not None:
        return
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    words = QTranslator(app)
    if words.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)


def run(project: Path | None = None, *, user: str | None = None, password: str | None = None) -> int:
    """Run the application until its window is closed; return the exit code.

    Parameters
    ----------
    project : opened at once where `user` and `password` are given too, else after asking for them.
    """
    app = application()
    window = make_window()

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
        else:
            sys.__excepthook__(kind, error, trace)
            window.show_crash(error)

    sys.excepthook = caught
    window.show()
    if chinese_family() is None:  # nothing in the window can be read, this least of all: hence both languages
        QMessageBox.warning(window, "Mingqing", f"{notice()}\n\n{_NO_CHINESE_FONT}")
    if project is not None and user is not None and password is not None:
        window.open_now(project, user, password)
    elif project is not None:
        window.ask_login(project, user or "")
    return app.exec()
