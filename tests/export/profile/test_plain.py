"""The profile that the program uses by itself: every table and field, by names that import takes back."""

import re

import pytest

from mingqing.catalog.load import catalog
from mingqing.catalog.model import STAMPS, FieldType, GeometryKind, Table
from mingqing.export.profile.column import _NAME, _RESERVED
from mingqing.export.profile.find import profile
from mingqing.export.profile.model import Layout, Origin
from mingqing.ingest.match import match, recognise_table

TABLES = tuple(catalog().tables.values())


def layout(table: Table) -> Layout:
    return profile("plain").layouts[table.name]


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_field_that_may_leave_has_a_name_of_its_own_in_the_catalog(table: Table) -> None:
    fields = [f for f in (*table.common, *table.fields) if f.type not in {FieldType.PHOTO, FieldType.DATA}]
    named = [f for f in fields if f.name not in STAMPS]
    assert [f.name for f in named if f.leaves_as is None] == []
    assert [f.name for f in named if not re.fullmatch("[A-Z][A-Z0-9]{0,9}", f.leaves_as or "")] == []
    names = [f.leaves_as for f in named]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_names_and_titles_are_unique_and_fit_any_format(table: Table) -> None:
    columns = layout(table).columns
    assert len({c.name.lower() for c in columns}) == len({c.title for c in columns}) == len(columns)
    assert [c.name for c in columns if not _NAME.fullmatch(c.name) or _RESERVED.fullmatch(c.name)] == []
    assert [c.title for c in columns if catalog().refusal(c.title) or catalog().refusal(c.name)] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_field_leaves_but_who_typed_it_pictures_and_what_is_the_programs(table: Table) -> None:
    left = {c.of.name for c in layout(table).columns if c.of is not None}
    kept = {
        f.name
        for f in table.field_by_name.values()
        if f.name in STAMPS or f.name == "source" or f.type in {FieldType.PHOTO, FieldType.DATA}
    }
    assert left == set(table.column_names) - kept
    assert layout(table).columns[0].name == "MQID"


@pytest.mark.parametrize("how", ["name", "title"])
@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_import_finds_for_each_column_the_field_it_came_from(table: Table, how: str) -> None:
    columns = [c for c in layout(table).columns if c.origin is Origin.FIELD]
    found = match(catalog(), table, tuple(getattr(c, how) for c in columns))
    assert found.fields == {getattr(c, how): c.of.name for c in columns if c.of is not None}


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_all_columns_together_do_not_take_each_others_fields(table: Table) -> None:
    columns = layout(table).columns
    for names in ([c.name for c in columns], [c.title for c in columns]):
        found = match(catalog(), table, tuple(names)).fields
        expected = {
            n: c.of.name for n, c in zip(names, columns, strict=True) if c.origin is Origin.FIELD and c.of
        }
        assert {n: f for n, f in found.items() if n in expected} == expected
        assert set(found) - set(expected) <= {names[2]} | set(names[:1])  # 村名 may fill what 村代码 does not


def test_a_reference_leaves_as_the_id_and_as_what_names_the_row() -> None:
    columns = {c.name: c for c in profile("plain").layouts["household"].columns}
    assert (columns["FWID"].origin, columns["FWID"].title) == (Origin.REFERENCE, "农房标识")
    assert (columns["FWIDMC"].origin, columns["FWIDMC"].title) == (Origin.NAMED, "农房")


def test_words_leave_and_not_codes() -> None:
    columns = {c.name: c for c in profile("plain").layouts["house"].columns}
    assert not columns["FWJG"].codes
    assert (columns["SFWF"].type, columns["CS"].type, columns["HSRQ"].type) == (
        FieldType.TEXT,
        FieldType.INTEGER,
        FieldType.DATE,
    )
    assert (profile("plain").true, profile("plain").false) == ("是", "否")


@pytest.mark.parametrize("table", [t for t in TABLES if t.geometry], ids=lambda t: t.name)
def test_import_knows_the_table_again_by_its_layer(table: Table) -> None:
    columns = tuple(c.name for c in layout(table).columns)
    kind = next(k for k in GeometryKind if k in table.geometry)
    found = recognise_table(catalog(), (layout(table).name,), columns, frozenset({kind}))
    assert found is not None
    assert found.name == table.name  # another test may have read the definitions again
