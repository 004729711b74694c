"""What tells whether a map in a folder still shows what the project holds: a digest of everything that it shows.

It may differ where the map would not, as after an edit that was taken back; it is never the same where the map would
be another one, but for the date in its margin.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any

import mingqing
from mingqing.access.roles import Action
from mingqing.classify.statistics import statistics, values_of
from mingqing.core.errors import MingqingError
from mingqing.core.files import data_dir
from mingqing.printing.atlas.kept import Extent
from mingqing.printing.atlas.order import Format, Options
from mingqing.printing.template.find import template_of
from mingqing.printing.template.model import Template
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.facts import holds
from mingqing.printing.wall.source import AROUND
from mingqing.render.fonts import chinese_family
from mingqing.store.history.standing import standing

if TYPE_CHECKING:
    from mingqing.store.session import Session

_DRAWN = 1  # to be raised where what is drawn of the same data becomes another map
_VILLAGE = "village"


class Fingerprints:
    """Tells the fingerprints of maps as the project is when this is made.

    Make it before anything is drawn: what changes in between is then found changed the next time, and not passed over.
    """

    def __init__(self, session: "Session", wanted: Iterable[Asked], options: Options) -> None:
        self._session, self._options, catalog = session, options, session.catalog
        likes = {asked.of(village="") for asked in wanted if asked.theme in catalog.layers}
        self._standing = standing(session, catalog.tables, AROUND & catalog.tables.keys())
        self._bordered = {v.code for v in session.villages() if v.bounds is not None}
        self._rows = session.rows(_VILLAGE, ("id", "code", "township"))
        self._alike: defaultdict[tuple[str, Any], list[int]] = defaultdict(list)
        for row_id, code, township in self._rows:
            self._alike["code", code].append(row_id)
            self._alike["township", township].append(row_id)
        self._townships = {code: township for _, code, township in self._rows}
        own = {table for like in likes for table in catalog.layers[like.theme].tables}
        self._verified = {table: self._verified_in(table) for table in own}
        templates = {like: self._template(like) for like in likes}
        self._shown = {like: _figures(template) for like, template in templates.items()}
        self._figures = {code: self._figure(code) for codes in self._shown.values() for code in codes}
        everywhere = self._everywhere()
        self._themed = {like: repr((everywhere, self._of_theme(like, templates[like]))) for like in likes}
        self._met: dict[tuple[str, Extent], str] = {}

    def of(self, asked: Asked, extents: Iterable[Extent]) -> str:
        """Return the fingerprint of one of the maps wanted, by the ground that it shows; empty for no such theme."""
        like = asked.of(village="")
        if like not in self._themed:
            return ""
        said = self._themed[like], *self._of_village(asked, self._shown[like]), *self._around(asked, extents)
        return hashlib.blake2b("\n".join(said).encode(), digest_size=16).hexdigest()

    # ── The same for every village ───────────────────────────────────────────────────────────────────────────────

    def _everywhere(self) -> object:
        info, options = self._session.info, self._options
        look = _DRAWN, mingqing.__version__, _definitions(), chinese_family()
        return look, self._standing.project, info.name, info.epsg, options.format, _dpi(options)

    def _of_theme(self, like: Asked, template: Template | str) -> object:
        """Return what is asked, the template, what the account sees and may print, and its name where it is told."""
        policy = self._session.policy
        sees = [policy.view_sql(t, a) for t in self._drawn(like) for a in (Action.SEE, Action.PRINT)]
        told = self._session.user if like.footer or policy.footer_required else ""
        return json.dumps(like.as_plain(), sort_keys=True), repr(template), sees, told

    def _template(self, like: Asked) -> Template | str:
        try:
            return template_of(self._session, like.theme, like.template)
        except MingqingError as error:  # told of each map, when it is drawn
            return str(error)

    def _drawn(self, asked: Asked) -> list[str]:
        drawn = [draw.table for draw in self._session.catalog.layers[asked.theme].draws]
        return [t for t in drawn if asked.only is None or t in asked.only]

    # ── The village ──────────────────────────────────────────────────────────────────────────────────────────────

    def _of_village(self, asked: Asked, figures: Sequence[str]) -> Iterator[str]:
        village, catalog = asked.village, self._session.catalog
        drawn = [t for t in self._drawn(asked) if t not in AROUND]
        spokes = [spoke[0] for t in drawn if (spoke := catalog.tables[t].spoke_from)]
        # One without a border is as large as all that is in it.
        for table in dict.fromkeys((*drawn, *spokes)) if village in self._bordered else catalog.tables:
            yield self._standing.of(table, village)
        for row in ("code", village), ("township", self._townships.get(village)):
            yield self._standing.spread[_VILLAGE].of(self._alike[row])
        for code in figures:
            yield str(self._figures[code].get(village))
        for table in catalog.layers[asked.theme].tables:
            yield str(self._verified[table].get(village))

    def _figure(self, code: str) -> Mapping[str, float | None]:
        """Return numbers of the statistics table: some change with the calendar alone."""
        today = date.today()  # noqa: DTZ011 - the calendar on the wall
        statistic = statistics()[code]
        values = values_of(self._session, statistic, _VILLAGE, today=today)
        # Nothing is told where nobody entered anything of the kind, anywhere.
        none = None if holds(self._session, statistic.table) else inf
        return {code: values.get(row_id, none) for row_id, code, _ in self._rows}

    def _verified_in(self, table: str) -> Mapping[str, tuple[str, str]]:
        """Return the first and the last month in which rows of each village were verified."""
        first, last = (f"substr({end}(verified_on), 1, 7)" for end in ("min", "max"))
        rows = self._session.query(f'SELECT village_code, {first}, {last} FROM "{table}" GROUP BY 1')
        return {village: (first, last) for village, first, last in rows}

    # ── What is drawn beyond its border ──────────────────────────────────────────────────────────────────────────

    def _around(self, asked: Asked, extents: Iterable[Extent]) -> Iterator[str]:
        tables = [t for t in self._drawn(asked) if t in AROUND]
        for extent in extents:
            yield str(extent)
            for table in tables:
                if (table, extent) not in self._met:
                    self._met[table, extent] = self._standing.spread[table].within(extent)
                yield self._met[table, extent]


def _figures(template: Template | str) -> tuple[str, ...]:
    """Return the statistics that a template tells of; what it takes from the village's own row is looked at anyway."""
    if isinstance(template, str):
        return ()
    return tuple(figure.code for figure in template.figures if figure.code in statistics())


def _dpi(options: Options) -> int:
    return 0 if options.format is Format.PDF else options.dpi


@cache
def _definitions() -> str:
    """Return a digest of the definitions that say how things look and are called."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in ("layers", "resources"):
        for file in sorted(data_dir(folder).glob("*.toml")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
