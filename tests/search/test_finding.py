"""What a clerk types, and what is found."""

from collections.abc import Callable

import pytest

from mingqing.search.find import Results, find
from mingqing.search.index import Index
from tests.search.conftest import FAR, NEAR, ORIGIN, first, ids

Ask = Callable[[str], Results]


@pytest.mark.parametrize(
    ("typed", "person"),
    [
        ("张建国", 301),
        ("zjg", 301),
        ("ZJG", 301),
        ("zhangjianguo", 301),
        ("zhang jian guo", 301),
        ("zhangjg", 301),
        ("张jg", 301),
        ("曾国强", 303),
        ("zgq", 303),
        ("zengguoqiang", 303),
        ("cengguoqiang", 303),
        ("sxh", 304),
        ("shanxiaohong", 304),
        ("danxiaohong", 304),
        ("xh", 305),
        ("xiehai", 305),
        ("jiehai", 305),
        ("𠮷", 306),
        ("lj", 306),
        ("oyyy", 308),
        ("ouyang", 308),
    ],
)
def test_people_are_found_by_characters_pinyin_and_initials_whatever_the_reading(
    ask: Ask, typed: str, person: int
) -> None:
    assert person in ids(ask(typed), "resident")


@pytest.mark.parametrize("typed", ["张建囯", "章建国", "张建中国", "建张国", "张见国"])
def test_one_slip_of_the_hand_still_finds_the_person(ask: Ask, typed: str) -> None:
    results = ask(typed)
    assert results.loose
    assert 301 in ids(results, "resident")


def test_slips_are_not_looked_for_where_something_fits_as_it_is_written(ask: Ask) -> None:
    results = ask("张建国")
    assert not results.loose
    assert ids(results, "resident") == [301, 302]


def test_the_nearer_of_two_namesakes_comes_first(index: Index) -> None:
    there = ORIGIN[0] + 5000, ORIGIN[1]
    assert ids(find(index, "张建国", near=ORIGIN), "resident") == [301, 302]
    assert ids(find(index, "张建国", near=there), "resident") == [302, 301]


def test_namesakes_are_told_apart_by_house_age_and_village(ask: Ask) -> None:
    one, other = (hit for hit in ask("张建国").hits if hit.table == "resident")
    assert one.title == other.title == "张建国"
    assert one.said[0] == "坑边7号"
    assert one.said[1] != other.said[1]
    assert "岁" in one.said[1]
    assert (one.village, other.village) == (NEAR, FAR)


@pytest.mark.parametrize("typed", ["13912345", "12345", "0013912"])
def test_telephones_are_found_by_any_part(ask: Ask, typed: str) -> None:
    assert ids(ask(typed), "resident") == [301]


@pytest.mark.parametrize("typed", ["00092345678", "0009-2345678", "2345678", "000923"])
def test_a_landline_is_found_with_and_without_its_dash(ask: Ask, typed: str) -> None:
    assert 602 in ids(ask(typed), "organisation")


def test_a_telephone_with_one_wrong_digit_is_found(ask: Ask) -> None:
    assert 301 in ids(ask("00013912845"), "resident")


def test_an_identity_number_is_found_by_its_tail_and_not_shown_whole(ask: Ask) -> None:
    (hit,) = (hit for hit in ask("0024").hits if hit.table == "resident")
    assert hit.id == 302
    assert [m.text for m in hit.matched] == ["…0024"]


def test_the_end_of_a_number_is_better_than_its_middle(ask: Ask) -> None:
    found = ids(ask("0013"), "resident")  # the tail of 301's number; within the telephones of 301 and 302
    assert found[0] == 301


def test_a_house_is_found_by_its_number_and_those_who_live_there_after_it(ask: Ask) -> None:
    results = ask("坑边7号")
    assert results.groups[0].table == "house"
    assert ids(results, "house") == [101, 103]
    assert 301 in ids(results, "resident")


@pytest.mark.parametrize("typed", ["kb7h", "坑边7", "kb7", "kengbian7"])
def test_a_house_is_found_by_how_its_address_sounds(ask: Ask, typed: str) -> None:
    assert 101 in ids(ask(typed), "house")


def test_a_number_of_one_or_two_digits_is_a_number_of_its_own(ask: Ask) -> None:
    assert set(ids(ask("7"), "house")) == {101, 103}
    assert ids(ask("17"), "house") == [102]


@pytest.mark.parametrize(
    "typed",
    [
        "独居老人 大竹溪村",
        "独居老人 大竹溪",
        "独居老人大竹溪村",
        "大竹溪村 独居老人",
        "djlr dzxc",
        "独居 dazhuxi",
    ],
)
def test_a_kind_and_a_village_are_filters(ask: Ask, typed: str) -> None:
    results = ask(typed)
    assert {(hit.table, hit.id) for hit in results.hits} == {("key_person", 401)}


def test_a_village_with_one_wrong_character_still_is_a_filter_and_that_is_said(ask: Ask) -> None:
    results = ask("独居老人 小竹溪村")
    assert {(hit.table, hit.id) for hit in results.hits} == {("key_person", 401)}
    assert results.notice == "没有“小竹溪村”，按“大竹溪村”查找"
    assert not ask("独居老人 小竹坑村").hits


def test_a_kind_alone_lists_all_of_it(ask: Ask) -> None:
    assert ids(ask("独居老人"), "key_person") == [401, 402]


def test_a_yes_or_no_is_a_kind_too(ask: Ask) -> None:
    assert ids(ask("危房"), "house") == [101]


def test_a_table_and_a_map_are_filters(ask: Ask) -> None:
    assert {hit.table for hit in ask("重点人员 张建国").hits} == {"key_person"}
    assert {hit.table for hit in ask("产业发展图 张建国").hits} == {"plot"}
    assert {hit.table for hit in ask("农房").hits} == {"house"}


def test_a_township_is_a_filter(ask: Ask) -> None:
    assert ids(ask("竹源乡 危房"), "house") == [101]


def test_a_village_alone_is_looked_for_by_name(ask: Ask) -> None:
    results = ask("大竹溪村")
    assert (first(results).table, first(results).id) == ("village", 11)
    assert ids(results, "house") == []


def test_a_name_and_an_address_together_mean_who_lives_there(ask: Ask) -> None:
    assert ids(ask("张建国 坑边"), "resident") == [301, 302]
    assert ids(ask("曾 坑边17号"), "resident") == [303]


def test_crops_organisations_roads_and_villages_are_found(ask: Ask) -> None:
    assert ids(ask("水稻"), "plot") == [501]
    assert ids(ask("村民委员会"), "organisation") == [601]
    assert ids(ask("ljgl"), "road") == [701]
    assert ids(ask("dzx"), "village") == [11]
    assert ids(ask(FAR), "village") == [12]


def test_people_come_before_roads(ask: Ask) -> None:
    tables = [group.table for group in ask("建国").groups]
    assert tables[0] == "resident"
    assert tables.index("road") > tables.index("key_person")


def test_one_village_can_be_asked_for(index: Index) -> None:
    assert ids(find(index, "张建国", village=FAR), "resident") == [302]


def test_what_fits_is_told_with_its_field_and_place(ask: Ask) -> None:
    hit = first(ask("12345"))
    (matched,) = hit.matched
    assert matched.title == "手机号"
    assert matched.text[matched.begin : matched.end] == "12345"
    assert hit.named is None
    assert first(ask("jianguo")).named is not None


def test_the_limit_is_kept_and_the_count_is_of_all(index: Index) -> None:
    results = find(index, "张", limit=2)
    assert len(results.hits) == 2
    assert results.groups[0].count == len(ids(find(index, "张"), "resident"))
    assert results.total == find(index, "张", limit=100).total == len(find(index, "张", limit=100).hits)


def test_a_row_without_a_place_is_found_and_comes_last(ask: Ask) -> None:
    hit = first(ask("欧阳"))
    assert (hit.id, hit.place) == (308, None)
