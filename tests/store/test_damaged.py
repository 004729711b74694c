"""What can be read of a damaged project is shown, and nothing is written to it any more."""

from pathlib import Path

import numpy as np
import pytest

from mingqing.core.errors import ProjectDamaged, ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.check import check_project
from mingqing.store.damaged import DamagedSession
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.spoiling import spoil_pages

_ACCOUNT = {"user": USER, "password": PASSWORD}


@pytest.fixture
def looking(sample_project: Path) -> DamagedSession:
    """A look at the sample villages with a page of houses spoilt."""
    spoil_pages(sample_project, "house", only="middle", **_ACCOUNT)
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        return DamagedSession.of(session)


def test_the_villages_that_can_be_read_are_shown(looking: DamagedSession) -> None:
    columns = ["village_code", "house_no"]
    with pytest.raises(ProjectDamaged):
        Session.features(looking, "house", columns=columns)
    found = looking.features("house", columns=columns)
    shown = set(found.columns["village_code"])
    assert 0 < len(shown) < len(looking.villages())
    assert np.all(np.diff(found.ids) > 0)
    one = next(iter(shown))
    alone = Session.features(looking, "house", columns=columns, village=str(one))
    at = [i for i, code in enumerate(found.columns["village_code"]) if code == one]
    assert list(found.ids[at]) == list(alone.ids)
    assert [found.columns["house_no"][i] for i in at] == list(alone.columns["house_no"])
    assert [found.geometry[i].wkb for i in at] == [shape.wkb for shape in alone.geometry]
    some = looking.features("house", among=[*alone.ids[:3].tolist(), 1])
    assert list(some.ids) == list(alone.ids[:3])


def test_a_table_that_cannot_be_read_at_all_is_empty_and_the_others_are_whole(sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        before, extent = session.counts(), session.extent()
        residents = len(session.features("resident").ids)
    spoil_pages(sample_project, "house", only="internal", **_ACCOUNT)
    spoil_pages(sample_project, "idx_house_geometry_node", **_ACCOUNT)
    with (
        open_project(sample_project, user=USER, password=PASSWORD) as session,
        DamagedSession.of(session) as looking,
    ):
        assert len(looking.features("house", columns=["house_no"])) == 0
        assert looking.extent("house") is None
        assert looking.extent() == pytest.approx(extent, abs=3000)
        assert {n: c for n, c in looking.counts().items() if n != "house"} == {
            n: c for n, c in before.items() if n != "house"
        }
        assert len(looking.rows("resident", ["id"])) == residents


def test_villages_keep_their_names_where_their_bounds_are_lost(sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        before = [(v.code, v.name) for v in session.villages()]
    spoil_pages(sample_project, "idx_village_geometry_node", **_ACCOUNT)
    with (
        open_project(sample_project, user=USER, password=PASSWORD) as session,
        DamagedSession.of(session) as looking,
    ):
        found = looking.villages()
    assert [(v.code, v.name) for v in found] == before
    assert {v.bounds for v in found} == {None}


def test_nothing_is_written_to_it(looking: DamagedSession) -> None:
    with pytest.raises(ProjectUnavailable, match="已损坏"), looking.transaction("edit", "改"):
        pass
    with looking.clone() as another:
        assert another.info.read_only is not None
        assert len(another.features("house")) == len(looking.features("house"))


def test_checking_it_ends_in_the_damage(looking: DamagedSession) -> None:
    with pytest.raises(ProjectDamaged):
        check_project(looking)
