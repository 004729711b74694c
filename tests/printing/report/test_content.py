"""村情统计报表, its numbers: counted once more from the samples, as far as they may be told, never of one or two."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
import shapely

from mingqing.access.roles import Action
from mingqing.catalog.color import Color
from mingqing.core.errors import Cancelled, InputRefused
from mingqing.core.watch import Watch
from mingqing.printing.report.compare import neighbours
from mingqing.printing.report.content import gather
from mingqing.printing.report.gathering import guarded, together
from mingqing.printing.report.model import (
    Bar,
    Bars,
    Chart,
    Columns,
    Comparison,
    Pyramid,
    Report,
    Section,
    Shares,
)
from mingqing.printing.report.people import MEN, WOMEN, banded
from mingqing.printing.template.find import document
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session
from tests.printing.report.conftest import TODAY, VILLAGE, WHEN, Add, report_of

GREY = Color("#888888", "#888888")


def section(report: Report, code: str) -> Section:
    return next(s for s in report.sections if s.code == code)


def chart(report: Report, code: str, title: str) -> Chart:
    return next(c for c in section(report, code).charts if c.title == title)


def values(found: Chart) -> dict[str, float]:
    assert isinstance(found, Bars | Columns | Shares)
    return {bar.title: bar.value for bar in (found.parts if isinstance(found, Shares) else found.bars)}


def years(birth: str) -> int:
    born = date.fromisoformat(birth)
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def test_key_figures_are_those_of_the_village(sample_session: Session) -> None:
    report = report_of(sample_session)
    told = {f.title: f.value for f in report.figures}
    counts = sample_session.counts(VILLAGE)
    area = sum(mu for (mu,) in sample_session.rows("plot", ("area_mu",), village=VILLAGE))
    room = sum(n for (n,) in sample_session.rows("shelter", ("capacity",), village=VILLAGE))
    assert told["人口"] == counts["resident"]
    assert told["户数"] == counts["household"]
    assert told["农房数"] == counts["house"]
    assert told["经营主体"] == counts["enterprise"]
    assert told["重点人员"] == counts["key_person"]
    assert told["地灾隐患"] == counts["hazard"]
    assert told["产业面积"] == pytest.approx(area)
    assert told["避灾点容量"] == room


def test_pyramid_counts_everybody_once_by_age_and_sex(sample_session: Session) -> None:
    pyramid = chart(report_of(sample_session), "people", "年龄和性别")
    assert isinstance(pyramid, Pyramid)
    people = sample_session.rows("resident", ("birth_date", "sex"), village=VILLAGE)
    assert sum(b.men for b in pyramid.bands) == sum(sex == MEN for _, sex in people)
    assert sum(b.women for b in pyramid.bands) == sum(sex == WOMEN for _, sex in people)
    children = pyramid.bands[0]
    assert children.title == "0–4"
    assert children.men == sum(sex == MEN and years(birth) < 5 for birth, sex in people)
    old = pyramid.bands[-1]
    start = int(old.title.split("–")[0].removesuffix("以上"))
    assert old.women == sum(sex == WOMEN and years(birth) >= start for birth, sex in people)


def test_ages_homes_groups_and_work_are_counted(sample_session: Session) -> None:
    report = report_of(sample_session)
    people = sample_session.rows("resident", ("birth_date", "at_home"), village=VILLAGE)
    old = sum(years(birth) >= 60 for birth, _ in people)
    assert values(chart(report, "people", "年龄构成"))["60 岁以上"] == old
    assert values(chart(report, "people", "在家和外出")) == Counter(where for _, where in people)
    groups = sample_session.rows("household", ("group_no", "people_count"), village=VILLAGE)
    bars = chart(report, "people", "各组住户")
    assert isinstance(bars, Bars)
    assert {b.title: b.value for b in bars.bars} == Counter(group for group, _ in groups)
    for bar in bars.bars:
        assert bar.more == sum(n for group, n in groups if group == bar.title)
    assert [b.title for b in bars.bars] == sorted(b.title for b in bars.bars)
    work = Counter(kind for (kind,) in sample_session.rows("employment", ("kind",), village=VILLAGE))
    assert values(chart(report, "people", "从业")) == work


def test_houses_are_counted_by_structure_use_and_decade(sample_session: Session) -> None:
    report = report_of(sample_session)
    columns = ("structure", "built_year", "use", "dangerous")
    rows = sample_session.rows("house", columns, village=VILLAGE)
    structures = values(chart(report, "houses", "房屋结构"))
    assert structures["砖木"] == sum(s == "砖木" for s, *_ in rows)
    assert structures["土木、石木"] == sum(s in {"土木", "石木"} for s, *_ in rows)
    assert sum(structures.values()) == len(rows)
    decades = chart(report, "houses", "建成年代")
    assert isinstance(decades, Columns)
    assert decades.bars[0].title == "更早"
    assert decades.bars[0].value == sum(year < 1950 for _, year, *_ in rows)
    assert values(decades)["80年代"] == sum(1980 <= year < 1990 for _, year, *_ in rows)
    assert values(chart(report, "houses", "房屋用途")) == Counter(use for _, _, use, _ in rows)
    dangerous = sum(bool(d) for *_, d in rows)
    assert f"危房 {dangerous} 座（{dangerous / len(rows):.1%}）" in section(report, "houses").remarks[0]


def test_land_crops_and_enterprises_are_summed(sample_session: Session) -> None:
    report = report_of(sample_session)
    land: Counter[str] = Counter()
    for kind, mu in sample_session.rows("land", ("kind", "area_mu"), village=VILLAGE):
        land[kind] += mu
    assert values(chart(report, "land", "土地利用")) == pytest.approx(dict(land))
    plots = sample_session.rows("plot", ("crop", "area_mu", "transfer"), village=VILLAGE)
    tea = [mu for crop, mu, _ in plots if crop == "茶叶"]
    crops = chart(report, "land", "作物面积")
    assert isinstance(crops, Bars)
    assert next(b for b in crops.bars if b.title == "茶叶").value == pytest.approx(sum(tea))
    assert next(b for b in crops.bars if b.title == "茶叶").more == len(tea)
    rented = sum(mu for _, mu, how in plots if how == "出租")
    assert values(chart(report, "land", "地块经营方式"))["出租"] == pytest.approx(rented)
    (grid,) = section(report, "land").grids
    firms = sample_session.rows("enterprise", ("kind", "employees", "output"), village=VILLAGE)
    assert grid.rows[-1] == ("合计", len(firms), sum(n for _, n, _ in firms), sum(o for *_, o in firms))
    kinds = Counter(kind for kind, *_ in firms)
    assert all(number >= 3 for _, number, *_ in grid.rows)
    for kind, number, *_ in grid.rows[:-1]:
        assert kind not in kinds or number == kinds[kind]
    assert sum(number for _, number, *_ in grid.rows[:-1]) == len(firms)


def test_people_and_output_of_fewer_than_three_businesses_are_not_told(
    session: Session, village: str, add: Add
) -> None:
    def table() -> tuple[tuple[object, ...], ...]:
        return section(report_of(session), "land").grids[0].rows

    add("enterprise", kind=["个体户", "企业"], name=["甲", "乙"], employees=[12, 5], output=[193.0, 8.0])
    assert table() == (("个体户", 1), ("企业", 1), ("合计", 2))
    add(
        "enterprise",
        kind=["合作社"] * 3,
        name=["丙", "丁", "戊"],
        employees=[1, 2, 3],
        output=[4.0, 5.0, None],
    )
    assert table() == (("合作社、个体户、企业", 5, 23, 210.0), ("合计", 5, 23, 210.0))
    add("enterprise", kind=["个体户"] * 2, name=["己", "庚"], employees=[1, 1], output=[1.0, 1.0])
    assert [row[:2] for row in table()] == [("个体户", 3), ("合作社、企业", 4), ("合计", 7)]


def test_output_of_fewer_than_three_businesses_is_in_no_comparison(
    session: Session, village: str, add: Add
) -> None:
    other = "331124204203"
    add("village", [shapely.box(0, 0, 1, 1)], village=other, name=["横岗村"], code=[other])
    add("enterprise", kind=["个体户"] * 2, name=["甲", "乙"], output=[193.0, 7.0])
    add("enterprise", village=other, kind=["企业"] * 3, name=["丙", "丁", "戊"], output=[1.0, 2.0, 3.0])

    def titles(code: str) -> set[str]:
        (found,) = section(report_of(session, code), "comparison").charts
        assert isinstance(found, Comparison)
        return {line.title for line in found.lines if line.every is not None}

    assert "经营主体年产值" not in titles(village)
    assert "经营主体年产值" not in titles(other)  # the average would tell of the first
    add("enterprise", kind=["个体户"], name=["己"], output=[5.0])
    assert "经营主体年产值" in titles(village) & titles(other)


def test_organisations_care_and_help_are_counted(sample_session: Session) -> None:
    report = report_of(sample_session)
    posts = sample_session.rows("post", ("organisation", "duty"), village=VILLAGE)
    kinds = dict(sample_session.rows("organisation", ("id", "kind"), village=VILLAGE))
    assert values(chart(report, "organisation", "组织的任职人数")) == Counter(kinds[o] for o, _ in posts)
    assert values(chart(report, "organisation", "有防灾职责的人")) == Counter(
        duty for _, duty in posts if duty
    )
    cared = Counter(c for (c,) in sample_session.rows("key_person", ("category",), village=VILLAGE))
    shown = values(chart(report, "care", "关爱类别"))
    assert sum(shown.values()) == cared.total()
    assert all(cared[title] == n for title, n in shown.items() if title in cared)
    pairs = sample_session.rows("assistance", ("helper", "household", "ended"), village=VILLAGE)
    now = [(helper, home) for helper, home, end in pairs if not end or end >= TODAY.isoformat()]
    assert len(now) < len(pairs)
    helpers, homes = (len(set(some)) for some in zip(*now, strict=True))
    assert f"结对帮扶 {len(now)} 对：{helpers} 名干部帮 {homes} 户。" in section(report, "care").remarks
    visits = [d for (d,) in sample_session.rows("visit", ("visited_on",), village=VILLAGE)]
    months = chart(report, "care", "近一年走访次数")
    assert isinstance(months, Columns)
    assert [b.title for b in months.bars][-2:] == ["10月", "11月"]
    assert values(months)["7月"] == sum(day.startswith("2026-07") for day in visits)


def test_who_lives_in_a_hazard_is_set_against_the_room_in_shelters(sample_session: Session) -> None:
    report = report_of(sample_session)
    houses = sample_session.features("house", village=VILLAGE)
    hazards = sample_session.features("hazard", columns=["closed"])
    danger = shapely.union_all(hazards.geometry[[not c for c in hazards.columns["closed"]]])
    inside = set(houses.ids[shapely.intersects(houses.geometry, danger)].tolist())
    homes = [n for house, n in sample_session.rows("household", ("house", "people_count")) if house in inside]
    disaster = section(report, "disaster")
    told = f"在未销号的隐患范围内有农房 {len(inside)} 座，住着 {len(homes)} 户 {sum(homes)} 人。"
    assert told in disaster.remarks
    need = values(chart(report, "disaster", "避灾点够不够"))
    rows = sample_session.rows("hazard", ("households", "people"), village=VILLAGE)
    assert need["隐患点登记的威胁人数"] == sum(n for _, n in rows)
    assert need["住在隐患范围内的人"] == sum(homes)
    hazard_grid, shelter_grid = disaster.grids
    assert hazard_grid.rows[-1][3:] == tuple(np.sum(rows, axis=0).tolist())
    assert shelter_grid.rows[-1][3] == need["本村避灾点能容纳"]


def test_village_is_set_beside_the_averages_of_township_and_all(session: Session, add: Add) -> None:
    towns = {
        "331124204201": "竹源乡",
        "331124204202": "竹源乡",
        "331124100201": "望松街道",
        "331124100299": "望松街道",
    }
    for code, town in towns.items():
        add(
            "village",
            [shapely.box(0, 0, 1, 1)],
            village=code,
            name=[f"{code}村"],
            code=[code],
            township=[town],
        )
    built = {"331124204201": [1970] * 4, "331124204202": [1970] * 3 + [1990] * 5, "331124100201": [1990] * 9}
    for code, some in built.items():
        add("house", [shapely.box(0, 0, 1, 1)] * len(some), village=code, built_year=some)
    (found,) = section(report_of(session), "comparison").charts
    assert isinstance(found, Comparison)
    # 331124100299 has nothing yet: it does not pull the average down.
    assert (found.township, found.every) == (2, 3)
    line = {c.title: c for c in found.lines}
    assert (line["农房数"].value, line["农房数"].township, line["农房数"].every) == (8, 6, 7)
    old = line["1980 年前建的房占比"]
    assert (old.value, old.township) == (pytest.approx(37.5), pytest.approx(100 * 7 / 12))
    assert old.every == pytest.approx(100 * 7 / 21)


def test_a_hazard_is_of_the_level_that_the_map_shows(session: Session, add: Add, village: str) -> None:
    add(
        "hazard",
        [shapely.Point(450_100, 3_141_100)] * 2,
        name=["甲", "乙"],
        scale=["中型"] * 2,
        level=["小型", None],
    )
    grid = section(report_of(session), "disaster").grids[0]
    levels = grid.titles.index("险情等级")
    assert {row[0]: row[levels] for row in grid.rows[:-1]} == {"甲": "小型", "乙": ""}


def test_data_is_as_old_as_its_rows_say(session: Session, add: Add, village: str) -> None:
    days = ["2026-10-01", "2024-05-05", None, None]
    add("house", [shapely.box(0, 0, 1, 1)] * 4, verified_on=days)
    (grid,) = section(report_of(session), "current").grids
    (row,) = [r for r in grid.rows if r[0] == "农房"]
    assert row[1] == 4
    assert row[3:] == (2, "2026-10-01", 25.0)
    assert str(row[2]) >= "2026-11-22"


def test_bands_of_age_are_as_narrow_as_leaves_three_in_each() -> None:
    many = {(age, sex): 3 for age in range(90) for sex in (MEN, WOMEN)}
    assert [b.title for b in banded(many)][:2] == ["0–4", "5–9"]
    lonely = {**many, **{(age, MEN): 0 for age in range(20, 25)}, (22, MEN): 1}
    wider = banded(lonely)
    assert [b.title for b in wider][:3] == ["0–9", "10–19", "20–29"]
    assert wider[2].men == 16
    oldest = {**many, (97, WOMEN): 1}
    assert banded(oldest)[-1].title == "85以上"
    assert banded({(30, MEN): 1, (60, WOMEN): 40}) == ()
    assert all(
        n == 0 or n >= 3 for some in (many, lonely, oldest) for b in banded(some) for n in (b.men, b.women)
    )


def test_small_kinds_are_told_of_together_and_cannot_be_worked_out() -> None:
    def bars(**counts: int) -> list[Bar]:
        return [Bar(name, n, GREY) for name, n in counts.items()]

    assert [b.value for b in guarded(bars(甲=9, 乙=4, 丙=2))] == [9, 6]
    assert [b.title for b in guarded(bars(甲=9, 乙=4, 丙=2, 丁=1))] == ["甲", "乙", "丙、丁"]
    assert guarded(bars(甲=2)) == ()
    assert guarded(bars(甲=1, 乙=1, 丙=1)) == ()
    assert [b.value for b in guarded(bars(甲=9, 乙=4, 丙=1, 丁=1, 戊=1))] == [9, 7]
    assert [b.value for b in guarded(bars(甲=9, 乙=4, 丙=2, 丁=2))] == [9, 8]
    assert [b.value for b in guarded(bars(甲=5, 乙=2))] == [7]
    assert guarded(bars(甲=5, 乙=3)) == tuple(bars(甲=5, 乙=3))
    assert together(bars(**{f"第{n}类": 1 for n in range(9)})).title == "其余 9 类"


def test_a_village_of_two_people_tells_nothing_of_them(session: Session, add: Add, village: str) -> None:
    (house,) = add("house", [shapely.box(450_100, 3_141_100, 450_110, 3_141_110)], structure=["砖木"])
    (home,) = add("household", householder=["甄一"], house=[house], group_no=["1组"], people_count=[2])
    people = add(
        "resident",
        name=["甄一", "甄二"],
        sex=["男", "女"],
        birth_date=["1940-01-01", "1945-01-01"],
        household=[home] * 2,
        at_home=["在家"] * 2,
    )
    add(
        "key_person",
        name=["甄一"],
        resident=people[:1],
        house=[house],
        category=["独居老人"],
        mobility=["卧床"],
    )
    add("assistance", helper=["贾三"], household=[home])
    report = report_of(session)
    assert [f.fewer for f in report.figures if f.title in {"人口", "户数", "重点人员"}] == [True, True, True]
    told = repr([s for s in report.sections if s.code in {"people", "care"}])
    assert "独居" not in told
    assert "卧床" not in told
    assert "年龄构成" not in told
    assert "结对帮扶少于 3 对。" in told
    assert not section(report, "people").charts


def test_no_number_of_one_or_two_can_be_worked_out_from_others(
    session: Session, add: Add, village: str
) -> None:
    other = "331124204203"
    add(
        "village",
        [shapely.box(0, 0, 1, 1)],
        village=other,
        name=["横岗村"],
        code=[other],
        township=["竹源乡"],
    )
    add("house", [shapely.box(0, 0, 1, 1)] * 2)
    add("key_person", name=["甲"] * 5)
    add("key_person", village=other, name=["乙"] * 2)
    report = report_of(session)
    assert next(f for f in report.figures if f.title == "重点人员").beside == ""
    (found,) = section(report, "comparison").charts
    assert isinstance(found, Comparison)
    assert [line.title for line in found.lines] == ["农房数"]
    # Two children of 13: the band 10–19 less those of 15 and over would tell of them.
    ages = [*[5] * 4, 13, 13, *[17] * 4, *[40] * 30]
    born = [f"{2026 - age}-01-01" for age in ages]
    add("resident", name=["甲"] * len(ages), sex=["男"] * len(ages), birth_date=born)
    people = report_of(session)
    pyramid = chart(people, "people", "年龄和性别")
    assert isinstance(pyramid, Pyramid)
    assert pyramid.bands[1].title == "10–19"
    assert values(chart(people, "people", "年龄构成")) == {"0–59 岁": 40}


def test_empty_village_says_what_there_is_none_of(session: Session, village: str) -> None:
    report = report_of(session)
    assert {"农房", "住户", "人口", "重点人员", "地灾隐患"} <= set(report.absent)
    assert not report.left_out
    assert not report.sections


def test_village_out_of_reach_is_refused(as_role: Callable[..., Session], session: Session) -> None:
    with pytest.raises(InputRefused, match="331124204203"):
        report_of(as_role("town_editor", VILLAGE), "331124204203")
    with pytest.raises(InputRefused, match="999"):
        report_of(session, "999")


def test_what_the_role_may_not_hand_out_is_named_and_not_counted(as_role: Callable[..., Session]) -> None:
    viewer = report_of(as_role("viewer"))
    assert {"重点人员", "结对帮扶", "人口的年龄和性别"} <= set(viewer.left_out)
    assert not any(s.code == "care" for s in viewer.sections)
    assert not any(isinstance(c, Pyramid) for s in viewer.sections for c in s.charts)
    assert "人口" in {f.title for f in viewer.figures}
    planner = report_of(as_role("planner"))
    assert [c.title for c in section(planner, "care").charts] == ["行动能力"]
    assert "重点人员的关爱类别" in planner.left_out


def test_who_may_print_but_not_export_counts_nothing_for_a_file(as_role: Callable[..., Session]) -> None:
    session = as_role("village_editor", VILLAGE)
    assert section(report_of(session), "people").charts
    assert not any(
        s.code in {"people", "houses", "care"} for s in report_of(session, action=Action.EXPORT).sections
    )


def test_numbers_of_all_villages_are_counted_once_for_many_reports(sample_session: Session) -> None:
    near = neighbours(Permitted(sample_session), ("tea_mu",), today=TODAY)
    template = document(sample_session, "report")
    for code in near.villages:
        one = gather(Permitted(sample_session), code, template, near=near, made_at=WHEN)
        assert one.figures == report_of(sample_session, code).figures
    assert "tea_mu" in near.tallies


def test_a_report_can_be_stopped(sample_session: Session) -> None:
    permitted, template = Permitted(sample_session), document(sample_session, "report")
    with pytest.raises(Cancelled):
        gather(permitted, VILLAGE, template, watch=Watch(cancelled=lambda: True))
