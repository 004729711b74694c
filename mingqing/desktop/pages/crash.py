"""What is shown when the program met a bug: calm words, a report to save, and on it goes."""

import platform
import traceback
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Signal, qVersion
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

import mingqing
from mingqing.core.text import tr
from mingqing.desktop.widgets import XL, M, button, column, label, row


def report_text(error: BaseException) -> str:
    """Return what a programmer needs to know, without any data of the project's."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=False)
    lines = "".join(trace.format())
    where = f"mingqing {mingqing.__version__} · Python {platform.python_version()} · Qt {qVersion()}"
    when = datetime.now(tz=UTC).astimezone().isoformat(timespec="seconds")
    return f"{when}\n{where} · {platform.platform()}\n\n{lines}"


class CrashPage(QWidget):
    """Shows a report. `dismissed()` when the user goes on."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName(tr("错误报告"))
        self._saved = label("", "good", wrap=True)
        body = column(self, margins=(XL * 3, XL * 2, XL * 3, XL * 2), gap=M)
        body.addWidget(label(tr("刚才的操作没有完成"), "heading"))
        advice = tr("程序出了差错，项目里的数据没有受影响。请把报告保存下来发给技术人员，然后继续工作。")
        body.addWidget(label(advice, wrap=True))
        body.addWidget(self.report, 1)
        body.addWidget(self._saved)
        buttons = row(gap=M)
        buttons.addWidget(button(tr("继续工作"), self.dismissed.emit, "primary"))
        buttons.addWidget(button(tr("保存报告…"), self._ask_where))
        buttons.addStretch(1)
        body.addLayout(buttons)

    def show_error(self, error: BaseException) -> None:
        """Show the report on `error`."""
        self._saved.clear()
        self.report.setPlainText(report_text(error))

    def save(self, path: Path) -> None:
        """Write the report to a file and say where it is."""
        try:
            path.write_text(self.report.toPlainText(), encoding="utf-8")
        except OSError:
            self._saved.setText(tr("这里不能保存，请换个位置"))
            return
        self._saved.setText(tr("报告已保存：{path}").format(path=path))

    def _ask_where(self) -> None:
        stamp = datetime.now(tz=UTC).astimezone().strftime("%Y%m%d-%H%M")
        suggested = str(Path.home() / tr("民情地图错误报告-{stamp}.txt").format(stamp=stamp))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("保存报告"), suggested)
        if chosen:
            self.save(Path(chosen))
