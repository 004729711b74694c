"""What can be read of a damaged project comes into a new one; what is lost is counted; the old one stays as it is."""

import hashlib
from pathlib import Path

import apsw
import pytest

from mingqing.core.errors import InputRefused, ProjectDamaged, ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.backup import make_backup
from mingqing.store.check import check_project
from mingqing.store.people import erase
from mingqing.store.project import open_project
from mingqing.store.salvage import Salvaged, salvage_project
from mingqing.store.session import Session
from tests.inside import query

PAGE = 8192


def salvage(project: Path, to: Path) -> Salvaged:
    return salvage_project(project, to, user=USER, password=PASSWORD)


def counts(project: Path) -> dict[str, int]:
    with open_project(project, user=USER, password=PASSWORD) as session:
        return session.counts()


def pages_of(project: Path, name: str, *, leaves: bool = True) -> list[int]:
    """The pages of a table or index, counted from 0; without its root where it has more than one."""
    with open_project(project, user=USER, password=PASSWORD) as session:
        kind = "leaf" if leaves else "internal"
        found = query(
            session,
            "SELECT pageno - 1 FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path",
            (name, kind),
        )
    return [page for (page,) in found]


def spoil(project: Path, *pages: int) -> None:
    raw = bytearray((project / "map.db").read_bytes())
    for page in pages:
        raw[page * PAGE + 3000] ^= 0x5A
    (project / "map.db").write_bytes(raw)


def rows(session: Session, table: str) -> dict[int, tuple[object, ...]]:
    columns = [f.name for f in session.catalog.tables[table].fields]
    return {row[0]: row for row in session.rows(table, ["id", "village_code", *columns])}


def test_a_sound_project_comes_over_whole(sample_project: Path, tmp_path: Path) -> None:
    done = salvage(sample_project, tmp_path / "新")
    assert done.path == tmp_path / "新.mingqing"
    assert (set(done.lost.values()), set(done.detached.values())) == ({0}, {0})
    with (
        open_project(sample_project, user=USER, password=PASSWORD) as old,
        open_project(done.path, user=USER, password=PASSWORD) as new,
    ):
        assert new.counts() == old.counts() == done.rescued
        assert check_project(new) == []
        assert (new.info.name, new.info.epsg) == (old.info.name, old.info.epsg)
        assert new.recall_all("") == old.recall_all("")
        for table in ("house", "resident", "assistance"):
            assert rows(new, table) == rows(old, table)
        assert [g.wkb for g in new.features("house").geometry] == [
            g.wkb for g in old.features("house").geometry
        ]


def test_what_must_not_come_back_is_carried_over(sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as old:
        erase(old, next(int(i) for (i,) in old.rows("resident", ["id"])), "本人申请")
        settled = old.settled()
    assert settled
    with open_project(salvage(sample_project, tmp_path / "新").path, user=USER, password=PASSWORD) as new:
        assert new.settled() == settled


@pytest.mark.parametrize("table", ["resident", "house", "household"])
def test_a_spoilt_page_costs_its_rows_and_no_others(sample_project: Path, tmp_path: Path, table: str) -> None:
    before = counts(sample_project)
    leaves = pages_of(sample_project, table)
    spoil(sample_project, leaves[len(leaves) // 2])
    done = salvage(sample_project, tmp_path / "新")
    assert 0 < done.lost[table] < before[table] / 2
    assert done.rescued[table] + done.lost[table] == before[table]
    assert {n: c for n, c in done.rescued.items() if n != table} == {
        n: c for n, c in before.items() if n != table
    }
    with open_project(done.path, user=USER, password=PASSWORD) as new:
        assert check_project(new) == []
        assert new.counts() == done.rescued


def test_rows_whose_household_is_lost_are_kept_and_counted(sample_project: Path, tmp_path: Path) -> None:
    leaves = pages_of(sample_project, "household")
    spoil(sample_project, leaves[len(leaves) // 2])
    done = salvage(sample_project, tmp_path / "新")
    assert done.detached["resident"] >= done.lost["household"] > 0
    assert done.lost["resident"] == 0
    with open_project(done.path, user=USER, password=PASSWORD) as new:
        alone = [i for i, h in new.rows("resident", ["id", "household"]) if h is None]
        assert len(alone) == done.detached["resident"]


def test_a_table_whose_root_is_gone_leaves_the_others(sample_project: Path, tmp_path: Path) -> None:
    before = counts(sample_project)
    spoil(sample_project, *pages_of(sample_project, "resident", leaves=False))
    done = salvage(sample_project, tmp_path / "新")
    assert (done.rescued["resident"], done.lost["resident"]) == (0, before["resident"])
    assert done.rescued["house"] == before["house"]


def test_spoilt_indexes_cost_nothing(sample_project: Path, tmp_path: Path) -> None:
    before = counts(sample_project)
    names = ("resident_village", "resident_household", "idx_house_geometry_node")
    spoil(sample_project, *(page for name in names for page in pages_of(sample_project, name)))
    done = salvage(sample_project, tmp_path / "新")
    assert done.rescued == before
    with open_project(done.path, user=USER, password=PASSWORD) as new:
        assert check_project(new) == []


@pytest.mark.parametrize("table", ["house", "mq_change", "resident"])
def test_wherever_the_damage_is_a_backup_is_refused_with_advice(
    sample_project: Path, tmp_path: Path, table: str
) -> None:
    spoil(sample_project, *pages_of(sample_project, table), *pages_of(sample_project, table, leaves=False))
    with (
        open_project(sample_project, user=USER, password=PASSWORD) as session,
        pytest.raises(ProjectDamaged, match=r"没有做成备份.*mingqing salvage"),
    ):
        make_backup(session, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [sample_project.name]


def test_salvaging_leaves_the_damaged_project_as_it_is(sample_project: Path, tmp_path: Path) -> None:
    spoil(sample_project, pages_of(sample_project, "house")[0])
    before = hashlib.sha256((sample_project / "map.db").read_bytes()).digest()
    salvage(sample_project, tmp_path / "新")
    assert hashlib.sha256((sample_project / "map.db").read_bytes()).digest() == before


def test_a_project_without_its_first_page_is_beyond_salvage(empty_project: Path, tmp_path: Path) -> None:
    spoil(empty_project, 0)
    with pytest.raises(ProjectDamaged):
        salvage(empty_project, tmp_path / "新")
    assert [p.name for p in tmp_path.iterdir()] == [empty_project.name]


def test_salvaging_never_touches_what_is_there(empty_project: Path) -> None:
    with pytest.raises(InputRefused, match="已经存在"):
        salvage(empty_project, empty_project)


def test_a_wrong_password_salvages_nothing(empty_project: Path, tmp_path: Path) -> None:
    with pytest.raises(ProjectUnavailable, match="账号或密码不对"):
        salvage_project(empty_project, tmp_path / "新", user=USER, password="别的")  # noqa: S106
    assert [p.name for p in tmp_path.iterdir()] == [empty_project.name]


def test_a_salvage_that_fails_leaves_nothing(
    sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr("mingqing.store.changes.Transaction.insert", full)
    with pytest.raises(ProjectUnavailable, match="磁盘已满"):
        salvage(sample_project, tmp_path / "新")
    assert [p.name for p in tmp_path.iterdir()] == [sample_project.name]
