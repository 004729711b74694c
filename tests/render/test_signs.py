import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.color import Color
from mingqing.catalog.style import Marker
from mingqing.render.scale import Viewport
from mingqing.render.signs import Arranged, SignSet, arrange, size_px

RED, BLUE = (Marker(Color(c, c)) for c in ("#aa0000", "#0000aa"))
NEAR = Viewport.at_scale((0, 0), 2_000, (800, 600))
FAR = Viewport.at_scale((0, 0), 20_000, (800, 600))


def signs(table: str, symbol: Marker, *xy: tuple[float, float], rank: int = 0) -> SignSet:
    return SignSet(table, rank, symbol, np.array(xy, dtype=float), np.arange(len(xy)))


def drawn(arranged: Arranged) -> list[tuple[str, float, float]]:
    return [(i.symbol.text, *at) for i in arranged.instructions for at in i.paths.xy.tolist()]


def test_people_of_one_house_stand_side_by_side() -> None:
    arranged = arrange(
        [signs("key_person", RED, (100, 100)), signs("key_person", BLUE, (100, 100), rank=1)], NEAR
    )
    (_, ax, ay), (_, bx, by) = drawn(arranged)
    assert abs(ax - bx) >= size_px(RED, NEAR)
    assert ay == by == 100
    assert (ax + bx) / 2 == 100


def test_a_crowd_is_counted_where_it_is_too_large_to_set_out() -> None:
    arranged = arrange([signs("key_person", RED, *[(100, 100)] * 7)], NEAR)
    assert drawn(arranged) == [("7", 100, 100)]
    assert not arranged.at


def test_at_a_small_scale_every_crowd_is_counted() -> None:
    assert drawn(arrange([signs("key_person", RED, (100, 100), (102, 100))], FAR)) == [("2", 101, 100)]


def test_a_sign_on_the_spot_of_another_table_moves_beside_it() -> None:
    arranged = arrange([signs("supply", BLUE, (100, 100)), signs("shelter", RED, (100, 100))], NEAR)
    (_, sx, sy), (_, hx, hy) = drawn(arranged)
    assert (hx, hy) == (100, 100)  # drawn last, moved least
    assert np.hypot(sx - hx, sy - hy) >= size_px(RED, NEAR)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=1, max_size=60))
def test_nobody_is_lost(points: list[tuple[float, float]]) -> None:
    arranged = arrange([signs("key_person", RED, *points)], NEAR)
    assert sum(int(text or 1) for text, _, _ in drawn(arranged)) == len(points)
