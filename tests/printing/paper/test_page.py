"""A document: true sizes, fonts inside, and text that is found as it was written."""

from collections.abc import Callable

import pytest

from mingqing.printing.paper.flow import Paragraph, as_pdf
from mingqing.printing.paper.page import A3, A4, A5, Document, Paper
from tests.printing.pdf import Pdf

Keep = Callable[[bytes], Pdf]


@pytest.mark.parametrize(
    ("paper", "size"),
    [(A4, (210, 297)), (A4.turned(), (297, 210)), (A3.turned(), (420, 297)), (A5, (148, 210))],
)
def test_page_has_the_size_of_its_paper(keep: Keep, paper: Paper, size: tuple[float, float]) -> None:
    pdf = keep(as_pdf([Paragraph("纸")], paper, "纸"))
    assert pdf.size == pytest.approx(size, abs=0.25)
    assert paper.size_mm == pytest.approx(size, abs=0.1)


def test_fonts_are_embedded(keep: Keep) -> None:
    fonts = keep(as_pdf([Paragraph("甲"), Paragraph("乙", bold=True)], A4, "字")).fonts()
    assert len(fonts) == 2
    assert {embedded for _, embedded in fonts} == {"yes"}


def test_surnames_that_look_like_radicals_are_found_as_they_were_written(keep: Keep) -> None:
    names = "高金石方文田黄白马龙辛谷西里老行页长风飞 00138-甄一 一二"
    assert keep(as_pdf([Paragraph(names)], A4, "名")).text().startswith("".join(names.split()))


@pytest.mark.parametrize("text", ["CGCS2000 3度带", "G25高速 10 kV", "A3"])
def test_digits_beside_letters_are_found(keep: Keep, text: str) -> None:
    with Document(A4, "样张") as document:
        document.page().text(20, 20, text, 5)
    assert keep(document.pdf).text() == "".join(text.split())


def test_document_without_a_page_has_no_pdf() -> None:
    with Document(A4, "空") as document:
        pass
    assert document.pdf == b""


def test_document_that_failed_has_no_pdf() -> None:
    document = Document(A4, "坏")
    with pytest.raises(ZeroDivisionError):
        _fail(document)
    assert document.pdf == b""


def _fail(document: Document) -> None:
    with document:
        document.page()
        raise ZeroDivisionError
