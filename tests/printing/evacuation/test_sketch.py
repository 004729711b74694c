"""The map on a card: the way of this household and nobody else's, at a round scale."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from mingqing.core.errors import NotAllowed
from mingqing.printing.evacuation.evacuees import PLAIN, About, Evacuee
from mingqing.printing.evacuation.sketch import Sketch, draw_sketch
from mingqing.printing.paper.page import A4, Document, Page
from mingqing.store.session import Session
from tests.printing.pdf import Pdf

Keep = Callable[[bytes], Pdf]
_GREEN = (0x12, 0x93, 0x4D)  # of routes, in layers/disaster.toml
_BLUE = (0x1F, 0x5F, 0xA8)  # of floods


def sketch(session: Session, *, about: About = PLAIN, **given: object) -> Sketch:
    drawn = draw_sketch(session, (100.0, 80.0), about, **given)  # type: ignore[arg-type]
    assert drawn is not None
    return drawn


def image_of(drawn: Sketch) -> QImage:
    """Return a sketch as it is on a page, a dot to a pixel of its view."""
    image = QImage(*drawn.scene.view.size_px, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    drawn.paint(Page(painter, A4), 0.0, 0.0, image.width(), image.height())
    painter.end()
    return image


def pixels(session: Session, *, about: About = PLAIN, **given: object) -> NDArray[np.uint8]:
    image = image_of(sketch(session, about=about, **given))
    return (
        np.frombuffer(image.constBits(), np.uint8)
        .reshape(image.height(), image.width(), 4)[..., 2::-1]
        .copy()
    )


def greens(picture: NDArray[np.uint8]) -> int:
    return int((np.abs(picture.astype(int) - _GREEN).max(axis=2) < 8).sum())


def test_only_the_way_of_the_plan_is_drawn(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    way = next(e.way for e in evacuees if e.way is not None)
    without = pixels(sample_session, seen=[way], without=frozenset({"shelter"}))
    with_way = pixels(sample_session, seen=[way], ways=[way], without=frozenset({"shelter"}))
    assert sample_session.counts()["evacuation_route"] > 0
    assert greens(without) < 50
    assert greens(with_way) > 500


def told(drawn: Sketch) -> list[str]:
    return [entry.title for entry in drawn.legend if entry.table == "hazard"]


def test_only_the_active_hazards_are_drawn_and_told(sample_session: Session) -> None:
    hazards = sample_session.features("hazard", columns=["kind"])
    at, kinds = hazards.geometry[:6], hazards.columns["kind"]
    every = sketch(sample_session, seen=at)
    one = sketch(sample_session, about=About(hazards=frozenset({int(hazards.ids[0])})), seen=at)
    none = sketch(sample_session, about=About(hazards=frozenset()), seen=at)
    assert len(told(every)) > 1
    assert told(one) == [kinds[0]]
    assert told(none) == []
    pictures = [image_of(each) for each in (none, one, every)]
    assert pictures[0] != pictures[1] != pictures[2]
    without = sketch(sample_session, seen=at, without=frozenset({"hazard"}))
    assert pictures[0] == image_of(without)


def test_grades_of_hazards_are_not_told_beside_the_map(sample_session: Session) -> None:
    hazards = sample_session.features("hazard", columns=["kind", "level"])
    assert any(hazards.columns["level"])
    assert set(told(sketch(sample_session, seen=hazards.geometry))) == set(hazards.columns["kind"])


def test_shelters_that_take_nobody_in_are_not_drawn(sample_session: Session) -> None:
    shelters = sample_session.features("shelter")
    seen, unused = [shelters.geometry[0]], frozenset(shelters.ids.tolist())
    bare = image_of(sketch(sample_session, seen=seen, without=frozenset({"shelter"})))
    assert image_of(sketch(sample_session, seen=seen)) != bare
    assert image_of(sketch(sample_session, about=About(unused=unused), seen=seen)) == bare


def test_a_drawn_flood_is_hatched_blue_and_told_where_it_is_in_view(sample_session: Session) -> None:
    home = sample_session.features("house").geometry[0]
    flood = home.centroid.buffer(20)

    def blues(*floods: shapely.Geometry) -> int:
        picture = pixels(sample_session, about=About(hazards=frozenset(), floods=floods), seen=[home])
        return int((np.abs(picture.astype(int) - _BLUE).max(axis=2) < 8).sum())

    assert blues(flood) > blues() + 500
    near, far = (
        sketch(sample_session, about=About(hazards=frozenset(), floods=(f,)), seen=[home])
        for f in (flood, shapely.Point(0, 0).buffer(20))
    )
    assert told(near) == ["淹没范围"]
    assert told(far) == []


def test_what_has_to_be_seen_is_seen(sample_session: Session) -> None:
    houses = sample_session.features("house").geometry
    home, far = houses[0], houses[40]
    drawn = draw_sketch(sample_session, (100.0, 80.0), seen=[home, far], home=home)
    assert drawn is not None
    assert drawn.scene.view.size_px == (787, 630)
    assert any(entry.table == "hazard" for entry in drawn.legend) or drawn.legend == ()


def test_home_has_a_red_sign(sample_session: Session) -> None:
    home = sample_session.features("house").geometry[0]
    red = (
        np.abs(pixels(sample_session, seen=[home], home=home).astype(int) - (0xC1, 0x27, 0x2D)).max(axis=2)
        < 8
    )
    y, x = np.nonzero(red)
    assert len(x) > 100
    assert np.median(x) == pytest.approx(394, abs=8)
    assert np.median(y) == pytest.approx(315, abs=8)


def test_no_place_is_no_map(sample_session: Session) -> None:
    assert draw_sketch(sample_session, (100.0, 80.0), seen=[None, shapely.Point()]) is None


def test_who_may_print_no_hazard_gets_no_map(as_role: Callable[..., Session]) -> None:
    with pytest.raises(NotAllowed, match="不能打印防灾避险图"):
        draw_sketch(as_role("security_admin"), (100.0, 80.0), seen=[shapely.Point(0, 0)])


def test_names_on_it_are_text_of_the_document(sample_session: Session, keep: Keep) -> None:
    home = sample_session.features("house").geometry[0]
    drawn = sketch(sample_session, seen=[home.centroid.buffer(200)])
    names = [label.text for label in drawn.scene.labels]
    assert names
    with Document(A4, "图") as document:
        drawn.paint(document.page(), 50.0, 50.0, 100.0, 80.0)
    pdf = keep(document.pdf)
    assert all("".join(name.split()) in pdf.text(1) for name in names)
