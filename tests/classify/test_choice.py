"""What is kept of a choice comes back as it was; what somebody else wrote there is refused, never drawn."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.access.policy import Policy
from mingqing.catalog.color import Color
from mingqing.catalog.condition import Condition, Relation
from mingqing.catalog.load import catalog
from mingqing.classify.choice import Choice, Kind, Method, Part, as_dict, from_dict
from mingqing.classify.fields import fields_for, is_visible, offers, reveals
from mingqing.core.errors import DefinitionError

_RED = Color("#aa0000", "#ff8888")
_STOREYS = Choice(
    "house",
    Kind.GRADUATED,
    "storeys",
    Method.EQUAL,
    3,
    "ochre",
    parts=(
        Part("2 层及以下", _RED, (Condition("storeys", Relation.LESS, 3),)),
        Part("居住", _RED, (Condition("use", Relation.AMONG, ("居住", "其他")),), 2.5),
    ),
)


def _kept(choice: Choice) -> Any:
    return json.loads(json.dumps(as_dict(choice)))


def test_a_choice_comes_back_as_it_was() -> None:
    assert from_dict(_kept(_STOREYS), catalog()) == _STOREYS


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["table"], "mq_account"),
        (["field"], "no_such"),
        (["kind"], "sql"),
        (["classes"], "5"),
        (["parts"], "x"),
        (["parts"], [{}] * 100),
        (["parts", 0, "color", "light"], "red; }"),
        (["parts", 0, "size"], 1e6),
        (["parts", 0, "where", 0, "field"], "no_such"),
        (["parts", 0, "where", 0, "relation"], "like"),
        (["parts", 0, "where", 0, "value"], float("nan")),
        (["parts", 0, "where", 0, "value"], [1]),
        (["parts", 1, "where", 0, "value"], 1),
        (["more"], 1),
    ],
)
def test_what_is_no_choice_is_refused(path: list[Any], value: object) -> None:
    kept = at = _kept(_STOREYS)
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(DefinitionError):
        from_dict(kept, catalog())


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inside: (
            st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3)
        ),
    )
)
def test_anything_else_is_refused_too(data: object) -> None:
    with pytest.raises(DefinitionError):
        from_dict(data, catalog())


_ROLES = ("county_editor", "viewer")


def _policy(*roles: str) -> Policy:
    return Policy.of(roles, None, catalog())


def test_a_choice_reveals_its_field_and_those_of_its_rules() -> None:
    assert set(reveals(_STOREYS)) == {"house.village_code", "house.storeys", "house.use"}


def test_who_sees_a_field_masked_is_not_offered_it_nor_shown_what_was_made_of_it() -> None:
    by_people = Choice("household", Kind.GRADUATED, "people_count")
    household = catalog().tables["household"]
    assert is_visible(by_people, _policy("county_editor"))
    assert not is_visible(by_people, _policy("viewer"))
    assert "people_count" in {f.name for f in fields_for(household, Kind.GRADUATED, _policy("county_editor"))}
    assert "people_count" not in {f.name for f in fields_for(household, Kind.GRADUATED, _policy("viewer"))}


def test_a_statistic_of_a_table_that_is_not_theirs_stays_hidden() -> None:
    counted = Choice("village", Kind.AREAS, "key_people")
    assert is_visible(counted, _policy("county_editor"))
    assert not is_visible(counted, _policy("viewer"))
    assert not is_visible(Choice("village", Kind.AREAS, "old_share"), _policy("viewer"))


def test_a_heat_of_rows_whose_place_is_not_told_is_not_offered() -> None:
    # A viewer does not see which household a resident is of, and so not where they live.
    found = {role: {o.table for o in offers("house", Kind.HEAT, _policy(role))} for role in _ROLES}
    assert "resident" in found["county_editor"]
    assert found["viewer"].isdisjoint({"resident", "key_person"})
    assert not is_visible(Choice("resident", Kind.HEAT), _policy("viewer"))


def test_a_statistic_nobody_knows_is_refused() -> None:
    with pytest.raises(DefinitionError):
        from_dict(_kept(Choice("village", Kind.AREAS, "no_such")), catalog())


def test_names_numbers_and_who_typed_it_make_no_classes() -> None:
    house = catalog().tables["house"]
    names = {f.name for f in fields_for(house, Kind.CATEGORIES, _policy("county_editor"))}
    assert {"structure", "use", "vacant", "storeys"} <= names
    assert "address" not in names
    assert "address" in {f.name for f in fields_for(house, Kind.RULES, _policy("county_editor"))}
    assert names.isdisjoint({"house_no", "source", "created_by", "village_code", "updated_at"})
    resident = catalog().tables["resident"]
    every = {f.name for kind in Kind for f in fields_for(resident, kind, _policy("county_editor"))}
    assert every.isdisjoint({"name", "id_number", "phone", "household"})
