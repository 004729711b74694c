"""Every role, every map: no name, phone or identity number is on paper that the role may not print."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import shapely

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action, Role, Shows, mask_of, privacy_of, roles
from mingqing.catalog.model import Privacy
from mingqing.core.errors import NotAllowed
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.handing import hand_out
from mingqing.printing.wall.output import as_pdf
from mingqing.store.log import entries
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session
from tests.printing.pdf import Pdf

VILLAGE = "331124204202"
_SHORTEST = 2  # characters that name somebody


def texts(session: Session, table: str, field: str) -> Iterator[str]:
    """Yield what a field holds in the whole project."""
    return (str(value) for (value,) in session.rows(table, (field,)) if value is not None)


def withheld(everything: Session, session: Session) -> set[str]:
    """Return the names, phones and numbers that an account may not print, and that stand in nothing that it may."""
    policy, open_, closed = session.policy, list[str](), set[str]()
    for name, table in everything.catalog.tables.items():
        for field in table.field_by_name.values():
            if policy.column(name, field.name, Action.PRINT) is Column.CLEAR:
                open_ += texts(session, name, field.name)
            elif mask_of(field) is not None or privacy_of(field) is Privacy.SENSITIVE:
                closed |= {t for t in texts(everything, name, field.name) if len(t) > _SHORTEST}
    written = "\n".join(chain(open_, everything.catalog.codes, [everything.info.name]))
    return {text for text in closed if (text not in written and not text.isdecimal()) or len(text) > 8}


def printed(maker: Maker, theme: str, keep: Callable[[bytes], Pdf]) -> str:
    """Return what is written on a map of the whole village, and on one of its houses so near that all have names."""
    houses = shapely.centroid(maker.session.features("house", village=VILLAGE).geometry)
    centre = (float(np.median(shapely.get_x(houses))), float(np.median(shapely.get_y(houses))))
    near = Asked(theme, VILLAGE, paper="A2", scale=1000, centre=centre)
    return "".join(keep(as_pdf(maker.sheets(asked))).text() for asked in (Asked(theme, VILLAGE), near))


@pytest.fixture
def everything(as_role: Callable[..., Session]) -> Session:
    return as_role("county_editor")


@pytest.mark.parametrize("role", list(roles()))
def test_no_map_holds_what_the_role_may_not_print(
    as_role: Callable[..., Session], everything: Session, keep: Callable[[bytes], Pdf], role: str
) -> None:
    session = as_role(role, *([VILLAGE] if roles()[role].bound_to_villages else []))
    secret, maker = withheld(everything, session), Maker(session)
    assert bool(secret) is ("editor" not in role)
    for theme in session.catalog.themes:
        own = [d.table for d in theme.draws if d.table in theme.tables]
        if not any(session.policy.allowed(table, Action.PRINT) for table in own):
            with pytest.raises(NotAllowed, match=theme.title):
                maker.sheets(Asked(theme.code, VILLAGE))
            continue
        text = printed(maker, theme.code, keep)
        assert "小竹溪村" in text
        assert not [each for each in secret if "".join(each.split()) in text]


def test_who_may_print_names_finds_them_on_the_map(everything: Session, keep: Callable[[bytes], Pdf]) -> None:
    """The test above would find them."""
    text = printed(Maker(everything), "assistance", keep)
    assert sum(name in text for name in texts(everything, "assistance", "helper")) > 5


def _with(session: Session, *known: Role) -> Session:
    """Give an account roles that are in no file."""
    policy = Policy.of((r.code for r in known), None, session.catalog, {r.code: r for r in known})
    return Session(session.info, session.catalog, replace(session.login, policy=policy))


def test_a_name_that_is_seen_whole_and_printed_masked_is_not_on_paper(
    everything: Session, keep: Callable[[bytes], Pdf]
) -> None:
    see, out = frozenset({Action.SEE}), frozenset({Action.SEE, Action.PRINT})
    sees = Role("sees", "看", "看", {"*": see}, dict.fromkeys(Privacy, Shows.CLEAR))
    prints = Role("prints", "印", "印", {"*": out}, {"open": Shows.CLEAR, "personal": Shows.MASKED})
    with _with(everything, sees, prints) as both:
        assert next(texts(both, "assistance", "helper")) in set(texts(everything, "assistance", "helper"))
        text = printed(Maker(both), "assistance", keep)
    assert not [name for name in texts(everything, "assistance", "helper") if name in text]


def test_a_layer_that_is_seen_and_not_printed_is_left_out_and_named(everything: Session) -> None:
    see, out = frozenset({Action.SEE}), frozenset({Action.SEE, Action.PRINT})
    sees = Role("sees", "看", "看", {"*": out, "house": see}, dict.fromkeys(Privacy, Shows.CLEAR))
    with _with(everything, sees) as session:
        (wall,) = Maker(session).sheets(Asked("household", VILLAGE))
    assert wall.left_out == ("农房",)
    assert "house" not in {step.table for step in wall.scene.instructions}
    assert not {entry for entry in wall.legend if entry.table == "house"}


def test_a_village_that_may_be_seen_and_not_printed_is_called_by_its_code_alone(
    everything: Session, keep: Callable[[bytes], Pdf]
) -> None:
    see, out = frozenset({Action.SEE}), frozenset({Action.SEE, Action.PRINT})
    role = Role("r", "印", "印", {"*": out, "village": see}, dict.fromkeys(Privacy, Shows.CLEAR))
    with _with(everything, role) as session:
        walls = Maker(session).sheets(Asked("industry", VILLAGE, only=frozenset({"plot", "village"})))
    assert walls[0].inset is None
    text = keep(as_pdf(walls)).text()
    assert VILLAGE in text
    assert "小竹溪村" not in text


def test_switching_off_what_a_map_is_about_is_no_question_of_rights(as_role: Callable[..., Session]) -> None:
    (wall,) = Maker(as_role("viewer")).sheets(Asked("disaster", VILLAGE, only=frozenset({"road"})))
    assert {entry.table for entry in wall.legend} == {"road"}


# ── Who signs, and the log ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["county_editor", "planner", "department", "viewer"])
def test_who_must_sign_signs_whatever_was_asked_for(
    as_role: Callable[..., Session], keep: Callable[[bytes], Pdf], role: str
) -> None:
    session = as_role(role)
    asked = Asked("disaster", VILLAGE, footer=False)
    text = keep(as_pdf(Maker(session).sheets(asked))).text()
    assert (f"由{session.user}打印" in text) is roles()[role].footer_required
    text = keep(as_pdf(Maker(session).sheets(asked.of(footer=True)))).text()
    assert f"由{session.user}打印" in text


def test_a_print_is_in_the_log_with_where_it_went_and_without_what_was_typed(
    as_role: Callable[..., Session],
) -> None:
    session = as_role("county_editor")
    walls = Maker(session).sheets(Asked("household", VILLAGE, title="甄一一家的地图", paper="A2"))
    troubles = hand_out(session, walls, "打印机 三楼，2 份")
    assert {t.code for t in troubles} >= {"never_verified"}
    entry = entries(as_role("security_admin"), acts=["print"])[0]
    assert (entry.target, entry.outcome, entry.rows) == ("村情民情图", "done", walls[0].rows)
    assert walls[0].rows > 100
    for part in ("小竹溪村", VILLAGE, "A2", f"1:{walls[0].scale:,}", "打印机 三楼，2 份"):
        assert part in entry.detail
    assert "甄一一" not in entry.detail


def test_a_print_that_is_stopped_is_in_the_log_as_refused(as_role: Callable[..., Session]) -> None:
    session = as_role("county_editor")
    walls = Maker(session).sheets(Asked("key_person", VILLAGE, secrecy="公开", approval="浙S(2026)15号"))
    with pytest.raises(NotAllowed, match="重点人员"):
        hand_out(session, walls, "存为 a.pdf")
    entry = entries(as_role("security_admin"), acts=["print"])[0]
    assert (entry.target, entry.outcome) == ("重点人员图", "refused")
    assert "personal_data" in entry.detail
    assert "公开" in entry.detail


def test_a_map_that_may_not_be_printed_at_all_is_in_the_log_as_refused(
    as_role: Callable[..., Session],
) -> None:
    session = as_role("viewer")
    with pytest.raises(NotAllowed):
        Maker(session).sheets(Asked("key_person", VILLAGE))
    entry = entries(as_role("security_admin"), acts=["print"])[0]
    assert (entry.target, entry.outcome) == ("重点人员图", "refused")
    assert not Permitted(session).allows("key_person")
