"""What drawing needs from whoever holds the data: rows of a table within an extent."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from mingqing.catalog.overviews import Needs
from mingqing.core.features import Features, Gathered

Bounds: TypeAlias = tuple[float, float, float, float]


class FeatureSource(Protocol):
    """Anything that hands out features; a project's session is one, having applied its account's policy."""

    def features(
        self,
        table: str,
        *,
        bounds: Bounds | None = None,
        columns: Sequence[str] = (),
        village: str | None = None,
    ) -> Features:
        """Return the rows of `table` that touch `bounds` (west, south, east, north, project CRS, metres)."""
        ...

    def gathered(self, table: str, bounds: Bounds, wanted: Needs, metres_per_px: float) -> Gathered | None:
        """Return groups of rows to draw at a small scale; None where rows are to be drawn one by one."""
        ...
