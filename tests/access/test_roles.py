"""`resources/roles.toml`: what the nine roles are held to, and that a mistake is refused with file, key and reason."""

from pathlib import Path

import pytest

from mingqing.access.roles import Action, Duty, Shows, load_roles, mask_of, privacy_of, roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType, Mask, Privacy
from mingqing.core.errors import DefinitionError

DUTIES = ("system_admin", "security_admin", "auditor")
EDITORS = ("county_editor", "town_editor", "village_editor")
OTHERS = ("planner", "department", "viewer")
GOOD = """
[[role]]
code = "reader"
title = "读者"
purpose = "看图"
duty = "audit"
villages = true
tables = { "*" = ["see"], "household.*" = ["see", "print"], house = [] }
fields = { open = "clear", personal = "masked", "personal:phone" = "absent", "resident.name" = "clear" }
"""


def _shown(role: str, name: str) -> Shows:
    table, field = name.split(".")
    definition = catalog().tables[table]
    return roles()[role].shows(definition, definition.field_by_name[field])


def _may(role: str, table: str) -> set[str]:
    return {str(action) for action in roles()[role].actions(catalog().tables[table])}


def test_the_nine_roles_are_there_and_tell_their_holders_what_they_are_for() -> None:
    assert set(roles()) == {*DUTIES, *EDITORS, *OTHERS}
    assert all(role.title and role.purpose for role in roles().values())


def test_each_of_the_three_duties_has_one_role() -> None:
    assert [roles()[code].duty for code in DUTIES] == list(Duty)
    assert all(roles()[code].duty is None for code in (*EDITORS, *OTHERS))


@pytest.mark.parametrize("code", DUTIES)
def test_who_looks_after_the_project_reads_no_table_about_persons_and_no_field_about_one(code: str) -> None:
    for table in catalog().tables.values():
        if roles()[code].actions(table):
            assert not table.personal
            shown = {
                f.name for f in table.field_by_name.values() if roles()[code].shows(table, f) is Shows.CLEAR
            }
            assert shown == {f.name for f in table.field_by_name.values() if privacy_of(f) is Privacy.OPEN}


def test_town_and_village_editors_are_bound_to_villages() -> None:
    assert {r.code for r in roles().values() if r.bound_to_villages} == {"town_editor", "village_editor"}


def test_who_prints_what_others_tend_signs_what_is_printed() -> None:
    assert {r.code for r in roles().values() if r.footer_required} == set(OTHERS)


def test_only_editors_and_the_planner_edit_and_the_planner_only_the_disaster_map() -> None:
    edited = {
        code: {t.layer for t in catalog().tables.values() if Action.EDIT in role.actions(t)}
        for code, role in roles().items()
    }
    everything = set(catalog().layers)
    assert {code: layers for code, layers in edited.items() if layers} == {
        "county_editor": everything,
        "town_editor": everything,
        "village_editor": everything - {"base"},
        "planner": {"disaster"},
    }


def test_the_planner_has_what_moving_people_needs_and_no_more() -> None:
    needed = ("household.people_count", "household.phone", "resident.phone", "resident.name", "house.address")
    whereabouts = ("key_person.resident", "key_person.house", "key_person.mobility")
    planned = tuple(f"evacuee.{f.name}" for f in catalog().tables["evacuee"].fields)
    assert {_shown("planner", name) for name in (*needed, *whereabouts, *planned)} == {Shows.CLEAR}
    withheld = ("resident.id_number", "key_person.category", "key_person.need", "key_person.disability")
    withheld += ("key_person.source", "household.household_no", "resident.legal_basis")
    assert {_shown("planner", name) for name in withheld} == {Shows.ABSENT}
    assert _shown("planner", "resident.birth_date") is Shows.ON_REQUEST
    assert _may("planner", "hazard") == {"see", "edit", "export", "print"}
    assert _may("planner", "resident") == {"see", "print"}
    assert _may("planner", "employment") == _may("planner", "assistance") == set()


def test_the_department_has_only_the_tables_named_and_none_about_persons() -> None:
    assert not any(_may("department", t.name) for t in catalog().tables.values() if t.personal)
    assert _may("department", "hazard") == {"see", "print"}


def test_who_cannot_walk_is_for_those_who_plan_and_those_who_know_them() -> None:
    """The time somebody takes tells it too."""
    assert not _may("department", "evacuee") | _may("viewer", "evacuee")
    for name in ("mobility", "minutes"):
        assert privacy_of(catalog().tables["evacuee"].field_by_name[name]) is Privacy.SENSITIVE


def test_no_identity_number_is_clear_or_to_be_had_but_for_editors() -> None:
    for code in (*DUTIES, *OTHERS):
        assert _shown(code, "resident.id_number") is Shows.ABSENT


def test_the_fields_about_persons_that_are_open_have_been_judged_one_by_one() -> None:
    """Each says where a row stands, who tended it and when, or the office somebody holds: nothing else may be added."""
    persons = [t for t in catalog().tables.values() if t.personal]
    shared = {f.name for t in persons for f in t.common if _is_open(f)}
    stamps = {"created_by", "created_at", "updated_by", "updated_at"}
    assert shared == {"village_code", "verified_on", "keep_until", *stamps}
    assert {f"{t.name}.{f.name}" for t in persons for f in t.fields if _is_open(f)} == {
        *("household.house", "household.group_no", "employment.resident"),
        *("post.organisation", "post.title", "post.term", "post.duty"),
        *("assistance.unit", "assistance.post"),
        *("evacuee.number", "evacuee.plan", "evacuee.house", "evacuee.hazard", "evacuee.shelter"),
    }


def test_that_somebody_is_on_a_list_of_those_in_need_is_kept_as_closely_as_why() -> None:
    for name in ("key_person.resident", "key_person.house", "key_person.source", "assistance.household"):
        table, field = (catalog().tables[name.split(".")[0]], name.split(".")[1])
        assert privacy_of(table.field_by_name[field]) is Privacy.SENSITIVE


def _is_open(field: Field) -> bool:
    return privacy_of(field) is Privacy.OPEN


def test_a_field_is_kept_as_closely_as_what_it_holds_asks_for_whatever_it_calls_itself() -> None:
    def privacy(kind: FieldType, mask: Mask | None = None, said: Privacy = Privacy.OPEN) -> Privacy:
        return privacy_of(Field("new", "新", kind, mask=mask, privacy=said))

    assert privacy(FieldType.ID_NUMBER) is Privacy.SENSITIVE
    assert privacy(FieldType.ID_NUMBER, Mask.NAME, Privacy.PERSONAL) is Privacy.SENSITIVE
    assert privacy(FieldType.TEXT, Mask.ID_NUMBER) is Privacy.SENSITIVE
    assert privacy(FieldType.PHONE) is privacy(FieldType.TEXT, Mask.NAME) is Privacy.PERSONAL
    assert privacy(FieldType.PHONE, said=Privacy.SENSITIVE) is Privacy.SENSITIVE
    assert privacy(FieldType.TEXT) is Privacy.OPEN
    assert mask_of(Field("new", "新", FieldType.PHONE)) is Mask.PHONE
    assert mask_of(Field("new", "新", FieldType.TEXT)) is None


def test_the_most_exact_line_counts_and_what_no_line_covers_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(GOOD, encoding="utf-8")
    reader, tables = load_roles(path, catalog())["reader"], catalog().tables
    assert reader.actions(tables["house"]) == frozenset()
    assert reader.actions(tables["resident"]) == {Action.SEE, Action.PRINT}
    assert reader.actions(tables["hazard"]) == {Action.SEE}
    resident = tables["resident"].field_by_name
    shown = [
        reader.shows(tables["resident"], resident[n]) for n in ("name", "phone", "id_number", "village_code")
    ]
    assert shown == [Shows.CLEAR, Shows.ABSENT, Shows.ABSENT, Shows.CLEAR]
    assert reader.shows(tables["household"], tables["household"].field_by_name["householder"]) is Shows.MASKED


MISTAKES = {
    "no code": ('code = "reader"', "", "code", "缺少"),
    "code that is none": ('code = "reader"', 'code = "查阅 1"', "code", "小写英文"),
    "no purpose": ('purpose = "看图"', 'purpose = " "', "role.reader.purpose", "不能为空"),
    "unknown duty": ('"audit"', '"king"', "role.reader.duty", "king"),
    "villages not yes or no": ("villages = true", 'villages = "全县"', "role.reader.villages", "类型"),
    "footer neither required nor optional": (
        "villages = true",
        'footer = "never"',
        "role.reader.footer",
        "required",
    ),
    "unknown key": ("villages = true", "village = true", "role.reader.village", "不认识"),
    "unknown table": ("house = []", "hause = []", "role.reader.tables.hause", "没有这张表"),
    "unknown map": ('"household.*"', '"housing.*"', "role.reader.tables.housing.*", "没有这张表"),
    "unknown action": ('["see", "print"]', '["see", "fly"]', "role.reader.tables.household.*", "fly"),
    "printing without seeing": ('["see", "print"]', '["print"]', "role.reader.tables.household.*", "see"),
    "actions that are no list": ("house = []", 'house = "see"', "role.reader.tables.house", "类型"),
    "unknown field": (
        '"resident.name"',
        '"resident.nmae"',
        "role.reader.fields.resident.nmae",
        "没有这个字段",
    ),
    "unknown class": ("personal =", "private =", "role.reader.fields.private", "没有这个字段"),
    "unknown mask": ('"personal:phone"', '"personal:fax"', "role.reader.fields.personal:fax", "没有这个字段"),
    "unknown way of showing": ('"absent"', '"blurred"', "role.reader.fields.personal:phone", "blurred"),
    "mask of a field without": (
        '"resident.name" = "clear"',
        '"resident.sex" = "masked"',
        "resident.sex",
        "打码",
    ),
    "sensitive seen before personal": (
        'personal = "masked"',
        'sensitive = "clear"',
        "role.reader.fields.sensitive",
        "不能比 personal",
    ),
    "personal seen before open": (
        'open = "clear"',
        'open = "absent"',
        "role.reader.fields.personal",
        "不能比 open",
    ),
    "TOML that is none": ("[[role]]", "[[role", "", "无法读取"),
    "something else in the file": ("[[role]]", "edition = 2\n[[role]]", "edition", "不认识"),
    "the same role twice": ("[[role]]", GOOD + "[[role]]", "role.reader", "重复"),
}


@pytest.mark.parametrize("edit", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_with_file_key_and_reason(
    tmp_path: Path, edit: tuple[str, str, str, str]
) -> None:
    before, after, key, reason = edit
    assert before in GOOD
    path = tmp_path / "roles.toml"
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_roles(path, catalog())
    assert all(part in str(refused.value) for part in ("roles.toml", key, reason))
