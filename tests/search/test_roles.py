"""Nobody finds by what they may not see."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.search.find import find
from mingqing.search.index import Index
from mingqing.store.accounts import add_account
from mingqing.store.project import open_project
from tests.search.conftest import FAR, NEAR, ids

_OTHERS = "Zhu7ying-lin4"
_BOUND = {"village_editor": [FAR], "town_editor": [NEAR, FAR]}
ROLES = ("viewer", "department", "planner", "system_admin", "auditor", *_BOUND)
# What of 张建国 in 大竹溪村 and of 李𠮷 somebody might type.
NAMES = ("张建国", "建国", "zjg", "zhangjianguo", "李𠮷", "𠮷")
NUMBERS = ("999999195001010013", "0013", "19500101", "13912345", "00013912345", "3912")


@pytest.fixture(scope="module")
def staffed(township_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The township with an account of each role, called after it."""
    path = Path(shutil.copytree(township_once, tmp_path_factory.mktemp("staffed") / "竹源乡.mingqing"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGQING_SETTINGS", str(tmp_path_factory.mktemp("computer")))
        with open_project(path, user=USER, password=PASSWORD) as session:
            for role in ROLES:
                add_account(session, role, [role], _BOUND.get(role), _OTHERS)
    return path


@pytest.fixture
def seen_by(staffed: Path, request: pytest.FixtureRequest) -> Iterator[Index]:
    with open_project(staffed, user=request.param, password=_OTHERS) as session:
        yield Index.build(session)


def texts(index: Index) -> str:
    """Every text an index holds, and whatever a search that finds it says."""
    segment = index.segments[0]
    held = [segment.text(number) for number in range(len(segment.words.texts) + len(segment.numbers))]
    return "\n".join(held)


@pytest.mark.parametrize("seen_by", ["viewer", "department", "system_admin", "auditor"], indirect=True)
def test_who_sees_masks_holds_nothing_else_and_finds_by_nothing_else(seen_by: Index) -> None:
    held = texts(seen_by)
    assert [canary for canary in ("张建国", "李𠮷", *NUMBERS) if canary in held] == []
    for typed in (*NAMES, *NUMBERS):
        strict = [
            hit for hit in find(seen_by, typed).hits if hit.table in {"resident", "household", "key_person"}
        ]
        assert [hit for hit in strict if hit.id in {301, 201, 401, 306}] == []


@pytest.mark.parametrize("seen_by", ["viewer"], indirect=True)
def test_masked_people_are_found_by_what_is_shown(seen_by: Index) -> None:
    assert {hit.title for hit in find(seen_by, "张**").hits if hit.table == "resident"} == {"张**"}
    assert len(ids(find(seen_by, "张"), "resident")) == 2
    assert find(seen_by, "张建").total == 0 or find(seen_by, "张建").loose


@pytest.mark.parametrize("seen_by", ["planner"], indirect=True)
def test_the_planner_finds_by_names_and_telephones_but_no_identity_number(seen_by: Index) -> None:
    assert 301 in ids(find(seen_by, "张建国"), "resident")
    assert 301 in ids(find(seen_by, "13912345"), "resident")
    assert ids(find(seen_by, "999999195001010013"), "resident") == []
    assert "999999195001010013" not in texts(seen_by)


@pytest.mark.parametrize("seen_by", ["village_editor"], indirect=True)
def test_a_village_editor_finds_nothing_of_another_village(seen_by: Index) -> None:
    assert ids(find(seen_by, "张建国"), "resident") == [302]
    assert {
        hit.village for typed in (*NAMES, "坑边7号", "独居老人") for hit in find(seen_by, typed).hits
    } == {FAR}
    assert "13912345" not in texts(seen_by)
    assert "大竹溪" not in "".join(seen_by.facets.by_word)


@pytest.mark.parametrize("seen_by", ["town_editor"], indirect=True)
def test_an_editor_finds_what_the_others_do_not_so_that_they_prove_something(seen_by: Index) -> None:
    for typed in ("张建国", "zjg", *NUMBERS[:2], "13912345"):
        assert 301 in ids(find(seen_by, typed), "resident")
