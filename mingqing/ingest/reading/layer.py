"""What reading a file gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.crs.recognise import CrsFinding
from mingqing.ingest.reading.encoding import Encoding


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something in a file that could not be taken.

    row : as the user sees it: the row number of a sheet or text file, the record number from 1 elsewhere.
    field : the column, where one cell is meant; None for a whole row.
    reason : a Chinese sentence part.
    """

    row: int
    field: str | None
    reason: str


@dataclass(frozen=True)
class SourceLayer:
    """The `n` rows of one table of a file.

    name : file stem, layer or sheet name.
    rows : (n,) row numbers as the user sees them.
    columns : header as in the file, trimmed and made unique → n values, each
        str, int, float, bool, datetime.date or None.
    geometry : (n,) shapely geometries, 2D, in `crs`, or None where the layer has none at all.
    notes : what was repaired or not taken over, a Chinese sentence each.
    problems : rows that are not among the n, and cells that are None because they could not be read.
    """

    path: Path
    name: str
    rows: NDArray[np.int64]
    columns: Mapping[str, list[object]]
    geometry: NDArray[np.object_] | None = None
    crs: CrsFinding | None = None
    encoding: Encoding | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __getstate__(self) -> dict[str, Any]:
        """Travel between processes with shapes as WKB: a third of the time of pickling each."""
        state = dict(self.__dict__)
        if self.geometry is not None:
            state["geometry"] = shapely.to_wkb(self.geometry)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state["geometry"] is not None:
            state["geometry"] = shapely.from_wkb(state["geometry"])
        self.__dict__.update(state)
