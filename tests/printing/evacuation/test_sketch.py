"""The map on a card: the way of this household and nobody else's, at a round scale."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import NotAllowed
from mingqing.printing.evacuation.evacuees import Evacuee
from mingqing.printing.evacuation.sketch import draw_sketch
from mingqing.store.session import Session

_GREEN = (0x12, 0x93, 0x4D)  # of routes, in layers/disaster.toml


def pixels(session: Session, **given: object) -> NDArray[np.uint8]:
    drawn = draw_sketch(session, (100.0, 80.0), **given)  # type: ignore[arg-type]
    assert drawn is not None
    image = drawn.image
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
