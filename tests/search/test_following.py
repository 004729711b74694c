"""The index follows what is written, row by row."""

import pytest

from mingqing.search import follow
from mingqing.search.find import find
from mingqing.search.follow import refreshed
from mingqing.search.index import Index
from mingqing.store.session import Session
from tests.search.conftest import FAR, NEAR, PEOPLE, ids, write


def test_a_new_name_is_found_and_the_old_one_no_more(township: Session) -> None:
    index = Index.build(township)
    with township.transaction("edit", "改名") as change:
        change.update("resident", [303], {"name": ["童一新"]})
    index = refreshed(index, township, {"resident": [303]})
    assert ids(find(index, "tyx"), "resident") == [303]
    assert ids(find(index, "曾国强"), "resident") == []
    assert len(index) == len(Index.build(township))


def test_rows_that_were_added_and_deleted_are_followed(township: Session) -> None:
    index = Index.build(township)
    write(township, "resident", "name household village_code", [(399, "童二新", 202, NEAR)])
    with township.transaction("edit", "删除") as change:
        change.delete("resident", [304])
    index = refreshed(index, township, {"resident": [399, 304]})
    (hit,) = find(index, "童二新").hits
    assert hit.said[0] == "坑边17号"
    assert hit.place is not None
    assert ids(find(index, "单小红"), "resident") == []


def test_who_lives_in_a_house_is_told_by_its_new_address(township: Session) -> None:
    index = Index.build(township)
    with township.transaction("edit", "改门牌") as change:
        change.update("house", [101], {"address": ["凤凰路9号"]})
    index = refreshed(index, township, {"house": [101]})
    assert {hit.said[0] for hit in find(index, "张建国").hits if hit.id in {201, 301}} == {"凤凰路9号"}
    assert set(ids(find(index, "凤凰路9号"), "resident")) == {301, 306, 307}
    assert ids(find(index, "坑边7号"), "house") == [103]


def test_one_change_after_the_other(township: Session) -> None:
    index = Index.build(township)
    for name in ("童甲甲", "童乙乙", "童丙丙"):
        with township.transaction("edit", "改名") as change:
            change.update("resident", [305], {"name": [name]})
        index = refreshed(index, township, {"resident": [305]})
    assert ids(find(index, "童甲甲"), "resident") == []
    assert ids(find(index, "童丙丙"), "resident") == [305]


def test_a_village_that_is_renamed_filters_by_its_new_name(township: Session) -> None:
    index = Index.build(township)
    with township.transaction("edit", "改名") as change:
        change.update("village", [12], {"name": ["新岭村"]})
    index = refreshed(index, township, {"village": [12]})
    (hit,) = find(index, "独居老人 新岭").hits
    assert (hit.id, hit.village, hit.village_name) == (402, FAR, "新岭村")


def test_with_very_many_changes_all_is_made_anew(township: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_MOST", 3)
    index = refreshed(Index.build(township), township, {"resident": [person[0] for person in PEOPLE]})
    assert len(index.segments) == 1
    assert ids(find(index, "解海"), "resident") == [305]


def test_a_change_of_what_is_not_searched_changes_nothing(township: Session) -> None:
    index = Index.build(township)
    assert len(refreshed(index, township, {"land": [1]})) == len(index)
