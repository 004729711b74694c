"""An export is whole or not there, lies where it was asked for, and is in the log before."""

import errno
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from mingqing.core.errors import Cancelled, InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.watch import Watch
from mingqing.export.asked import Asked, Format
from mingqing.export.files import delimited
from mingqing.export.layer import Layer
from mingqing.export.place import built_beside, place_of
from mingqing.export.run import export
from mingqing.export.writing import Options, Written
from mingqing.store.damaged import DamagedSession
from mingqing.store.log import entries
from mingqing.store.session import Session

HOUSES = Asked(Format.CSV, tables=("house",))


@pytest.fixture
def session(as_role: Callable[..., Session]) -> Session:
    return as_role("county_editor")


def exports(session: Session) -> list[tuple[str, str, int | None]]:
    return [(e.target, e.outcome, e.rows) for e in entries(session) if e.act == "export"]


def test_what_was_asked_for_is_there_and_nothing_else(session: Session, tmp_path: Path) -> None:
    outcome = export(session, HOUSES, tmp_path / "给县里" / "农房.csv")
    assert outcome.place.is_file()
    assert set(outcome.files) == {p for p in (tmp_path / "给县里").rglob("*") if p.is_file()}
    assert not [p for p in (tmp_path / "给县里").iterdir() if p.name.startswith(".")]
    assert outcome.rows == len(session.features("house"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_of_the_computer_reads_it(session: Session, tmp_path: Path) -> None:
    outcome = export(session, HOUSES, tmp_path / "农房.csv")
    assert {path.stat().st_mode & 0o077 for path in outcome.files} == {0}


def test_a_new_export_takes_the_place_of_an_older_one(session: Session, tmp_path: Path) -> None:
    place = tmp_path / "表"
    both = Asked(Format.CSV, tables=("house", "household"))
    export(session, both, place)
    outcome = export(session, HOUSES, place)
    assert {p.name for p in outcome.files if p.suffix == ".csv"} == {"house.csv"}
    assert not (place / "household.csv").exists()
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".mingqing"] == ["表"]


def test_what_is_not_ours_is_never_replaced(session: Session, tmp_path: Path) -> None:
    (tmp_path / "表").mkdir()
    (tmp_path / "表" / "别人的.txt").write_text("别动")
    with pytest.raises(InputRefused, match="里已有别的东西"):
        export(session, HOUSES, tmp_path / "表")
    with pytest.raises(InputRefused, match="是文件夹"):
        export(session, Asked(Format.XLSX), tmp_path)
    assert [p.name for p in (tmp_path / "表").iterdir()] == ["别人的.txt"]


def test_nothing_is_put_into_a_project(session: Session) -> None:
    with pytest.raises(InputRefused, match="项目文件夹"):
        export(session, HOUSES, session.info.path / "农房.csv")


def test_suffixes_are_added_where_they_are_missing() -> None:
    assert place_of(Format.GPKG, Path("县.1")).name == "县.1.gpkg"
    assert place_of(Format.GPKG, Path("县.GPKG")).name == "县.GPKG"
    assert place_of(Format.SHP, Path("交县里")).name == "交县里"
    assert place_of(Format.GEOJSON, Path("图")).name == "图"
    assert place_of(Format.SPATIALITE, Path("库.db")).name == "库.db"


def test_the_log_has_it_before_it_is_in_place(
    session: Session, as_role: Callable[..., Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    record = session.record

    def noting(*args: object, **more: object) -> None:
        seen.append([p.name for p in tmp_path.iterdir() if not p.name.startswith(".") and p.suffix == ".csv"])
        record(*args, **more)

    monkeypatch.setattr(session, "record", noting)
    outcome = export(session, HOUSES, tmp_path / "农房.csv")
    assert seen == [[]]
    assert exports(as_role("auditor"))[0] == ("导出 农房.csv", "done", outcome.rows)


def test_who_may_not_is_refused_and_logged_and_nothing_is_there(
    as_role: Callable[..., Session], tmp_path: Path
) -> None:
    session = as_role("village_editor", "331124204202")
    with pytest.raises(NotAllowed, match="不能导出"):
        export(session, HOUSES, tmp_path / "出" / "农房.csv")
    assert not (tmp_path / "出").exists()
    assert exports(as_role("auditor"))[0][1] == "refused"


def test_an_account_bound_to_villages_hands_on_those(as_role: Callable[..., Session], tmp_path: Path) -> None:
    bound = as_role("town_editor", "331124204202")
    outcome = export(bound, HOUSES, tmp_path / "农房.csv")
    everything = as_role("county_editor")
    assert outcome.rows == len(everything.features("house", village="331124204202"))
    asked = Asked(Format.CSV, tables=("house",), villages=("331124204203",))
    assert export(bound, asked, tmp_path / "别的村.csv").rows == 0


def test_stopped_leaves_what_was_there(session: Session, tmp_path: Path) -> None:
    place = tmp_path / "农房.csv"
    place.write_text("旧的")
    with pytest.raises(Cancelled):
        export(session, HOUSES, place, watch=Watch(cancelled=lambda: True))
    assert place.read_text() == "旧的"
    assert [p for p in tmp_path.iterdir() if p.suffix != ".mingqing"] == [place]


def test_a_full_disk_is_said_and_leaves_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(layers: Iterable[Layer], place: Path, options: Options) -> Written:
        place.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(delimited, "write", full)
    with pytest.raises(ProjectUnavailable, match="磁盘满了"):
        export(session, HOUSES, tmp_path / "农房.csv")
    assert [p for p in tmp_path.iterdir() if p.suffix != ".mingqing"] == []


def test_nothing_incomplete_leaves_a_damaged_project(session: Session, tmp_path: Path) -> None:
    with DamagedSession.of(session) as damaged, pytest.raises(ProjectUnavailable, match="会不完整"):
        export(damaged, HOUSES, tmp_path / "农房.csv")


def test_documents_of_two_formats_do_not_replace_each_other(session: Session, tmp_path: Path) -> None:
    for format_ in (Format.XLSX, Format.GEOJSON):
        export(session, Asked(format_, tables=("house",)), tmp_path / f"农房{format_.suffix}")
    folders = {p.name for p in tmp_path.iterdir() if p.is_dir() and p.suffix != ".mingqing"}
    assert folders == {"农房.xlsx_说明", "农房.geojson_说明"}


def test_a_folder_that_somebody_else_made_beside_is_left_alone(session: Session, tmp_path: Path) -> None:
    (tmp_path / "农房.csv_说明").mkdir()
    (tmp_path / "农房.csv_说明" / "便条.txt").write_text("别动")
    with pytest.raises(InputRefused, match="里已有别的东西"):
        export(session, HOUSES, tmp_path / "农房.csv")
    assert (tmp_path / "农房.csv_说明" / "便条.txt").read_text() == "别动"


def test_a_name_that_no_file_can_have_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="名字太长"):
        export(session, HOUSES, tmp_path / ("长" * 300 + ".csv"))


def test_what_a_killed_export_left_goes_with_the_next_and_what_another_builds_stays(
    session: Session, tmp_path: Path
) -> None:
    with built_beside(tmp_path / "农房.csv", "甲") as building:
        (building / "农房.csv").write_text("正在写")
        dead = shutil.copytree(building, building.with_name(building.name[:-8] + "deadbeef"))
        export(session, HOUSES, tmp_path / "农房.csv")
        assert not dead.exists()
        assert (building / "农房.csv").read_text() == "正在写"
    assert not building.exists()
