"""The card at the right of the map."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mingqing.core.text import tr
from mingqing.desktop.card.veiled import VeiledValue, lock_glyph
from mingqing.desktop.look.icons import icon
from mingqing.desktop.photos.album import Place
from mingqing.desktop.photos.strip import PhotoStrip
from mingqing.desktop.widgets import L, M, S, button, column, empty, label, row, rule, scrolling

if TYPE_CHECKING:
    from mingqing.desktop.card.content import Card, Contact, Entry, Fact, Group, Photos, Veil
    from mingqing.desktop.card.hit import Hit

WIDTH = 368
_LONG_FACT, _MOST_OTHERS = 14, 5


class CardPanel(QFrame):
    """Shows one card, and the other rows found at the same place.

    Signals
    -------
    wanted(str, int) : another row's card is asked for. zoom() : its place is to be seen close. closed().
    lifting(Veil) : a value is to be seen whole. viewing(Place, names, number) : one of these pictures is.
    listing() : all that lies there is to be listed.
    editing() : the row is to be corrected.
    """

    wanted = Signal(str, object)  # a row id has 63 bits, an int of Qt 32
    lifting = Signal(object)
    viewing = Signal(object, object, int)
    editing = Signal()
    listing = Signal()
    zoom = Signal()
    back = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFixedWidth(WIDTH)
        self._inside = QWidget()
        self._body = column(self._inside, margins=(L, 0, L, L), gap=L)
        self._head = column(margins=(L, M, S, M), gap=4)
        outer = column(self, gap=0)
        outer.addLayout(self._head)
        outer.addWidget(scrolling(self._inside), 1)
        self.setAccessibleName(tr("详情"))
        self._veiled: dict[Veil, VeiledValue] = {}
        self.strips: dict[Place, PhotoStrip] = {}
        self._copied = ""
        self.hide()

    def show_card(self, card: "Card", others: "Sequence[Hit]", *, here: int = 0, can_back: bool) -> None:
        """Show `card`; `others` are further rows at the place clicked, where `here` of its table lie in all."""
        self.hide()  # what is put into a layout on screen counts for nothing in its height until a moment later
        self._clear()
        self._fill_head(card, can_back=can_back)
        alike = [h for h in others if h.table == card.table]
        beside = [h for h in others if h.table != card.table and h.title]
        if alike:
            self._body.addWidget(
                self._others(tr("这里共有 {n} 条").format(n=max(here, len(alike) + 1)), alike)
            )
        if card.contacts:
            self._body.addWidget(self._contacts(card.contacts))
        for photos in card.photos:
            self._body.addWidget(self._pictures(card, photos))
        if card.facts:
            self._body.addWidget(_facts(card.facts, self._hold))
        for group in card.groups:
            self._body.addWidget(self._group(group))
        if beside:
            self._body.addWidget(self._others(tr("这里还有"), beside))
        if card.origin:
            self._body.addWidget(label(card.origin, "caption", wrap=True, selectable=True))
        if card.hidden:
            self._body.addWidget(_hidden(card.hidden))
        self._body.addStretch(1)
        self.setAccessibleDescription(card.title)
        self.show()
        self.raise_()

    def put_away(self) -> None:
        """Hide the card, and leave nothing of what it showed behind."""
        self.hide()
        self._clear()
        self.setAccessibleDescription("")

    def take_back(self) -> None:
        """Empty the clipboard where it still holds a number copied from a card."""
        clipboard = QGuiApplication.clipboard()
        if self._copied and clipboard.text() == self._copied:
            clipboard.clear()
        self._copied = ""

    def _copy(self, phone: str) -> None:
        self._copied = phone
        QGuiApplication.clipboard().setText(phone)

    def lift(self, veil: "Veil", text: str) -> None:
        """Show a value whole, until the card is put away or shown anew."""
        if veil in self._veiled:
            self._veiled[veil].lift(text or tr("没有填写"))

    @property
    def lifted(self) -> bool:
        """Whether a value is shown whole that is masked otherwise."""
        return any(value.lifted for value in self._veiled.values())

    def _hold(self, veil: "Veil", text: str, kind: str = "") -> "VeiledValue":
        """Return the widget of a value under a veil, by which `lift` finds it."""
        self._veiled[veil] = made = VeiledValue(veil, text, kind, self.lifting.emit)
        return made

    def _clear(self) -> None:
        empty(self._head)
        empty(self._body)
        self._veiled, self.strips = {}, {}

    @property
    def names(self) -> list[str]:
        """The linked rows that can be followed, as they are called."""
        return [x.text() for x in self.findChildren(QPushButton) if not x.isHidden()]

    def height_within(self, most: int) -> int:
        """Return the height that shows everything, but not more than `most`."""
        return min(most, _height(self._head) + _height(self._body) + 4)

    def _fill_head(self, card: "Card", *, can_back: bool) -> None:
        line = row(gap=S)
        if can_back:
            line.addWidget(_small("fa6s.arrow-left", tr("返回上一张"), self.back.emit))
        else:
            glyph = QLabel()
            glyph.setPixmap(icon(card.icon, card.layer).pixmap(QSize(18, 18)))
            line.addWidget(glyph)
        where = f"{card.kind} · {card.place}" if card.place else card.kind
        line.addWidget(label(where, "caption"), 1)
        if card.editable:
            line.addWidget(_small("fa6s.pen-to-square", tr("修改  F2"), self.editing.emit))
        line.addWidget(_small("fa6s.magnifying-glass-plus", tr("放大到这里"), self.zoom.emit))
        line.addWidget(_small("fa6s.xmark", tr("关闭  Esc"), self.closed.emit))
        self._head.addLayout(line)
        if card.veil is None:
            self._head.addWidget(label(card.title, "heading", wrap=True, selectable=True))
        else:
            self._head.addWidget(self._hold(card.veil, card.title, "heading"))
        if card.tags:
            self._head.addWidget(_tags(card.tags))

    def _pictures(self, card: "Card", photos: "Photos") -> QWidget:
        made = QWidget()
        layout = column(made, gap=S)
        layout.addWidget(label(photos.title, "section"))
        place, strip = Place(card.table, card.id, photos.field), PhotoStrip()
        strip.show_names(photos.names)
        strip.opened.connect(lambda number: self.viewing.emit(place, photos.names, number))
        layout.addWidget(strip)
        self.strips[place] = strip
        return made

    def _group(self, group: "Group") -> QWidget:
        made = QWidget()
        layout = column(made, gap=S)
        heading = row(gap=S)
        glyph = QLabel()
        glyph.setPixmap(icon(group.icon, "muted").pixmap(QSize(14, 14)))
        heading.addWidget(glyph)
        heading.addWidget(label(group.title, "section"))
        heading.addWidget(label(str(group.count), "caption"), 1)
        layout.addLayout(heading)
        for entry in group.entries:
            layout.addWidget(self._entry(entry))
        rest = group.count - len(group.entries)
        if rest > 0:
            layout.addWidget(label(tr("还有 {n} 条").format(n=rest), "caption"))
        return made

    def _entry(self, entry: "Entry") -> QFrame:
        made = QFrame()
        made.setObjectName("group")
        layout = column(made, margins=(M, S, M, S), gap=4)
        self._fill_entry(layout, entry)
        called = {contact.phone for contact in entry.contacts}
        for person in entry.within:
            if _is_same(person, entry):
                continue
            layout.addWidget(rule())
            self._fill_entry(layout, person, called)
        return made

    def _fill_entry(self, layout: QVBoxLayout, entry: "Entry", called: Collection[str] = ()) -> None:
        line = row(gap=S)
        name = button(entry.title, lambda: self.wanted.emit(entry.table, entry.id), "link")
        name.setToolTip(tr("打开“{title}”").format(title=entry.title))
        name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        line.addWidget(name)
        for tag in entry.tags:
            line.addWidget(label(tag, "tag"))
        line.addStretch(1)
        layout.addLayout(line)
        _add_brief(layout, entry.brief)
        for same in entry.within:
            if _is_same(same, entry):
                _add_brief(layout, same.brief)
        for contact in entry.contacts:
            if contact.phone in called or contact.veil is not None:  # a masked number cannot be called
                continue
            role = contact.role if contact.name and contact.name != entry.title else ""
            layout.addWidget(self._contact(contact, role))

    def _contacts(self, contacts: "Sequence[Contact]") -> QFrame:
        made = QFrame()
        made.setObjectName("group")
        layout = column(made, margins=(M, S, S, S), gap=4)
        for contact in contacts:
            layout.addWidget(self._contact(contact, contact.role))
        return made

    def _contact(self, contact: "Contact", role: str) -> QWidget:
        """Return who, the number in groups one can read out, and a button that copies it."""
        made = QWidget()
        layout = row(made, gap=S)
        who = "  ".join(part for part in (role, contact.name if role else "") if part)
        if who:
            layout.addWidget(label(who, "muted"), 1)
        beside = 0 if who else 1
        if contact.veil is not None:
            layout.addWidget(self._hold(contact.veil, contact.phone, "phone"), beside)
            return made
        layout.addWidget(label(grouped(contact.phone), "phone", selectable=True), beside)
        layout.addWidget(_small("fa6s.copy", tr("复制号码"), partial(self._copy, contact.phone)))
        return made

    def _others(self, title: str, hits: "Sequence[Hit]") -> QWidget:
        """Return the list of what else lies at the place clicked."""
        made = QWidget()
        layout = column(made, gap=4)
        layout.addWidget(label(title, "section"))
        for hit in hits[:_MOST_OTHERS]:
            layout.addWidget(_elided(hit.title or hit.kind, partial(self.wanted.emit, hit.table, hit.id)))
        if len(hits) > _MOST_OTHERS:
            layout.addWidget(button(tr("全部列出"), self.listing.emit, "link"))
        return made


def _height(layout: QVBoxLayout) -> int:
    return layout.heightForWidth(WIDTH - 2) if layout.hasHeightForWidth() else layout.sizeHint().height()


def _is_same(person: "Entry", entry: "Entry") -> bool:
    """Whether a row is about the one that the row above it names: the householder among the residents."""
    return person.title == entry.title and not entry.masked


def _add_brief(layout: QVBoxLayout, text: str) -> None:
    if text:
        made = label(text, "muted", wrap=True, selectable=True)
        layout.addWidget(made)


def _small(glyph: str, tip: str, clicked: Callable[[], object]) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon(glyph))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.clicked.connect(lambda _checked=False: clicked())
    return made


def _tags(tags: Sequence[str]) -> QWidget:
    made = QWidget()
    layout = row(made, gap=S)
    for tag in tags:
        layout.addWidget(label(tag, "tag"))
    layout.addStretch(1)
    return made


def _elided(text: str, clicked: Callable[[], object]) -> QPushButton:
    """Return a link that fits the card, its whole text in the tip."""
    made = button(text, clicked, "link")
    metrics = QFontMetrics(made.font())
    made.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, WIDTH - 4 * L))
    made.setToolTip(text)
    return made


_Hold = Callable[..., VeiledValue]


def _facts(facts: "Sequence[Fact]", hold: _Hold) -> QWidget:
    """Return label and value pairs, two short ones a line, long ones a line each."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(L)
    grid.setVerticalSpacing(M)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    line, side = 0, 0
    for fact in facts:
        wide = len(fact.value) > _LONG_FACT
        if wide and side:
            line, side = line + 1, 0
        grid.addWidget(_fact(fact, hold), line, side, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
        line, side = (line + 1, 0) if wide or side else (line, 1)
    return made


def _fact(fact: "Fact", hold: _Hold) -> QWidget:
    made = QWidget()
    layout = column(made, gap=2)
    layout.addWidget(label(fact.title, "caption"))
    if fact.veil is None:
        layout.addWidget(label(fact.value, wrap=True, selectable=True))
    else:
        layout.addWidget(hold(fact.veil, fact.value))
    return made


def _hidden(titles: Sequence[str]) -> QWidget:
    """Return the line that says of which fields nothing is shown, and why."""
    made = QWidget()
    layout = row(made, gap=S)
    layout.addWidget(lock_glyph(), 0, Qt.AlignmentFlag.AlignTop)
    said = tr("另有 {n} 项您的角色用不到，不显示：{titles}").format(n=len(titles), titles="、".join(titles))
    layout.addWidget(label(said, "caption", wrap=True), 1)
    return made


def grouped(phone: str) -> str:
    """Return a mobile number in groups of 3-4-4, as it is read out; anything else as it is.

    Examples
    --------
    >>> grouped("00012345678")
    '000 1234 5678'
    >>> grouped("0578-806123")
    '0578-806123'
    """
    if len(phone) == 11 and phone.isdigit():
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    return phone
