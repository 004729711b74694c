"""What an import leaves out because it was erased, or replaced, at somebody's request."""

from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.ingest.merge import Plan, drop_unchanged
from mingqing.ingest.prepare import Part
from mingqing.ingest.report import LeftOut, SourceReport
from mingqing.store.session import Stored
from mingqing.store.settled import Settled, Why


class Keeper:
    """Keeps out what a project has settled."""

    def __init__(self, settled: Settled) -> None:
        self._settled = settled

    def without_erased(
        self,
        part: Part,
        table: Table,
        villages: list[str | None],
        report: SourceReport,
        returning: set[int],
        *,
        own: bool,
    ) -> list[str | None]:
        """Drop rows that would bring back what was erased; return the villages of those that stay.

        returning : rows of the source that told of an erased person so far; of people's tables they go as well.
        own : whether the part is of the table that the source is; of others a row is listed once.
        """
        if not self._settled or not (table.personal or table.keys):
            return villages
        out = [
            i
            for i, row in enumerate(part.rows)
            if (table.personal and row in returning)
            or self._settled.keeps_out(Why.ERASED, table, villages[i], _said(part, i))
        ]
        if not out:
            return villages
        reason = tr("此人已按本人要求删除（或这一条已删除），没有再导入；请同时改好原来的表")
        listed = {x.row for x in report.left_out if x.reason == reason and x.field is None}
        for i in out:
            row = part.rows[i]
            if table.name == "resident":
                returning.add(row)
            if row not in listed:
                report.left_out.append(LeftOut(row, None if own else table.title, reason))
        kept = sorted(set(range(len(part.rows))).difference(out))
        part.keep(kept)
        return [villages[i] for i in kept]

    def uphold(
        self, made: Plan, part: Part, table: Table, stored: Stored, village: str | None, report: SourceReport
    ) -> None:
        """Take out of a plan what would undo a correction; blank values of a part overwrite nothing."""
        if not self._settled:
            return
        again = tr("与一条已经更正的记录原来的内容相同，没有再导入；请同时改好原来的表")
        for i in list(made.insert):
            if self._settled.keeps_out(Why.FORMER, table, village, _said(part, i)):
                made.insert.remove(i)
                report.left_out.append(LeftOut(part.rows[i], table.title, again))
                made.same_as = {j: earlier for j, earlier in made.same_as.items() if earlier != i}
        count = sum(self._uphold_column(name, made, part, table, stored, report) for name in part.columns)
        if count:
            drop_unchanged(made, part, stored)
            text = tr("{table}有 {n} 处已经更正（或清除、延期）过，没有改回原来的内容；请同时改好原来的表")
            report.notes.append(text.format(table=table.title, n=count))

    def _uphold_column(
        self, name: str, made: Plan, part: Part, table: Table, stored: Stored, report: SourceReport
    ) -> int:
        new, old = part.columns[name], stored.columns.get(name)
        if old is None:
            return 0
        back = [
            i
            for i, j in made.update.items()
            if new[i] is not None
            and new[i] != old[j]
            and self._settled.replaced(table.name, stored.ids[j], name, new[i])
        ]
        if back:
            reason = tr("这一项已经更正（或清除、延期）过，没有改回原来的内容；请同时改好原来的表")
            field = table.field_by_name[name].title
            report.left_out += [LeftOut(part.rows[i], field, reason) for i in back]
            dropped = set(back)
            part.columns[name] = [None if i in dropped else v for i, v in enumerate(new)]
        return len(back)


def _said(part: Part, i: int) -> dict[str, object]:
    return {name: column[i] for name, column in part.columns.items()}
