"""Overviews say what the rows say, to whom the rows would say it, and are never older than the rows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.access.roles import roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Privacy
from mingqing.catalog.overviews import LEVELS, Needs, plan
from mingqing.core.errors import Cancelled, ProjectUnavailable
from mingqing.core.features import Gathered
from mingqing.core.paths import Shape
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.overview import keep
from mingqing.store.overview.build import is_behind, refresh
from mingqing.store.project import open_project
from mingqing.store.session import Session

FAR = LEVELS[-1].metres_per_px
EVERYWHERE = (-1e9, -1e9, 1e9, 1e9)
LAND, HOUSE = Needs(frozenset({"kind"}), apart=False), Needs(frozenset({"structure"}), apart=False)


@pytest.fixture
def own(sample_project: Path) -> Iterator[Session]:
    """The sample villages, with overviews."""
    with open_project(sample_project, user=USER, password=PASSWORD) as opened:
        refresh(opened)
        yield opened


def gathered(session: Session, table: str = "land", wanted: Needs = LAND, metres: float = FAR) -> Gathered:
    found = session.gathered(table, EVERYWHERE, wanted, metres)
    assert found is not None
    return found


def as_role(session: Session, role: str, villages: list[str] | None) -> Session:
    login = session.login
    policy = Policy.of([role], villages, session.catalog, login.known)
    account = replace(login.account, name=role, roles=(role,), villages=policy.villages)
    return Session(session.info, session.catalog, replace(login, account=account, policy=policy))


def add_house(session: Session, village: str, x: float, structure: str = "砖木") -> int:
    (row,) = new_ids(1)
    shape = encode(np.array([shapely.box(x, 3_140_000, x + 12, 3_140_010)]), session.info.epsg)
    with session.transaction("edit", "添加房屋") as change:
        change.insert("house", [row], {"village_code": [village], "structure": [structure]}, shape)
    return row


def test_every_row_is_a_member_of_the_group_of_its_kind(own: Session) -> None:
    found, rows = gathered(own), own.features("land", columns=["kind"])
    assert len(found.members) == len(rows)
    kinds = found.columns["kind"]
    counted = dict.fromkeys(kinds, 0)
    for owner in found.owners.tolist():
        counted[kinds[owner]] += 1
    values = list(rows.columns["kind"])
    assert counted == {kind: values.count(kind) for kind in kinds}


@pytest.mark.parametrize("level", LEVELS)
def test_merged_areas_cover_what_their_rows_cover(own: Session, level: object) -> None:
    metres = LEVELS[LEVELS.index(level)].metres_per_px  # type: ignore[arg-type]
    paths = gathered(own, metres=metres).shapes[Shape.POLYGON]
    rings = (
        shapely.linearrings(
            paths.xy, indices=np.repeat(np.arange(len(paths.parts) - 1), np.diff(paths.parts))
        )
        if not paths.specks.any()
        else None
    )
    whole = shapely.area(own.features("land").geometry).sum()
    if rings is not None:
        outer = np.zeros(len(rings), dtype=bool)
        outer[paths.features[:-1]] = True
        areas = shapely.area(shapely.polygons(rings))
        assert areas[outer].sum() - areas[~outer].sum() == pytest.approx(whole, rel=0.02)


def test_a_house_too_small_to_see_is_a_speck_where_it_stands(own: Session) -> None:
    paths = gathered(own, "house", HOUSE).shapes[Shape.POLYGON]
    assert paths.specks.any()
    every = shapely.union_all(own.features("house").geometry)
    at = shapely.points(paths.xy[paths.first[paths.specks]])
    assert shapely.distance(at, every).max() < 5.0  # the middle of an L lies outside it


def test_close_up_rows_are_drawn_one_by_one(own: Session) -> None:
    assert own.gathered("land", EVERYWHERE, LAND, 1.0) is None


def test_a_style_that_needs_more_than_was_kept_has_rows_drawn_one_by_one(own: Session) -> None:
    assert own.gathered("land", EVERYWHERE, Needs(frozenset({"area_mu"}), apart=False), FAR) is None
    assert own.gathered("land", EVERYWHERE, Needs(frozenset({"kind"}), apart=True), FAR) is None


def test_nothing_personal_is_kept() -> None:
    for name, table in catalog().tables.items():
        for level in LEVELS:
            needs = plan(catalog(), name, level)
            for column in needs.columns if needs else ():
                assert table.field_by_name[column].privacy is Privacy.OPEN


def test_a_role_bound_to_a_village_gets_that_village_alone(own: Session) -> None:
    first, second = own.villages()[:2]
    with as_role(own, "village_editor", [first.code]) as clerk:
        assert set(gathered(clerk).villages) == {first.code}
        assert set(
            gathered(clerk, "village", Needs(frozenset({"name"}), apart=True, once=True)).villages
        ) == {first.code}
        add_house(own, second.code, 500_000.0)  # what is behind is read through the guard
        assert set(gathered(clerk, "house", HOUSE).villages) == {first.code}


def test_who_may_not_see_a_table_or_column_gets_no_overview_of_it(own: Session) -> None:
    for role in roles():
        villages = [own.villages()[0].code] if roles()[role].bound_to_villages else None
        with as_role(own, role, villages) as other:
            seen = other.features("land", columns=["kind"])
            if not len(seen) or set(seen.columns["kind"]) == {None}:
                assert other.gathered("land", EVERYWHERE, LAND, FAR) is None


def test_an_edit_shows_at_once_and_only_its_village_is_made_again(own: Session) -> None:
    village = own.villages()[0].code
    before = gathered(own, "house", HOUSE)
    row = add_house(own, village, 500_000.0)
    assert is_behind(own)
    after = gathered(own, "house", HOUSE)
    assert len(after.members) == len(before.members) + 1
    refresh(own)
    assert not is_behind(own)
    assert len(gathered(own, "house", HOUSE).members) == len(before.members) + 1
    with own.transaction("edit", "修改") as change:
        change.update("house", [row], {"structure": ["砖混"]})
    now = gathered(own, "house", HOUSE)
    own_group = now.owners[np.flatnonzero(np.abs(now.members[:, 0] - 500_006) < 1)]
    assert [now.columns["structure"][n] for n in own_group] == ["砖混"]
    with own.transaction("edit", "删除") as change:
        change.delete("house", [row])
    assert len(gathered(own, "house", HOUSE).members) == len(before.members)
    refresh(own)
    assert len(gathered(own, "house", HOUSE).members) == len(before.members)


def test_a_row_that_moved_to_another_village_is_in_one_of_them(own: Session) -> None:
    first, second = (v.code for v in own.villages()[:2])
    row = add_house(own, first, 500_000.0)
    refresh(own)
    with own.transaction("edit", "改村") as change:
        change.update("house", [row], {"village_code": [second]})
    for _ in range(2):
        found = gathered(own, "house", HOUSE)
        there = found.owners[np.abs(found.members[:, 0] - 500_006) < 1]
        assert [found.villages[n] for n in there] == [second]
        refresh(own)


def test_overviews_of_another_history_are_not_used(own: Session) -> None:
    own.close()
    with open_project(own.info.path, user=USER, password=PASSWORD) as again:
        database = again.info.path / keep.FILE
        assert database.exists()
        from mingqing.store.connection import connect, immediate

        with_key = connect(database, again.login.key, read_only=False, spatial=False)
        with immediate(with_key):
            keep.set_state(with_key, "head", "1:" + "00" * 32)
        with_key.close()
        assert again.gathered("land", EVERYWHERE, LAND, FAR) is None
        refresh(again)
        assert again.gathered("land", EVERYWHERE, LAND, FAR) is not None


@pytest.mark.parametrize("content", [b"", b"not a database", b"\0" * 9000])
def test_a_damaged_file_is_not_used_and_made_anew(sample_project: Path, content: bytes) -> None:
    (sample_project / keep.FILE).write_bytes(content)
    with open_project(sample_project, user=USER, password=PASSWORD) as opened:
        assert opened.gathered("land", EVERYWHERE, LAND, FAR) is None
        assert is_behind(opened)
        refresh(opened)
        assert not is_behind(opened)
        found = [opened.gathered("land", EVERYWHERE, LAND, FAR) for _ in range(2)]
        assert found[-1] is not None  # what was open was the damaged one


def test_what_is_given_up_half_way_is_not_used(sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as opened:
        asked = iter(range(10_000))
        with pytest.raises(Cancelled):
            refresh(opened, cancelled=lambda: next(asked) > 4)
        assert opened.gathered("land", EVERYWHERE, LAND, FAR) is None
        refresh(opened)
        assert len(gathered(opened).members) == opened.counts()["land"]


def test_a_project_that_may_only_be_read_keeps_none(own: Session) -> None:
    keep.remove(own.info.path)
    with (
        Session(replace(own.info, read_only="在网络共享上"), own.catalog, own.login) as reader,
        pytest.raises(ProjectUnavailable),
    ):
        refresh(reader)
    assert not (own.info.path / keep.FILE).exists()


def test_the_file_tells_nothing_without_the_key(own: Session) -> None:
    data = (own.info.path / keep.FILE).read_bytes()
    assert not data.startswith(b"SQLite format 3")
    assert b"gathered" not in data
    assert "山林".encode() not in data


def test_impossible_coordinates_are_left_out_of_overviews(own: Session) -> None:
    village = own.villages()[0].code
    before = len(gathered(own, "house", HOUSE).members)
    shapes = encode(
        np.array([shapely.box(1e12, 0, 1e12 + 9, 9), shapely.box(0, 1e300, 9, 1.1e300)]), own.info.epsg
    )
    with own.transaction("edit", "坏坐标") as change:
        change.insert("house", list(new_ids(2)), {"village_code": [village] * 2}, shapes)
    refresh(own)
    assert len(gathered(own, "house", HOUSE).members) == before
