"""A card says what matters of a row and gathers what belongs to it."""

import shapely
from PySide6.QtCore import QPoint

from mingqing.desktop.card.content import Fact, gather, name_of
from mingqing.desktop.card.guide import place_of
from mingqing.desktop.card.hit import Found, Hit, identify
from mingqing.desktop.window import MainWindow
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.render.targets import Target
from mingqing.store.session import Session

from .conftest import EAST, NORTH, VILLAGES


def house_id(session: Session, number: str = "0F0") -> int:
    return int(str(session.rows("house", ["id"], where={"house_no": number})[0][0]))


def test_a_house_card_holds_household_residents_and_a_number_to_call(session: Session) -> None:
    card = gather(session, "house", house_id(session), village_names=VILLAGES)
    assert (card.kind, card.title, card.place) == ("农房", "半岭0号", "小竹溪村")
    assert card.tags == ("危房",)
    assert Fact("房屋结构", "砖木") in card.facts
    household = card.groups[0]
    assert (household.title, household.count) == ("住户", 1)
    assert household.entries[0].title == "甄00"
    assert household.entries[0].contacts[0].phone == "00012340000"
    assert [p.title for p in household.entries[0].within] == ["样00"]
    assert household.entries[0].within[0].brief == "配偶 · 女"


def test_a_false_flag_is_not_said(session: Session) -> None:
    card = gather(session, "house", house_id(session, "0F1"), village_names=VILLAGES)
    assert card.tags == ()
    assert not any(fact.title == "危房" for fact in card.facts)


def test_a_resident_leads_back_to_household_and_house(session: Session) -> None:
    resident = int(str(session.rows("resident", ["id"], where={"name": "样00"})[0][0]))
    card = gather(session, "resident", resident, village_names=VILLAGES)
    assert [(g.title, g.entries[0].title) for g in card.groups] == [("住户", "甄00"), ("农房", "半岭0号")]


def test_every_table_has_a_card(session: Session) -> None:
    for name, count in session.counts().items():
        if count:
            row_id = int(str(session.rows(name, ["id"])[0][0]))
            assert gather(session, name, row_id, village_names=VILLAGES).title


def test_a_row_that_is_gone_has_no_card(session: Session) -> None:
    assert gather(session, "house", 1, village_names=VILLAGES) is None
    assert name_of(session, "house", 1) == ""


def test_a_click_means_what_is_drawn_on_top(session: Session) -> None:
    theme = session.catalog.layers["household"]
    hits = identify(session, theme, (EAST + 210, NORTH + 310), tolerance_m=5).hits
    assert [h.table for h in hits] == ["house", "village"]
    assert hits[0].title.startswith("半岭0号")


def test_the_village_is_meant_last_though_it_is_drawn_above_the_grid(sample_session: Session) -> None:
    grids = sample_session.features("grid").geometry
    at = grids[0].representative_point()
    theme = sample_session.catalog.layers["organisation"]
    tables = [h.table for h in identify(sample_session, theme, (at.x, at.y), tolerance_m=1).hits]
    assert tables[-1] == "village"
    assert tables[0] == "grid"


def test_a_click_beside_an_area_does_not_hit_it(session: Session) -> None:
    theme = session.catalog.layers["household"]
    hits = identify(session, theme, (EAST + 235, NORTH + 310), tolerance_m=10).hits
    assert [h.table for h in hits] == ["village"]


def test_an_area_that_is_a_speck_on_screen_is_hit_by_a_click_beside_it(session: Session) -> None:
    theme = session.catalog.layers["household"]
    hits = identify(session, theme, (EAST + 240, NORTH + 310), tolerance_m=100).hits
    assert [h.table for h in hits].count("house") == 3
    assert hits[0].title.startswith("半岭0号")


def test_a_sign_stands_for_all_rows_of_its_crowd_wherever_it_was_drawn(sample_session: Session) -> None:
    theme = sample_session.catalog.layers["key_person"]
    view = Viewport.of_extent(sample_session.extent("village"), (900, 700))
    scene = build_scene(sample_session.catalog, sample_session, "key_person", view)
    sign = max((t for t in scene.targets if t.table == "key_person"), key=lambda t: len(t.ids))
    at = (sign.box[0] + sign.box[2]) / 2, (sign.box[1] + sign.box[3]) / 2
    found = identify(sample_session, theme, at, tolerance_m=0.01, targets=scene.targets)
    assert len(sign.ids) > 3
    assert found.crowd
    assert {h.id for h in found.hits if h.table == "key_person"} >= set(sign.ids)


def test_every_row_with_a_sign_is_in_one_of_the_signs(sample_session: Session) -> None:
    standing = sample_session.features("key_person")
    placed = standing.ids[~shapely.is_missing(standing.geometry)].tolist()
    for size in ((900, 700), (4000, 3000)):
        view = Viewport.of_extent(sample_session.extent("village"), size)
        scene = build_scene(sample_session.catalog, sample_session, "key_person", view)
        shown = [i for t in scene.targets if t.table == "key_person" for i in t.ids]
        assert sorted(shown) == sorted(placed)


def test_the_name_of_a_hamlet_is_clicked_on_its_letters(sample_session: Session) -> None:
    theme = sample_session.catalog.layers["household"]
    hamlets = sample_session.features("place_name", columns=["name"], where={"kind": "自然村"})
    at = hamlets.geometry[0]
    view = Viewport.at_scale((at.x, at.y), 8_000, (1400, 1000))
    scene = build_scene(sample_session.catalog, sample_session, "household", view)
    name = hamlets.columns["name"][0]
    word = next(t for t in scene.targets if t.text == name)
    place = word.box[0] + 0.1, word.box[3] - 0.1
    found = identify(sample_session, theme, place, tolerance_m=0.01, targets=scene.targets)
    assert (found.hits[0].table, found.hits[0].id) == ("place_name", int(hamlets.ids[0]))
    assert not found.crowd


def test_a_sign_of_a_table_switched_off_is_not_hit(sample_session: Session) -> None:
    theme = sample_session.catalog.layers["key_person"]
    row = int(str(sample_session.rows("key_person", ["id"])[0][0]))
    sign = Target((0.0, 0.0, 10.0, 10.0), "key_person", (row,))
    on = identify(sample_session, theme, (5, 5), tolerance_m=1, targets=[sign]).hits
    off = identify(
        sample_session, theme, (5, 5), tolerance_m=1, only=frozenset({"house"}), targets=[sign]
    ).hits
    assert ([h.id for h in on], off) == ([row], ())


def test_a_table_switched_off_is_not_hit(session: Session) -> None:
    theme = session.catalog.layers["household"]
    at = (EAST + 210, NORTH + 310)
    hits = identify(session, theme, at, tolerance_m=5, only=frozenset({"village"})).hits
    assert [h.table for h in hits] == ["village"]


def test_a_resident_is_marked_at_the_house(session: Session) -> None:
    resident = int(str(session.rows("resident", ["id"], where={"name": "样00"})[0][0]))
    assert (
        place_of(session, "resident", resident).bounds == place_of(session, "house", house_id(session)).bounds
    )


def test_a_list_that_is_not_all_of_a_crowd_says_of_how_many_it_is_the_first(
    opened: MainWindow,
) -> None:
    hits = tuple(Hit("hazard", n, "地灾隐患", f"隐患{n}", shapely.Point(EAST, NORTH)) for n in range(3))
    listed = opened.explorer.listed
    listed.open(Found(hits, totals={"hazard": 10_018}), QPoint(0, 0))
    assert listed.rows[0] == "地灾隐患：前 3 条，共 10,018 条"
    listed.open(Found(hits, totals={"hazard": 3}), QPoint(0, 0))
    assert listed.rows[0] == "地灾隐患 3"
    listed.forget()
