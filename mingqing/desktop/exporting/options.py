"""How it is written: format, exchange format, coordinates, encoding; only what matters for the format is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from mingqing.core.text import tr
from mingqing.crs.zones import CGCS2000, WGS84, describe
from mingqing.desktop.exporting.coordinates import explain, in_degrees, offered
from mingqing.desktop.exporting.wish import AUDIENCES, PLAIN, WITH_ENCODING, Wish
from mingqing.desktop.widgets import M, choice_box, label
from mingqing.export.asked import Format
from mingqing.export.choice import LON_LAT_ONLY

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from mingqing.export.profile.model import Profile

_ENCODINGS = (
    ("UTF-8", tr("UTF-8（生僻字都存得下）")),
    ("GBK", tr("GBK（老软件）")),
)
_FLAGS = (
    Qt.ItemDataRole.UserRole - 1
)  # of an item; the item itself is not to be held, since a box deletes its own
_WITHOUT_SHAPES = frozenset({Format.XLSX})
_OWN_LOOK = frozenset({Format.HTML})
"""Formats that call everything as the program does, whatever another office calls it."""


class OptionPanel(QWidget):
    """`changed(Wish)` when something else is chosen."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wish, self._project = Wish(), CGCS2000
        self._profiles: Mapping[str, Profile] = {}
        self.format, self.profile = choice_box(tr("格式")), choice_box(tr("交换格式"))
        self.crs, self.encoding = choice_box(tr("坐标系")), choice_box(tr("文字编码"))
        self.crs.setObjectName("long")
        for value, words in _ENCODINGS:
            self.encoding.addItem(words, value)
        self.about = label("", "caption", wrap=True)
        self._captions: dict[QComboBox, QLabel] = {}
        self._lay_out()
        self.format.activated.connect(lambda _n: self._say(format=Format(self.format.currentData())))
        self.profile.activated.connect(lambda _n: self._say(profile=self.profile.currentData()))
        self.crs.activated.connect(lambda _n: self._say(epsg=self.crs.currentData()))
        self.encoding.activated.connect(lambda _n: self._say(encoding=self.encoding.currentData()))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(6)
        for field in (self.format, self.profile, self.crs, self.encoding):
            self._captions[field] = label(field.accessibleName(), "muted")
            self._captions[field].setBuddy(field)
            for part in (self._captions[field], field):
                part.setParent(self)  # before it has a place: without it would be a window
        grid.addWidget(self.about, 2, 0, 1, 4)
        for half in (1, 3):
            grid.setColumnStretch(half, 1)
        self._grid = grid

    def _show_fields(self, on: Mapping[QComboBox, bool]) -> None:
        """Show the fields that matter, two in a line, one after the other."""
        shown = [field for field, wanted in on.items() if wanted]
        for field in on:
            for part in (self._captions[field], field):
                self._grid.removeWidget(part)
                part.setVisible(field in shown)
        for at, field in enumerate(shown):
            self._grid.addWidget(self._captions[field], at // 2, at % 2 * 2)
            self._grid.addWidget(field, at // 2, at % 2 * 2 + 1)

    def _say(self, **changes: object) -> None:
        self.changed.emit(replace(self._wish, **changes))  # type: ignore[arg-type]

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, project: int, profiles: "Mapping[str, Profile]") -> None:
        """Offer what may be chosen of a project with coordinates in `project`."""
        self._project, self._profiles = project, profiles

    def show_wish(self, wish: Wish) -> None:
        """Show what is chosen, and what it may be changed to."""
        self._wish = wish
        profile = self._profiles.get(wish.profile)
        formats = AUDIENCES[wish.audience].formats
        _fill(self.format, [(f, f.label) for f in formats], wish.format)
        _grey(self.format, _not_in(formats, profile), tr("这种交换格式规定不用它"))
        _fill(self.profile, [(name, each.title) for name, each in self._profiles.items()], wish.profile)
        barred = [
            name for name, each in self._profiles.items() if len(_not_in(formats, each)) == len(formats)
        ]
        _grey(self.profile, barred, tr("这种交换格式要用 Shapefile 等格式，请先选“给县里的 GIS”"))
        self._show_crs(wish, profile)
        encoding = wish.encoding or (profile.encoding if profile is not None else "") or "UTF-8"
        self.encoding.setCurrentIndex(max(self.encoding.findData(encoding), 0))
        self._show_fields(
            {
                self.format: len(formats) > 1,
                self.profile: wish.format not in _OWN_LOOK and len(self._profiles) > 1,
                self.crs: wish.format not in _WITHOUT_SHAPES | _OWN_LOOK,
                self.encoding: wish.format in WITH_ENCODING,
            }
        )
        self.about.setText("　".join(self._sentences(wish, profile)))

    def _show_crs(self, wish: Wish, profile: "Profile | None") -> None:
        fixed = wish.format in LON_LAT_ONLY
        suits = self._suits(wish, profile)
        codes = [WGS84] if fixed else list(dict.fromkeys([suits, *offered(self._project)]))
        codes = [code for code in codes if _fits(code, wish.format)]
        with QSignalBlocker(self.crs):
            self.crs.clear()
            for code in codes:
                self.crs.addItem(
                    tr("{name} · EPSG:{code}").format(name=describe(code), code=code),
                    None if code == suits else code,
                )
            self.crs.setCurrentIndex(max(self.crs.findData(None if fixed else wish.epsg), 0))
        self.crs.setEnabled(not fixed)

    def epsg(self, wish: Wish) -> int:
        """Return the coordinates in which it would leave."""
        if wish.format in LON_LAT_ONLY:
            return WGS84
        if wish.epsg is not None and _fits(wish.epsg, wish.format):
            return wish.epsg
        return self._suits(wish, self._profiles.get(wish.profile))

    def _suits(self, wish: Wish, profile: "Profile | None") -> int:
        """Return what is taken where nobody chooses."""
        if wish.format in LON_LAT_ONLY:
            return WGS84
        own = profile.epsg if profile is not None else None
        return own if own is not None and _fits(own, wish.format) else self._project

    def _sentences(self, wish: Wish, profile: "Profile | None") -> list[str]:
        said = []
        if wish.format is Format.HTML:
            said.append(tr("一个文件，双击就能看地图、点开看内容、按名字找；手机上用浏览器打开"))
            if AUDIENCES[wish.audience].share:
                said.append(tr("姓名、电话、证件、住户都不在里面"))
        elif wish.format in LON_LAT_ONLY:
            said.append(tr("{format} 规定用经纬度").format(format=LON_LAT_ONLY[wish.format]))
        elif wish.format is Format.XLSX:
            said.append(tr("每张表是一个工作表，栏目都是中文；有图形的表，最后另有经度、纬度"))
        elif wish.format not in _WITHOUT_SHAPES:
            own = tr("项目自己的坐标系：") if self.epsg(wish) == self._project else ""
            said.append(own + explain(self.epsg(wish)))
        if profile is not None and wish.profile != PLAIN and wish.format not in _OWN_LOOK:
            said.append(profile.about)
        return said


def _fits(epsg: int, format_: Format) -> bool:
    return format_ is not Format.DXF or not in_degrees(epsg)


def _not_in(formats: Sequence[Format], profile: "Profile | None") -> Collection[Format]:
    taken = profile.formats if profile is not None else frozenset()
    return [f for f in formats if taken and f not in taken]


def _fill(box: QComboBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    with QSignalBlocker(box):
        box.clear()
        for value, words in choices:
            box.addItem(words, value)
        box.setCurrentIndex(max(box.findData(chosen), 0))


def _grey(box: QComboBox, values: Collection[str], why: str) -> None:
    """Let some of the choices be seen and not chosen; `why` is their tip."""
    for at in range(box.count()):
        if box.itemData(at) in values:
            box.setItemData(at, Qt.ItemFlag.NoItemFlags.value, _FLAGS)
            box.setItemData(at, why, Qt.ItemDataRole.ToolTipRole)
