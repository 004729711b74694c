"""The map on a card: the way of this household and nobody else's, at a round scale."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import NotAllowed
from mingqing.printing.evacuation.evacuees import PLAIN, About, Evacuee
from mingqing.printing.evacuation.sketch import Sketch, draw_sketch
from mingqing.store.session import Session

_GREEN = (0x12, 0x93, 0x4D)  # of routes, in layers/disaster.toml
_BLUE = (0x1F, 0x5F, 0xA8)  # of floods


def sketch(session: Session, *, about: About = PLAIN, **given: object) -> Sketch:
    drawn = draw_sketch(session, (100.0, 80.0), about, **given)  # type: ignore[arg-type]
    assert drawn is not None
    return drawn


def pixels(session: Session, *, about: About = PLAIN, **given: object) -> NDArray[np.uint8]:
    image = sketch(session, about=about, **given).image
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
    assert none.image != one.image != every.image
    without = sketch(sample_session, seen=at, without=frozenset({"hazard"}))
    assert none.image == without.image


def test_grades_of_hazards_are_not_told_beside_the_map(sample_session: Session) -> None:
    hazards = sample_session.features("hazard", columns=["kind", "level"])
    assert any(hazards.columns["level"])
    assert set(told(sketch(sample_session, seen=hazards.geometry))) == set(hazards.columns["kind"])


def test_shelters_that_take_nobody_in_are_not_drawn(sample_session: Session) -> None:
    shelters = sample_session.features("shelter")
    seen, unused = [shelters.geometry[0]], frozenset(shelters.ids.tolist())
    bare = sketch(sample_session, seen=seen, without=frozenset({"shelter"})).image
    assert sketch(sample_session, seen=seen).image != bare
    assert sketch(sample_session, about=About(unused=unused), seen=seen).image == bare


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
    assert (drawn.image.width(), drawn.image.height()) == (787, 630)
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
