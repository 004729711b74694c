"""What is wrong with the rows, as a list that is worked off: by kind, the worst first."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.entries import Entry, EntryList
from mingqing.desktop.widgets import M, S, choice_box, column, label, row
from mingqing.quality.findings import Finding, Kind, Level, Quality

if TYPE_CHECKING:
    from mingqing.catalog.model import Catalog

_EVERY = ""
KINDS = {
    Kind.MISSING: tr("必填没填"),
    Kind.CODE: tr("选项不对"),
    Kind.VALUE: tr("内容不对"),
    Kind.REFERENCE: tr("对不上的"),
    Kind.DUPLICATE: tr("重复的"),
    Kind.SHAPE: tr("图形不对"),
    Kind.TOPOLOGY: tr("压盖、留缝"),
    Kind.OUTSIDE: tr("位置不对"),
}


class FindingList(QWidget):
    """`opened(Finding)` when one is to be put right: it was clicked, or Enter was pressed on it."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quality: Quality | None = None
        self._catalog: Catalog | None = None
        self._names: dict[str, str] = {}
        self.shown: Sequence[Finding] = ()
        self.summary = label("", "strong", wrap=True)
        self.kinds = choice_box(tr("哪一类问题"))
        self.hint = label(tr("点一条，在地图上看、打开来改"), "caption")
        self.list = EntryList(tr("问题"))
        self._lay_out()
        self.kinds.currentIndexChanged.connect(lambda _at: self._list())
        self.list.clicked.connect(lambda at: self.opened.emit(self.shown[at.row()]))
        self.list.activated.connect(lambda at: self.opened.emit(self.shown[at.row()]))
        self.clear()

    def _lay_out(self) -> None:
        layout = column(self, gap=S)
        layout.addWidget(self.summary)
        head = row(gap=M)
        head.addWidget(self.hint, 1)
        head.addWidget(self.kinds)
        layout.addLayout(head)
        framed = QFrame()
        framed.setObjectName("sheet")
        column(framed, margins=(4, 4, 4, 4)).addWidget(self.list)
        layout.addWidget(framed, 1)

    def clear(self, sentence: str = "") -> None:
        """Show none, and why."""
        self.quality, self.shown = None, ()
        self.summary.setText(sentence)
        self.list.show_entries((), lambda _at: Entry(None, ""))
        for part in (self.kinds, self.hint):
            part.hide()

    def show_quality(self, quality: Quality, catalog: "Catalog", names: dict[str, str]) -> None:
        """Show what was found; `names` of villages, by code."""
        self.quality, self._catalog, self._names = quality, catalog, names
        self.summary.setText(summed_up(quality))
        found = Counter(f.kind for f in quality.findings)
        self.kinds.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.kinds.clear()
        self.kinds.addItem(tr("全部 {n:,} 条").format(n=len(quality.findings)), _EVERY)
        for kind, words in KINDS.items():
            if found[kind]:
                self.kinds.addItem(f"{words} {found[kind]:,}", kind.value)
        self.kinds.blockSignals(False)  # noqa: FBT003
        for part in (self.kinds, self.hint):
            part.setVisible(bool(quality.findings))
        self._list()

    def _list(self) -> None:
        if self.quality is None:
            return
        kind = self.kinds.currentData()
        wanted = [f for f in self.quality.findings if kind in {_EVERY, None} or f.kind == kind]
        self.shown = sorted(wanted, key=lambda f: f.level is not Level.ERROR)
        self.list.show_entries(self.shown, partial(self._entry, self.shown))

    def _entry(self, shown: Sequence[Finding], at: int) -> Entry:
        finding = shown[at]
        table = self._catalog.tables[finding.table].title if self._catalog is not None else finding.table
        aside = self._names.get(finding.village or "", "")
        tone = "danger" if finding.level is Level.ERROR else "warning"
        return Entry(finding, f"{table} · {KINDS[finding.kind]}", aside, finding.sentence, tone)


def summed_up(quality: Quality) -> str:
    """Return in a sentence what a check found.

    Examples
    --------
    >>> summed_up(Quality((), {"house": 12, "road": 3}, {}))
    '看了 15 条，没有发现问题'
    """
    checked, found, cut = sum(quality.checked.values()), len(quality.findings), sum(quality.cut.values())
    if not found:
        return tr("看了 {n:,} 条，没有发现问题").format(n=checked)
    errors = tr("{n:,} 处错误").format(n=quality.errors) if quality.errors else ""
    rest = tr("{n:,} 处要留意").format(n=found - quality.errors) if found > quality.errors else ""
    said = tr("看了 {n:,} 条，有 {what}").format(n=checked, what="、".join(filter(None, (errors, rest))))
    return said + (tr("；另有 {n:,} 处同类的没有列出").format(n=cut) if cut else "")
