"""A font with Chinese characters, and how wide text is in it."""

from collections.abc import Iterable
from functools import cache, lru_cache

from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QPainterPath,
)

from mingqing.core.text import tr

# Best first: drawn for screens and print, simplified Chinese forms, on Linux, UOS, Kylin, Windows, macOS.
_FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "思源黑体",
    "Noto Sans SC",
    "HarmonyOS Sans SC",
    "Microsoft YaHei",
    "微软雅黑",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "文泉驿微米黑",
    "WenQuanYi Zen Hei",
    "Hiragino Sans GB",
    "SimHei",
    "黑体",
    "SimSun",
    "Droid Sans Fallback",
)
# Metrics are taken once at this size and scaled, so that text is laid out alike on every surface.
_EM_PX = 100
_LACKING = "〓"
# What is never drawn, and so never missed: line breaks, which a cell of a spreadsheet may hold, are spaces.
_UNSEEN = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0))) | dict.fromkeys(map(ord, "\t\n\r"), " ")


@cache
def ensure_application() -> QCoreApplication:
    """Return the running Qt application, or start and keep one without a display. For the main thread."""
    return QGuiApplication.instance() or QGuiApplication(["mingqing", "-platform", "offscreen"])


@cache
def chinese_family() -> str | None:
    """Return the installed font family that Chinese text is drawn in; None if there is none."""
    ensure_application()
    installed = set(QFontDatabase.families())
    able = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    return next((family for family in (*_FAMILIES, *able) if family in installed), None)


def notice(texts: Iterable[str] = ()) -> str:
    """Return what to tell the user about text that cannot be drawn as it is; nothing where all of it can.

    Parameters
    ----------
    texts : what is to be drawn, a scene's labels for one.
    """
    if chinese_family() is None:
        return tr(
            "电脑上没有中文字体，图上的汉字以“〓”代替或空着；请安装思源黑体（fonts-noto-cjk）后重新打开。"
        )
    lacking = sorted({c for text in texts for c in text.translate(_UNSEEN) if not _has(c, bold=False)})
    if not lacking:
        return ""
    return tr("电脑上的字体没有这些字，图上以“〓”代替：{characters}").format(characters="".join(lacking))


@cache
def font(*, bold: bool) -> QFont:
    """Return the map's font at 100 px."""
    family = chinese_family()
    made = QFont(family) if family else QFont()
    made.setPixelSize(_EM_PX)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # Forms of other languages: digits after letters become glyphs that stand for nothing in a PDF's text.
    made.setFeature(QFont.Tag("locl"), 0)
    return made


def measure(text: str, size_px: float, bold: bool) -> tuple[float, float]:  # noqa: FBT001 - a `labels.Measure`
    """Return width and height in pixels of `text` with characters `size_px` high."""
    return _advance(text, bold=bold) * size_px / _EM_PX, size_px * 1.15


@lru_cache(maxsize=16_384)
def _advance(text: str, *, bold: bool) -> float:
    return QFontMetricsF(font(bold=bold)).horizontalAdvance(drawable(text, bold=bold))


@lru_cache(maxsize=16_384)
def _has(character: str, *, bold: bool) -> bool:
    """Whether the font, or one that Qt takes in its stead, has a character."""
    return QFontMetricsF(font(bold=bold)).inFontUcs4(ord(character))


def drawable(text: str, *, bold: bool) -> str:
    """Return `text` with 〓, as printers do, for what the font lacks, which would be drawn as an empty box."""
    stand_in = _LACKING if _has(_LACKING, bold=bold) else ""
    return "".join(c if _has(c, bold=bold) else stand_in for c in text.translate(_UNSEEN))


@cache
def outline(text: str, *, bold: bool) -> QPainterPath:
    """Return `text` as a path at 100 px a character, its middle at the origin."""
    path, text = QPainterPath(), drawable(text, bold=bold)
    path.addText(_start(text, bold=bold), font(bold=bold), text)
    path.setFillRule(path.fillRule().WindingFill)
    return path


def write(painter: QPainter, text: str, ink: QColor, *, bold: bool) -> None:
    """Write `text` where its `outline` would be drawn."""
    text = drawable(text, bold=bold)
    painter.setFont(font(bold=bold))
    painter.setPen(ink)
    painter.drawText(_start(text, bold=bold), text)


def _start(text: str, *, bold: bool) -> QPointF:
    # Chinese characters fill the em square, which reaches 12 % below the baseline.
    return QPointF(-_advance(text, bold=bold) / 2, _EM_PX * 0.38)
