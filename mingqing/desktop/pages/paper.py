"""Bringing a document to the printer that the user picks."""

from PySide6.QtGui import QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget


def choose_printer(parent: QWidget) -> QPrinter | None:
    """Ask for a printer; None where the user changes his mind."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    dialog = QPrintDialog(printer, parent)
    return printer if dialog.exec() == QDialog.DialogCode.Accepted else None


def print_html(html: str, printer: QPrinter) -> None:
    """Print a document."""
    document = QTextDocument()
    document.setHtml(html)
    document.print_(printer)
