"""A page leaves the window whole or not at all, to a file or a printer, and the log has it first."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QPushButton

from mingqing.access.audit import REFUSED, Act
from mingqing.core.errors import InputRefused
from mingqing.desktop.printing import drafting, giving, printer
from mingqing.desktop.printing.page import PrintPage
from mingqing.desktop.window import MainWindow
from mingqing.printing.wall import handing
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.preflight import Level, Trouble
from mingqing.store.log import entries
from tests.desktop.conftest import USER

Settle = Callable[[], None]


def prints(window: MainWindow) -> list[tuple[str, str, str]]:
    assert window.session is not None
    return [(e.account, e.target, e.detail) for e in entries(window.session) if e.act == Act.PRINT][::-1]


def said(page: PrintPage) -> str:
    return page.banner.text


def choose(monkeypatch: pytest.MonkeyPatch, path: Path, kind: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))


def test_a_pdf_is_whole_and_in_the_log(
    page: PrintPage, shared: MainWindow, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path / "村图", "PDF (*.pdf)")
    before = len(prints(shared))
    page.giving.pdf.click()
    assert page.giving.busy
    still()
    made = (tmp_path / "村图.pdf").read_bytes()
    assert made.startswith(b"%PDF")
    assert made.rstrip().endswith(b"%%EOF")
    assert said(page) == "已存为 村图.pdf"
    assert not page.giving.busy
    ((account, target, detail),) = prints(shared)[before:]
    assert (account, target) == (USER, "村情民情图")
    assert detail.startswith("小竹溪村331124204202，A3")
    assert f"1:{page.view.drawn.scale:,}" in detail  # type: ignore[union-attr]
    assert detail.endswith("，存为 村图.pdf")


@pytest.mark.parametrize(("name", "kind"), [("图.png", "PNG (*.png)"), ("图.svg", "PNG (*.png)")])
def test_a_picture_is_what_the_end_of_its_name_says(
    page: PrintPage, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    choose(monkeypatch, tmp_path / name, kind)
    page.change(paper="A4")
    still()
    page.giving.picture.click()
    still()
    made = (tmp_path / name).read_bytes()
    if name.endswith("svg"):
        assert b"<svg" in made[:400]
    else:
        assert QImage.fromData(made).size() == QSize(3508, 2480)


def test_sections_are_a_picture_each_and_one_pdf(
    page: PrintPage, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(giving._DPI, "A4", 40.0)
    page.change(paper="A4", scale=2000, sections=True)
    still()
    assert page.view.drawn is not None
    of = page.view.drawn.of
    page.giving.save(tmp_path / "幅.png")
    still()
    assert len(list(tmp_path.glob("幅_*.png"))) == of
    assert said(page) == f"已存为 {of} 个文件"
    page.giving.save(tmp_path / "幅.pdf")
    still()
    assert [each.name for each in tmp_path.glob("*.pdf")] == ["幅.pdf"]


def test_the_log_has_it_before_the_file_and_a_full_disk_leaves_no_half_of_it(
    page: PrintPage, shared: MainWindow, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, found = len(prints(shared)), []

    def full(*_: object, **__: object) -> None:
        found.extend(prints(shared)[before:])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(giving, "write_for_user", full)
    page.giving.save(tmp_path / "村图.pdf")
    still()
    assert len(found) == 1
    assert said(page) == "村图.pdf 写不进去，请检查位置和磁盘空间"
    assert list(tmp_path.iterdir()) == []
    assert page.giving.print.isVisible()


def test_what_is_stopped_leaves_nothing_in_the_folder_or_the_log(
    qtbot: Any, page: PrintPage, shared: MainWindow, still: Settle, tmp_path: Path
) -> None:
    before, begun, go = len(prints(shared)), threading.Event(), threading.Event()
    real = page.giving._studio

    def slow(session: Any, wanted: Any, cancelled: Any, deliver: Any) -> None:
        begun.set()
        go.wait(10)
        wanted(session, cancelled, deliver)

    page.giving._studio = slow  # type: ignore[assignment]
    page.giving.save(tmp_path / "村图.pdf")
    qtbot.waitUntil(begun.is_set)
    stop = [b for b in page.giving.findChildren(QPushButton) if b.text() == "停下"]
    stop[0].click()
    go.set()
    still()
    page.giving._studio = real
    assert "停下" in said(page) or "取消" in said(page)
    assert list(tmp_path.iterdir()) == []
    assert len(prints(shared)) == before
    assert not page.giving.busy


@pytest.mark.parametrize("to", ["file", "printer"])
def test_a_trouble_on_any_sheet_stops_it_and_the_log_has_that(
    page: PrintPage,
    shared: MainWindow,
    still: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    to: str,
) -> None:
    trouble = Trouble("personal", Level.STOP, "图上有身份证号，不能公开")
    monkeypatch.setattr(handing, "troubles", lambda *_: (trouble,))
    before = len(prints(shared))
    if to == "file":
        page.giving.save(tmp_path / "村图.pdf")
    else:
        page.giving.print_on(to_file(tmp_path / "打印机.pdf"))
    still()
    assert said(page) == trouble.sentence
    assert list(tmp_path.iterdir()) == []
    assert len(prints(shared)) == before + 1
    assert shared.session is not None
    entry = next(e for e in entries(shared.session) if e.act == Act.PRINT)
    assert (entry.outcome, entry.target) == (REFUSED, "村情民情图")
    assert entry.detail.endswith("，personal")


def test_the_window_logs_the_words_of_the_command_line(
    page: PrintPage, shared: MainWindow, still: Settle, tmp_path: Path
) -> None:
    assert shared.session is not None
    assert page.asked is not None
    page.giving.save(tmp_path / "村图.pdf")
    still()
    handing.hand_out(shared.session, Maker(shared.session).sheets(page.asked), "存为 村图.pdf")
    window, line = prints(shared)[-2:]
    assert window == line


def test_without_a_printer_a_pdf_is_offered(
    page: PrintPage, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "any_there", lambda: False)
    choose(monkeypatch, tmp_path / "改存.pdf", "PDF (*.pdf)")
    page.giving.print.click()
    assert "没有装打印机" in said(page)
    offered = [b for b in page.banner.findChildren(QPushButton) if b.text() == "存成 PDF"]
    offered[0].click()
    still()
    assert (tmp_path / "改存.pdf").is_file()


def to_file(path: Path) -> QPrinter:
    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    made.setOutputFileName(str(path))
    return made


def test_a_printer_is_given_the_page_in_its_size(
    page: PrintPage, shared: MainWindow, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, made = len(prints(shared)), to_file(tmp_path / "打印机.pdf")
    monkeypatch.setattr(printer, "any_there", lambda: True)
    monkeypatch.setattr(printer, "ask", lambda *given: given[-1](made))
    page.giving.print.click()
    still()
    assert said(page) == "已送去打印，共 1 页"
    assert made.pageLayout().fullRect().size().toTuple() == pytest.approx((1191, 842), abs=2)  # A3, points
    assert (tmp_path / "打印机.pdf").read_bytes().startswith(b"%PDF")
    ((account, target, detail),) = prints(shared)[before:]
    assert (account, target) == (USER, "村情民情图")
    assert detail.startswith("小竹溪村331124204202，A3")
    assert "，打印 1 份：" in detail


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)
def test_a_printer_that_has_gone_says_so_and_a_pdf_is_offered(
    page: PrintPage, still: Settle, tmp_path: Path
) -> None:
    page.giving.print_on(to_file(tmp_path / "没有这个文件夹" / "打印机.pdf"))
    still()
    assert "打印机没有响应" in said(page)
    assert [b for b in page.banner.findChildren(QPushButton) if b.text() == "存成 PDF"]
    assert page.giving.print.isVisible()


def test_a_printer_for_small_paper_offers_to_make_the_map_for_it(
    page: PrintPage, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "too_small_for", lambda *_: "A4")
    page.change(paper="A1")
    still()
    page.giving.print_on(to_file(tmp_path / "打印机.pdf"))
    assert said(page) == "这台打印机最大打 A4，图是 A1：可以换成 A4 重新排版，或存成 PDF 拿去打"
    press = [b for b in page.banner.findChildren(QPushButton) if b.text() == "换成 A4"]
    press[0].click()
    still()
    assert page.asked is not None
    assert page.asked.paper == "A4"


class Office:
    """What a printer tells of its papers."""

    def __init__(self, *sizes: QPageSize.PageSizeId) -> None:
        self._sizes = [QPageSize(each) for each in sizes]

    def isNull(self) -> bool:  # noqa: N802 - Qt's name
        return False

    def supportedPageSizes(self) -> list[QPageSize]:  # noqa: N802
        return self._sizes


def test_whether_a_page_fits_a_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    size, a1 = QPageSize.PageSizeId, (841.0, 594.0)
    for sizes, largest in (
        ((size.A4, size.A5), "A4"),
        ((size.A4, size.A3), "A3"),
        ((size.A0,), None),
        ((size.A1,), None),
        ((), None),
    ):
        monkeypatch.setattr(printer, "QPrinterInfo", lambda _p, sizes=sizes: Office(*sizes))
        assert printer.too_small_for(QPrinter(), a1) == largest


def test_a_title_becomes_the_name_of_a_file_on_any_system() -> None:
    assert giving._file_name('小竹溪村/防灾:"避险"图\n') == "小竹溪村_防灾__避险_图_"
    assert giving._file_name(" . ") == "地图"
    assert len(giving._file_name("图" * 200)) == 80


def test_a_refused_map_is_not_made(
    page: PrintPage, still: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputRefused("按每英寸 300 点出图太大，内存放不下")

    monkeypatch.setattr(drafting, "as_png", refuse)
    page.giving.save(tmp_path / "村图.png")
    still()
    assert "内存放不下" in said(page)
    assert list(tmp_path.iterdir()) == []
