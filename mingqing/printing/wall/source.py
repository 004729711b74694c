"""What of a project goes on a village's wall map: its own rows, and of its neighbours only what leads one there."""

from collections.abc import Iterable, Sequence

import numpy as np

from mingqing.catalog.overviews import Needs
from mingqing.catalog.style import Style
from mingqing.core.features import Features, Gathered
from mingqing.render.source import Bounds
from mingqing.store.permitted import Permitted

AROUND = frozenset({"village", "place_name", "road", "water", "hazard", "shelter"})
"""Tables drawn beyond the village's border too. Whose houses, plots and people are whose ends at the border: what hangs
in a village hall tells of that village."""


class VillageSource:
    """A `render.FeatureSource` of one village, less what the account may see but not print.

    What was read is remembered, with every column that any map draws: the six maps of a village stand on the same
    ground.
    """

    def __init__(self, permitted: Permitted, village: str) -> None:
        self.village = village
        self._permitted = permitted
        self._read: dict[tuple[str, Bounds | None], Features] = {}

    def features(
        self,
        table: str,
        *,
        bounds: Bounds | None = None,
        columns: Sequence[str] = (),
        village: str | None = None,  # noqa: ARG002 - it is of one village anyhow
    ) -> Features:
        """Return the village's rows of a table; of what is drawn around it, those that touch `bounds`."""
        key = table, bounds if table in AROUND else None
        found = self._read.get(key)
        if found is None or not found.columns.keys() >= set(columns):
            found = self._read[key] = self._features(table, key[1], columns)
        return Features(found.ids, found.geometry, {name: found.columns[name] for name in columns})

    def gathered(self, table: str, bounds: Bounds, wanted: Needs, metres_per_px: float) -> Gathered | None:
        """Return groups of rows for a small scale, of what is drawn around the village."""
        if table not in AROUND or self._hidden(table):
            return None
        return self._permitted.session.gathered(table, bounds, wanted, metres_per_px)

    def _features(self, table: str, bounds: Bounds | None, columns: Sequence[str]) -> Features:
        drawn = {name for style in self._styles(table) for name in style.columns}
        names = sorted({*columns, *drawn, "village_code"})
        if not self._permitted.allows(table):
            return Features(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), dict.fromkeys(names, ()))
        session, hidden = self._permitted.session, self._permitted.hidden(table, names)
        found = session.features(
            table, bounds=bounds, columns=names, village=self.village if bounds is None else None
        )
        kept = {n: [None] * len(found) if n in hidden else v for n, v in found.columns.items()}
        return Features(found.ids, found.geometry, kept)

    def _styles(self, table: str) -> Iterable[Style]:
        return self._permitted.session.catalog.styles.get(table, {}).values()

    def _hidden(self, table: str) -> bool:
        names = {name for style in self._styles(table) for name in style.columns}
        return not self._permitted.allows(table) or bool(self._permitted.hidden(table, names))
