"""The report page: what went in, what did not and why, to be read and to be saved."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from mingqing.core.text import tr
from mingqing.desktop.tables import TextTable, table_view
from mingqing.desktop.widgets import XL, L, M, S, button, column, label, row
from mingqing.ingest.report import ImportReport, SourceReport


class ReportPage(QWidget):
    """Shows an import's report. `done()` when the user has read it."""

    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = ImportReport()
        self._shown: list[SourceReport] = []
        self._heading, self._summary = label("", "heading"), label("", "muted", wrap=True)
        self._saved = label("", "caption")
        titles = [
            tr("文件"),
            tr("读到"),
            tr("新增"),
            tr("更新"),
            tr("相同"),
            tr("修复"),
            tr("没导入"),
            tr("情况"),
        ]
        self._files = TextTable(titles, range(1, 7))
        self.files = table_view(self._files, (68, 68, 68, 68, 68, 76, 240), name=tr("每份文件的结果"))
        self.files.selectionModel().currentRowChanged.connect(lambda now, _before: self._show(now.row()))
        self._reasons = TextTable([tr("没有导入的原因"), tr("行"), tr("字段")], (1,))
        self.reasons = table_view(self._reasons, (80, 160), name=tr("没有导入的行"))
        self.only_trouble = QCheckBox(tr("只看有问题的文件"))
        self.only_trouble.toggled.connect(self._filter)
        self._lay_out()

    def _lay_out(self) -> None:
        foot = row(gap=M)
        foot.addWidget(button(tr("存成表格…"), self._ask_csv, glyph="fa6s.table"))
        foot.addWidget(button(tr("存成 JSON…"), self._ask_json, glyph="fa6s.code"))
        foot.addWidget(self._saved, 1)
        self.primary = button(tr("看地图"), self.done.emit, "primary", glyph="fa6s.map")
        foot.addWidget(self.primary)
        outer = column(self, margins=(XL, XL, XL, L), gap=S)
        outer.addWidget(self._heading)
        outer.addWidget(self._summary)
        outer.addWidget(self.only_trouble)
        outer.addWidget(self.files, 3)
        outer.addWidget(self.reasons, 2)
        outer.addSpacing(S)
        outer.addLayout(foot)

    def show_report(self, report: ImportReport) -> None:
        """Show `report`."""
        self._report = report
        if report.stopped is not None:
            heading = tr("导入停下了")
        elif report.nothing_taken:
            heading = tr("没有导入任何数据")
        else:
            heading = tr("导入完成") if report.complete else tr("导入完成，有几处请核对")
        self._heading.setText(heading)
        self._summary.setText(report.summary())
        self._saved.clear()
        self.only_trouble.setChecked(False)
        self.only_trouble.setVisible(any(map(_troubled, report.sources)))
        self._filter()
        self.primary.setFocus()

    def save(self, path: Path, text: str) -> None:
        """Write the report to a file and say so."""
        try:
            path.write_text(text, encoding="utf-8")
        except OSError:
            self._saved.setText(tr("这里不能保存，请换个位置"))
            return
        self._saved.setText(tr("已保存到 {path}").format(path=path))

    def _filter(self) -> None:
        only = self.only_trouble.isChecked()
        troubled = [s for s in self._report.sources if _troubled(s)]
        rest = [] if only else [s for s in self._report.sources if not _troubled(s)]
        self._shown = [*troubled, *rest]
        tones = [
            "danger" if s.error and not s.not_theirs else "warning" if _troubled(s) else "good"
            for s in self._shown
        ]
        self._files.show_rows([_line(s) for s in self._shown], tones)
        if self._shown:
            self.files.selectRow(0)
        else:
            self._show(-1)

    def _show(self, at: int) -> None:
        source = self._shown[at] if 0 <= at < len(self._shown) else None
        rows = [] if source is None else [[x.reason, str(x.row), x.field or ""] for x in source.left_out]
        if source is not None:
            said = [source.error] if source.error is not None else []
            rows = [*([text, "", ""] for text in (*said, *source.notes)), *rows]
        self._reasons.show_rows(rows)
        self.reasons.setVisible(bool(rows))

    def _ask_csv(self) -> None:
        self._ask(".csv", self._report.as_csv())

    def _ask_json(self) -> None:
        self._ask(".json", self._report.as_json())

    def _ask(self, suffix: str, text: str) -> None:
        stamp = datetime.now(tz=UTC).astimezone().strftime("%Y%m%d-%H%M")
        suggested = str(Path.home() / (tr("导入报告-{stamp}").format(stamp=stamp) + suffix))
        chosen, _ = QFileDialog.getSaveFileName(self, tr("保存报告"), suggested)
        if chosen:
            self.save(Path(chosen), text)


def _troubled(source: SourceReport) -> bool:
    return bool(source.error or source.left_out or source.unlinked)


def _line(source: SourceReport) -> list[str]:
    counts = (source.read, source.added.total(), source.updated.total(), source.unchanged.total())
    name = f"{source.path.parent.name}/{source.path.name}"
    if source.name not in {source.path.name, source.path.stem}:
        name += f" · {source.name}"
    return [
        name,
        *(f"{n:,}" if n else "" for n in (*counts, source.repaired, source.rows_left_out)),
        source.error or _remark(source),
    ]


def _remark(source: SourceReport) -> str:
    parts = []
    if source.left_out:
        parts.append(tr("{n} 处没导入").format(n=len(source.left_out)))
    if source.unlinked:
        parts.append(tr("{n} 行没对上农房或住户").format(n=source.unlinked))
    if source.refused:
        parts.append(tr("按规定不收：{columns}").format(columns="、".join(source.refused)))
    return "；".join(parts) or tr("已导入")
