"""What an atlas is to hold besides villages: which maps, on which paper, as which files."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.parts import Choices
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S, choice_box, column, label, row
from mingqing.printing.atlas.order import Binding, Format, Naming, Options
from mingqing.printing.wall.asked import SIZES, Asked

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer

_ACROSS = 3


class AtlasChoice(QWidget):
    """The choices, all with what most people take. `changed()` when one is made."""

    changed = Signal()

    def __init__(
        self, every: Sequence["Layer"], printable: Collection[str], parent: QWidget | None = None
    ) -> None:
        """`every` : all thematic maps; `printable` : the codes of those that the account may print."""
        super().__init__(parent)
        self._paper, self._format = SIZES[1], Format.PDF
        self._portrait: bool | None = None
        self.themes = {theme.code: _tick(theme, theme.code in printable) for theme in every}
        self.papers = Choices(tr("纸张"), [(size, size) for size in SIZES], self._take_paper)
        ways = ((None, tr("自动")), (False, tr("横")), (True, tr("竖")))
        self.ways = Choices(tr("方向"), ways, self._take_way)
        formats = ((Format.PDF, "PDF"), (Format.PNG, tr("图片")))
        self.formats = Choices(tr("格式"), formats, self._take_format)
        self.template, self.bound = choice_box(tr("模板")), choice_box(tr("合订本"))
        self.mono = QCheckBox(tr("黑白（激光打印机用）"))
        self.titles = QCheckBox(tr("文件名带村名和图名"))
        for binding, words in (
            (Binding.NONE, tr("不装订，一张图一个文件")),
            (Binding.TOWNSHIPS, tr("每个乡镇另装一本")),
            (Binding.WHOLE, tr("全部另装成一本")),
        ):
            self.bound.addItem(words, binding)
        self.offer_templates(())
        self._lay_out()
        self._show()
        for box in (*self.themes.values(), self.mono, self.titles):
            box.toggled.connect(lambda _on: self.changed.emit())
        for each in (self.template, self.bound):
            each.currentIndexChanged.connect(lambda _at: self.changed.emit())

    def _lay_out(self) -> None:
        layout = column(self, gap=M)
        maps = QGridLayout()
        maps.setVerticalSpacing(0)
        maps.setHorizontalSpacing(S)
        for at, box in enumerate(self.themes.values()):
            maps.addWidget(box, at // _ACROSS, at % _ACROSS)
        layout.addWidget(label(tr("专题图"), "strong"))
        layout.addLayout(maps)
        fields = QGridLayout()
        fields.setVerticalSpacing(S)
        fields.setHorizontalSpacing(M)
        for words, field, line, at, across in (
            (tr("纸张"), self.papers, 0, 0, 3),
            (tr("方向"), self.ways, 1, 0, 1),
            (tr("格式"), self.formats, 1, 2, 1),
            (tr("模板"), self.template, 2, 0, 1),
            (tr("合订本"), self.bound, 2, 2, 1),
        ):
            fields.addWidget(label(words, "muted"), line, at)
            fields.addWidget(field, line, at + 1, 1, across)
        for half in (1, 3):
            fields.setColumnStretch(half, 1)
        layout.addLayout(fields)
        ticks = row(gap=M)
        ticks.addWidget(self.mono)
        ticks.addWidget(self.titles)
        ticks.addStretch(1)
        layout.addLayout(ticks)

    def offer_templates(self, named: Sequence[tuple[str, str]]) -> None:
        """Offer templates by name and title, below each map's own."""
        self.template.blockSignals(True)  # noqa: FBT003 - Qt's signature
        chosen = self.template.currentData()
        self.template.clear()
        self.template.addItem(tr("每种图用自己的"), "")
        for name, title in named:
            self.template.addItem(title, name)
        self.template.setCurrentIndex(max(self.template.findData(chosen), 0))
        self.template.blockSignals(False)  # noqa: FBT003
        self.template.setEnabled(bool(named))

    def _take_paper(self, size: object) -> None:
        self._paper = str(size)
        self.changed.emit()

    def _take_way(self, portrait: object) -> None:
        self._portrait = None if portrait is None else bool(portrait)
        self.changed.emit()

    def _take_format(self, format_: object) -> None:
        self._format = Format(str(format_))
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.papers.show_choice(self._paper)
        self.ways.show_choice(self._portrait)
        self.formats.show_choice(self._format)
        self.bound.setEnabled(self._format is Format.PDF)
        self.bound.setToolTip("" if self._format is Format.PDF else tr("图片不能装订，要合订本请选 PDF"))

    # ── What was chosen ────────────────────────────────────────────────────────────────────────────────────

    @property
    def ticked(self) -> tuple[str, ...]:
        """The codes of the maps that are wanted, in order."""
        return tuple(code for code, box in self.themes.items() if box.isEnabled() and box.isChecked())

    @property
    def like(self) -> Asked:
        """What every map is like, whatever its theme and village."""
        return Asked(
            "",
            "",
            self._paper,
            self._portrait,
            str(self.template.currentData() or ""),
            mono=self.mono.isChecked(),
        )

    @property
    def options(self) -> Options:
        """How they are written."""
        binding = Binding(self.bound.currentData()) if self.bound.isEnabled() else Binding.NONE
        naming = Naming.TITLES if self.titles.isChecked() else Naming.CODES
        return Options(self._format, naming, binding)

    def show_choice(self, themes: Collection[str], like: Asked, options: Options) -> None:
        """Choose these, as they were the last time."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature: one change, not ten
        for code, box in self.themes.items():
            box.setChecked(box.isEnabled() and code in themes)
        self._paper, self._portrait, self._format = like.paper, like.portrait, options.format
        self.mono.setChecked(like.mono)
        self.titles.setChecked(options.naming is Naming.TITLES)
        self.template.setCurrentIndex(max(self.template.findData(like.template), 0))
        self.bound.setCurrentIndex(max(self.bound.findData(options.binding), 0))
        self._show()
        self.blockSignals(False)  # noqa: FBT003
        self.changed.emit()


def _tick(theme: "Layer", may: bool) -> QCheckBox:  # noqa: FBT001 - whether it may be printed
    made = QCheckBox(theme.title)
    made.setIcon(icon(theme.icon, theme.code))
    made.setIconSize(QSize(18, 18))
    made.setChecked(may)
    made.setEnabled(may)
    made.setToolTip(theme.about if may else tr("您的角色不能打印这张图"))
    return made
