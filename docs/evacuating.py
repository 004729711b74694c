"""A red warning, from the tick to paper, by mouse and keys alone; its pictures are taken by `docs.journeys`."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import shapely

from docs.clerk import XY, Clerk
from mingqing.store.session import Session

HERE = "xzx"  # 小竹溪村
KIND, PLAN, CUT_OFF = "山洪", "红色预警", "红色预警断路"
_HAMLET, _ROAD = "大畈", "竹源线"
_WATER = ((-75.0, -95.0), (70.0, -75.0), (85.0, -15.0), (20.0, 5.0), (-70.0, -30.0))  # metres from the hamlet
_CUT = (300.0, 37.0)  # about there the road is cut
_AROUND = (-360.0, -340.0, 900.0, 500.0)  # what is looked at
_TICKED, _CLICKED = ("横路山洪", "横路不稳定斜坡"), "后山背崩塌"
_ARRIVES, _CARD_DPI = "分钟", 84


def see_village(clerk: Clerk, initials: str) -> None:
    """Have one village on screen and no other."""
    clerk.press("Ctrl+F")
    clerk.type(initials)
    clerk.press("Return")


def plan_kind(clerk: Clerk, kind: str) -> None:
    """Let all hazards of a kind be active."""
    clerk.press("F9")
    clerk.tick(kind, "隐患点")


def see_first_without_way(clerk: Clerk) -> None:
    """Go to who heads the list of those without a safe way."""
    clerk.click(clerk.reading("无安全路线"))


def keep(clerk: Clerk, name: str) -> None:
    """Save the plan."""
    clerk.click("3 保存发放")
    clerk.click("预案名称")
    clerk.type(name)
    clerk.press("Return")


def print_list(clerk: Clerk) -> None:
    """Have the list as a PDF, where the dialog proposes to put it."""
    clerk.click_through("清单 PDF", "Return")


# ── The pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def _off(place: XY, by: XY) -> XY:
    return place[0] + by[0], place[1] + by[1]


def _place(session: Session, table: str, name: str) -> XY:
    at = session.features(table, where={"name": name}).geometry[0].representative_point()
    return at.x, at.y


def _on_road(session: Session, place: XY) -> XY:
    roads = shapely.union_all(session.features("road", where={"name": _ROAD}).geometry)
    at = shapely.shortest_line(roads, shapely.Point(place)).coords[0]
    return at[0], at[1]


def _last_to_arrive(clerk: Clerk) -> XY:
    outcome = clerk.window.explorer.evacuation.planner.outcome
    if outcome is None:
        raise LookupError
    return max((m for m in outcome.movers if m.safe), key=lambda m: m.minutes).at


def draw_flood(clerk: Clerk, corners: tuple[XY, ...]) -> None:
    """Draw what is under water."""
    clerk.press("Alt+W")
    clerk.click_map(*corners)
    clerk.press("Return")


def cut_road(clerk: Clerk, place: XY) -> None:
    """Cut a road."""
    clerk.press("Alt+X")
    clerk.click_map(place)
    clerk.press("Esc")


def keep_as(clerk: Clerk, name: str) -> None:
    """Save the plan under another name than the last."""
    clerk.click("3 保存发放")
    clerk.click("预案名称")
    clerk.press("Ctrl+A")
    clerk.type(name)
    clerk.press("Return")


def compare(clerk: Clerk, name: str) -> None:
    """Compare a kept plan with the first of the others."""
    clerk.click_row(name, "存下的预案")
    clerk.click("与哪一份比较")
    clerk.press("Down", "Return")


def take_pictures(clerk: Clerk, session: Session, take: Callable[[str], object]) -> None:
    """Plan for a flood, with a road and without it."""
    see_village(clerk, HERE)
    clerk.press("F9")
    hamlet = _place(session, "place_name", _HAMLET)
    left, below, right, above = _AROUND
    clerk.window.explorer.canvas.see((*_off(hamlet, (left, below)), *_off(hamlet, (right, above))))
    for name in _TICKED:
        clerk.tick(name, "隐患点")
    clerk.click_map(_place(session, "hazard", _CLICKED))
    draw_flood(clerk, tuple(_off(hamlet, corner) for corner in _WATER))
    keep(clerk, PLAN)
    clerk.click("1 情景")
    cut_road(clerk, _on_road(session, _off(hamlet, _CUT)))
    take("scenario")
    clerk.click("2 结果")
    clerk.click_map(_last_to_arrive(clerk))
    take("result")
    keep_as(clerk, CUT_OFF)
    compare(clerk, CUT_OFF)
    take("compare")
    clerk.click("‹ 返回")


def take_card(clerk: Clerk, home: Path, picture: Path) -> None:
    """Have the cards made in `home`, and take a picture of the first that tells a way."""
    clerk.click_through("明白卡", "Return")
    (cards,) = map(str, home.glob("避险明白卡*.pdf"))
    pages = poppler("pdftotext", cards, "-").split("\f")
    page = next(str(n) for n, text in enumerate(pages, start=1) if _ARRIVES in text)
    size = ("-f", page, "-singlefile", "-r", str(_CARD_DPI))
    poppler("pdftoppm", "-png", *size, cards, str(picture.with_suffix("")))


def poppler(*command: str) -> str:
    """Run a program on a PDF; return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # noqa: S603
