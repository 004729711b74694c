"""A wall map as a PDF, measured and read by other programs: its size, its fonts, its words."""

from collections.abc import Callable

import pytest

from mingqing.printing.wall.asked import SIZES, Asked
from mingqing.printing.wall.compose import Maker, sheets
from mingqing.printing.wall.output import as_pdf
from mingqing.store.session import Session
from tests.printing.pdf import Pdf, run

VILLAGE = "331124204202"
SIDES_MM = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}
_THEMES = ("household", "industry", "organisation", "key_person", "assistance", "disaster")


@pytest.mark.parametrize("portrait", [True, False], ids=["portrait", "landscape"])
def test_every_paper_is_of_its_size_within_a_millimetre(
    sample_session: Session, keep: Callable[[bytes], Pdf], *, portrait: bool
) -> None:
    maker = Maker(sample_session)
    assert set(SIZES) == set(SIDES_MM)
    for paper, sides in SIDES_MM.items():
        asked = Asked(
            "organisation", VILLAGE, paper=paper, portrait=portrait, only=frozenset({"organisation"})
        )
        pdf = keep(as_pdf(maker.sheets(asked)))
        assert pdf.size == pytest.approx(sides if portrait else sides[::-1], abs=1.0)
        assert pdf.pages == 1


@pytest.mark.parametrize("theme", _THEMES)
def test_title_village_and_places_can_be_found_and_fonts_are_in_the_file(
    sample_session: Session, keep: Callable[[bytes], Pdf], theme: str
) -> None:
    (wall,) = sheets(sample_session, Asked(theme, VILLAGE))
    pdf = keep(as_pdf([wall]))
    text = pdf.text()
    assert f"小竹溪村{sample_session.catalog.layers[theme].title}" in text
    assert "横岗村" in text
    places = [label.text for label in wall.scene.labels if (label.key or ("",))[0] == "place_name"]
    assert len(places) > 2
    assert all(place in text for place in places)
    for entry in wall.legend:
        assert "".join(entry.title.split()) in text
    rows = [line.split() for line in run("pdffonts", pdf.path).splitlines()[2:]]
    assert rows
    assert {(row[-5], row[-4], row[-3]) for row in rows} == {
        ("yes", "yes", "yes")
    }  # embedded, subset, Unicode


def test_no_words_lie_over_the_edge_of_the_page(
    sample_session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    pdf = keep(as_pdf(sheets(sample_session, Asked("household", VILLAGE))))
    width, height = (mm / 25.4 * 72 for mm in pdf.size)
    for word in pdf.words():
        left, top, right, bottom = word.box
        assert left >= 0, word
        assert top >= 0, word
        assert right <= width, word
        assert bottom <= height, word


def test_a_map_in_sections_is_one_document_with_an_index_first(
    sample_session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    walls = sheets(sample_session, Asked("household", VILLAGE, paper="A4", scale=2000, sections=True))
    assert len(walls) > 2
    assert [wall.section.number for wall in walls if wall.section is not None] == list(range(len(walls)))
    pdf = keep(as_pdf(walls))
    assert pdf.pages == len(walls)
    assert f"共{walls[0].section.of if walls[0].section else 0}幅" in pdf.text(1)


def test_a_long_title_keeps_clear_of_the_stamp(sample_session: Session, keep: Callable[[bytes], Pdf]) -> None:
    asked = Asked("household", VILLAGE, title="小竹溪村村民委员会" * 20, secrecy="内部使用")
    words = keep(as_pdf(sheets(sample_session, asked))).words()
    (stamp,) = (word for word in words if word.text == "内部使用")
    lines = [word for word in words if word.text.startswith("小竹溪村村民")]
    assert lines
    assert max(word.box[2] for word in lines) < stamp.box[0]
