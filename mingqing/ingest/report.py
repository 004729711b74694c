"""What an import did: read, taken, repaired, left out, and why, for a person and for a script."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mingqing.core.text import tr


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row, or with `field` one value of it, that was not taken.

    elsewhere : it lies outside the account's villages.
    """

    row: int
    field: str | None
    reason: str
    elsewhere: bool = False


@dataclass
class SourceReport:
    """What became of one layer of one file.

    table : the table it was taken as, None where it was not recognised or not readable.
    added, updated, unchanged : rows by table, since a source row may fill several.
    error : why nothing of it was taken, None where something was.
    not_theirs : the error is that importing such data is not among the account's tasks, no fault of the file.
    """

    path: Path
    name: str
    table: str | None = None
    read: int = 0
    added: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    notes: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    refused: Mapping[str, str] = field(default_factory=dict)
    unlinked: int = 0
    error: str | None = None
    not_theirs: bool = False

    @property
    def rows_left_out(self) -> int:
        """Number of rows not taken at all."""
        return self.read if self.error else len({x.row for x in self.left_out if x.field is None})

    @property
    def nothing_taken(self) -> bool:
        """Whether it gave nothing, though something is in it or it cannot be read."""
        return self.error is not None or 0 < self.read == self.rows_left_out

    def as_dict(self) -> dict[str, object]:
        """Return the report as JSON-ready values."""
        return {
            "path": str(self.path),
            "name": self.name,
            "table": self.table,
            "read": self.read,
            "added": dict(self.added),
            "updated": dict(self.updated),
            "unchanged": dict(self.unchanged),
            "repaired": self.repaired,
            "unlinked": self.unlinked,
            "notes": self.notes,
            "left_out": [{"row": x.row, "field": x.field, "reason": x.reason} for x in self.left_out],
            "unmatched_columns": self.unmatched,
            "refused_columns": dict(self.refused),
            "error": self.error,
            "not_theirs": self.not_theirs,
        }


@dataclass
class ImportReport:
    """What an import did, source by source.

    stopped : why it ended early (cancelled, disk full), None where it ran to its end. Sources before that are in.
    """

    sources: list[SourceReport] = field(default_factory=list)
    dry_run: bool = False
    stopped: str | None = None

    def total(self, what: str) -> int:
        """Return the sum of `added`, `updated`, `unchanged` or `read` over all sources."""
        values = [getattr(s, what) for s in self.sources]
        return sum(v if isinstance(v, int) else v.total() for v in values)

    @property
    def nothing_taken(self) -> bool:
        """Whether no source gave anything."""
        return all(s.nothing_taken for s in self.sources)

    @property
    def complete(self) -> bool:
        """Whether everything went in that is the account's to import."""
        return self.stopped is None and all(s.not_theirs or not (s.error or s.left_out) for s in self.sources)

    def summary(self) -> str:
        """Return one sentence for the end of the import."""
        failed = sum(1 for s in self.sources if s.error and not s.not_theirs)
        others = sum(1 for s in self.sources if s.not_theirs)
        left = sum(s.rows_left_out for s in self.sources if not s.error)
        text = tr("读了 {n} 份数据，新增 {a} 条，更新 {u} 条，相同 {s} 条").format(
            n=len(self.sources), a=self.total("added"), u=self.total("updated"), s=self.total("unchanged")
        )
        missed = [tr("{n} 行").format(n=left)] if left else []
        missed += [tr("{n} 份文件").format(n=failed)] if failed else []
        if missed:
            text += tr("；{what}没有导入，原因见报告").format(what="、".join(missed))
        if others:
            text += tr("；{n} 份不由您的角色导入").format(n=others)
        if self.stopped:
            text += tr("；中途停止：{why}").format(why=self.stopped)
        return text + (tr("（试运行，没有写入）") if self.dry_run else "")

    def as_dict(self) -> dict[str, object]:
        """Return the report as JSON-ready values."""
        return {
            "summary": self.summary(),
            "dry_run": self.dry_run,
            "stopped": self.stopped,
            "read": self.total("read"),
            "added": self.total("added"),
            "updated": self.total("updated"),
            "unchanged": self.total("unchanged"),
            "left_out": sum(s.rows_left_out for s in self.sources),
            "sources": [s.as_dict() for s in self.sources],
        }

    def as_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)

    def as_csv(self) -> str:
        """Return what was left out as a table that opens in Excel, with a byte-order mark."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([tr("文件"), tr("表或工作表"), tr("行"), tr("字段"), tr("没有导入的原因")])
        for source in self.sources:
            if source.error:
                writer.writerow([source.path, source.name, "", "", source.error])
            for x in source.left_out:
                writer.writerow([source.path, source.name, x.row, x.field or "", x.reason])
        return "﻿" + out.getvalue()
