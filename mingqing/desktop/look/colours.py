"""The two palettes, light and dark: warm paper and ink, with one accent, the green of pines."""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QGuiApplication, QPalette


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of the window, as hex.

    paper, surface, raised : backgrounds, from the back to the front. line : hairlines and borders.
    text, muted, faint : what is read, what explains it, what may be overlooked.
    accent : the one colour that means "here" or "do this"; accent_soft is its wash.
    """

    paper: str
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_strong: str
    accent_soft: str
    on_accent: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    good: str
    good_soft: str
    mark: str


LIGHT = Colours(
    paper="#F3F1EC",
    surface="#FBFAF7",
    raised="#FFFFFF",
    hover="#ECE9E2",
    line="#DEDAD1",
    text="#22272A",
    muted="#5D6468",
    faint="#757B7D",
    accent="#1C6B5A",
    accent_strong="#14574A",
    accent_soft="#DDEBE5",
    on_accent="#FFFFFF",
    danger="#A8322A",
    danger_soft="#F8E4E0",
    warning="#8A5A00",
    warning_soft="#F7ECD2",
    good="#2D6B3A",
    good_soft="#E0EFE2",
    mark="#4B17F5",
)

DARK = Colours(
    paper="#17191A",
    surface="#1E2122",
    raised="#262A2B",
    hover="#2F3435",
    line="#383E40",
    text="#E8E6E1",
    muted="#A9AFB0",
    faint="#8A9192",
    accent="#6FC3AB",
    accent_strong="#8AD3BE",
    accent_soft="#23403A",
    on_accent="#0E2620",
    danger="#F09A8E",
    danger_soft="#42251F",
    warning="#E7BE6A",
    warning_soft="#3D3118",
    good="#8CCB98",
    good_soft="#20372A",
    mark="#3DEBFF",
)

THEME_INK = {
    "household": ("#A4572F", "#E0A078"),
    "industry": ("#4F7A28", "#A5C97C"),
    "organisation": ("#2F5F94", "#8DB7E3"),
    "key_person": ("#A83A5B", "#EE9BB2"),
    "assistance": ("#8A6412", "#E0BC6A"),
    "disaster": ("#B5391F", "#F5967F"),
}
"""One ink, light and dark, for each thematic map's icon; the only other place colour is used for meaning."""

PLAN_INK = {
    "way": ("#0A6B36", "#3FCF85"),
    "edge": ("#FFFFFF", "#0B1F15"),
    "danger": ("#C2261B", "#FF6B5E"),
    "flood": ("#1F5FA8", "#6FB0F2"),
    "cut": ("#C2261B", "#C2261B"),
    "cross": ("#FFFFFF", "#FFFFFF"),
}
"""What a plan of an evacuation is painted with on the map, light and dark."""

PLAN_BANDS = (("#1E8E4E", "#57D68D"), ("#7FB03A", "#B4DE6B"), ("#D9A21B", "#F2CB57"), ("#D9691B", "#FF9B52"))
"""Ground from which a shelter is reached soon, later, late, and after half an hour, light and dark."""

PLAN_HOUSES = (
    *(("#1668C7", "#6CB2FF"), ("#8A3FB5", "#CF97F0"), ("#B8600B", "#FFB25E"), ("#0B7F86", "#5FD6DC")),
    *(("#A3246F", "#FF8CC8"), ("#5B6B16", "#C3D667"), ("#3F4FBF", "#A3AEFF"), ("#7A4A2B", "#DDAE8A")),
)
"""By which houses are told apart that go to neighbouring shelters, light and dark."""

DESK = ("#DAD7D0", "#101213")
"""What a page lies on that is shown as it will be printed, light and dark."""


def is_dark() -> bool:
    """Whether the application is dressed for the dark."""
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def colours() -> Colours:
    """Return the palette in use."""
    return DARK if is_dark() else LIGHT


def qt_palette(of: Colours) -> QPalette:
    """Return `of` as Qt's roles, for the parts of the window that the style sheet does not reach."""
    role = QPalette.ColorRole
    palette = QPalette()
    for where, value in {
        role.Window: of.paper,
        role.WindowText: of.text,
        role.Base: of.raised,
        role.AlternateBase: of.surface,
        role.Text: of.text,
        role.Button: of.surface,
        role.ButtonText: of.text,
        role.PlaceholderText: of.faint,
        role.Highlight: of.accent,
        role.HighlightedText: of.on_accent,
        role.Accent: of.accent,
        role.Link: of.accent,
        role.Mid: of.line,
        role.Midlight: of.accent_soft,
        role.ToolTipBase: of.text,
        role.ToolTipText: of.raised,
    }.items():
        palette.setColor(where, QColor(value))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(of.faint))
    return palette
