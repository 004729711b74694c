"""What the user decides about files of one kind, those with the same columns. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mingqing.catalog.model import Catalog, Field, FieldType
from mingqing.core.text import tr
from mingqing.ingest.match import match
from mingqing.ingest.prepare import Answer, Options

if TYPE_CHECKING:
    from mingqing.ingest.match import TableMatch
    from mingqing.ingest.preview import Question, SourcePreview


Answers = Mapping[tuple[str, ...], str]


@dataclass
class FileKind:
    """Files with the same columns, taken as the same table.

    chosen : field → column, set by the user; "" leaves the field empty.
    """

    sources: list["SourcePreview"]
    match: "TableMatch | None"
    taken: bool = True
    chosen: dict[str, str] = field(default_factory=dict)
    changed: bool = False

    @property
    def first(self) -> "SourcePreview":
        """The source that stands for all."""
        return self.sources[0]

    @property
    def rows(self) -> int:
        """Rows of all of them."""
        return sum(s.rows for s in self.sources)

    @property
    def title(self) -> str:
        """Their common name, or that of the first; of a single one also its folder."""
        name = self.first.name
        if len(self.sources) == 1:
            return f"{name} · {self.first.path.parent.name}"
        return name if all(s.name == name for s in self.sources) else tr("{name} 等").format(name=name)

    @cached_property
    def question(self) -> "Question | None":
        """What one of them leaves open."""
        return next((s.question for s in self.sources if s.question is not None), None)

    @property
    def error(self) -> str | None:
        """Why they cannot be read at all."""
        return self.first.error

    def take_as(self, catalog: Catalog, table: str | None) -> None:
        """Take these files as another table, or not at all."""
        self.taken, self.changed, self.chosen = table is not None, True, {}
        if table is not None:
            self.match = match(catalog, catalog.tables[table], self.first.columns)

    def fill(self, catalog: Catalog, column: str, name: str | None) -> None:
        """Let `column` fill the field `name`, or nothing."""
        if self.match is None:
            return
        for taken, by in self.match.fields.items():
            if taken == column:
                self.chosen[by] = ""
        if name is not None:
            self.chosen[name] = column
        self.changed = True
        self.match = match(catalog, self.match.table, self.first.columns, tuple(self.chosen.items()))

    @property
    def state(self) -> str:
        """What the list says of them, in few words."""
        if not self.taken:
            return tr("不导入")
        if self.question is not None and (self.error is not None or self.match is not None):
            return tr("有一处要问")
        if self.error is not None:
            return tr("不能导入") if self.first.columns else tr("读不出来")
        if self.match is None:
            return tr("请选择图层")
        unused = len(self.match.unmatched)
        return tr("{n} 列没用上").format(n=unused) if unused else tr("已认出")

    @property
    def urgency(self) -> int:
        """0 where the user must decide, 1 where a look is worth while, 2 where all is well, 3 where none helps."""
        if self.error is not None and self.question is None:
            return 3
        if self.taken and (self.match is None or self.question is not None):
            return 0
        return 1 if self.match is not None and self.match.unmatched else 2


def kinds_of_files(previews: Sequence["SourcePreview"]) -> list[FileKind]:
    """Return the sources by kind, those that need the user first."""
    found: dict[object, FileKind] = {}
    for preview in previews:
        table = preview.match.table.name if preview.match is not None else ""
        own = preview.key or str(preview.path)
        asks = preview.question.key if preview.question is not None else None
        kind = found.setdefault((own, table, preview.error, asks), FileKind([], preview.match))
        kind.sources.append(preview)
    return sorted(found.values(), key=lambda k: k.urgency)


def options_of(kinds: Sequence[FileKind], answers: Answers) -> Options:
    """Return how to import what the user confirmed.

    answers : by `Question.key`; an answer holds for the files that asked, since the others know better. What
        was not answered is left to the import, which refuses what it cannot know.
    """
    changed = [k for k in kinds if k.taken and k.changed and k.match is not None]
    return Options(
        tables={k.first.key: "" for k in kinds if not k.taken and k.first.key}
        | {k.first.key: k.match.table.name for k in changed if k.match is not None},
        mappings={k.first.key: k.chosen for k in changed},
        answers={
            s.path: _answer(s.question, answers[s.question.key])
            for k in kinds
            for s in k.sources
            if s.question is not None and s.question.key in answers
        },
    )


def _answer(question: "Question", value: str) -> Answer:
    if question.about == "encoding":
        return Answer(encoding=value)
    return Answer(crs=int(value) if value.isdigit() else value)


def fields_of(found: "TableMatch") -> list[Field]:
    """Return the fields of a table that a column may fill, in form order."""
    table = found.table
    return [f for f in (*table.fields, *table.common) if f.type is not FieldType.REFERENCE and f.arrives_as]


def filled_by(catalog: Catalog, found: "TableMatch", column: str) -> str:
    """Return in words what a column is used for besides the table's own fields; empty where for nothing."""
    for reference, ways in found.links.items():
        if any(way.column == column for way in ways):
            return tr("用来找{title}").format(title=found.table.field_by_name[reference].title)
    for name, fields in found.feeds.items():
        if column in fields:
            fed = catalog.tables[name]
            return tr("存入{table}的{field}").format(
                table=fed.title, field=fed.field_by_name[fields[column]].title
            )
    return ""
