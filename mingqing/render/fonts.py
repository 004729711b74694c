"""A font with Chinese characters, and how wide text is in it."""

from functools import cache, lru_cache

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QPainterPath

from mingqing.core.errors import MingqingError
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


class NoChineseFont(MingqingError):
    """No installed font has Chinese characters."""


@cache
def ensure_application() -> QCoreApplication:
    """Return the running Qt application, or start and keep one without a display. For the main thread."""
    return QGuiApplication.instance() or QGuiApplication(["mingqing", "-platform", "offscreen"])


@cache
def chinese_family() -> str:
    """Return the installed font family that Chinese text is drawn in.

    Raises
    ------
    NoChineseFont
        if there is none; the map would show empty boxes.
    """
    ensure_application()
    installed = set(QFontDatabase.families())
    able = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    for family in (*_FAMILIES, *able):
        if family in installed:
            return family
    raise NoChineseFont(tr("电脑上没有中文字体，地图文字无法显示；请安装思源黑体（fonts-noto-cjk）后重试。"))


@cache
def font(*, bold: bool) -> QFont:
    """Return the map's font at 100 px."""
    made = QFont(chinese_family())
    made.setPixelSize(_EM_PX)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def measure(text: str, size_px: float, bold: bool) -> tuple[float, float]:  # noqa: FBT001 - a `labels.Measure`
    """Return width and height in pixels of `text` with characters `size_px` high."""
    return _advance(text, bold=bold) * size_px / _EM_PX, size_px * 1.15


@lru_cache(maxsize=16_384)
def _advance(text: str, *, bold: bool) -> float:
    return QFontMetricsF(font(bold=bold)).horizontalAdvance(text)


@cache
def outline(text: str, *, bold: bool) -> QPainterPath:
    """Return `text` as a path at 100 px a character, its middle at the origin."""
    path, metrics = QPainterPath(), QFontMetricsF(font(bold=bold))
    # Chinese characters fill the em square, which reaches 12 % below the baseline.
    path.addText(-metrics.horizontalAdvance(text) / 2, _EM_PX * 0.38, font(bold=bold), text)
    path.setFillRule(path.fillRule().WindingFill)
    return path
