"""Looking at a project whose file is damaged: what can be read is shown, the rest is left out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import ProjectDamaged
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.store.changes import Value
from mingqing.store.session import Bounds, Session, Village, meeting


class DamagedSession(Session):
    """A session over a damaged project, for reading alone: writing to a damaged file makes it worse.

    What the map and the lists of villages are made of comes as far as it can be read; a question about one row
    that cannot be read still ends in `ProjectDamaged`.
    """

    @classmethod
    def of(cls, session: Session) -> Self:
        """Return another connection of the same account, for looking only; `session` is left open."""
        reason = tr("有一部分数据已损坏，写入会坏得更多；请恢复备份，或抢救到新项目")
        return cls(replace(session.info, read_only=reason), session.catalog, session.login)

    def clone(self) -> "DamagedSession":
        """Return another connection of the same account, for another thread."""
        return DamagedSession(self.info, self.catalog, self.login)

    def features(
        self,
        table: str,
        *,
        bounds: Bounds | None = None,
        columns: Sequence[str] = (),
        village: str | Collection[str] | None = None,
        where: Mapping[str, Value] | None = None,
        among: Iterable[int] | None = None,
        placed: bool = True,
    ) -> Features:
        """Return the rows that can be read: where not all can, those of every village that can be read whole."""
        some = None if among is None else tuple(among)
        with suppress(ProjectDamaged):
            return super().features(
                table,
                bounds=bounds,
                columns=columns,
                village=village,
                where=where,
                among=some,
                placed=placed,
            )
        parts = [Features(np.array([], dtype=np.int64), _no_shapes(), {name: [] for name in columns})]
        for each in self.villages() if village is None else ():
            with suppress(ProjectDamaged):
                of_one = super().features(
                    table, columns=columns, village=each.code, where=where, among=some, placed=placed
                )
                parts.append(of_one)
        found = _joined(parts)
        return found if bounds is None else meeting(found, bounds)

    def villages(self) -> list[Village]:
        """Return the villages: without their bounds where those cannot be read, none where not even the names can."""
        with suppress(ProjectDamaged):
            return super().villages()
        with suppress(ProjectDamaged):
            rows = self.rows("village", ["code", "name", "township"])
            return [Village(str(c), str(n), str(t or ""), None) for c, n, t in sorted(rows) if c is not None]
        return []

    def extent(self, table: str | None = None) -> Bounds | None:
        """Return the bounds of the tables whose spatial index can be read."""
        with suppress(ProjectDamaged):
            return super().extent(table)
        if table is not None:
            return None
        found = [self.extent(name) for name, each in self.catalog.tables.items() if each.has_geometry]
        boxes = np.array([box for box in found if box is not None])
        if not len(boxes):
            return None
        (xmin, ymin), (xmax, ymax) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return float(xmin), float(ymin), float(xmax), float(ymax)

    def counts(self, village: str | None = None) -> dict[str, int]:
        """Return the number of rows of every table; 0 for one whose rows cannot be counted."""
        with suppress(ProjectDamaged):
            return super().counts(village)
        found = dict.fromkeys(self.catalog.tables, 0)
        for table in found:
            with suppress(ProjectDamaged):
                found[table] = len(self.rows(table, ["id"], village=village))
        return found


def _no_shapes() -> NDArray[np.object_]:
    return np.array([], dtype=object)


def _joined(parts: Sequence[Features]) -> Features:
    """Several as one, by id."""
    ids = np.concatenate([part.ids for part in parts])
    order = np.argsort(ids)
    shapes = np.concatenate([part.geometry for part in parts])[order]
    columns = {name: [value for part in parts for value in part.columns[name]] for name in parts[0].columns}
    return Features(
        ids[order], shapes, {name: [values[i] for i in order] for name, values in columns.items()}
    )
