"""Conditions find the rows that they say, in any nesting, and no more than the account may see."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mingqing.access.policy import Policy
from mingqing.core.errors import Cancelled, InputRefused, NotAllowed
from mingqing.store.changes import Value
from mingqing.store.conditions import (
    Aged,
    All,
    Any,
    Between,
    Condition,
    Filled,
    Holds,
    Inside,
    Not,
    OneOf,
    ReferredBy,
    RefersTo,
    Within,
    as_plain,
    from_plain,
    ids,
    in_words,
    places,
    reveals,
)
from mingqing.store.conditions.kept import Asked, keep, kept
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.paging import Wanted
from mingqing.store.paging import ids as listed
from mingqing.store.saved import save
from mingqing.store.session import Session

HERE, THERE = "331124204202", "331124204203"
DANGEROUS = OneOf("dangerous", frozenset({1}))
ALONE = OneOf("category", frozenset({"独居老人"}))
SLIDES = OneOf("kind", frozenset({"滑坡"}))
EVERY: Condition = All()


def put(
    session: Session,
    table: str,
    shapes: list[shapely.Geometry] | None = None,
    **columns: list[Value],
) -> list[int]:
    """Write rows of a table, and return their ids."""
    made = list(new_ids(len(next(iter(columns.values())))))
    with session.transaction("edit", "录入") as change:
        if shapes is None:
            change.insert(table, made, columns)
        else:
            change.insert(table, made, columns, encode(np.array(shapes, dtype=object), session.info.epsg))
    return made


@pytest.fixture
def valley(session: Session) -> Session:
    """Four houses of 10 m in a row, 100 m apart, one in the next village; a slide 30 m east of the second."""
    where: list[Value] = [HERE, HERE, HERE, THERE]
    put(session, "village", village_code=[HERE, THERE], code=[HERE, THERE], name=["竹溪", "安岗"])
    houses: list[Value] = list(
        put(
            session,
            "house",
            [shapely.box(100 * i, 0, 100 * i + 10, 10) for i in range(4)],
            village_code=where,
            house_no=["甲", "乙", "丙", "丁"],
            dangerous=[0, 1, None, 1],
            storeys=[1, 2, 3, None],
        )
    )
    households: list[Value] = list(
        put(
            session,
            "household",
            village_code=where,
            householder=["甄一", "安二", "曾三", "岑四"],
            house=houses,
        )
    )
    residents: list[Value] = list(
        put(
            session,
            "resident",
            village_code=where,
            name=["甄一", "安二", "曾三", "岑四"],
            household=households,
            birth_date=["1930-01-01", None, "1950-05-05", "2001-01-01"],
        )
    )
    put(
        session,
        "key_person",
        village_code=[HERE, HERE, THERE],
        name=["甄一", "安二", "岑四"],
        category=["独居老人", "残疾人", "独居老人"],
        mobility=["自行", "卧床", "卧床"],
        house=[houses[0], houses[1], houses[3]],
        resident=[residents[0], residents[1], residents[3]],
    )
    put(
        session,
        "hazard",
        [shapely.box(140, 0, 150, 10), shapely.Point(1_000, 1_000)],
        village_code=[HERE, HERE],
        kind=["滑坡", "山洪"],
        name=["坡上", "溪边"],
    )
    return session


@pytest.fixture
def viewer(valley: Session) -> Iterator[Session]:
    with as_role(valley, "viewer") as opened:
        yield opened


def as_role(session: Session, role: str, villages: list[str] | None = None) -> Session:
    policy = Policy.of([role], villages, session.catalog, session.login.known)
    login = replace(session.login, policy=policy, account=replace(session.login.account, name=f"{role}甲"))
    return Session(session.info, session.catalog, login)


def found(session: Session, table: str, condition: Condition) -> str:
    """The names of the rows found, in their order."""
    column = session.catalog.tables[table].title_field
    names = dict(session.rows(table, ["id", column]))
    return "".join(str(names[i])[:1] for i in ids(session, table, condition).tolist())


# ── Each leaf, and nesting ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "condition", "names"),
    [
        ("house", EVERY, "甲乙丙丁"),
        ("house", Any(), ""),
        ("house", DANGEROUS, "乙丁"),
        ("house", Not(DANGEROUS), "甲丙"),
        ("house", Between("storeys", 2, None), "乙丙"),
        ("house", Between("storeys", 2, None, strict=True), "丙"),
        ("house", Between("storeys", None, 2, strict=True), "甲"),
        ("house", Filled("storeys", filled=False), "丁"),
        ("house", Holds("village_code", "安"), "丁"),
        ("house", Not(Holds("village_code", "安")), "甲乙丙"),
        ("house", All((DANGEROUS, Between("storeys", 1, 9))), "乙"),
        ("house", Any((DANGEROUS, Holds("house_no", "丙"))), "乙丙丁"),
        (
            "house",
            All((Not(DANGEROUS), Any((Holds("house_no", "甲"), Filled("storeys", filled=False))))),
            "甲",
        ),
        ("house", Not(Any((DANGEROUS, Holds("house_no", "丙")))), "甲"),
        ("house", Not(Not(Between("storeys", 2, 3))), "乙丙"),
        ("household", Holds("house", "乙"), "安"),
    ],
)
def test_rows_meet_what_is_asked(valley: Session, table: str, condition: Condition, names: str) -> None:
    assert found(valley, table, condition) == names


def test_an_age_is_reached_on_the_birthday(session: Session) -> None:
    today = datetime.now(UTC).astimezone().date()
    born = [
        f"{today.year - 80}-{today:%m-%d}",
        f"{today.year - 80}-12-32",
        f"{today.year - 81}-{today:%m-%d}",
    ]
    put(session, "resident", name=["甄", "安", "曾"], birth_date=list(born))
    assert found(session, "resident", Aged("birth_date", 80, None)) == "甄曾"
    assert found(session, "resident", Aged("birth_date", 80, 80)) == "甄"
    assert found(session, "resident", Aged("birth_date", None, 79)) == "安"


# ── Rows that belong together ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "condition", "names"),
    [
        ("household", RefersTo("house", DANGEROUS), "安岑"),
        ("resident", RefersTo("household", RefersTo("house", DANGEROUS)), "安岑"),
        ("resident", Not(RefersTo("household", RefersTo("house", DANGEROUS))), "甄曾"),
        ("house", ReferredBy("key_person", "house", ALONE), "甲丁"),
        ("house", Not(ReferredBy("key_person", "house", EVERY)), "丙"),
        ("house", ReferredBy("key_person", "house", All((ALONE, Filled("mobility", filled=True)))), "甲丁"),
        ("house", All((ReferredBy("key_person", "house", ALONE), DANGEROUS)), "丁"),
        (
            "house",
            ReferredBy("household", "house", ReferredBy("resident", "household", Holds("name", "曾"))),
            "丙",
        ),
        ("resident", ReferredBy("key_person", "resident", ALONE), "甄岑"),
        ("key_person", RefersTo("house", ReferredBy("household", "house", Holds("householder", "岑"))), "岑"),
    ],
)
def test_rows_are_asked_for_by_those_that_belong_to_them(
    valley: Session, table: str, condition: Condition, names: str
) -> None:
    assert found(valley, table, condition) == names


def test_the_same_person_is_to_meet_what_stands_together(valley: Session) -> None:
    bedridden = OneOf("mobility", frozenset({"卧床"}))
    assert found(valley, "house", ReferredBy("key_person", "house", All((ALONE, bedridden)))) == "丁"


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "condition", "names"),
    [
        ("house", Within(30, "hazard", SLIDES), "乙"),
        ("house", Within(29.9, "hazard", SLIDES), ""),
        ("house", Within(50, "hazard", EVERY), "乙丙"),
        ("house", Within(50, "hazard", OneOf("kind", frozenset({"山洪"}))), ""),
        ("house", Within(50, "hazard", OneOf("kind", frozenset({"泥石流"}))), ""),
        ("house", Not(Within(50, "hazard", EVERY)), "甲丁"),
        ("resident", Within(50, "hazard", SLIDES), "安曾"),
        ("key_person", All((ALONE, Within(130, "hazard", SLIDES))), "甄"),
        ("hazard", Within(130, "key_person", ALONE), "坡"),
        ("house", ReferredBy("household", "house", Within(30, "hazard", SLIDES)), "乙"),
        ("house", Inside(shapely.box(105, 2, 203, 3)), "乙丙"),
        ("house", Inside(shapely.box(10, 2, 99, 3)), "甲"),
        (
            "house",
            Inside(shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(301, 1, 302, 2)])),
            "甲丁",
        ),
        ("resident", Inside(shapely.box(200, 0, 400, 10)), "曾岑"),
        ("house", Inside(shapely.box(-5, -5, 15, 15).difference(shapely.box(-1, -1, 11, 11))), ""),
    ],
)
def test_rows_are_asked_for_by_where_they_stand(
    valley: Session, table: str, condition: Condition, names: str
) -> None:
    assert found(valley, table, condition) == names


_spots = st.tuples(st.integers(0, 60), st.integers(0, 60))


@st.composite
def _shapes(draw: st.DrawFn) -> shapely.Geometry:
    a, b, c = draw(_spots), draw(_spots), draw(_spots)
    made = draw(st.sampled_from([shapely.Point(a), shapely.LineString([a, b]), shapely.Polygon([a, b, c])]))
    return made if made.is_valid and not made.is_empty else shapely.Point(a)


@given(
    wanted=st.lists(_shapes(), min_size=1, max_size=6),
    others=st.lists(_shapes(), max_size=5),
    distance_m=st.one_of(st.integers(0, 80), st.floats(0, 80)),
)
@example(wanted=[shapely.Point(3, 4), shapely.Point(3, 5)], others=[shapely.Point(0, 0)], distance_m=5)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_near_is_what_measuring_every_distance_says(
    session: Session, wanted: list[shapely.Geometry], others: list[shapely.Geometry], distance_m: float
) -> None:
    far = 3_149_000.0  # where boxes of the index, in single precision, are a quarter of a metre too large
    mine, theirs = ([shapely.transform(s, lambda xy: xy + far) for s in some] for some in (wanted, others))
    rows = put(session, "water", mine, name=["溪"] * len(mine))
    near = places.near(session, "water", np.array(theirs, dtype=object), distance_m)
    measured = [min((shapely.distance(g, o) for o in theirs), default=np.inf) for g in mine]
    brute = [i for i, metres in zip(rows, measured, strict=True) if metres <= distance_m]
    assert [i for i in near.tolist() if i in rows] == brute


def test_a_question_ends_when_nobody_waits_for_it(valley: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Within(50, "hazard", EVERY)
    with pytest.raises(Cancelled):
        ids(valley, "house", asked, stop=lambda: True)
    monkeypatch.setattr(places, "_AT_ONCE", 1)
    calls = iter([False] * 4 + [True] * 99)
    with pytest.raises(Cancelled):
        ids(valley, "house", asked, stop=lambda: next(calls))
    assert len(ids(valley, "house", asked, stop=lambda: False)) == 2


# ── What is not everybody's ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_masked_is_matched_as_it_is_shown(viewer: Session) -> None:
    assert len(ids(viewer, "resident", Holds("name", "甄"))) == 1
    assert len(ids(viewer, "resident", Holds("name", "一"))) == 0
    assert len(ids(viewer, "resident", OneOf("name", frozenset({"甄**"})))) == 1
    assert len(ids(viewer, "household", ReferredBy("resident", "household", Holds("name", "一")))) == 0
    assert len(ids(viewer, "resident", Between("birth_date", "1900-01-01", "2020-01-01"))) == 0
    assert len(ids(viewer, "resident", Aged("birth_date", 1, None))) == 0


def test_what_is_not_seen_helps_to_find_nothing(viewer: Session) -> None:
    assert viewer.policy.explain("key_person", "category") is not None
    for condition in (
        ReferredBy("key_person", "house", ALONE),
        Within(1, "key_person", ALONE),
        Within(1e6, "key_person", ALONE),
    ):
        assert len(ids(viewer, "house", condition)) == 0


def test_another_village_is_out_of_reach_whatever_is_asked(valley: Session) -> None:
    with as_role(valley, "village_editor", [THERE]) as bound:
        assert found(bound, "house", EVERY) == "丁"
        assert found(bound, "house", Within(1e6, "house", EVERY)) == "丁"
        assert found(bound, "house", Within(500, "hazard", EVERY)) == ""
        assert found(bound, "house", Inside(shapely.box(-9e5, -9e5, 9e5, 9e5))) == "丁"


@pytest.mark.parametrize("text", ["' OR 1 --", "%", "_", "[甲]", "甲\0乙", '"', "𠮷" * 5_000])
def test_signs_of_sql_are_just_text(valley: Session, text: str) -> None:
    assert found(valley, "house", Holds("house_no", text)) == ""
    assert found(valley, "house", OneOf("house_no", frozenset({text}))) == ""
    assert found(valley, "house", Between("house_no", text, text)) == ""


def test_a_name_that_is_no_column_reaches_nothing(valley: Session) -> None:
    for condition in (Holds('house_no" FROM house --', "甲"), RefersTo("house_no", EVERY)):
        with pytest.raises((KeyError, NotAllowed)):
            ids(valley, "house", condition)


# ── With the table ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_lists_what_the_condition_finds(valley: Session) -> None:
    asked = All((DANGEROUS, Within(1e4, "hazard", SLIDES)))
    rows = listed(valley, "house", Wanted(order="house_no", descending=True, filters=(asked,)))
    assert sorted(rows.tolist()) == ids(valley, "house", asked).tolist()
    here = listed(valley, "house", Wanted(filters=(asked, Filled("storeys", filled=True)), village=HERE))
    assert len(here) == 1


# ── As JSON ──────────────────────────────────────────────────────────────────────────────────────────────────

_HOLED = shapely.box(0, 0, 9.25, 9).difference(shapely.box(2, 2, 3, 1 / 3 + 2))
_TREE = All(
    (
        Not(DANGEROUS),
        Any(
            (
                Between("storeys", 1, None, strict=True),
                Between("storeys", None, 2.5),
                Filled("use", filled=True),
            )
        ),
        OneOf("structure", frozenset({"砖混", None})),
        ReferredBy("household", "house", ReferredBy("resident", "household", Aged("birth_date", 80, None))),
        ReferredBy("key_person", "house", RefersTo("resident", Between("birth_date", "1950-01-01", None))),
        Within(50.5, "hazard", SLIDES),
        Inside(_HOLED),
        Inside(shapely.MultiPolygon([_HOLED, shapely.box(20, 20, 30, 30)]), "grid"),
        Holds("house_no", "“甲”'"),
    )
)


def test_what_is_kept_comes_back_the_same(session: Session) -> None:
    text = json.dumps(as_plain(_TREE), ensure_ascii=False)
    assert from_plain(session.catalog, "house", json.loads(text)) == _TREE


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "all",
        {},
        {"all": {}},
        {"all": [], "any": []},
        {"all": [None]},
        {"drop": []},
        {"holds": []},
        {"holds": ["house_no"]},
        {"holds": [["house_no"], "甲"]},
        {"holds": ["no_such", "甲"]},
        {"holds": ["house_no; --", "甲"]},
        {"holds": ["house_no", 7]},
        {"holds": ["house_no", "甲" * 5_000]},
        {"between": ["storeys", [1], None, False]},
        {"between": ["storeys", 1, None, "yes"]},
        {"between": ["storeys", float("nan"), None, False]},
        {"between": ["storeys", True, None, False]},
        {"one_of": ["storeys", [{}]]},
        {"one_of": ["storeys", list(range(501))]},
        {"filled": ["storeys", 1]},
        {"aged": ["storeys", 1.5, None]},
        {"refers_to": ["house_no", {"all": []}]},
        {"refers_to": ["village_code", {"all": []}]},
        {"referred_by": ["resident", "household", {"all": []}]},
        {"referred_by": ["mq_account", "name", {"all": []}]},
        {"within": [-1, "hazard", {"all": []}]},
        {"within": [float("inf"), "hazard", {"all": []}]},
        {"within": ["5", "hazard", {"all": []}]},
        {"within": [5, "mq_change", {"all": []}]},
        {"within": [5, "hazard", {"holds": ["house_no", "甲"]}]},
        {"inside": [[], ""]},
        {"inside": [[[]], ""]},
        {"inside": [[[[[0, 0], [1, 1]]]], ""]},
        {"inside": [[[[0, 0], [1, 0], [1, 1, 1]]], ""]},
        {"inside": [[[[0, 0], [2, 2], [2, 0], [0, 2]]], ""]},
        {"inside": [[[[0, 0], [1, 0], [1, float("nan")]]], ""]},
        {"inside": [[[[0, 0], [1, 0], [1, 1]]], "mq_change"]},
        {"inside": [[[[0, 0], [1, 0], [1, 10**400]]], ""]},
    ],
)
def test_what_a_stranger_made_up_is_refused(session: Session, value: object) -> None:
    with pytest.raises(InputRefused, match="重新设"):
        from_plain(session.catalog, "house", value)


def test_endless_nesting_and_endless_lists_are_refused(session: Session) -> None:
    deep: object = {"all": []}
    for _ in range(20):
        deep = {"not": deep}
    for value in (deep, {"all": [{"all": []}] * 600}):
        with pytest.raises(InputRefused):
            from_plain(session.catalog, "house", value)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "condition", "said"),
    [
        ("house", EVERY, "全部农房"),
        (
            "house",
            All((DANGEROUS, Within(50, "hazard", SLIDES))),
            "农房：危房 是，并且 距 地灾隐患（灾害类型 是 滑坡）50 米以内",
        ),
        ("house", Within(50, "hazard", EVERY), "农房：距 地灾隐患 50 米以内"),
        (
            "house",
            Any((Not(DANGEROUS), All((Filled("use", filled=False), Between("storeys", 3, None))))),
            "农房：危房 不是，或者 （用途 为空，并且 层数 大于等于 3 层）",
        ),
        ("house", Between("built_year", 1980, 1999), "农房：建成年份 介于 1980 和 1999"),
        ("house", Not(Between("storeys", 2, 2)), "农房：层数 不等于 2 层"),
        ("house", Between("storeys", None, 2, strict=True), "农房：层数 小于 2 层"),
        ("house", OneOf("structure", frozenset({"砖木", "砖混", None})), "农房：房屋结构 是 砖混、砖木、空"),
        ("house", Not(Holds("village_code", "岗")), "农房：村 不包含“岗”"),
        ("house", ReferredBy("key_person", "house", ALONE), "农房：有 重点人员（关爱类别 是 独居老人）"),
        ("house", Not(ReferredBy("key_person", "house", EVERY)), "农房：没有 重点人员"),
        ("resident", RefersTo("household", RefersTo("house", DANGEROUS)), "人口：所在户（农房（危房 是））"),
        ("resident", Aged("birth_date", 80, None), "人口：出生日期 满 80 岁"),
        ("resident", Between("birth_date", None, "1950-01-01"), "人口：出生日期 不晚于 1950-01-01"),
        ("house", Inside(_HOLED), "农房：在画出的范围内"),
        ("house", Inside(_HOLED, "village"), "农房：在选中的行政村范围内"),
        ("house", Within(0, "grid", EVERY), "农房：在 网格 范围内"),
        ("house", Not(Within(9, "road", EVERY)), "农房：距 道路 9 米以外"),
    ],
)
def test_a_condition_is_a_sentence(session: Session, table: str, condition: Condition, said: str) -> None:
    assert in_words(session.catalog, table, condition) == said


def test_every_kind_of_condition_has_words(session: Session) -> None:
    assert in_words(session.catalog, "house", _TREE).count("，并且 ") == 8


# ── Kept ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_field_that_a_condition_names_is_known(session: Session) -> None:
    asked = All((DANGEROUS, ReferredBy("key_person", "house", RefersTo("resident", Holds("name", "甄")))))
    assert reveals(session.catalog, "house", asked) == {
        *("house.village_code", "house.dangerous"),
        *("key_person.village_code", "key_person.house", "key_person.resident"),
        *("resident.village_code", "resident.name"),
    }
    assert reveals(session.catalog, "house", Not(Within(5, "hazard", SLIDES))) == {
        *("house.village_code", "hazard.village_code", "hazard.kind"),
    }


def test_a_condition_is_offered_to_who_sees_all_that_it_names(valley: Session, viewer: Session) -> None:
    risky = Asked("house", All((DANGEROUS, Within(50, "hazard", SLIDES))))
    lonely = Asked("house", ReferredBy("key_person", "house", ALONE))
    keep(valley, "滑坡旁危房", risky, shared=True)
    keep(valley, "独居", lonely, shared=True)
    keep(valley, "我的", risky)
    assert [(thing.name, asked) for thing, asked in kept(valley)] == [
        ("我的", risky),
        ("滑坡旁危房", risky),
        ("独居", lonely),
    ]
    assert [thing.name for thing, _ in kept(viewer)] == ["滑坡旁危房"]
    with pytest.raises(NotAllowed, match=r"关爱类别|重点人员"):
        keep(viewer, "独居", lonely)


def test_what_is_no_condition_is_not_offered(valley: Session) -> None:
    save(valley, "condition", "坏的", {"table": "house", "condition": {"holds": ["gone", "甲"]}})
    save(valley, "condition", "别的", 7)
    save(valley, "condition", "没有的表", {"table": "gone", "condition": {"all": []}})
    assert kept(valley) == []
