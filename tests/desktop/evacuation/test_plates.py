"""Plates that tell how full shelters are."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from mingqing.desktop.evacuation.outcome import Load
from mingqing.desktop.evacuation.plates import places

NOTHING = np.empty((0, 4))
pytestmark = pytest.mark.usefixtures("qapp")


def load(number: int) -> Load:
    return Load(number, f"避灾点{number}", (0.0, 0.0), 110, 41)


def test_a_plate_lies_below_its_sign() -> None:
    (box,) = places([load(1)], [QPointF(200, 200)], NOTHING)
    assert box is not None
    assert box.top() == 215
    assert box.center().x() == 200


def test_plates_of_shelters_side_by_side_do_not_lie_on_each_other_nor_on_a_sign() -> None:
    at = [QPointF(200, 200), QPointF(230, 205), QPointF(215, 232)]
    boxes = [box for box in places([load(n) for n in range(3)], at, NOTHING) if box is not None]
    assert len(boxes) == 3
    assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert not any(box.adjusted(-14, -14, 14, 14).contains(sign) for box in boxes for sign in at)


def test_a_plate_keeps_off_words_where_there_is_room_elsewhere() -> None:
    words = np.array([[150.0, 216.0, 250.0, 236.0]])
    (box,) = places([load(1)], [QPointF(200, 200)], words)
    assert box is not None
    assert box.bottom() == 185


def test_words_all_around_do_not_keep_a_plate_away_and_other_plates_do() -> None:
    at, around = [QPointF(200, 200)], np.array([[0.0, 0.0, 400.0, 400.0]])
    assert places([load(1)], at, around)[0] is not None
    crowd = [load(n) for n in range(60)]
    boxes = places(crowd, [QPointF(200 + n % 8, 200 + n // 8) for n in range(60)], NOTHING)
    assert None in boxes
