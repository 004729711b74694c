"""A project's own templates go where it goes: into backups and back, into work packages, out of a damaged project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.archive import backups_in, read_backup
from mingqing.store.backup import automatic_backup, backup_due, make_backup
from mingqing.store.package import make_package
from mingqing.store.restore import restore_backup
from mingqing.store.salvage import salvage_project
from mingqing.store.session import Session
from mingqing.store.templates import LARGEST, MOST, carried, own_templates
from tests.store.test_backup_hostile import assert_refused, files_of, write

TEXT = 'title = "{village}家底"\n'.encode()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "U盘").mkdir()
    return tmp_path / "U盘"


@pytest.fixture
def own(session: Session) -> Session:
    """The project with a template of its own, and with what is none beside it."""
    folder = session.info.path / "print"
    folder.mkdir()
    (folder / "household.toml").write_bytes(TEXT)
    (folder / "broken.toml").write_bytes(b"title = \xff[[[")
    (folder / "household.toml.bak").write_bytes(TEXT)
    (folder / "图片.png").write_bytes(b"png")
    (folder / "big.toml").write_bytes(b"#" * (LARGEST + 1))
    (folder / "deep").mkdir()
    (folder / "deep" / "x.toml").write_bytes(TEXT)
    (folder / "secret.toml").symlink_to(session.info.path / "keyring.json")
    (folder / ".hidden.toml").write_bytes(TEXT)
    return session


CARRIED = {"print/household.toml": TEXT, "print/broken.toml": b"title = \xff[[["}


def test_they_come_back_from_a_backup_and_nothing_else_of_their_folder_does(
    own: Session, stick: Path, tmp_path: Path
) -> None:
    made = make_backup(own, stick)
    assert carried(restore_backup(made.file, tmp_path / "恢复")) == CARRIED
    assert sorted(p.name for p in (tmp_path / "恢复.mingqing" / "print").iterdir()) == [
        "broken.toml",
        "household.toml",
    ]
    assert [b.file for b in backups_in(stick)] == [made.file]


def test_a_backup_without_them_is_as_older_programs_read_it(session: Session, stick: Path) -> None:
    assert b'"format": 1' in files_of(make_backup(session, stick))["backup.json"]


def test_a_template_that_was_changed_makes_a_backup_due(session: Session) -> None:
    automatic_backup(session, now=datetime(2026, 5, 1, 8, tzinfo=UTC))
    assert not backup_due(session)
    (session.info.path / "print").mkdir()
    (session.info.path / "print" / "card.toml").write_bytes(TEXT)
    assert backup_due(session)
    kept = automatic_backup(session)
    assert "print/card.toml" in read_backup(kept.file).contents.sha256
    assert not backup_due(session)


def test_of_very_many_files_only_so_many_are_templates(session: Session) -> None:
    folder = session.info.path / "print"
    folder.mkdir()
    for n in range(MOST + 20):
        (folder / f"t{n:03}.toml").touch()
    assert len(own_templates(session.info.path)) == len(carried(session.info.path)) == MOST


def test_profiles_of_exchange_go_the_same_ways(own: Session, stick: Path, tmp_path: Path) -> None:
    folder = own.info.path / "exchange"
    folder.mkdir()
    (folder / "县局.toml").write_bytes(TEXT)
    (folder / "readme.txt").write_bytes(TEXT)
    expected = CARRIED | {"exchange/县局.toml": TEXT}
    made = make_backup(own, stick)
    assert b'"format": 4' in files_of(made)["backup.json"]
    assert carried(restore_backup(made.file, tmp_path / "恢复")) == expected
    package = make_package(own, tmp_path / "包", "viewer", ["331124204202"], user="查阅", password=PASSWORD)
    assert carried(package) == expected
    assert [f.stem for f in own_templates(own.info.path, "exchange")] == ["县局"]


def test_as_many_as_may_be_carried_come_back(session: Session, stick: Path, tmp_path: Path) -> None:
    for folder in ("print", "exchange"):
        (session.info.path / folder).mkdir()
        for n in range(MOST + 1):
            (session.info.path / folder / f"t{n:03}.toml").touch()
    made = make_backup(session, stick)
    assert len(carried(restore_backup(made.file, tmp_path / "恢复"))) == 2 * MOST


NAMES = [
    "exchange/../map.db",
    "exchange/a/x.toml",
    "exchange",
    "print/../map2.db",
    "print/../../x.toml",
    "/print/x.toml",
    "print/a/x.toml",
    "print\\x.toml",
    "print/.toml",
    "print/nul.toml",
    "print/x.png",
    "Print/x.toml",
    "other/x.toml",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_backup_with_a_file_of_another_name_is_refused(own: Session, stick: Path, name: str) -> None:
    made = make_backup(own, stick)
    write(made.file, [*files_of(made).items(), (name, TEXT)])
    assert_refused(made.file)


def test_a_backup_with_a_template_twice_or_altered_or_too_large_is_refused(own: Session, stick: Path) -> None:
    made = make_backup(own, stick)
    files = files_of(made)
    write(made.file, [*files.items(), ("print/new.toml", TEXT)])
    assert_refused(made.file)
    write(made.file, list((files | {"print/household.toml": TEXT + b"#"}).items()))
    assert_refused(made.file)
    write(made.file, list((files | {"print/household.toml": b"#" * (LARGEST + 1)}).items()))
    assert_refused(made.file)
    write(made.file, list(files.items()))
    assert read_backup(made.file).contents.sha256.keys() == {"map.db", "keyring.json", *CARRIED}


def test_they_go_into_a_work_package(own: Session, tmp_path: Path) -> None:
    path = make_package(own, tmp_path / "包", "viewer", ["331124204202"], user="查阅", password=PASSWORD)
    assert carried(path) == CARRIED


def test_they_are_salvaged(own: Session, tmp_path: Path) -> None:
    project = own.info.path
    own.close()
    assert carried(salvage_project(project, tmp_path / "抢救", user=USER, password=PASSWORD).path) == CARRIED


def test_a_folder_that_is_a_link_leads_nowhere(session: Session, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "card.toml").write_bytes(TEXT)
    (session.info.path / "print").symlink_to(tmp_path / "elsewhere")
    assert carried(session.info.path) == {}


def test_a_restored_project_is_never_written_over(own: Session, stick: Path, tmp_path: Path) -> None:
    made = make_backup(own, stick)
    restore_backup(made.file, tmp_path / "恢复")
    with pytest.raises(InputRefused, match="已经存在"):
        restore_backup(made.file, tmp_path / "恢复")
