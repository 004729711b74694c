"""Fields of many rows filled from a table that somebody keeps elsewhere: an Excel sheet, a CSV file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from mingqing.catalog.model import Table
from mingqing.catalog.values import plain_text
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.desktop.bulk.sheet import BulkSheet, Desk, Plan
from mingqing.desktop.widgets import M, S, choice_box, label, row, scrolling
from mingqing.ingest.joining import Joining, Left, guess, join, key_fields
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.store.bulk import Given, Preview, changeable, preview
from mingqing.store.session import Session

_SAMPLES, _LONGEST, _GRID_PX = 20, 16, 180


@dataclass(frozen=True, slots=True)
class JoinPreview(Preview):
    """A preview that also knows the rows from elsewhere that are not taken."""

    left: tuple[Left, ...] = ()


class JoinSheet(BulkSheet):
    """Asks which column is which field, and which of them tell the rows apart."""

    def __init__(self, desk: Desk, layers: Sequence[SourceLayer], parent: QWidget | None = None) -> None:
        super().__init__(tr("从表格补充"), desk, parent=parent)
        self._layers, self._how = layers, Joining({}, {}, {})
        self.sheets = choice_box(tr("哪张工作表"))
        self.sheets.addItems([f"{layer.path.name} · {layer.name}" for layer in layers])
        self.sheets.setVisible(len(layers) > 1)
        self.keeping = QCheckBox(tr("只填空着的，不改已经填了的"))
        self.keeping.setChecked(True)
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, M, 0)
        self._grid.setHorizontalSpacing(M)
        self._grid.setVerticalSpacing(S)
        for side, share in enumerate((3, 3, 4, 3)):
            self._grid.setColumnStretch(side, share)
        area = scrolling(inside)
        area.setFixedHeight(_GRID_PX)
        line = row(gap=M)
        line.addWidget(self.keeping)
        line.addWidget(label(tr("空格子不会清掉原来的内容，也不会增加记录"), "muted"), 1)
        self.form.addWidget(self.sheets)
        self.form.addWidget(area)
        self.form.addLayout(line)
        self.sheets.currentIndexChanged.connect(lambda _: self.show_table(self.table))
        self.keeping.toggled.connect(self.later)

    @property
    def _layer(self) -> SourceLayer:
        return self._layers[max(self.sheets.currentIndex(), 0)]

    def show_table(self, table: Table) -> None:
        """Guess which column is which field of the table."""
        self._how = guess(self._desk.policy, table, self._layer)
        self._show_columns()

    def _show_columns(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        for side, title in enumerate((tr("表格里的列"), tr("例子"), tr("对应的字段"), "")):
            self._grid.addWidget(label(title, "section"), 0, side)
        used = {**self._how.keys, **self._how.fills}
        ordered = sorted(self._layer.columns, key=lambda c: (c not in self._how.keys, c not in used))
        for line, name in enumerate(ordered, start=1):
            self._grid.addWidget(label(name, "strong", wrap=True), line, 0)
            self._grid.addWidget(label(_sample(self._layer, name), "caption"), line, 1)
            if name in self._how.refused:
                reason = tr("不用：{reason}").format(reason=self._how.refused[name])
                self._grid.addWidget(label(reason, "danger", wrap=True), line, 2, 1, 2)
            else:
                self._add_target(line, name)
        self.later()

    def _add_target(self, line: int, name: str) -> None:
        choose, tick = (
            choice_box(tr("{column} 对应哪个字段").format(column=name)),
            QCheckBox(tr("用来找记录")),
        )
        choose.addItem(tr("不用"), "")
        for title, field in self._offered().items():
            choose.addItem(title, field)
        field = self._how.keys.get(name) or self._how.fills.get(name) or ""
        choose.setCurrentIndex(max(choose.findData(field), 0))
        tick.setChecked(name in self._how.keys)
        keys, fills = (
            {f.name for f in some(self._desk.policy, self.table)} for some in (key_fields, changeable)
        )
        tick.setEnabled(field in keys and field in fills)
        choose.activated.connect(lambda _: self._use(name, str(choose.currentData()), key=tick.isChecked()))
        tick.toggled.connect(lambda on: self._use(name, str(choose.currentData()), key=on))
        self._grid.addWidget(choose, line, 2)
        self._grid.addWidget(tick, line, 3)

    def _offered(self) -> Mapping[str, str]:
        """The fields that a column may stand for, by title."""
        every = (*changeable(self._desk.policy, self.table), *key_fields(self._desk.policy, self.table))
        return {field.title: field.name for field in every}

    def _use(self, column: str, field: str, *, key: bool) -> None:
        """Let a column stand for a field, and no other column for the same."""
        keys = {c: f for c, f in self._how.keys.items() if c != column and f != field}
        fills = {c: f for c, f in self._how.fills.items() if c != column and f != field}
        fillable = {f.name for f in changeable(self._desk.policy, self.table)}
        findable = {f.name for f in key_fields(self._desk.policy, self.table)}
        if field:
            (keys if (key and field in findable) or field not in fillable else fills)[column] = field
        self._how = Joining(keys, fills, self._how.refused)
        self._show_columns()

    # ── What would happen ──────────────────────────────────────────────────────────────────────────────────

    def plan(self) -> Plan | None:
        """Return how it is found out what would happen; None while that has not been said."""
        how, layer, keeping, table = self._how, self._layer, self.keeping.isChecked(), self.table.name
        if not how.keys or not how.fills:
            return None

        def look(session: Session, ids: Sequence[int], watch: Watch) -> Preview:
            joined = join(session, table, ids, layer, how, watch=watch)
            given = Given(joined.values, fill=keeping)
            found = preview(session, table, list(joined.values), given, watch=watch)
            return JoinPreview(table, found.rows, found.refused, found.unchanged, joined.left)

        return look

    def show_found(self, found: Preview) -> None:
        """Show what would happen, and which rows of the file stand for none."""
        super().show_found(found)
        left = found.left if isinstance(found, JoinPreview) else ()
        self.shown.show_left(
            [[tr("第 {n} 行　{said}").format(n=each.row, said=each.said), each.reason] for each in left]
        )

    @property
    def hint(self) -> str:
        """What there is to say."""
        if not self._how.keys:
            return tr("请勾选至少一列用来找记录，如身份证号、房屋编号")
        return tr("请选择要补充到哪些字段")

    @property
    def why(self) -> str:
        """What it is, for the history."""
        return tr("从表格补充{table}").format(table=self.table.title)


def _sample(layer: SourceLayer, column: str) -> str:
    values = (plain_text(v) for v in layer.columns[column][:_SAMPLES] if v is not None)
    text = next((v for v in values if v), "")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
