"""A page has the classes and colours of the screen, as far as these may be on paper."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mingqing.catalog.load import catalog
from mingqing.desktop.map.frame import Restyled
from mingqing.desktop.printing import drafting
from mingqing.desktop.printing.drafting import Order, PageWanted, composed
from mingqing.printing.wall.asked import Asked
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.desktop.conftest import OWN, PASSWORD, USER

from .conftest import HERE

ASKED = Asked("household", HERE)
MINE = "照我的分法"


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    with open_project(project, user=USER, password=PASSWORD) as opened:
        yield opened


def restyled(reveals: str) -> Restyled:
    draw = next(d for d in catalog().layers["household"].draws if d.table == "house")
    style = catalog().styles["house"][draw.variant]
    classes = tuple(replace(each, title=MINE) for each in style.classes)
    return Restyled("house", replace(style, classes=classes, marks=()), None, (reveals,))


def titles(session: Session, order: Order) -> set[str]:
    return {entry.title for page in composed(session, order, lambda: False) for entry in page.legend}


def test_a_map_is_printed_in_the_classes_that_were_made_of_it(session: Session) -> None:
    assert MINE not in titles(session, Order(ASKED, 0))
    assert MINE in titles(session, Order(ASKED, 0, (restyled("house.structure"),)))


def test_classes_that_tell_of_people_are_not_on_a_map_for_everybody(session: Session) -> None:
    public = ASKED.of(secrecy="公开", approval="浙S(2026)12号")
    assert MINE in titles(session, Order(public, 0, (restyled("house.structure"),)))
    assert MINE in titles(session, Order(ASKED, 0, (restyled("household.phone"),)))
    assert MINE not in titles(session, Order(public, 0, (restyled("household.phone"),)))


def test_classes_of_what_a_role_may_not_print_whole_are_not_on_its_maps(staffed: Path) -> None:
    with open_project(staffed, user="查阅员", password=OWN) as session:
        assert MINE not in titles(session, Order(ASKED, 0, (restyled("household.phone"),)))


def test_a_page_is_composed_once_for_several_looks_at_it_and_anew_when_rows_may_have_changed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = composed(session, Order(ASKED, 0), lambda: False)
    assert composed(session, Order(ASKED, 0), lambda: False) is first
    made: list[object] = []
    real = drafting.Maker
    monkeypatch.setattr(drafting, "Maker", lambda session: made.append(session) or real(session))
    composed(session, Order(ASKED.of(paper="A4"), 0), lambda: False)
    assert not made  # what the maps of the village have in common is there
    composed(session, Order(ASKED, 1), lambda: False)
    assert made == [session]


def test_what_is_handed_to_the_window_can_be_sent_between_processes(session: Session) -> None:
    import pickle

    pieces: list[object] = []
    wanted = PageWanted(Order(ASKED, 0, (restyled("house.structure"),)), 0, 40.0)
    pickle.loads(pickle.dumps(wanted))(session, lambda: False, pieces.append)  # noqa: S301 - our own
    drawn, checked = (pickle.loads(pickle.dumps(piece)) for piece in pieces)  # noqa: S301
    assert drawn.image == pieces[0].image  # type: ignore[attr-defined]
    assert not drawn.image.isNull()
    assert checked == pieces[1]
