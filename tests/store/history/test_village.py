"""What was done in a village: the latest first, filtered, page by page."""

from mingqing.store.history.village import Wanted, authors, of_village
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from tests.store.history.conftest import HERE, SQUARE, THERE, Clock, do


def whys(session: Session, village: str | None, **wanted: str) -> list[str]:
    return [done.why for done in of_village(session, village, wanted=Wanted(**wanted))]


def test_actions_are_told_with_the_tables_they_touched(session: Session, house: int, person: int) -> None:
    do(session, "新增农房", lambda e: e.add("house", {"village_code": THERE}, SQUARE))
    do(session, "修改", lambda e: e.change_all("house", {house: {"storeys": 2}}))
    found = of_village(session, HERE)
    assert [(d.why, d.tables) for d in found] == [
        ("修改", {"house": 1}),
        ("新增住户", {"resident": 1}),
        ("新增农房", {"house": 1}),
    ]
    assert len(of_village(session, None)) == 4
    assert person


def test_an_import_is_an_action_of_the_villages_it_brought_rows_of(session: Session) -> None:
    with session.transaction("import", "导入 农房.shp") as change:
        change.insert("house", new_ids(3), {"village_code": [HERE, HERE, THERE]}, [None] * 3)
    assert [(d.why, d.tables) for d in of_village(session, HERE)] == [("导入 农房.shp", {"house": 2})]
    assert [(d.why, d.tables) for d in of_village(session, None)] == [("导入 农房.shp", {"house": 3})]


def test_pages_follow_one_another(session: Session, house: int) -> None:
    for n in range(2, 7):
        do(session, f"改成 {n}", lambda e, n=n: e.change("house", house, {"storeys": n}))
    first = of_village(session, HERE, 2)
    second = of_village(session, HERE, 2, before=first[-1].seq)
    assert [d.why for d in (*first, *second)] == ["改成 6", "改成 5", "改成 4", "改成 3"]


def test_actions_are_filtered_by_who_what_and_when(
    session: Session, clock: Clock, house: int, person: int
) -> None:
    clock.pass_(days=10)
    do(session, "后来", lambda e: e.change("house", house, {"storeys": 2}))
    assert whys(session, HERE, table="resident") == ["新增住户"]
    assert whys(session, HERE, since="2026-11-29") == ["后来"]
    assert whys(session, HERE, by="别人") == []
    assert len(whys(session, HERE, by=session.user)) == 3
    assert authors(session, HERE) == [session.user]
    assert person
