"""How closely fields are kept travels with a project: the more closed of its word and the program's counts."""

from dataclasses import replace

import pytest

from mingqing.access.fields import as_carried, describe, opened_by_adopting, opened_sentences
from mingqing.access.roles import mask_of, privacy_of
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Catalog, Field, FieldType, Mask, Privacy


def with_field(name: str, field: str, **changes: object) -> Catalog:
    own = catalog()
    table = own.tables[name]
    fields = tuple(replace(f, **changes) if f.name == field else f for f in table.fields)
    return replace(own, tables={**own.tables, name: replace(table, fields=fields)})


def test_the_programs_own_word_changes_nothing() -> None:
    own = catalog()
    carried = as_carried(own, describe(own))
    for table in own.tables.values():
        for field in (*table.common, *table.fields):
            same = carried.tables[table.name].field_by_name[field.name]
            assert (privacy_of(same), mask_of(same)) == (privacy_of(field), mask_of(field))
    assert opened_by_adopting(carried, own) == []


@pytest.mark.parametrize("field", ["name", "phone", "id_number", "birth_date"])
def test_a_field_that_is_opened_here_stays_closed(field: str) -> None:
    open_here = with_field("resident", field, privacy=Privacy.OPEN, mask=None, type=FieldType.TEXT)
    own, kept = catalog().tables["resident"].field_by_name[field], as_carried(open_here, describe(catalog()))
    found = kept.tables["resident"].field_by_name[field]
    assert (privacy_of(found), mask_of(found)) == (privacy_of(own), mask_of(own))
    assert [(t.name, f.name) for t, f, *_ in opened_by_adopting(kept, open_here)] == [("resident", field)]
    assert any(catalog().tables["resident"].title in said for said in opened_sentences(kept, open_here))


def test_a_field_that_is_closed_here_is_closed_at_once() -> None:
    closed = with_field("house", "structure", privacy=Privacy.SENSITIVE)
    kept = as_carried(closed, describe(catalog()))
    assert privacy_of(kept.tables["house"].field_by_name["structure"]) is Privacy.SENSITIVE


def test_a_field_that_the_project_does_not_know_is_sensitive() -> None:
    own = catalog()
    house = own.tables["house"]
    grown = replace(house, fields=(*house.fields, Field("roof", "屋顶", FieldType.TEXT, mask=Mask.NAME)))
    kept = as_carried(replace(own, tables={**own.tables, "house": grown}), describe(own))
    assert privacy_of(kept.tables["house"].field_by_name["roof"]) is Privacy.SENSITIVE


def test_a_table_stays_on_its_map() -> None:
    own = catalog()
    moved = replace(own.tables["key_person"], layer="organisation")
    kept = as_carried(replace(own, tables={**own.tables, "key_person": moved}), describe(own))
    assert kept.tables["key_person"].layer == "key_person"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"house": 1}', '{"house": {"layer": "x"}}', "[" * 100_000])
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is damage
        as_carried(catalog(), text)
