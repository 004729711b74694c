"""How tables look that do not look as their theme has them: chosen just now, or kept with the project."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from mingqing.classify.choice import Choice, Kind, as_dict, from_dict
from mingqing.classify.divide import palette_of
from mingqing.classify.fields import is_visible, reveals
from mingqing.classify.prepare import Prepared, prepare
from mingqing.classify.statistics import statistics
from mingqing.core.errors import DefinitionError, MingqingError
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob, WriteJob
from mingqing.desktop.legend import Caption
from mingqing.desktop.map.frame import Restyled
from mingqing.render.heat import Heat
from mingqing.store.saved import Saved, forget, save, saved

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog
    from mingqing.catalog.style import Style
    from mingqing.store.session import Session

_KIND = "classification"
_RAMP_COLORS = 7

Key: TypeAlias = tuple[str, str]
"""The code of a thematic map, and a table on it."""


@dataclass
class _Kept:
    """What was found in a project: choices with their classes, and sentences about those that cannot be shown."""

    prepared: dict[Key, Prepared] = field(default_factory=dict)
    things: dict[Key, Saved] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


class Looks(QObject):
    """The choices in force, by map and table.

    Signals
    -------
    changed() : something looks different. noticed(sentence) : a choice that was kept is not shown, and why.
    """

    changed = Signal()
    noticed = Signal(str)

    def __init__(self, catalog: "Catalog", jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalog, self._jobs = catalog, jobs
        self._prepared: dict[Key, Prepared] = {}
        self._things: dict[Key, Saved] = {}

    def of(self, key: Key) -> Prepared | None:
        """Return the choice in force for a table on a map."""
        return self._prepared.get(key)

    def is_kept(self, key: Key) -> bool:
        """Whether what is in force is what the project keeps."""
        now, kept = self._prepared.get(key), self._things.get(key)
        return kept is not None and now is not None and kept.value == _plain(key, now.choice)

    def restyled(self, theme: str) -> tuple[Restyled, ...]:
        """Return how the tables of a map look that do not look as it has them."""
        return tuple(self._restyled(theme, table, made) for table, made in self._of(theme))

    def _restyled(self, theme: str, table: str, made: Prepared) -> Restyled:
        if made.choice.kind is not Kind.HEAT:
            return Restyled(table, made.style(self._base(theme, table)), None, reveals(made.choice))
        heat = Heat(made.xy, made.weights, palette_of(made.choice).colors(_RAMP_COLORS))
        return Restyled(table, None, heat, reveals(made.choice))

    def captions(self, theme: str) -> dict[str, Caption]:
        """Return by what each table of a map is classed that is not as the map has it."""
        return {table: self._caption(made.choice) for table, made in self._of(theme)}

    def _caption(self, choice: Choice) -> Caption:
        ramp = palette_of(choice).colors(_RAMP_COLORS) if choice.kind is Kind.HEAT else ()
        return Caption(_words(choice, self._catalog), ramp)

    def _of(self, theme: str) -> Iterator[tuple[str, Prepared]]:
        return ((table, made) for (code, table), made in self._prepared.items() if code == theme)

    def _base(self, theme: str, table: str) -> "Style":
        draw = next(d for d in self._catalog.layers[theme].draws if d.table == table)
        return self._catalog.styles[table][draw.variant]

    def put(self, key: Key, made: Prepared) -> None:
        """Let a table look so."""
        self._prepared[key] = made
        self.changed.emit()

    def reset(self, key: Key, *, forgetting: bool) -> None:
        """Let a table look as the theme has it; with `forgetting`, keep nothing else with the project."""
        thing = self._things.pop(key, None) if forgetting else None
        if thing is not None:
            self._jobs.start(WriteJob(lambda session, _job: forget(session, thing), done=lambda _: None))
        if self._prepared.pop(key, None) is not None:
            self.changed.emit()

    def keep(self, key: Key) -> None:
        """Keep the choice in force with the project, for all who see what it shows."""
        made = self._prepared[key]

        def work(session: "Session", _job: Job[Saved]) -> Saved:
            value = _plain(key, made.choice)
            return save(session, _KIND, "/".join(key), value, shared=True, fields=reveals(made.choice))

        def done(thing: Saved) -> None:
            self._things[key] = thing
            self.changed.emit()

        self._jobs.start(WriteJob(work, done=done))

    def forget_project(self) -> None:
        """Let everything look as the themes have it."""
        self._prepared, self._things = {}, {}

    def load(self) -> None:
        """Show what the open project keeps."""

        def work(session: "Session", _job: Job[_Kept]) -> _Kept:
            return _load(session, self._catalog)

        def done(kept: _Kept) -> None:
            self._prepared |= kept.prepared
            self._things = kept.things
            if kept.prepared:
                self.changed.emit()
            for sentence in kept.notices:
                self.noticed.emit(sentence)

        self._jobs.start(ReadJob(work, done=done, topic="looks"))

    def refresh(self) -> None:
        """Count anew after something was written; classes stay as they are."""
        choices = {key: made.choice for key, made in self._prepared.items()}

        def work(session: "Session", _job: Job[dict[Key, Prepared]]) -> dict[Key, Prepared]:
            return {
                key: prepare(session, choice, today=today())
                for key, choice in choices.items()
                if is_visible(choice, session.policy)
            }

        def done(found: dict[Key, Prepared]) -> None:
            self._prepared |= {key: made for key, made in found.items() if key in self._prepared}
            self.changed.emit()

        if choices:
            self._jobs.start(ReadJob(work, done=done, topic="looks"))


def today() -> date:
    """Return the day it is here."""
    return datetime.now(UTC).astimezone().date()


def _plain(key: Key, choice: Choice) -> dict[str, object]:
    return {"theme": key[0], "over": key[1], "choice": as_dict(choice)}


def _load(session: "Session", catalog: "Catalog") -> _Kept:
    kept = _Kept()
    for thing in saved(session, _KIND):
        try:
            key, choice = _read(thing.value, catalog)
            kept.things[key] = thing
            kept.prepared[key] = prepare(session, choice, today=today())
        except DefinitionError:
            kept.notices.append(
                tr("项目里保存的一项分类（{name}）不能识别，按默认样式显示").format(name=thing.name)
            )
        except MingqingError as error:
            kept.notices.append(str(error))
    return kept


def _read(value: object, catalog: "Catalog") -> tuple[Key, Choice]:
    """Return the choice that was kept and where it is for. Raises DefinitionError where it is none."""
    found = value if isinstance(value, dict) else {}
    choice = from_dict(found.get("choice"), catalog)
    theme, table = str(found.get("theme")), str(found.get("over"))
    drawn = [d.table for d in catalog.layers[theme].draws] if theme in catalog.layers else []
    if table not in drawn or (choice.kind is not Kind.HEAT and choice.table != table):
        raise DefinitionError(f"{theme}/{table}")
    return (theme, table), choice


def _words(choice: Choice, catalog: "Catalog") -> str:
    if choice.kind is Kind.RULES:
        return tr("按条件上色")
    if choice.kind is Kind.AREAS:
        return tr("按{title}上色").format(title=statistics()[choice.field].title)
    table = catalog.tables[choice.table]
    title = table.field_by_name[choice.field].title if choice.field else table.title
    words = {Kind.HEAT: tr("{title}热力图"), Kind.SIZE: tr("按{title}分大小")}
    return words.get(choice.kind, tr("按{title}上色")).format(title=title)
