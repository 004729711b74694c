"""What leaves: rows as far as a role may hand them on, in names, codes and coordinates of who takes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import chain

import numpy as np
import pytest
import shapely

from mingqing.access.roles import mask_of
from mingqing.catalog.model import Catalog, Field, FieldType
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.export.asked import Asked, Format
from mingqing.export.choice import Choice, choose
from mingqing.export.layer import Layer, by_kind
from mingqing.export.profile.model import Layout, Origin, Out, Profile
from mingqing.export.read import layers
from mingqing.store.conditions import OneOf
from mingqing.store.session import Session

VILLAGE = "331124204202"
_TEXT = {FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE}


def out(field: Field, origin: Origin = Origin.FIELD, **more: object) -> Out:
    kind = field.type if field.type in _TEXT else FieldType.TEXT
    return replace(Out(f"F{abs(hash(field.name)) % 10**8}", field.title, origin, kind, field), **more)


def plain(catalog: Catalog, *names: str, **layouts: Layout) -> Profile:
    """Every field of the tables named, as it is."""
    every = {
        name: Layout(
            catalog.tables[name],
            name,
            catalog.tables[name].title,
            (
                Out("MQID", "民情标识", Origin.ID, FieldType.TEXT),
                *(out(f) for f in catalog.tables[name].plain_fields if f.type is not FieldType.PHOTO),
            ),
        )
        for name in names
    }
    return Profile("plain", "通用", "", every | layouts)


def read(session: Session, asked: Asked, profile: Profile) -> list[Layer]:
    return list(layers(session, asked, choose(session, asked, profile)))


def column(layer: Layer, title: str) -> list[object]:
    return list(layer.cells[[c.title for c in layer.columns].index(title)])


def test_rows_leave_with_their_ids_and_shapes(sample_session: Session) -> None:
    (layer,) = read(sample_session, Asked(Format.GPKG), plain(sample_session.catalog, "house"))
    stored = sample_session.features("house", columns=("house_no",))
    assert column(layer, "民情标识") == list(map(str, stored.ids.tolist()))
    assert column(layer, "房屋编号") == list(stored.columns["house_no"])
    assert shapely.equals_exact(layer.geometry, stored.geometry, 0).all()
    assert (layer.epsg, len(layer)) == (4549, len(stored))


def test_tables_that_others_refer_to_leave_first(sample_session: Session) -> None:
    asked = Asked(Format.GPKG, tables=("resident", "household", "house"))
    found = read(sample_session, asked, plain(sample_session.catalog, "resident", "household", "house"))
    assert [layer.table.name for layer in found] == ["house", "household", "resident"]


def test_only_the_villages_rows_and_conditions_asked_for_leave(sample_session: Session) -> None:
    profile = plain(sample_session.catalog, "house")
    (there,) = read(sample_session, Asked(Format.SHP, villages=(VILLAGE,)), profile)
    expected = sample_session.features("house", village=VILLAGE).ids
    assert there.ids.tolist() == expected.tolist()
    brick = {"house": OneOf("structure", frozenset({"砖混"}))}
    (some,) = read(sample_session, Asked(Format.SHP, where=brick), profile)
    assert set(column(some, "房屋结构")) == {"砖混"}
    among = {"house": frozenset(expected[:3].tolist())}
    (few,) = read(sample_session, Asked(Format.SHP, among=among, where=brick), profile)
    assert set(few.ids.tolist()) == set(some.ids.tolist()) & among["house"]


def test_values_are_written_as_the_taker_writes_them(sample_session: Session) -> None:
    catalog = sample_session.catalog
    fields = catalog.tables["house"].field_by_name
    layout = Layout(
        catalog.tables["house"],
        "NF",
        "农房",
        (
            out(fields["structure"], codes={"砖混": "4"}),
            out(fields["dangerous"]),
            out(fields["verified_on"]),
            Out("YSDM", "要素代码", Origin.CONSTANT, FieldType.TEXT, constant="2003"),
            Out("CUNMC", "村名", Origin.VILLAGE, FieldType.TEXT),
            Out("MJ", "图上面积", Origin.AREA, FieldType.NUMBER),
        ),
    )
    profile = replace(plain(catalog, house=layout), true="1", false="0")
    (layer,) = read(sample_session, Asked(Format.SHP, villages=(VILLAGE,)), profile)
    stored = sample_session.features("house", columns=("structure", "dangerous"), village=VILLAGE)
    assert [s == "4" for s in column(layer, "房屋结构")] == [s == "砖混" for s in stored.columns["structure"]]
    assert column(layer, "危房") == [None if v is None else str(v) for v in stored.columns["dangerous"]]
    assert {type(v) for v in column(layer, "核实日期")} <= {date, type(None)}
    assert set(column(layer, "要素代码")) == {"2003"}
    assert len(set(column(layer, "村名"))) == 1
    # A zone's plane and the ellipsoid differ by less than one in a thousand within 1.5° of the meridian.
    assert np.allclose(column(layer, "图上面积"), shapely.area(stored.geometry), rtol=1e-3, atol=0.02)


def test_what_the_taker_has_no_code_for_and_what_has_no_area_stay_empty(sample_session: Session) -> None:
    table = sample_session.catalog.tables["shelter"]
    columns = (
        out(table.field_by_name["kind"], codes={"学校": ""}),
        Out("MJ", "图上面积", Origin.AREA, FieldType.NUMBER),
    )
    profile = plain(sample_session.catalog, shelter=Layout(table, "BZD", "避灾点", columns))
    (layer,) = read(sample_session, Asked(Format.SHP), profile)
    stored = [kind for _, kind in sample_session.rows("shelter", ("id", "kind"))]
    assert "学校" in stored
    assert layer.cells[0] == [None if kind == "学校" else kind for kind in stored]
    assert set(layer.cells[1]) == {None}


def test_a_reference_leaves_as_the_id_and_as_what_names_it(sample_session: Session) -> None:
    catalog = sample_session.catalog
    field = catalog.tables["household"].field_by_name["house"]
    layout = Layout(
        catalog.tables["household"],
        "household",
        "户",
        (out(field, Origin.REFERENCE, title="所在农房标识"), out(field, Origin.NAMED)),
    )
    (layer,) = read(sample_session, Asked(Format.XLSX), plain(catalog, household=layout))
    numbers = {str(i): n for i, n in sample_session.rows("house", ("id", "house_no"))}
    assert any(column(layer, "所在农房标识"))
    assert column(layer, field.title) == [numbers.get(i) for i in column(layer, "所在农房标识")]


def test_a_date_of_which_only_the_year_is_known_stays_as_it_is(
    sample_project: object, as_role: Callable[..., Session]
) -> None:
    session = as_role("county_editor")
    row = session.rows("resident", ("id",))[0][0]
    with session.transaction("edit", "改出生日期") as change:
        change.update("resident", [row], {"birth_date": ["1951"]})
    (layer,) = read(session, Asked(Format.GPKG), plain(session.catalog, "resident"))
    assert "1951" in column(layer, "出生日期")
    born = next(c for c in layer.columns if c.title == "出生日期")
    assert born.type is FieldType.TEXT


def test_coordinates_leave_in_the_system_asked_for(sample_session: Session) -> None:
    profile = plain(sample_session.catalog, "house")
    (prefixed,) = read(sample_session, Asked(Format.SHP, epsg=4528), profile)
    (degrees,) = read(sample_session, Asked(Format.SHP, epsg=4490), profile)
    assert 40_000_000 < prefixed.geometry[0].bounds[0] < 41_000_000
    assert 118 < degrees.geometry[0].bounds[0] < 120
    (geojson,) = read(sample_session, Asked(Format.GEOJSON), profile)
    assert geojson.epsg == 4326
    with pytest.raises(InputRefused, match="GeoJSON 规定用经纬度"):
        read(sample_session, Asked(Format.GEOJSON, epsg=4549), profile)


@pytest.mark.parametrize(
    ("epsg", "why"),
    [
        (2385, "没有公开参数能从 CGCS2000 准确转过去"),
        (99999, "没有 EPSG:99999"),
        (5773, "不是平面或经纬度"),
        (4979, "不是平面或经纬度"),
        (27700, "不包括这里"),
    ],
)
def test_a_system_that_is_not_for_here_is_refused(sample_session: Session, epsg: int, why: str) -> None:
    profile = plain(sample_session.catalog, "house")
    with pytest.raises(InputRefused, match=why):
        choose(sample_session, Asked(Format.SHP, epsg=epsg), profile)


@pytest.mark.parametrize("epsg", [4490, 4326, 3857, 4548, 4527, 4509, 32650, 32651])
def test_systems_of_here_and_of_the_next_zone_will_do(sample_session: Session, epsg: int) -> None:
    profile = plain(sample_session.catalog, "house")
    assert choose(sample_session, Asked(Format.SHP, epsg=epsg), profile).epsg == epsg


def test_what_a_role_may_not_hand_on_is_refused_by_name_and_absent_otherwise(
    as_role: Callable[..., Session],
) -> None:
    session = as_role("planner")
    profile = plain(session.catalog, "house", "hazard")
    with pytest.raises(NotAllowed, match="农房"):
        choose(session, Asked(Format.SHP, tables=("house",)), profile)
    choice = choose(session, Asked(Format.SHP), profile)
    assert [layout.table.name for layout in choice.layouts] == ["hazard"]
    assert choice.left_out == ("农房",)
    with pytest.raises(NotAllowed):
        choose(as_role("viewer"), Asked(Format.SHP), profile)


def test_what_is_shared_with_everybody_holds_nothing_about_persons(sample_session: Session) -> None:
    catalog = sample_session.catalog
    profile = plain(catalog, "house", "household", "resident", "hazard", "village")
    found = read(sample_session, Asked(Format.GPKG, share=True), profile)
    assert {layer.table.name for layer in found} == {"house", "hazard", "village"}
    personal = {
        f.title
        for layer in found
        for f in layer.table.field_by_name.values()
        if mask_of(f) is not None or f.type is FieldType.PHONE
    }
    titles = {c.title for c in chain.from_iterable(layer.columns for layer in found)}
    assert "房屋结构" in titles
    assert not (personal | {"空置"}) & titles


def test_names_in_open_texts_are_masked_in_what_is_shared(as_role: Callable[..., Session]) -> None:
    session = as_role("county_editor")
    name = next(n for (n,) in session.rows("household", ("householder",)) if n)
    row = session.rows("hazard", ("id",))[0][0]
    with session.transaction("edit", "改名") as change:
        change.update("hazard", [row], {"name": [f"{name}屋后滑坡"]})
    profile = plain(session.catalog, "hazard")
    (shared,) = read(session, Asked(Format.GPKG, share=True), profile)
    (own,) = read(session, Asked(Format.GPKG), profile)
    assert f"{name}屋后滑坡" in column(own, "隐患点名称")
    assert f"{name[0]}**屋后滑坡"[:2] in {str(v)[:2] for v in column(shared, "隐患点名称")}
    assert not [v for v in column(shared, "隐患点名称") if name in str(v)]


def test_areas_and_points_of_one_table_are_divided(sample_session: Session) -> None:
    (layer,) = read(sample_session, Asked(Format.SHP), plain(sample_session.catalog, "house"))
    mixed = layer.geometry.copy()
    mixed[:3], mixed[3] = shapely.point_on_surface(mixed[:3]), None
    points, areas = by_kind(replace(layer, geometry=mixed))
    assert (points.name, areas.name) == ("house_point", "house_area")
    assert (len(points), len(areas)) == (3, len(layer) - 3)  # the one without a shape goes with the most
    assert set(points.ids.tolist()).isdisjoint(areas.ids.tolist())


def test_a_profile_is_held_to_its_formats_and_tables(sample_session: Session) -> None:
    profile = replace(plain(sample_session.catalog, "house"), formats=frozenset({"shp"}))
    with pytest.raises(InputRefused, match="不能存成 gpkg"):
        choose(sample_session, Asked(Format.GPKG), profile)
    with pytest.raises(InputRefused, match="没有住户"):
        choose(sample_session, Asked(Format.SHP, tables=("household",)), profile)


def test_a_choice_tells_what_it_is(sample_session: Session) -> None:
    profile = replace(plain(sample_session.catalog, "house"), epsg=4490, encoding="GBK")
    choice = choose(sample_session, Asked(Format.SHP), profile)
    assert isinstance(choice, Choice)
    assert (choice.epsg, choice.encoding) == (4490, "GBK")


def test_on_a_phones_map_people_stand_where_they_live(sample_session: Session) -> None:
    profile = plain(sample_session.catalog, "resident", "employment")
    found = {layer.table.name: layer for layer in read(sample_session, Asked(Format.KML), profile)}
    assert shapely.get_type_id(found["resident"].geometry).tolist().count(0) > 1000
    (plain_text,) = read(sample_session, Asked(Format.CSV, tables=("resident",)), profile)
    assert plain_text.geometry is None
