"""What is wrong with a map is said before it is printed, each thing with its place; what nobody may have stops it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from mingqing.catalog.model import Privacy
from mingqing.printing.template.model import Figure
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import sheets
from mingqing.printing.wall.handing import troubles
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.preflight import Level, Trouble, has_number, is_public, preflight
from mingqing.store.session import Session
from tests.printing.wall.sheets import VILLAGE, sheet

TODAY = date(2026, 11, 22)


def found(session: Session, wall: WallMap) -> dict[str, Trouble]:
    """Return the troubles by code; the last of several."""
    return {trouble.code: trouble for trouble in preflight(session, wall, today=TODAY)}


def stops(session: Session, wall: WallMap) -> set[str]:
    """Return the codes of what is not printed."""
    return {c for c, trouble in found(session, wall).items() if trouble.level is Level.STOP}


# ── What everybody may have ──────────────────────────────────────────────────────────────────────────────────


def test_an_ordinary_map_is_only_told_that_nobody_has_verified_it(sample_session: Session) -> None:
    assert set(found(sample_session, sheet(sample_session))) == {"never_verified"}


@pytest.mark.parametrize("theme", ["key_person", "assistance"])
def test_personal_data_on_a_map_for_everybody_stops_it_and_is_pointed_at(
    sample_session: Session, theme: str
) -> None:
    wall = sheet(sample_session, theme, secrecy="公开", approval="浙S(2026)15号")
    trouble = found(sample_session, wall)["personal_data"]
    assert trouble.level is Level.STOP
    assert trouble.table == theme
    title = sample_session.catalog.tables[theme].title
    assert title in trouble.sentence
    assert "内部使用" in trouble.sentence
    assert stops(sample_session, replace(wall, secrecy="内部使用")) == set()
    assert preflight(sample_session, wall)[0].level is Level.STOP


def test_the_row_that_is_personal_is_named_with_its_place(sample_session: Session) -> None:
    wall = sheet(sample_session, "key_person", secrecy="公开")
    trouble = found(sample_session, wall)["personal_data"]
    assert trouble.id is not None
    assert trouble.at is not None
    at = sample_session.features("key_person", among=[trouble.id]).geometry[0]
    assert shapely.distance(shapely.Point(trouble.at), at) < 1.0


@pytest.mark.parametrize("theme", ["household", "industry", "organisation", "disaster"])
def test_what_tells_of_no_person_may_be_for_everybody_once_it_is_approved(
    sample_session: Session, theme: str
) -> None:
    wall = sheet(sample_session, theme, secrecy="公开", approval="浙S(2026)15号")
    assert stops(sample_session, wall) == set()
    assert stops(sample_session, replace(wall, approval=" ")) == {"no_approval"}


def test_a_field_that_the_project_keeps_closely_stops_a_map_for_everybody(
    as_role: Callable[..., Session],
) -> None:
    session = as_role("county_editor")
    tables = session.policy.catalog.tables
    house = tables["house"]
    closer = tuple(replace(f, privacy=Privacy.PERSONAL) if f.name == "house_no" else f for f in house.fields)
    wall = sheet(session, secrecy="公开", approval="浙S(2026)15号")
    assert stops(session, wall) == set()
    policy = replace(
        session.policy,
        catalog=replace(session.policy.catalog, tables={**tables, "house": replace(house, fields=closer)}),
    )
    session.login = replace(session.login, policy=policy)
    trouble = found(session, wall)["personal_data"]
    assert trouble.table == "house"
    assert "房屋编号" in trouble.sentence


def test_a_field_that_houses_are_classified_by_is_a_field_on_the_map(sample_session: Session) -> None:
    plain = sample_session.catalog.styles["house"]["normal"]
    telling = replace(plain, class_by="address")
    asked = Asked("household", VILLAGE, secrecy="公开", approval="浙S(2026)15号")
    for look, stopped in ((plain, set()), (telling, {"personal_data"})):
        (wall,) = sheets(sample_session, asked, styles={"house": look})
        assert stops(sample_session, wall) == stopped


def test_a_table_that_is_switched_off_stops_nothing(sample_session: Session) -> None:
    wall = sheet(sample_session, "key_person", secrecy="公开", approval="浙S(2026)15号")
    scene = wall.scene
    without = replace(
        scene,
        overlay=tuple(step for step in scene.overlay if step.table != "key_person"),
        counts={name: n for name, n in scene.counts.items() if name != "key_person"},
    )
    assert "personal_data" not in found(sample_session, replace(wall, scene=without))


@pytest.mark.parametrize(
    ("secrecy", "public"),
    [
        ("公开", True),
        ("对外公开", True),
        ("公开版", True),
        ("内部使用", False),
        ("不公开", False),
        ("内部资料，请勿公开", False),
        ("依申请公开", False),
        ("", False),
    ],
)
def test_what_is_stamped_decides_whether_everybody_may_have_it(
    sample_session: Session, secrecy: str, *, public: bool
) -> None:
    assert ("no_approval" in stops(sample_session, sheet(sample_session, secrecy=secrecy))) is public


@pytest.mark.parametrize("odd", ["待定", "12345", "浙S"])
def test_an_approval_that_looks_like_none_is_remarked_upon(sample_session: Session, odd: str) -> None:
    wall = sheet(sample_session, secrecy="公开", approval=odd)
    assert found(sample_session, wall)["odd_approval"].level is Level.WARN
    for good in ("浙S(2026)15号", "GS（2019）1822号", "GS京(2022)0001号"):
        assert "odd_approval" not in found(sample_session, replace(wall, approval=good))


@pytest.mark.parametrize("number", ["13800138000", "330102199001011230", "33010219900101123X"])
def test_a_number_of_a_person_in_a_text_stops_a_map_for_everybody(
    sample_session: Session, number: str
) -> None:
    wall = sheet(sample_session, notes=(f"联系人电话{number}。",), secrecy="公开", approval="浙S(2026)15号")
    assert stops(sample_session, wall) == {"personal_number"}
    assert stops(sample_session, replace(wall, secrecy="内部使用")) == set()


@pytest.mark.parametrize("number", ["0578-8062000", "331124204202", "119", "91331124MA2E1B2C3D"])
def test_numbers_of_offices_and_villages_are_nobodys(sample_session: Session, number: str) -> None:
    wall = sheet(sample_session, notes=(number,), secrecy="公开", approval="浙S(2026)15号")
    assert stops(sample_session, wall) == set()


def test_a_field_of_the_village_about_a_person_is_no_figure_for_everybody(sample_session: Session) -> None:
    wall = sheet(sample_session, secrecy="公开", approval="浙S(2026)15号")
    template = replace(wall.template, figures=(Figure("population"), Figure("phone")))
    wall = replace(wall, template=template)
    assert "联系电话" in found(sample_session, wall)["personal_data"].sentence


def test_a_map_about_persons_without_a_stamp_is_remarked_upon(sample_session: Session) -> None:
    trouble = found(sample_session, sheet(sample_session, "assistance", secrecy=" "))["no_stamp"]
    assert trouble.level is Level.WARN
    assert "no_stamp" not in found(sample_session, sheet(sample_session, secrecy=""))


def test_who_must_sign_is_told_that_the_footer_stays(as_role: Callable[..., Session]) -> None:
    unsigned = Asked("household", VILLAGE, footer=False)
    viewer, editor = as_role("viewer"), as_role("county_editor")
    assert "footer_required" in found(viewer, sheet(viewer, asked=unsigned))
    assert "footer_required" not in found(viewer, sheet(viewer))
    assert "footer_required" not in found(editor, sheet(editor, asked=unsigned))


# ── The ground ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_village_that_reaches_over_the_frame_is_pointed_at_where_it_does(sample_session: Session) -> None:
    wall = sheet(sample_session)
    assert wall.shape is not None
    west, south, east, north = wall.scene.view.extent
    wider = shapely.union(wall.shape, shapely.box(east - 10, south + 100, east + 200, south + 200))
    trouble = found(sample_session, replace(wall, shape=wider))["village_cut"]
    assert trouble.table == "village"
    assert trouble.at is not None
    assert trouble.at[0] > east
    assert north > trouble.at[1] > south > west - 1e9


def test_a_village_without_a_border_is_told_of(sample_session: Session) -> None:
    for nothing in (None, shapely.Polygon()):
        assert "no_border" in found(sample_session, sheet(sample_session, shape=nothing))


def test_a_map_with_nothing_of_its_theme_is_told_of(sample_session: Session) -> None:
    wall = sheet(sample_session)
    bare = replace(wall.scene, counts={"village": 1, "place_name": 9}, ground=(), overlay=(), cover=())
    trouble = found(sample_session, replace(wall, scene=bare))["empty"]
    assert "村情民情图" in trouble.sentence


def test_a_scale_at_which_no_house_is_seen_is_told_of(sample_session: Session) -> None:
    trouble = found(sample_session, sheet(sample_session, scale=60_000))
    assert "1:60,000" in trouble["small_scale"].sentence


def test_of_sections_the_village_is_told_of_once_and_each_of_its_own_names(sample_session: Session) -> None:
    asked = Asked("household", VILLAGE, paper="A4", scale=5000, sections=True)
    index, *rest = (preflight(sample_session, wall) for wall in sheets(sample_session, asked))
    assert {trouble.code for trouble in index} == {"never_verified"}
    told = {trouble.code for each in rest for trouble in each}
    assert told <= {"label_dropped", "legend_cut"}


def test_a_name_without_room_on_one_section_that_another_has_is_nobodys_trouble(
    sample_session: Session,
) -> None:
    walls = sheets(sample_session, Asked("household", VILLAGE, paper="A4", scale=5000, sections=True))
    names = {str(name) for (name,) in sample_session.rows("place_name", ("name",), village=VILLAGE)}
    placed = next(label.text for wall in walls[1:] for label in wall.scene.labels if label.text in names)
    lacking = [replace(wall, text_dropped=(placed,)) for wall in walls]
    without = [replace(wall, scene=replace(wall.scene, labels=())) for wall in lacking]
    assert "label_dropped" not in {t.code for t in troubles(sample_session, lacking)}
    assert [t.code for t in troubles(sample_session, without)].count("label_dropped") == 1


# ── What is written ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_without_room_is_told_of_with_the_row_it_names(sample_session: Session) -> None:
    row, name = sample_session.rows("place_name", ("id", "name"), village=VILLAGE)[0]
    trouble = found(sample_session, sheet(sample_session, text_dropped=(name,)))["label_dropped"]
    assert (trouble.table, trouble.id) == ("place_name", row)
    assert name in trouble.sentence
    place = sample_session.features("place_name", among=[row]).geometry[0]
    assert trouble.at == (place.x, place.y)


def test_hundreds_of_names_without_room_are_summed_up(sample_session: Session) -> None:
    names = [str(n) for (n,) in sample_session.rows("house", ("house_no",), village=VILLAGE)]
    dropped = tuple(dict.fromkeys(names))
    assert len(dropped) > 100
    told = [
        t
        for t in preflight(sample_session, sheet(sample_session, text_dropped=dropped))
        if t.code == "label_dropped"
    ]
    assert len(told) < 50
    assert str(len(dropped) - (len(told) - 1)) in told[-1].sentence


def test_a_name_beyond_the_border_without_room_is_nobodys_trouble(sample_session: Session) -> None:
    ((name,), *_) = sample_session.rows("place_name", ("name",), village="331124204203")
    assert "label_dropped" not in found(sample_session, sheet(sample_session, text_dropped=(name, "620")))


def test_a_title_that_is_cut_and_a_legend_that_is_not_whole_are_told_of(sample_session: Session) -> None:
    wall = sheet(sample_session)
    assert not {"title_cut", "legend_cut"} & set(found(sample_session, wall))
    assert "title_cut" in found(sample_session, replace(wall, title="图" * 200))
    crowd = tuple(replace(wall.legend[n % len(wall.legend)], title=f"第 {n} 类") for n in range(10_000))
    trouble = found(sample_session, replace(wall, legend=crowd))["legend_cut"]
    assert int("".join(c for c in trouble.sentence if c.isdigit())) > 9000


def test_figures_and_notes_that_find_no_room_are_told_of(sample_session: Session) -> None:
    wall = sheet(sample_session)
    assert not {"figures_cut", "notes_cut"} & set(found(sample_session, wall))
    many = replace(wall, figures=wall.figures * 30, notes=("请告诉村委会或网格员。" * 9,) * 90)
    assert {"figures_cut", "notes_cut"} <= set(found(sample_session, many))


def test_a_character_that_no_font_has_is_named(sample_session: Session) -> None:
    assert "font" not in found(sample_session, sheet(sample_session, title="大竹溪村鑨"))
    trouble = found(sample_session, sheet(sample_session, title="大竹溪村\U000f0000"))["font"]
    assert "\U000f0000" in trouble.sentence


# ── The data ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_layers_that_the_role_may_not_print_are_named(sample_session: Session) -> None:
    trouble = found(sample_session, sheet(sample_session, left_out=("重点人员", "结对帮扶")))["not_printable"]
    assert "重点人员、结对帮扶" in trouble.sentence
    assert trouble.table == "key_person"


def test_the_oldest_row_that_nobody_has_verified_lately_is_pointed_at(
    as_role: Callable[..., Session],
) -> None:
    session = as_role("county_editor")
    ids = session.features("house", village=VILLAGE).ids
    with session.transaction("edit", "核实") as change:
        days = ["2024-03-05", *["2026-10-01"] * (len(ids) - 1)]
        change.update("house", ids.tolist(), {"verified_on": days})
    wall = sheet(session)
    trouble = found(session, wall)["stale"]
    assert (trouble.table, trouble.id) == ("house", int(ids[0]))
    assert "2024-03-05" in trouble.sentence
    assert "1 条" in trouble.sentence
    assert trouble.at is not None
    patient = replace(wall, template=replace(wall.template, stale_months=36))
    assert "stale" not in found(session, patient)
    assert "农房" not in found(session, patient)["never_verified"].sentence


def test_every_trouble_is_one_sentence_in_chinese(sample_session: Session) -> None:
    wall = sheet(
        sample_session,
        "key_person",
        secrecy="公开",
        title="题" * 300 + "\n13800138000",
        left_out=("行政村",),
        text_dropped=tuple(n for (n,) in sample_session.rows("place_name", ("name",), village=VILLAGE)),
        shape=None,
    )
    told = preflight(sample_session, wall)
    assert len(told) >= 6
    for trouble in told:
        assert "\n" not in trouble.sentence
        assert len(trouble.sentence) < 160
        assert np.mean([ord(c) > 0x2E7F for c in trouble.sentence]) > 0.5


@pytest.mark.parametrize("stamp", ["公 开", "公\u200b开", "公　开", "公開", "对外公示", "Public"])
def test_a_stamp_that_reads_public_is_public_however_it_is_set(stamp: str) -> None:
    assert is_public(stamp)


@pytest.mark.parametrize("stamp", ["内部使用", "不 公开", "未公示", "NOT PUBLIC", "秘密"])
def test_a_stamp_that_says_otherwise_is_not(stamp: str) -> None:
    assert not is_public(stamp)


@pytest.mark.parametrize(
    "text", ["张三 138 0013 8000", "138-0013-8000", "１３８００１３８０００", "电话138\u200b00138000"]
)
def test_a_number_is_found_however_it_is_parted(text: str) -> None:
    assert has_number(text)
    assert not has_number("1∶10 000，2026-11-22，331124204202")


def test_texts_of_a_template_are_read_before_a_public_map_leaves(sample_session: Session) -> None:
    (wall,) = sheets(sample_session, Asked("household", VILLAGE, secrecy="公开", approval="浙S（2026）01号"))
    told = replace(wall, template=replace(wall.template, legend_title="张三 13800138000"))
    assert "personal_number" in {trouble.code for trouble in preflight(sample_session, told)}


def test_how_many_are_bedridden_is_on_no_public_map(sample_session: Session) -> None:
    """Also where none of them is on the map itself."""
    asked = Asked(
        "key_person", VILLAGE, secrecy="公开", approval="浙S（2026）01号", only=frozenset({"house", "road"})
    )
    (wall,) = sheets(sample_session, asked)
    assert any(line.title == "卧床" and line.value for line in wall.figures)
    assert "personal_figure" in stops(sample_session, wall)
    assert stops(sample_session, replace(wall, figures=())) == set()
