"""Villages, texts and numbers as nobody would wish for: each becomes a page, or one sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from mingqing.core.errors import InputRefused, MingqingError, NotAllowed
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import sheets
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.output import as_image, as_pdf, as_png, as_svg
from mingqing.printing.wall.preflight import preflight
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from tests.printing.pdf import Pdf

VILLAGE = "331124204202"
EAST, NORTH = 450_000.0, 3_142_000.0
BORDER = shapely.box(EAST, NORTH, EAST + 2000, NORTH + 1500)


def add(session: Session, table: str, shapes: Sequence[Any] | None, **columns: Sequence[Any]) -> None:
    """Add rows to the village of these tests."""
    count = len(shapes) if shapes is not None else len(next(iter(columns.values())))
    values: Mapping[str, Sequence[Any]] = {"village_code": [VILLAGE] * count, **columns}
    blobs = None if shapes is None else encode(np.array(shapes, dtype=object), session.info.epsg)
    with session.transaction("edit", "试") as change:
        change.insert(table, new_ids(count), values, blobs)


def village(session: Session, border: Any, name: str = "试村") -> None:
    add(session, "village", [border], code=[VILLAGE], name=[name], township=["竹源乡"])


def codes(session: Session, wall: WallMap) -> set[str]:
    return {trouble.code for trouble in preflight(session, wall)}


def assert_a_page(walls: Sequence[WallMap], keep: Callable[[bytes], Pdf]) -> Pdf:
    """It is painted, in each of the three ways."""
    pdf = keep(as_pdf(walls))
    assert pdf.pages == len(walls)
    assert as_svg(walls[0]).startswith(b"<?xml")
    assert as_png(walls[0], 40).startswith(b"\x89PNG")
    return pdf


# ── Villages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_village_of_which_nothing_is_known_but_its_border_is_a_page(
    session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    village(session, BORDER)
    (wall,) = sheets(session, Asked("household", VILLAGE))
    assert "试村" in assert_a_page([wall], keep).text()
    assert "empty" in codes(session, wall)


def test_a_village_without_any_shape_is_refused_with_what_to_do(session: Session) -> None:
    village(session, None)
    with pytest.raises(InputRefused, match=r"试村没有村界.*导入或画出村界"):
        sheets(session, Asked("household", VILLAGE))


def test_a_village_without_a_border_is_shown_by_what_lies_in_it(
    session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    village(session, None)
    places = [shapely.box(EAST + n * 50, NORTH, EAST + n * 50 + 10, NORTH + 12) for n in range(30)]
    add(session, "house", places, house_no=[str(n) for n in range(30)])
    (wall,) = sheets(session, Asked("household", VILLAGE))
    assert_a_page([wall], keep)
    assert wall.shape is None
    west, south, east, north = wall.scene.view.extent
    assert west < EAST < EAST + 1460 < east
    assert south < NORTH < north
    assert "no_border" in codes(session, wall)
    assert wall.rows == 30


def test_a_village_of_a_single_point_is_a_page_with_ground_around_it(
    session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    village(session, None)
    add(session, "house", [shapely.Point(EAST, NORTH)], house_no=["1"])
    (wall,) = sheets(session, Asked("household", VILLAGE))
    assert_a_page([wall], keep)
    west, south, east, north = wall.scene.view.extent
    assert east - west > 50
    assert north - south > 50
    assert wall.rows == 1


@pytest.mark.parametrize("up", [True, False], ids=["north to south", "west to east"])
def test_a_village_of_40_km_is_whole_on_its_index_and_readable_on_its_sections(
    session: Session, keep: Callable[[bytes], Pdf], *, up: bool
) -> None:
    long = shapely.box(EAST, NORTH, EAST + 800, NORTH + 40_000)
    if not up:
        long = shapely.box(EAST, NORTH, EAST + 40_000, NORTH + 800)
    village(session, long)
    walls = sheets(session, Asked("household", VILLAGE, paper="A4"))
    index, *rest = walls
    assert rest
    assert index.paper.landscape is not up
    assert shapely.box(*index.scene.view.extent).contains(long)
    seen = shapely.union_all([shapely.box(*wall.scene.view.extent) for wall in rest])
    assert seen.buffer(1).contains(long)
    assert all(wall.scale < index.scale for wall in rest)
    assert_a_page(walls, keep)


def test_3000_houses_in_a_square_kilometre_are_a_page(session: Session, keep: Callable[[bytes], Pdf]) -> None:
    village(session, shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000))
    at = [(EAST + 10 + n % 55 * 18, NORTH + 10 + n // 55 * 18) for n in range(3000)]
    houses = [shapely.box(x, y, x + 12, y + 11) for x, y in at]
    add(session, "house", houses, house_no=[f"{n}号" for n in range(3000)])
    (wall,) = sheets(session, Asked("household", VILLAGE))
    assert wall.rows >= 3000
    pdf = assert_a_page([wall], keep)
    assert len(pdf.path.read_bytes()) < 3_000_000
    assert len(preflight(session, wall)) < 50


def test_borders_that_are_none_are_a_page_or_a_sentence(
    session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    bow = shapely.Polygon(
        [(EAST, NORTH), (EAST + 900, NORTH + 900), (EAST + 900, NORTH), (EAST, NORTH + 900)]
    )
    village(session, bow)
    assert_a_page(sheets(session, Asked("household", VILLAGE)), keep)


def test_a_house_at_the_other_end_of_the_world_leaves_the_village_where_it_is(
    session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    village(session, BORDER)
    add(session, "house", [shapely.box(0, 0, 10, 10), shapely.box(EAST, NORTH, EAST + 10, NORTH + 10)])
    (wall,) = sheets(session, Asked("household", VILLAGE))
    assert_a_page([wall], keep)
    assert wall.scale <= 10_000


# ── Texts ────────────────────────────────────────────────────────────────────────────────────────────────────

RARE = "𠮷鑨村"
ODD = {
    "rare": RARE,
    "emoji": "村😀👨‍👩‍👧",
    "right to left": "村\u05e9\u05dc\u05d5\u05dd\u202e\u0627\u0644\u202c",
    "controls": "村\x00\x07\x1b[31m\x7f",
    "lines": "村\r\n第二行\n\n第三行\t末",
    "nothing but space": "   ",
    "markup": "<b>村</b>&amp;{village}%s",
    "combining": "村" + "̈" * 80,
    "no character of any font": "村\U000f0000￿",
    "half of a character": "村\ud800",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts_are_a_page(session: Session, keep: Callable[[bytes], Pdf], text: str) -> None:
    stored = text.encode("utf-8", "replace").decode() or "村"
    village(session, BORDER, stored)
    add(session, "place_name", [shapely.Point(EAST + 500, NORTH + 500)], name=[stored], kind=["自然村"])
    asked = Asked("household", VILLAGE, title=text, secrecy=text[:6], approval=text[:9], makers=text)
    walls = sheets(session, asked)
    pdf = assert_a_page(walls, keep)
    for character in ("\x00", "\x07", "\x1b", "\ud800"):
        assert character not in walls[0].title
    assert "村" in pdf.text()
    for trouble in preflight(session, walls[0]):
        trouble.sentence.encode()


def test_a_line_break_in_a_name_is_a_space_on_paper(session: Session, keep: Callable[[bytes], Pdf]) -> None:
    village(session, BORDER, "试\n村")
    add(session, "place_name", [shapely.Point(EAST + 500, NORTH + 500)], name=["上\r\n坪"], kind=["自然村"])
    (wall,) = sheets(session, Asked("household", VILLAGE))
    text = assert_a_page([wall], keep).text()
    assert "〓" not in text
    assert "上坪" in text
    assert "试村" in text
    assert "font" not in codes(session, wall)


def test_rare_characters_of_a_font_are_no_trouble(session: Session) -> None:
    village(session, BORDER, RARE)
    (wall,) = sheets(session, Asked("household", VILLAGE))
    assert RARE in wall.title
    assert "font" not in codes(session, wall)


def test_a_title_of_200_characters_is_a_page_and_told_of(
    session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    village(session, BORDER)
    title = "松阳县竹源乡小竹溪村" * 20
    (wall,) = sheets(session, Asked("household", VILLAGE, title=title))
    text = assert_a_page([wall], keep).text()
    assert title[:20] in text
    assert (title in text) is ("title_cut" not in codes(session, wall))


def test_a_text_nobody_could_read_is_refused() -> None:
    with pytest.raises(InputRefused, match="300"):
        Asked("household", VILLAGE, title="题" * 10_000)


def test_10000_classes_in_the_legend_are_a_page(session: Session, keep: Callable[[bytes], Pdf]) -> None:
    village(session, BORDER)
    (wall,) = sheets(session, Asked("household", VILLAGE))
    entry = wall.legend[0]
    crowd = tuple(replace(entry, title=f"第 {n} 类", table_title=f"表 {n // 9}") for n in range(10_000))
    wall = replace(wall, legend=crowd)
    assert_a_page([wall], keep)
    assert "legend_cut" in codes(session, wall)


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dpi", [float("nan"), float("inf"), -300.0, 0.0, 1e300, 5000.0])
def test_a_resolution_that_is_none_is_refused(sample_session: Session, dpi: float) -> None:
    (wall,) = sheets(sample_session, Asked("organisation", VILLAGE, paper="A4"))
    with pytest.raises(InputRefused, match="分辨率"):
        as_image(wall, dpi)


@pytest.mark.parametrize("dpi", [600, 1200, 2400])
def test_a_picture_too_large_for_memory_is_refused_before_it_is_made(
    sample_session: Session, dpi: int
) -> None:
    (wall,) = sheets(sample_session, Asked("organisation", VILLAGE, paper="A0"))
    with pytest.raises(InputRefused, match="分辨率"):
        as_image(wall, dpi)


@pytest.mark.parametrize("scale", [1, 0, -5, 10**9, 10**30])
def test_a_scale_for_no_village_is_refused(scale: int) -> None:
    with pytest.raises(InputRefused, match="比例尺"):
        Asked("household", VILLAGE, scale=scale)


@pytest.mark.parametrize("scale", [50, 5_000_000])
def test_the_largest_and_the_smallest_scale_are_a_page(
    sample_session: Session, keep: Callable[[bytes], Pdf], scale: int
) -> None:
    walls = sheets(sample_session, Asked("disaster", VILLAGE, scale=scale, sections=False))
    assert_a_page(walls, keep)
    assert {"village_cut", "small_scale"} & codes(sample_session, walls[0])


def test_thousands_of_sections_are_refused_before_they_are_made(
    sample_session: Session,
) -> None:
    with pytest.raises(InputRefused, match="分幅，张数太多"):
        sheets(sample_session, Asked("organisation", VILLAGE, scale=50, sections=True))


@pytest.mark.parametrize("centre", [(float("nan"), 0.0), (0.0, float("inf")), (1e9, -1e9), (1e300, 1e300)])
def test_a_centre_that_is_no_place_is_refused(centre: tuple[float, float]) -> None:
    with pytest.raises(InputRefused, match="中心"):
        Asked("household", VILLAGE, centre=centre)


def test_a_centre_far_away_is_a_page_that_is_told_of(
    sample_session: Session, keep: Callable[[bytes], Pdf]
) -> None:
    for centre in ((0.0, 0.0), (9e7, -9e7)):
        walls = sheets(sample_session, Asked("household", VILLAGE, scale=5000, centre=centre))
        assert_a_page(walls, keep)
        assert {"village_cut", "empty"} <= codes(sample_session, walls[0])


# ── Names of what is not there ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["999999999999", "", "'; DROP TABLE village; --", "331124204202 "])
def test_a_village_that_is_not_there_is_refused(sample_session: Session, code: str) -> None:
    with pytest.raises(InputRefused, match="没有代码"):
        sheets(sample_session, Asked("household", code))


def test_a_theme_that_is_not_there_is_refused(sample_session: Session) -> None:
    for theme in ("没有图", "base", ""):
        with pytest.raises(InputRefused, match="专题图"):
            sheets(sample_session, Asked(theme, VILLAGE))


def test_a_theme_of_which_nothing_may_be_seen_is_refused(as_role: Callable[..., Session]) -> None:
    with pytest.raises(NotAllowed, match="重点人员图"):
        sheets(as_role("department"), Asked("key_person", VILLAGE))


@pytest.mark.parametrize("paper", ["B5", "", "a3", "A5", "信封"])
def test_a_paper_that_is_not_there_is_refused(paper: str) -> None:
    with pytest.raises(InputRefused, match="A4、A3"):
        Asked("household", VILLAGE, paper=paper)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"theme": "household"},
        {"theme": "household", "village": VILLAGE, "colour": "red"},
        {"theme": "household", "village": VILLAGE, "centre": [1]},
        {"theme": "household", "village": VILLAGE, "centre": "here"},
        {"theme": "household", "village": VILLAGE, "only": 5},
        {"theme": "household", "village": VILLAGE, "scale": "5000"},
    ],
)
def test_what_another_program_kept_and_is_not_what_was_asked_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(MingqingError):
        Asked.from_plain(plain)
