"""What is chosen of a page: map and village, paper, scale, texts, layers; at its right."""

import re
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.evacuation.parts import Choices
from mingqing.desktop.look.icons import icon
from mingqing.desktop.printing.layers import LayerTicks
from mingqing.desktop.villages.chooser import VillageChooser
from mingqing.desktop.widgets import L, M, S, ValueEdit, button, choice_box, column, label, row
from mingqing.printing.wall.asked import SIZES, Asked
from mingqing.store.permitted import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mingqing.desktop.printing.drafting import Drawn
    from mingqing.desktop.printing.ground import Ground

_LARGEST = 200
SCALES = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
PUBLIC, INTERNAL, FOR_APPROVAL = "公开", "内部使用", "送审样图"  # i18n: as they are stamped on the map
_CAPTION = 64  # pixels
_TYPED = re.compile(r"(?:1\s*[:：∶]\s*)?([0-9][0-9,，\s]*)\s*$")


@dataclass(frozen=True, slots=True)
class TemplateName:
    """A template to choose, and the map that it is for; None for any."""

    name: str
    theme: str | None


def scale_typed(text: str) -> int | None:
    """Return the denominator that was typed; None for automatic, or for what is none.

    Examples
    --------
    >>> scale_typed("1:5,000"), scale_typed("2500"), scale_typed("自动 1:5,000"), scale_typed("大")
    (5000, 2500, None, None)
    """
    found = _TYPED.match(text.strip())
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return min(max(int(digits[:9]), 100), 10_000_000) if digits else None


def next_scale(scale: int, by: int) -> int:
    """Return the round denominator after `scale`: a smaller one for `by` of 1, which shows the map larger, or a larger.

    Examples
    --------
    >>> next_scale(5000, 1), next_scale(5000, -1), next_scale(4200, 1), next_scale(200, 1)
    (2000, 10000, 2000, 200)
    """
    series = [step * 10**power for power in range(2, 7) for step in (1, 2, 5)]
    beyond = [s for s in series if s < scale] if by > 0 else [s for s in reversed(series) if s > scale]
    return beyond[-1] if beyond and beyond[-1] >= _LARGEST else scale


class ChoicePanel(QWidget):
    """Signals: changed(dict) : other values of these fields of `Asked`. stepped(int) : a larger scale (1), or smaller.

    whole() : the whole village is to be seen again. wanted(QWidget) : a field is to be seen.
    """

    changed = Signal(object)
    stepped = Signal(int)
    whole = Signal()
    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = choice_box(tr("专题图"))
        self.village = VillageChooser(one=True)
        self.village.setMaximumWidth(16_777_215)
        self.village.setToolTip(tr("选择村：可输入村名、拼音或首字母"))
        self.paper = choice_box(tr("纸张"))
        for size in SIZES:
            self.paper.addItem(size, size)
        ways = ((None, tr("自动")), (False, tr("横")), (True, tr("竖")))
        self.way = Choices(tr("方向"), ways, lambda v: self._say(portrait=v))
        parts = ((None, tr("自动")), (False, tr("一张")), (True, tr("分幅")))
        self.parts = Choices(tr("分幅"), parts, lambda v: self._say(sections=v))
        self.parts.setToolTip(tr("村大纸小时，分成几幅，另加一张接图表"))
        self.scale = choice_box(tr("比例尺"))
        self._typed = QLineEdit()
        self._typed.setAccessibleName(tr("比例尺"))
        self.scale.setLineEdit(self._typed)
        self.scale.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.template = choice_box(tr("模板"))
        self.title, self.makers, self.approval = ValueEdit(), ValueEdit(), ValueEdit()
        self.secrecy = choice_box(tr("密级"))
        self.layers = LayerTicks()
        self.as_screen = QCheckBox(tr("按屏幕上的分类着色"))
        self.as_screen.setChecked(True)
        self.mono = QCheckBox(tr("黑白（激光打印机）"))
        self.footer = QCheckBox(tr("页脚注明谁在何时打印"))
        self._lay_out()
        self._connect()

    # ── Made of ────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        inside = column(self, margins=(L, M, L, L), gap=S)
        inside.addWidget(label(tr("画什么"), "section"))
        inside.addLayout(_line(tr("专题图"), self.theme))
        inside.addLayout(_line(tr("村"), self.village))
        inside.addLayout(_line(tr("模板"), self.template))
        inside.addSpacing(S)
        self.back = button(tr("回到全村"), self.whole.emit, "inline")
        self.back.setToolTip(tr("让全村回到图框里，比例尺自动"))
        head = row(gap=S)
        head.addWidget(label(tr("纸和比例尺"), "section"), 1)
        head.addWidget(self.back)
        inside.addLayout(head)
        self.paper.setMinimumContentsLength(3)
        line = _line(tr("纸张"), self.paper)
        line.addWidget(self.way, 2)
        inside.addLayout(line)
        self.smaller = button(tr("缩小"), lambda: self.stepped.emit(-1), "chip", glyph="fa6s.minus")
        self.larger = button(tr("放大"), lambda: self.stepped.emit(1), "chip", glyph="fa6s.plus")
        line = _line(tr("比例尺"), self.scale)
        for made, tip in ((self.smaller, tr("比例尺小一级")), (self.larger, tr("比例尺大一级"))):
            made.setText("")
            made.setToolTip(tip)
            made.setFixedWidth(34)
            line.addWidget(made)
        inside.addLayout(line)
        inside.addLayout(_line(tr("分幅"), self.parts))
        inside.addSpacing(S)
        inside.addWidget(label(tr("文字"), "section"))
        inside.addLayout(_line(tr("标题"), self.title))
        inside.addLayout(_line(tr("落款"), self.makers))
        inside.addLayout(_line(tr("密级"), self.secrecy))
        inside.addLayout(_line(tr("审图号"), self.approval))
        inside.addSpacing(S)
        inside.addWidget(self.layers)
        inside.addSpacing(S)
        inside.addWidget(self.as_screen)
        inside.addWidget(self.mono)
        inside.addWidget(self.footer)
        inside.addStretch(1)

    def _connect(self) -> None:
        self.theme.activated.connect(
            lambda _n: self._say(theme=self.theme.currentData(), only=None, template="", title=None)
        )
        self.village.chosen.connect(lambda code: self._say(village=code, centre=None, scale=None, title=None))
        self.paper.activated.connect(lambda _n: self._say(paper=self.paper.currentData()))
        self.template.activated.connect(lambda _n: self._say(template=self.template.currentData()))
        self.scale.activated.connect(lambda n: self._say_scale(self.scale.itemText(n)))
        self._typed.returnPressed.connect(lambda: self._say_scale(self._typed.text()))
        self.secrecy.activated.connect(lambda _n: self._say(secrecy=self.secrecy.currentData()))
        for name, field in (("title", self.title), ("makers", self.makers), ("approval", self.approval)):
            field.setAccessibleName(
                {"title": tr("标题"), "makers": tr("落款"), "approval": tr("审图号")}[name]
            )
            field.editingFinished.connect(lambda n=name, f=field: self._say_text(n, f))
        self.layers.changed.connect(lambda only: self._say(only=only))
        self.mono.clicked.connect(lambda on: self._say(mono=on))
        self.footer.clicked.connect(lambda on: self._say(footer=on))

    # ── What is said ───────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, **changes: object) -> None:
        self.changed.emit(changes)

    def _say_scale(self, text: str) -> None:
        scale = scale_typed(text)
        self._say(scale=scale, **({"centre": None} if scale is None else {}))

    def _say_text(self, name: str, field: QLineEdit) -> None:
        """Say a text that was typed; one that is emptied is the template's again."""
        if field.isModified():
            field.setModified(False)
            self._say(**{name: field.text().strip() or None})

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, ground: "Ground") -> None:
        """Offer what may be chosen of a project."""
        with _quiet(self.theme):
            self.theme.clear()
            for theme in ground.themes:
                self.theme.addItem(icon(theme.icon, theme.code), theme.title, theme.code)
        self.village.offer(ground.villages)
        required = ground.session.policy.footer_required
        self.footer.setEnabled(not required)
        self.footer.setToolTip(tr("您的角色打印的图都要有页脚") if required else "")
        self._ground = ground
        self._templates: Sequence[TemplateName] = ()

    def offer_templates(self, templates: Sequence[TemplateName]) -> None:
        """Offer these templates, each for the map that it is for."""
        self._templates = templates

    def show_template(self, asked: Asked) -> None:
        """Offer the templates of a map, its own first, and show the one asked for."""
        with _quiet(self.template):
            self.template.clear()
            self.template.addItem(tr("这张图自己的"), "")
            for each in self._templates:
                if each.theme in {None, asked.theme}:
                    self.template.addItem(each.name, each.name)
            self.template.setCurrentIndex(max(self.template.findData(asked.template), 0))

    def show_asked(self, asked: Asked) -> None:
        """Show what is asked for."""
        for box, value in (
            (self.theme, asked.theme),
            (self.paper, asked.paper),
        ):
            with _quiet(box):
                box.setCurrentIndex(max(box.findData(value), 0))
        self.show_template(asked)
        chosen = next((e.village for e in self._ground.villages if e.village.code == asked.village), None)
        self.village.show_village(chosen)
        self.way.show_choice(asked.portrait)
        self.parts.show_choice(asked.sections)
        self.back.setVisible(asked.centre is not None or asked.scale is not None)
        self._show_scales(asked, None)
        session = self._ground.session
        theme = session.catalog.layers[asked.theme]
        self.layers.show_theme(
            session.catalog, theme, printable(session.policy, session.catalog, asked.theme), asked.only
        )
        self.mono.setChecked(asked.mono)
        self.footer.setChecked(asked.footer or session.policy.footer_required)
        for field, text in (
            (self.title, asked.title),
            (self.makers, asked.makers),
            (self.approval, asked.approval),
        ):
            if not field.hasFocus() or text is None:
                field.setText(text or "")

    def show_drawn(self, asked: Asked, drawn: "Drawn") -> None:
        """Show what the page was made of that was left to the template or to the program."""
        self._show_scales(asked, drawn.scale)
        self.title.setPlaceholderText(drawn.title or tr("不写标题"))
        self.approval.setPlaceholderText(drawn.approval or tr("公开的图要有，如 浙S(2026)12号"))
        self.makers.setPlaceholderText(tr("按模板"))
        levels = dict.fromkeys((INTERNAL, PUBLIC, FOR_APPROVAL, *([drawn.secrecy] if drawn.secrecy else [])))
        with _quiet(self.secrecy):
            self.secrecy.clear()
            for level in levels:
                self.secrecy.addItem(level, level)
            self.secrecy.addItem(tr("不标"), "")
            self.secrecy.setCurrentIndex(max(self.secrecy.findData(drawn.secrecy), 0))

    def _show_scales(self, asked: Asked, found: int | None) -> None:
        """Offer round scales, the one in use among them."""
        automatic = tr("自动")
        if asked.scale is None and found is not None:
            automatic = tr("自动 1:{scale:,}").format(scale=found)
        offered = sorted({*SCALES, *([asked.scale] if asked.scale else [])})
        with _quiet(self.scale):
            self.scale.clear()
            self.scale.addItem(automatic)
            for scale in offered:
                self.scale.addItem(f"1:{scale:,}")
            self.scale.setCurrentIndex(0 if asked.scale is None else offered.index(asked.scale) + 1)
        self._typed.setCursorPosition(0)

    def fill_in(self, name: str) -> None:
        """Let a field be filled in: makers, approval, secrecy or scale."""
        fields: dict[str, QWidget] = {
            "makers": self.makers,
            "approval": self.approval,
            "secrecy": self.secrecy,
            "scale": self.scale,
        }
        fields[name].setFocus(Qt.FocusReason.OtherFocusReason)
        self.wanted.emit(fields[name])


def _line(caption: str, field: QWidget) -> QHBoxLayout:
    """Return a field with its caption before it."""
    made = row(gap=S)
    said: QLabel = label(caption, "muted")
    said.setFixedWidth(_CAPTION)
    said.setBuddy(field)
    made.addWidget(said)
    made.addWidget(field, 1)
    return made


@contextmanager
def _quiet(box: QComboBox) -> "Iterator[None]":
    with QSignalBlocker(box):
        yield
