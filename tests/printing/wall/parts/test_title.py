"""A title is as large as its box allows, on two lines at most."""

from collections.abc import Callable

import pytest

from mingqing.printing.paper.page import A3, Document
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts import title
from tests.printing.pdf import Pdf
from tests.printing.wall.parts.sheet import painted, spilt

BOX = Rect(10.0, 10.0, 180.0, 21.0)
WIDE = Rect(10.0, 10.0, 277.0, 21.0)


@pytest.mark.parametrize(
    "text", ["", "村", "大竹溪村村情民情图", "长" * 30, "长" * 200, "a b " * 60, "行\n行", "𠮷鑨村"]
)
@pytest.mark.parametrize("below", ["", "样本镇", "很长" * 200])
def test_it_stays_in_its_box(text: str, below: str) -> None:
    assert spilt(painted(lambda page: title.paint(page, BOX, text, below)), BOX) == 0


def test_two_hundred_characters_are_two_lines(keep: Callable[[bytes], Pdf]) -> None:
    text = "".join(chr(0x4E00 + n * 7) for n in range(100))
    with Document(A3, "title") as document:
        title.paint(document.page(), WIDE, text, "")
    assert not title.cut(WIDE, text)
    assert keep(document.pdf).text() == text


def test_what_is_cut_is_told() -> None:
    assert title.cut(BOX, "图" * 200)
    assert not title.cut(BOX, "大竹溪村村情民情图")
    assert not title.cut(BOX, "")


def test_a_short_title_is_thirteen_millimetres(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "title") as document:
        title.paint(document.page(), WIDE, "大竹溪村村情民情图", "样本镇")
    word = next(w for w in keep(document.pdf).words() if "大竹溪" in w.text)
    wide = (word.box[2] - word.box[0]) * 25.4 / 72
    assert wide == pytest.approx(9 * 13, rel=0.02)
    middle = (word.box[0] + word.box[2]) / 2 * 25.4 / 72
    assert middle == pytest.approx(WIDE.x + WIDE.width / 2, abs=0.5)
