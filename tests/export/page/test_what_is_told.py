"""Every role, and everybody: no page holds what may not be handed on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action, Role, Shows, mask_of, privacy_of, roles
from mingqing.catalog.model import Privacy
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.export.impersonal import FEW
from mingqing.export.page.write import write_page
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from tests.export.page.conftest import ASKED, VILLAGE, data_of, written_on


def _texts(session: Session, table: str, field: str) -> Iterator[str]:
    return (str(v) for (v,) in session.rows(table, (field,), village=VILLAGE) if v is not None)


def _closed(everything: Session, is_open: Callable[[str, str], bool]) -> set[str]:
    """Return what stands in closed fields, and in none that is open."""
    open_, closed = set[str](), set[str]()
    for name, table in everything.catalog.tables.items():
        for field in table.fields:
            found = set(_texts(everything, name, field.name))
            if is_open(name, field.name):
                open_ |= found
            elif mask_of(field) is not None or privacy_of(field) is not Privacy.OPEN:
                closed |= {
                    text for text in found if len(text) > 1 and not (text.isdecimal() and len(text) < 9)
                }
    written = "\n".join(
        (*open_, *(c.value for codes in everything.catalog.codes.values() for c in codes.codes))
    )
    return {text for text in closed if text not in written}


@pytest.fixture
def everything(as_role: Callable[..., Session]) -> Session:
    return as_role("county_editor")


@pytest.mark.parametrize("role", list(roles()))
def test_no_page_holds_what_the_role_may_not_hand_on(
    as_role: Callable[..., Session], everything: Session, tmp_path: Path, role: str
) -> None:
    session, page = as_role(role, VILLAGE), tmp_path / "page.html"
    policy = session.policy
    tables = [t.name for t in session.catalog.tables.values() if policy.allowed(t.name, Action.EXPORT)]
    if not tables:
        with pytest.raises((InputRefused, NotAllowed)):
            write_page(session, ASKED, page)
        assert not page.exists()
        return
    write_page(session, ASKED, page)
    text = page.read_text(encoding="utf-8")
    assert set(data_of(text)["tables"]) <= set(tables)

    def is_open(table: str, field: str) -> bool:
        return all(policy.column(table, field, a) is Column.CLEAR for a in (Action.SEE, Action.EXPORT))

    secret, written = _closed(everything, is_open), written_on(text)
    assert bool(secret) is (role == "planner")
    assert not [each for each in secret if each in written]


def test_the_page_of_an_editor_holds_names(everything: Session, page_of: Callable[..., str]) -> None:
    """The test above would find them."""
    written = written_on(page_of(everything))
    assert sum(name in written for name in _texts(everything, "household", "householder")) > 100
    assert not [each for each in _texts(everything, "resident", "id_number") if each in written]


def test_what_everybody_may_see_holds_nothing_about_persons(
    everything: Session, page_of: Callable[..., str]
) -> None:
    catalog = everything.catalog
    text = page_of(everything, share=True)
    known = data_of(text)

    def is_open(table: str, field: str) -> bool:
        definition = catalog.tables[table]
        return not definition.personal and privacy_of(definition.field_by_name[field]) is Privacy.OPEN

    secret = _closed(everything, is_open)
    assert len(secret) > 1000
    written = written_on(text)
    assert not [each for each in secret if each in written]
    assert not [name for name in known["tables"] if catalog.tables[name].personal]
    titles = [theme["title"] for theme in known["themes"]]
    assert titles == ["村情民情图", "产业发展图", "组织体系图", "防灾避险图"]
    assert "含个人信息" not in text
    assert everything.user not in written


def test_names_numbers_and_counts_of_few_that_stand_in_open_fields_are_taken_out(
    everything: Session, page_of: Callable[..., str]
) -> None:
    (hazard, *_) = [i for (i,) in everything.rows("hazard", ("id",), village=VILLAGE)]
    name = next(_texts(everything, "resident", "name"))
    with everything.transaction("edit", "改名") as change:
        change.update("hazard", [hazard], {"name": [f"{name}屋后滑坡"], "trigger": ["联系 138 0000 1234"]})
        change.update("hazard", [hazard], {"people": [FEW - 1], "households": [7]})
    known = data_of(page_of(everything, share=True))["tables"]["hazard"]
    assert f"{name[0]}**屋后滑坡" in str(known)
    assert name not in str(known)
    assert "0000" not in str(known)
    titles = [field[0] for field in known["fields"]]
    row = known["names"].index(f"{name[0]}**屋后滑坡")
    for title in ("威胁人数", "威胁户数"):
        column = known["cells"][titles.index(title)]
        assert (column[row] if isinstance(column, list) else column["d"][column["i"][row]]) == ""
    before = str(data_of(page_of(everything))["tables"]["hazard"])
    assert f"{name}屋后滑坡" in before


def test_ways_of_a_plan_are_nobodys_but_the_office_s(
    everything: Session, page_of: Callable[..., str]
) -> None:
    (way, *_) = [i for (i,) in everything.rows("evacuation_route", ("id",), village=VILLAGE)]
    (plan,) = new_ids(1)
    with everything.transaction("edit", "改路线") as change:
        change.insert("evacuation_plan", [plan], {"name": ["一户的预案"], "village_code": [VILLAGE]})
        change.update("evacuation_route", [way], {"plan": [plan]})
    shared, own = (
        data_of(page_of(everything, share=s))["tables"]["evacuation_route"]["n"] for s in (True, False)
    )
    assert shared == own - 1


def test_a_person_does_not_stand_at_a_house_that_may_not_be_handed_on(
    everything: Session, page_of: Callable[..., str]
) -> None:
    see, out = frozenset({Action.SEE}), frozenset({Action.SEE, Action.EXPORT})
    role = Role("r", "导", "导", {"*": out, "house": see}, dict.fromkeys(Privacy, Shows.CLEAR))
    policy = Policy.of(("r",), None, everything.catalog, {"r": role})
    with Session(everything.info, everything.catalog, replace(everything.login, policy=policy)) as session:
        tables = data_of(page_of(session))["tables"]
    assert "house" not in tables
    assert set(tables["key_person"]["kinds"]) == {"-"}
    assert set(tables["assistance"]["kinds"]) == {"-"}


def test_a_name_that_is_seen_whole_and_handed_on_masked_is_masked(
    everything: Session, page_of: Callable[..., str]
) -> None:
    see, out = frozenset({Action.SEE}), frozenset({Action.SEE, Action.EXPORT})
    sees = Role("sees", "看", "看", {"*": see}, dict.fromkeys(Privacy, Shows.CLEAR))
    gives = Role("gives", "导", "导", {"*": out}, {"open": Shows.CLEAR, "personal": Shows.MASKED})
    policy = Policy.of(("sees", "gives"), None, everything.catalog, {"sees": sees, "gives": gives})
    with Session(everything.info, everything.catalog, replace(everything.login, policy=policy)) as session:
        written = written_on(page_of(session))
    assert not [name for name in _texts(everything, "household", "householder") if name in written]


def test_a_table_that_was_named_and_may_not_leave_is_refused(
    as_role: Callable[..., Session], tmp_path: Path
) -> None:
    with pytest.raises(NotAllowed, match="农房"):
        write_page(as_role("planner"), replace(ASKED, tables=("house",)), tmp_path / "p.html")


def test_only_the_villages_tables_and_rows_asked_for_are_there(
    everything: Session, page_of: Callable[..., str]
) -> None:
    houses = [i for (i,) in everything.rows("house", ("id",), village=VILLAGE)][:5]
    known = data_of(page_of(everything, tables=("house", "village"), among={"house": frozenset(houses)}))
    assert {name: table["n"] for name, table in known["tables"].items()} == {"village": 1, "house": 5}
    assert [village["name"] for village in known["villages"]] == ["小竹溪村"]
    with pytest.raises(InputRefused, match="没有"):
        page_of(everything, villages=("000000000000",))
