"""Notes are numbered, shrink to fit, and end in … where they do not."""

from collections.abc import Callable

import pytest

from mingqing.printing.paper.page import A3, Document
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts import notes
from tests.printing.pdf import Pdf
from tests.printing.wall.parts.sheet import painted, spilt

BOX = Rect(20.0, 10.0, 70.0, 50.0)
THREE = (
    "房屋按结构上色。",
    "避灾转移时按箭头方向步行，不走红色斜线区，遇塌方改走备用路线。",
    "发现错漏请告知村网格员。",
)


@pytest.mark.parametrize("texts", [(), ("",), THREE, THREE * 40, ("长" * 500,), ("a\nb\x00", "𠮷鑨")])
@pytest.mark.parametrize("box", [BOX, Rect(5, 5, 20, 40), Rect(5, 5, 190, 12), Rect(5, 5, 60, 5)])
def test_nothing_stands_outside_the_box(texts: tuple[str, ...], box: Rect) -> None:
    room = box if box.height > 8 else Rect(box.x, box.y, box.width, 8)
    assert spilt(painted(lambda page: notes.paint(page, box, texts)), room) == 0


def test_what_is_wanted_is_enough() -> None:
    high = notes.wanted(THREE, BOX.width)
    assert not notes.cut(THREE, Rect(0, 0, BOX.width, high))
    assert notes.cut(THREE * 40, BOX)
    assert notes.wanted((), 70) == 0


def test_what_is_cut_ends_in_an_ellipsis(keep: Callable[[bytes], Pdf]) -> None:
    texts = tuple(f"{text}" for text in THREE * 10)
    with Document(A3, "notes") as document:
        notes.paint(document.page(), BOX, texts)
    assert notes.cut(texts, BOX)
    assert keep(document.pdf).text().endswith("…")


def test_one_note_has_no_number(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "notes") as document:
        notes.paint(document.page(), BOX, THREE[:1], "附注")
    assert keep(document.pdf).text() == f"附注{THREE[0]}"
