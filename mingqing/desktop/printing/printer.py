"""Printers: whether there is one, which the user takes, what it can print on, whether it took what it was sent."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize
from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QWidget

from mingqing.core.errors import ProjectUnavailable
from mingqing.core.text import tr
from mingqing.printing.paper.page import SIZES

if TYPE_CHECKING:
    from mingqing.printing.wall.asked import Asked

_SLACK_MM = 3.0


def any_there() -> bool:
    """Whether any printer is set up."""
    return bool(QPrinterInfo.availablePrinterNames())


def ask(
    parent: QWidget,
    title: str,
    asked: "Asked",
    size_mm: tuple[float, float],
    chosen: Callable[[QPrinter], None],
) -> None:
    """Let the user choose printer and copies, without stopping the event loop; `chosen` is called with it."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    lay(printer, asked.paper, size_mm)
    if asked.mono:
        printer.setColorMode(QPrinter.ColorMode.GrayScale)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(tr("打印"))
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange, False)  # noqa: FBT003 - Qt's
    dialog.accepted.connect(lambda: chosen(printer))
    dialog.finished.connect(dialog.deleteLater)
    QDialog.open(dialog)


def lay(printer: QPrinter, paper: str, size_mm: tuple[float, float]) -> None:
    """Lay paper in, up to its edges: the page has margins of its own."""
    lies = size_mm[0] > size_mm[1]
    way = QPageLayout.Orientation.Landscape if lies else QPageLayout.Orientation.Portrait
    printer.setFullPage(True)
    printer.setPageLayout(QPageLayout(QPageSize(SIZES[paper]), way, QMarginsF(0, 0, 0, 0)))
    printer.setFullPage(True)


def too_small_for(printer: QPrinter, size_mm: tuple[float, float]) -> str | None:
    """Return the largest of our papers that a printer takes, where the page is larger; None where it is not.

    A printer that tells nothing of its papers is taken at its word that it prints.
    """
    info = QPrinterInfo(printer)
    sizes = [size.size(QPageSize.Unit.Millimeter) for size in info.supportedPageSizes()]
    if info.isNull() or not sizes or any(_holds(size, size_mm) for size in sizes):
        return None
    ours = {name: QPageSize.size(page, QPageSize.Unit.Millimeter) for name, page in SIZES.items()}
    fitting = [n for n, s in ours.items() if any(_holds(size, (s.width(), s.height())) for size in sizes)]
    return fitting[-1] if fitting else "A4"


def _holds(paper: QSizeF, size_mm: tuple[float, float]) -> bool:
    short, long = sorted((paper.width() + _SLACK_MM, paper.height() + _SLACK_MM))
    return short >= min(size_mm) and long >= max(size_mm)


def require_taken(printer: QPrinter) -> None:
    """Make sure that a printer has taken what it was sent.

    Raises
    ------
    ProjectUnavailable
        if it says that it has not.
    """
    if printer.printerState() in {QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted}:
        raise ProjectUnavailable(
            tr("打印机没有接下这张图，请检查打印机是否打开、有没有连上；也可以先存成 PDF")
        )
