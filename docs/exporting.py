"""Data for the county's GIS, a page for a phone, by mouse and keys alone; its pictures are taken by `docs.journeys`."""

from collections.abc import Callable

from docs.clerk import Clerk
from docs.evacuating import HERE, see_village
from mingqing.desktop.exporting.page import ExportPage
from mingqing.desktop.look.theme import Appearance

SHOWN = "/home/zhang/Documents/民情导出"  # not the folder of whoever takes the pictures


def page_of(clerk: Clerk) -> ExportPage:
    """Return the export page, which is open."""
    return clerk.window.exporting.page


def hand_to_county(clerk: Clerk) -> None:
    """Have all of a village as shapefiles."""
    clerk.press("Ctrl+Alt+E")
    clerk.wait(lambda: page_of(clerk).foresight is not None)
    clerk.seen("choices")
    clerk.click("导出")


def make_page(clerk: Clerk) -> None:
    """Have the maps of a village as a page that a phone opens."""
    clerk.press("Ctrl+Alt+E")
    clerk.click("手机上看，一个网页，没网也能开")
    clerk.wait(lambda: page_of(clerk).foresight is not None)
    clerk.click("导出")


def take_pictures(clerk: Clerk, take: Callable[[str], object]) -> None:
    """Go the journey."""

    def seen(name: str) -> None:
        folder = page_of(clerk).choosing.place.folder
        place = folder.text()
        folder.setText(SHOWN)
        take(name)
        folder.setText(place)

    see_village(clerk, HERE)
    clerk.seen = seen
    hand_to_county(clerk)
    clerk.wait(lambda: clerk.sees("导出好了"))
    where = page_of(clerk).handed.where
    where.setText(where.text().replace(page_of(clerk).choosing.place.folder.text(), SHOWN))
    take("handed")
    clerk.click("再导一份")
    clerk.click("数据检查")
    clerk.click("现在检查")
    seen("check")
    clerk.click("预览")
    clerk.window.wear(Appearance.DARK)
    seen("dark")
