"""A restored, older project takes the county's database back only when asked to, and nobody who was erased back."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.postgis.faults import NewerThere
from mingqing.export.postgis.publish import publish
from mingqing.store.edit import Referring, edit
from mingqing.store.people.erase import erase
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.cli.conftest import Run, assert_refused

from .conftest import As, County

NAME = "甄一一"
Restore = Callable[[], Session]


@pytest.fixture
def project(sample_project: Path) -> Iterator[Session]:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        yield session


@pytest.fixture
def restored(project: Session, tmp_path: Path) -> Iterator[Restore]:
    """The project as it is at the call, to be had back later."""
    with ExitStack() as stack:

        def back() -> Session:
            older = shutil.copytree(project.info.path, tmp_path / "恢复.mingqing")
            return stack.enter_context(open_project(older, user=USER, password=PASSWORD))

        yield back


def storeys(session: Session, storeys: int) -> int:
    house = session.rows("house", ["id"])[0][0]
    with edit(session, "改") as e:
        e.change("house", house, {"storeys": storeys})
    return int(house)


def test_an_older_state_is_refused_with_who_published_the_newer_one_and_what_would_come_back(
    county: County, project: Session, restored: Restore
) -> None:
    old = restored()
    storeys(project, 47)
    gone = project.rows("road", ["id"])[0][0]
    with edit(project, "删") as e:
        e.remove("road", [gone], Referring.DETACH)
    publish(project, county.address)
    (when,) = county.rows("SELECT to_char(max(published_at), 'YYYY-MM-DD HH24:MI') FROM mingqing.published")
    for trial in (True, False):
        with pytest.raises(NewerThere) as error:
            publish(old, county.address, trial=trial)
        for part in (f"由 {USER} 于 {when} 发布", f"道路 1 条：{gone}", "--older", "较早的备份"):
            assert part in str(error.value)
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE storeys = 47") == [1]
    assert county.rows("SELECT count(*) FROM mingqing.road WHERE id = %s", gone) == [0]
    assert county.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%stage%'") == [0]


def test_an_older_state_that_went_on_otherwise_is_refused_too(
    county: County, project: Session, restored: Restore
) -> None:
    old = restored()
    storeys(project, 47)
    publish(project, county.address)
    for n in (3, 4, 5):
        storeys(old, n)
    with pytest.raises(NewerThere):
        publish(old, county.address)


def test_by_wish_it_is_published_and_told_and_is_what_counts_from_then_on(
    county: County, project: Session, restored: Restore, as_role: As
) -> None:
    old = restored()
    storeys(project, 47)
    code = project.villages()[0].code
    publish(as_role(project, "town_editor", code), county.address)
    publish(project, county.address)
    for trial in (True, False):
        made = publish(old, county.address, older=True, trial=trial)
        assert any("退回了较早的内容" in note and USER in note for note in made.notes)
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE storeys = 47") == [0]
    assert publish(old, county.address, verify=True).notes == ()
    assert publish(as_role(old, "town_editor", code), county.address, verify=True).notes == ()
    assert publish(project, county.address, verify=True).notes == ()  # the newer one may always
    assert county.rows("SELECT count(*) FROM mingqing.house WHERE storeys = 47") == [1]


def test_what_another_account_published_of_the_project_counts(
    county: County, project: Session, restored: Restore, as_role: As
) -> None:
    publish(project, county.address)
    old = restored()
    storeys(project, 47)
    town = as_role(project, "town_editor", project.villages()[0].code)
    publish(town, county.address)
    with pytest.raises(NewerThere, match="town_editor"):
        publish(old, county.address)


def test_that_a_table_was_found_changed_by_hand_does_not_make_it_forgotten(
    county: County, project: Session, restored: Restore
) -> None:
    old = restored()
    storeys(project, 47)
    publish(project, county.address)
    county.run("UPDATE mingqing.house SET storeys = 60")
    assert publish(project, county.address, verify=True).differing == ("农房",)
    county.run("DELETE FROM mingqing.published WHERE table_name <> 'house'")
    with pytest.raises(NewerThere):
        publish(old, county.address)


def test_who_was_erased_comes_back_by_no_wish_until_erased_again(
    county: County, project: Session, restored: Restore
) -> None:
    with edit(project, "新增") as e:
        person = e.add("resident", {"village_code": "331124204202", "name": NAME})
    publish(project, county.address)
    old = restored()
    erase(project, person, "本人要求")
    publish(project, county.address)
    for older in (False, True):
        with pytest.raises(NewerThere, match=f"人口 1 条：{person}"):
            publish(old, county.address, older=older)
    assert county.rows("SELECT count(*) FROM mingqing.resident WHERE id = %s", person) == [0]
    assert NAME not in str(county.rows("SELECT * FROM mingqing.erased"))
    erase(old, person, "本人要求")
    publish(old, county.address, older=True)
    assert county.rows("SELECT count(*) FROM mingqing.resident WHERE name = %s", NAME) == [0]


def test_a_backup_of_what_was_published_is_not_older(
    county: County, project: Session, restored: Restore
) -> None:
    storeys(project, 47)
    publish(project, county.address)
    same = restored()
    assert publish(same, county.address).notes == ()
    storeys(same, 48)
    assert publish(same, county.address).notes == ()


def test_a_schema_of_before_there_was_this_is_kept_and_gets_what_it_lacks(
    county: County, project: Session
) -> None:
    publish(project, county.address)
    county.run("ALTER TABLE mingqing.published DROP COLUMN stale; DROP TABLE mingqing.erased")
    publish(project, county.address, trial=True)
    made = publish(project, county.address, verify=True)
    assert (made.notes, made.differing) == ((), ())
    assert county.rows("SELECT count(*) FROM mingqing.erased") == [0]


def test_the_command_says_it_with_exit_2_and_has_the_wish(
    run: Run, county: County, sample_project: Path, tmp_path: Path
) -> None:
    old = shutil.copytree(sample_project, tmp_path / "恢复.mingqing")
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        storeys(session, 47)
        publish(session, county.address)
    assert_refused(run("publish", old, county.address), "--older")
    outcome = run("publish", old, county.address, "--older")
    assert outcome.code == 0
    assert "退回了较早的内容" in outcome.err
    assert "农房" in outcome.out
    assert "道路" not in outcome.out  # of what was compared only what changed is shown
