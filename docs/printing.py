"""A wall map, then the maps of all villages, by mouse and keys alone; its pictures are taken by `docs.journeys`."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from docs.clerk import Clerk
from docs.evacuating import HERE, poppler, see_village
from mingqing.desktop.printing.many import ManySheet, sheets_of

_MAP_DPI, _SHOWN = 58, 960  # of an A3 sheet; pixels across


def print_map(clerk: Clerk) -> None:
    """Look at the map of dangers of a village as a page."""
    see_village(clerk, HERE)
    clerk.press("6", "Ctrl+P")


def save_map(clerk: Clerk) -> None:
    """Have the page as a PDF, where the dialog proposes to put it."""
    clerk.click_through("存 PDF…", "Return")


def ask_atlas(clerk: Clerk) -> ManySheet:
    """Ask for all maps of all villages."""
    clerk.click("返回地图")
    clerk.press("Ctrl+Alt+M")
    return sheets_of(clerk.window)[0]


def make_atlas(clerk: Clerk) -> None:
    """Have them drawn."""
    clerk.click("开始出图")


def take_pictures(clerk: Clerk, home: Path, folder: Path, take: Callable[[str], object]) -> None:
    """Go the journey; `home` is the user's folder."""
    papers = home / "Documents"  # where PDFs are proposed to be put
    papers.mkdir()
    print_map(clerk)
    take("page")
    save_map(clerk)
    (pdf,) = papers.glob("*.pdf")
    poppler("pdftoppm", "-png", "-singlefile", "-r", str(_MAP_DPI), str(pdf), str(folder / "printing-map"))
    clerk.window.activateWindow()  # which nobody else does after a dialog, on a screen without a window manager
    sheet = ask_atlas(clerk)
    clerk.wait(lambda: "都要画" in sheet.summary.text())
    place = sheet.folder.text()
    sheet.folder.setText(f"/home/zhang/{Path(place).name}")  # not that of whoever takes the picture
    picture = sheet.grab().toImage()
    sheet.folder.setText(place)
    picture = picture.scaledToWidth(_SHOWN, Qt.TransformationMode.SmoothTransformation)
    picture.save(str(folder / "printing-atlas.png"))
    print("atlas")
    make_atlas(clerk)
    clerk.wait(lambda: not sheet.busy)
    sheet.close()
