"""What tells whether a map in a folder still shows what the project holds: a digest of everything that it shows.

It may differ where the map would not, as after an edit that was taken back; it is never the same where the map would
be another one, but for the date in its margin.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import mingqing
from mingqing.access.roles import Action
from mingqing.classify.statistics import statistics, values_of
from mingqing.core.errors import MingqingError
from mingqing.core.files import data_dir
from mingqing.printing.atlas.kept import Extent
from mingqing.printing.atlas.order import Options
from mingqing.printing.template.find import template_of
from mingqing.printing.template.model import Template
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.source import AROUND
from mingqing.render.fonts import chinese_family
from mingqing.store.history.standing import Standing, standing

if TYPE_CHECKING:
    from mingqing.store.session import Session

_DRAWN = 1  # to be raised where what is drawn of the same data becomes another map
_VILLAGE = "village"


class Fingerprints:
    """Tells the fingerprints of maps, by what the project held when this was made: so make it before drawing."""

    def __init__(self, session: "Session", wanted: Iterable[Asked], options: Options) -> None:
        self._session, self._options = session, options
        self._themes = {asked.theme for asked in wanted} & session.catalog.layers.keys()
        tables = session.catalog.tables
        self._standing: Standing = standing(session, tables, AROUND & tables.keys())
        self._rows = session.rows(_VILLAGE, ("id", "code", "township"))
        self._by_code: defaultdict[str, list[int]] = defaultdict(list)
        self._by_township: defaultdict[str, list[int]] = defaultdict(list)
        for row_id, code, township in self._rows:
            self._by_code[str(code)].append(row_id)
            self._by_township[str(township or "")].append(row_id)
        self._townships = {str(code): str(township or "") for _, code, township in self._rows}
        self._bordered = {v.code for v in session.villages() if v.bounds is not None}
        self._everywhere = self._said_everywhere()
        self._figures: dict[str, Mapping[str, float]] = {}
        self._verified = {table: self._verified_in(table) for t in self._themes for table in self._own(t)}
        self._themed: dict[Asked, str] = {}
        self._met: dict[tuple[str, Extent], str] = {}

    def of(self, asked: Asked, extents: Iterable[Extent]) -> str:
        """Return the fingerprint of a map that shows so much ground; empty where it cannot be made."""
        if asked.theme not in self._themes:
            return ""
        said = (self._of_theme(asked), self._of_village(asked), *self._around(asked, extents))
        return hashlib.blake2b("\n".join(said).encode(), digest_size=16).hexdigest()

    # ── The same on every map ────────────────────────────────────────────────────────────────────────────────────

    def _said_everywhere(self) -> str:
        info = self._session.info
        project = (self._standing.project, info.name, info.epsg)
        return repr(
            (_DRAWN, mingqing.__version__, _definitions(), chinese_family(), *project, self._options.format)
        )

    def _of_theme(self, asked: Asked) -> str:
        """Return what a map has in common with those of other villages: what is asked, template, policy."""
        like = asked.of(village="")
        if like not in self._themed:
            policy = self._session.policy
            sees = [policy.view_sql(t, a) for t in self._drawn(asked) for a in (Action.SEE, Action.PRINT)]
            footer = asked.footer or policy.footer_required
            dpi = self._options.dpi if self._options.format != "pdf" else 0
            said = json.dumps(like.as_plain(), sort_keys=True), repr(self._template(asked)), sees
            self._themed[like] = repr((self._everywhere, said, self._session.user if footer else "", dpi))
        return self._themed[like]

    def _template(self, asked: Asked) -> Template | str:
        try:
            return template_of(self._session, asked)
        except MingqingError as error:  # told of each map, when it is drawn
            return str(error)

    # ── The village ──────────────────────────────────────────────────────────────────────────────────────────────

    def _drawn(self, asked: Asked) -> list[str]:
        drawn = [draw.table for draw in self._session.catalog.layers[asked.theme].draws]
        return [t for t in drawn if asked.only is None or t in asked.only]

    def _own(self, theme: str) -> Sequence[str]:
        return self._session.catalog.layers[theme].tables

    def _of_village(self, asked: Asked) -> str:
        village, tables = asked.village, self._session.catalog.tables
        drawn = [t for t in self._drawn(asked) if t not in AROUND]
        spokes = [spoke[0] for t in drawn if (spoke := tables[t].spoke_from)]
        read = dict.fromkeys((*drawn, *spokes)) if village in self._bordered else tables
        row, township = self._by_code[village], self._by_township[self._townships.get(village, "")]
        return repr(
            (
                [self._standing.of(table, village) for table in read],
                [self._standing.spread[_VILLAGE].of(ids) for ids in (row, township)],
                self._counted(asked),
                [self._verified[table].get(village) for table in self._own(asked.theme)],
            )
        )

    def _counted(self, asked: Asked) -> list[object]:
        """Return the numbers of the statistics table, which change with the calendar too."""
        template = self._template(asked)
        codes = [f.code for f in template.figures] if isinstance(template, Template) else []
        return [self._figure(code).get(asked.village) for code in codes if code in statistics()]

    def _figure(self, code: str) -> Mapping[str, float]:
        if code not in self._figures:
            today = date.today()  # noqa: DTZ011 - the calendar on the wall
            values = values_of(self._session, statistics()[code], _VILLAGE, today=today)
            self._figures[code] = {str(c): values[i] for i, c, _ in self._rows if i in values}
        return self._figures[code]

    def _verified_in(self, table: str) -> Mapping[str, tuple[Any, ...]]:
        """Return the first and the last month in which rows of each village were verified."""
        sql = (
            "SELECT village_code, substr(min(verified_on), 1, 7), substr(max(verified_on), 1, 7)"
            f' FROM "{table}" GROUP BY 1'
        )
        return {village: months for village, *months in self._session.query(sql)}

    # ── What is drawn beyond its border ──────────────────────────────────────────────────────────────────────────

    def _around(self, asked: Asked, extents: Iterable[Extent]) -> Iterable[str]:
        tables = [t for t in self._drawn(asked) if t in AROUND]
        for extent in extents:
            yield repr(extent)
            for table in tables:
                if (table, extent) not in self._met:
                    self._met[table, extent] = self._standing.spread[table].within(extent)
                yield self._met[table, extent]


@cache
def _definitions() -> str:
    """Return a digest of the definitions that say how things look and are called."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in ("layers", "resources"):
        for file in sorted(data_dir(folder).glob("*.toml")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
