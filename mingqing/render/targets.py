"""What of a map can be pointed at that does not lie where its rows do: signs set aside or counted, and labels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.render.lettering import PlacedLabel
from mingqing.render.occupancy import Box
from mingqing.render.scale import Viewport
from mingqing.render.source import Bounds


@dataclass(frozen=True, slots=True)
class Target:
    """A sign or a label as something to point at.

    box : what it covers, project CRS, metres. table, ids : the rows that a sign stands for, one or a crowd.
    text : what a label says; empty of a sign.
    """

    box: Bounds
    table: str = ""
    ids: tuple[int, ...] = ()
    text: str = ""

    def covers(self, x: float, y: float) -> bool:
        """Whether a place lies in it."""
        return self.box[0] <= x <= self.box[2] and self.box[1] <= y <= self.box[3]


def of_signs(
    stands: Iterable[tuple[Box, str, tuple[int, ...]]], ids: Mapping[str, NDArray[np.int64]], view: Viewport
) -> Iterator[Target]:
    """Yield what each sign covers; `ids` are those of a table's rows, by their number in `stands`."""
    for box, table, rows in stands:
        yield Target(_on_ground(box, view), table, tuple(ids[table][list(rows)].tolist()))


def of_labels(labels: Iterable[PlacedLabel], view: Viewport) -> Iterator[Target]:
    """Yield what each label of a row covers, character by character where it bends; the height of a contour is none."""
    for label in labels:
        if label.label.field:
            yield from (Target(_on_ground(box, view), text=label.text) for box in label.boxes)


def _on_ground(box: Box, view: Viewport) -> Bounds:
    west, north = view.to_ground(box[0], box[1])
    east, south = view.to_ground(box[2], box[3])
    return west, south, east, north
