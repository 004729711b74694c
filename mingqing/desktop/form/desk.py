"""What all forms of a window share: how they read and write, and what is to be remembered between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mingqing.catalog.model import FieldType, Privacy
from mingqing.desktop.form.content import Key

if TYPE_CHECKING:
    from mingqing.catalog.model import Field, Table
    from mingqing.desktop.editor import Editor
    from mingqing.desktop.jobs import Jobs
    from mingqing.search.index import Index

Typed = dict[str, object]


@dataclass
class Desk:
    """What a form asks of the window.

    names : returns the names of villages by code. index : returns what search asks, None while there is none.
    open : shows the form of another row.
    tell : says a sentence below the form. judged : is told that what is typed was looked at again.
    point : has the next click on the map told, as x, y and tolerance in metres;
        the sentence says what is to be clicked.
    drafts : what was typed and could not be saved, by row. last : what was typed last, by table; nothing personal.
    """

    jobs: "Jobs"
    editor: "Editor"
    names: Callable[[], Mapping[str, str]]
    index: "Callable[[], Index | None]"
    open: Callable[[str, int], None]
    tell: Callable[[str], None]
    point: Callable[[str, Callable[[float, float, float], None]], None]
    judged: Callable[[], None]
    drafts: dict[Key, Typed] = field(default_factory=dict)
    last: dict[str, Typed] = field(default_factory=dict)

    def remember(self, table: "Table", values: Mapping[str, object]) -> None:
        """Keep what may be the same for the next new row of a table."""
        kept = {n: v for n, v in values.items() if v is not None and _recurs(table, table.field_by_name[n])}
        self.last.setdefault(table.name, {}).update(kept)

    def forget(self) -> None:
        """Keep nothing of a project."""
        self.drafts.clear()
        self.last.clear()


def _recurs(table: "Table", field: "Field") -> bool:
    """Whether a value may well be the same in the next row, and says nothing of a person."""
    own = {table.title_field, *(n for rule in table.rules for n in rule.fields)}
    own |= {name for key in table.keys for name in key}
    return (
        field.privacy is Privacy.OPEN
        and field.name not in own
        and field.type in {FieldType.CODE, FieldType.TEXT, FieldType.INTEGER}
        and field in table.fields
    )
