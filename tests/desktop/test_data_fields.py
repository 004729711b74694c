"""What the program keeps for itself in a row is in no form, no card, no table, and asked by no condition."""

import shapely

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType
from mingqing.desktop.card.content import gather
from mingqing.desktop.conditions.subjects import subjects
from mingqing.desktop.form.content import gather_form, may_add
from mingqing.desktop.table.columns import offered, withheld
from mingqing.store.bulk import changeable
from mingqing.store.edit import edit
from mingqing.store.history.versions import of_row
from mingqing.store.session import Session

VILLAGE = "331124204202"
KEPT = {
    "name": "台风预案",
    "scenario": '{"night": true}',
    "number": "7",
    "based_on": "3",
    "village_code": VILLAGE,
}


def is_data(field: Field | None) -> bool:
    return field is not None and field.type is FieldType.DATA


def test_it_is_stored_as_it_is_and_shown_nowhere(session: Session) -> None:
    table = catalog().tables["evacuation_plan"]
    with edit(session, "新增") as e:
        plan = e.add("evacuation_plan", KEPT)
        house = e.add("house", {"village_code": VILLAGE}, shapely.box(0, 0, 9, 9))
        e.add("evacuee", {"plan": plan, "house": house, "roads": "1 2"})
    row = session.row("evacuation_plan", plan)
    assert row is not None
    assert row["scenario"] == '{"night": true}'
    sheet = gather_form(session, "evacuation_plan", plan, village_names={})
    card = gather(session, "evacuation_plan", plan, village_names={})
    assert sheet is not None
    assert not [line for line in sheet.lines if is_data(line.field)]
    assert "night" not in str(card)
    assert not [c for c in offered(session.policy, table) if is_data(c.field)]
    assert withheld(session.policy, table) == []
    assert not [f for f in changeable(session.policy, table) if is_data(f)]
    for name in ("evacuation_plan", "house"):
        assert not [s for s in subjects(session.policy, catalog().tables[name]) if is_data(s.field)]
    (version,) = of_row(session, "evacuation_plan", plan)
    assert {c.field for c in version.changes} == {"name", "village_code"}


def test_rows_that_the_program_makes_are_not_offered_to_be_added_by_hand(session: Session) -> None:
    tables = catalog().tables
    assert {t.name for t in tables.values() if not may_add(session, t)} == {"evacuation_plan", "evacuee"}
