"""What publishing did, or would do."""

from dataclasses import dataclass
from enum import StrEnum

from mingqing.core.text import tr


class How(StrEnum):
    """How a table got, or gets, there."""

    NEW = "new"  # it was not there
    COMPARED = "compared"  # all of it, row by row, because nobody could say what changed
    CHANGED = "changed"  # the rows that changed since last time
    SAME = "same"  # nothing changed

    @property
    def caption(self) -> str:
        """What users read."""
        return _CAPTIONS[self]


_CAPTIONS = {
    How.NEW: tr("新建"),
    How.COMPARED: tr("整表比对"),
    How.CHANGED: tr("只传改过的"),
    How.SAME: tr("没有变化"),
}


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table. rows : of this project there, afterwards. Of a trial, `changed` is how many rows would be sent."""

    name: str
    title: str
    how: How
    rows: int
    added: int = 0
    changed: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did.

    address : host and database, without user and password. seq : the project's change that it shows now.
    left_out : why tables did not go, a Chinese sentence each. notes : what else is to be told.
    differing : titles of tables that stand there otherwise than here: in number, and, if verified, in any cell.
    trial : whether nothing was written.
    """

    address: str
    schema: str
    seq: int
    tables: tuple[PublishedTable, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    verified: bool = False
    trial: bool = False

    @property
    def whole(self) -> bool:
        """Whether all was done that was asked for."""
        return not (self.left_out or self.differing)

    @property
    def touched(self) -> tuple[PublishedTable, ...]:
        """The tables in which something is other than before, or would be looked at."""
        if self.trial:
            return tuple(t for t in self.tables if t.how is not How.SAME)
        return tuple(t for t in self.tables if t.how is How.NEW or t.added or t.changed or t.deleted)

    @property
    def summary(self) -> str:
        """One Chinese sentence for whoever published."""
        where = tr("{address} 的模式 {schema}").format(address=self.address, schema=self.schema)
        rows = sum(t.rows for t in self.tables)
        sent = sum(t.added + t.changed for t in self.tables)
        gone = sum(t.deleted for t in self.tables)
        if self.trial:
            compared = sum(t.changed for t in self.tables if t.how is How.COMPARED)
            only = tr("（其中 {n} 行整表比对，只改写不同的）").format(n=compared) if compared else ""
            return tr("试运行：会向 {where} 发布 {n} 张表，约传 {sent} 行{only}，什么都没有写").format(
                where=where, n=len(self.tables), sent=sent, only=only
            )
        if not sent and not gone:
            return tr("{where} 已经是最新的：{n} 张表、{rows} 行，没有要传的").format(
                where=where, n=len(self.tables), rows=rows
            )
        return tr("已发布到 {where}：{n} 张表、{rows} 行，这次更新 {sent} 行、删除 {gone} 行").format(
            where=where, n=len(self.tables), rows=rows, sent=sent, gone=gone
        )
