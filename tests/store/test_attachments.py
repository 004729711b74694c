"""Pictures: kept once and encrypted, read through the row that names them, carried wherever the project goes."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mingqing.catalog.values import photo_ids
from mingqing.core.errors import InputRefused, NotAllowed, PicturesDamaged, ProjectUnavailable, StoreBug
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.watch import Watch
from mingqing.store import attachments
from mingqing.store.accounts import NEXT_KEYRING, rekey
from mingqing.store.archive import ATTACHMENTS, is_sound
from mingqing.store.attachments import photo, put, thumbnail
from mingqing.store.backup import automatic_backup, make_backup, own_backups
from mingqing.store.check import check_project
from mingqing.store.connection import connect
from mingqing.store.edit import edit
from mingqing.store.package import make_package
from mingqing.store.people import erase
from mingqing.store.pictures import ABANDONED, drop_abandoned
from mingqing.store.project import open_project
from mingqing.store.restore import restore_backup
from mingqing.store.salvage import salvage_project
from mingqing.store.session import Session
from mingqing.store.undo import redo, undo
from tests.pictures import shot
from tests.store.test_full_disk import file_size_limit

HERE, THERE = "331124204202", "331124204203"
TAKER = "Zhu7ying-lin4"


def keep(session: Session, seed: int) -> str:
    taken = shot(seed)
    return put(session, taken.jpeg, taken.thumbnail)


def kept(session: Session) -> set[str]:
    with attachments.opened(session) as database:
        return attachments.names_in(database)


def house(session: Session, *seeds: int, village: str = HERE) -> tuple[int, list[str]]:
    """A house with these pictures; its id, and theirs."""
    names = [keep(session, seed) for seed in seeds]
    with edit(session, "添加农房") as e:
        row = e.add("house", {"village_code": village, "photos": "、".join(names)})
    return row, names


def reopened(project: Path, user: str = USER, password: str = PASSWORD) -> Session:
    return open_project(project, user=user, password=password)


# ── One picture ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_picture_comes_back_through_the_row_that_names_it(session: Session) -> None:
    assert not (session.info.path / ATTACHMENTS).exists()
    row, names = house(session, 1, 2)
    assert photo(session, "house", row, "photos", names[1]) == shot(2).jpeg
    assert thumbnail(session, "house", row, "photos", names[0]) == shot(1).thumbnail
    stored = session.row("house", row)
    assert stored is not None
    assert photo_ids(stored["photos"]) == tuple(names)
    assert check_project(session) == []


def test_the_same_picture_is_kept_once(session: Session) -> None:
    assert keep(session, 1) == keep(session, 1) != keep(session, 2)
    assert len(kept(session)) == 2


def test_nothing_of_a_picture_can_be_read_without_the_key(session: Session) -> None:
    house(session, 1)
    content = (session.info.path / ATTACHMENTS).read_bytes()
    assert b"SQLite format 3" not in content
    assert b"JFIF" not in content
    with (
        pytest.raises(PicturesDamaged, match="照片文件"),
        attachments.at(session.info.path / ATTACHMENTS, bytes(32)),
    ):
        pass


def test_only_a_picture_that_a_row_names_there_is_given(session: Session) -> None:
    row, (name,) = house(session, 1)
    other, (theirs,) = house(session, 2)
    for place, wanted in ((row, theirs), (other, name), (12345, name)):
        with pytest.raises(NotAllowed, match="不在您可以查看的记录里"):
            photo(session, "house", place, "photos", wanted)
    with pytest.raises(StoreBug):
        photo(session, "house", row, "address", name)


@pytest.mark.parametrize(
    "picture", [b"", b"GIF89a", b"<svg>", b"\xff\xd8\xff" + bytes(attachments.LARGEST_JPEG)]
)
def test_what_was_not_made_ready_is_not_kept(session: Session, picture: bytes) -> None:
    with pytest.raises(InputRefused, match="不是处理过的照片"):
        put(session, picture, shot().thumbnail)
    assert kept(session) == set()


def test_a_cell_that_names_no_picture_of_ours_is_refused(session: Session) -> None:
    with pytest.raises(InputRefused, match="照片"), edit(session, "修改农房") as e:
        e.add("house", {"village_code": HERE, "photos": "照片1.jpg"})


def test_history_and_undo_carry_pictures_like_any_value(session: Session) -> None:
    row, (name,) = house(session, 1)
    with edit(session, "去掉照片") as e:
        e.change("house", row, {"photos": None})
    with pytest.raises(NotAllowed):
        photo(session, "house", row, "photos", name)
    undo(session)
    assert photo(session, "house", row, "photos", name) == shot(1).jpeg
    redo(session)
    with pytest.raises(NotAllowed):
        photo(session, "house", row, "photos", name)


def test_a_project_that_may_only_be_read_shows_pictures_and_takes_none(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, (name,) = house(session, 1)
    monkeypatch.setattr("mingqing.store.project.is_network_share", lambda _path: True)
    with reopened(session.info.path) as reading:
        assert photo(reading, "house", row, "photos", name) == shot(1).jpeg
        with pytest.raises(ProjectUnavailable, match="只能查看"):
            keep(reading, 2)


# ── What nobody names ────────────────────────────────────────────────────────────────────────────────────────


def test_only_what_neither_rows_nor_history_name_is_dropped_and_only_after_days(session: Session) -> None:
    row, (in_history, in_row) = house(session, 1, 2)
    with edit(session, "去掉一张") as e:
        e.change("house", row, {"photos": in_row})
    alone = keep(session, 3)
    assert drop_abandoned(session) == 0
    later = datetime.now(UTC) + ABANDONED + timedelta(hours=1)
    assert drop_abandoned(session, now=later) == 1
    assert kept(session) == {in_history, in_row}
    assert alone not in kept(session)
    undo(session)
    assert photo(session, "house", row, "photos", in_history) == shot(1).jpeg


KILLED = """
import os, signal, sys
from pathlib import Path
from mingqing.store import attachments
from mingqing.store.project import open_project
from tests.pictures import shot
from tests.store.test_full_disk import file_size_limit
session = open_project(Path(sys.argv[1]), user=sys.argv[2], password=sys.argv[3])
taken = shot(5)
attachments.put(session, taken.jpeg, taken.thumbnail)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_between_the_picture_and_its_row_the_project_is_whole(empty_project: Path) -> None:
    arguments = [sys.executable, "-c", KILLED, empty_project, USER, PASSWORD]
    killed = subprocess.run(arguments, capture_output=True, check=False, timeout=60)
    assert (killed.returncode, killed.stderr.decode()) == (-signal.SIGKILL, "")
    with reopened(empty_project) as session:
        assert len(kept(session)) == 1
        assert check_project(session) == []


def test_a_file_left_empty_by_its_first_writer_is_as_good_as_none(session: Session) -> None:
    (session.info.path / ATTACHMENTS).touch()
    assert kept(session) == set()
    assert check_project(session) == []
    row, (name,) = house(session, 1)
    assert photo(session, "house", row, "photos", name) == shot(1).jpeg


def test_what_a_killed_writing_left_is_undone_by_the_next_who_reads(session: Session, tmp_path: Path) -> None:
    row, (name,) = house(session, 1)
    with attachments.opened(session, writing=True) as database:
        database.pragma("cache_size", 1)
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE photo SET jpeg = zeroblob(200000)")
        for n in range(20):  # more than is kept in memory: pages are written before the end
            database.execute("INSERT INTO photo VALUES(?, '', zeroblob(50000), zeroblob(50000))", (str(n),))
        killed = shutil.copytree(session.info.path, tmp_path / "断电.mingqing")
        database.execute("ROLLBACK")
    assert (killed / f"{ATTACHMENTS}-journal").stat().st_size > 0
    with reopened(killed) as again:
        assert photo(again, "house", row, "photos", name) == shot(1).jpeg
        assert kept(again) == {name}


def test_a_full_disk_takes_no_picture_and_spoils_none(session: Session) -> None:
    row, (name,) = house(session, 1)
    size = (session.info.path / ATTACHMENTS).stat().st_size
    large = b"\xff\xd8\xff" + bytes(1_000_000)
    with file_size_limit(size + 10_000), pytest.raises(ProjectUnavailable, match="磁盘"):
        put(session, large, shot().thumbnail)
    assert kept(session) == {name}
    assert photo(session, "house", row, "photos", name) == shot(1).jpeg
    assert check_project(session) == []


# ── Damage ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_damaged_pictures_leave_the_map_working_and_are_told(session: Session) -> None:
    row, (name,) = house(session, 1)
    (session.info.path / ATTACHMENTS).write_bytes(b"\0" * 20_000)
    with pytest.raises(PicturesDamaged, match="地图和表格不受影响"):
        photo(session, "house", row, "photos", name)
    with reopened(session.info.path) as again:
        assert again.row("house", row) is not None
        assert any("照片文件" in each for each in check_project(again))


def test_with_damaged_pictures_the_map_is_backed_up_by_itself_and_no_half_of_it_by_hand(
    session: Session, tmp_path: Path
) -> None:
    house(session, 1)
    (session.info.path / ATTACHMENTS).write_bytes(b"\0" * 20_000)
    with pytest.raises(PicturesDamaged, match="照片文件"):
        automatic_backup(session)
    (made,) = own_backups(session.info.path)
    assert is_sound(made)
    with pytest.raises(PicturesDamaged, match="照片文件"):
        make_backup(session, tmp_path)
    assert list(tmp_path.glob("*.mingqing-backup")) == []


def test_pages_of_pictures_that_are_spoilt_are_found_by_a_backup_and_by_a_check(
    session: Session, tmp_path: Path
) -> None:
    house(session, *range(12))
    file = session.info.path / ATTACHMENTS
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert any("照片" in each for each in check_project(session))
    with pytest.raises(PicturesDamaged):
        make_backup(session, tmp_path)


def test_a_check_tells_of_pictures_that_are_lost_or_not_what_was_put(session: Session) -> None:
    _, (first, second) = house(session, 1, 2)
    with attachments.opened(session, writing=True) as database:
        database.execute("UPDATE photo SET jpeg = ? WHERE id = ?", (shot(9).jpeg, first))
        database.execute("DELETE FROM photo WHERE id = ?", (second,))
    found = check_project(session)
    assert any("1 张照片的内容" in each for each in found)
    assert any("农房有 1 条记录的照片不在项目里" in each for each in found)


def test_salvage_brings_the_pictures_under_the_new_key(session: Session, tmp_path: Path) -> None:
    row, (name,) = house(session, 1)
    made = salvage_project(session.info.path, tmp_path / "救出", user=USER, password=PASSWORD)
    with reopened(made.path) as rescued:
        assert rescued.login.key != session.login.key
        assert photo(rescued, "house", row, "photos", name) == shot(1).jpeg
        assert check_project(rescued) == []


def test_salvage_of_a_project_whose_pictures_are_gone_brings_the_rest(
    session: Session, tmp_path: Path
) -> None:
    row, _ = house(session, 1)
    (session.info.path / ATTACHMENTS).write_bytes(b"\0" * 20_000)
    made = salvage_project(session.info.path, tmp_path / "救出", user=USER, password=PASSWORD)
    with reopened(made.path) as rescued:
        assert rescued.row("house", row) is not None


# ── Backups ──────────────────────────────────────────────────────────────────────────────────────────────────


def by_hand(session: Session, tmp_path: Path) -> Path:
    return make_backup(session, tmp_path).file


def automatic(session: Session, _: Path) -> Path:
    return automatic_backup(session).file


@pytest.mark.parametrize("backed_up", [by_hand, automatic])
def test_a_backup_brings_the_pictures_back(
    session: Session, tmp_path: Path, backed_up: Callable[[Session, Path], Path]
) -> None:
    row, (name,) = house(session, 1)
    file = backed_up(session, tmp_path)
    house(session, 2)
    with reopened(restore_backup(file, tmp_path / "恢复")) as restored:
        assert photo(restored, "house", row, "photos", name) == shot(1).jpeg
        assert check_project(restored) == []


def test_automatic_backups_share_one_copy_of_the_pictures(session: Session) -> None:
    house(session, *range(20))
    first = automatic_backup(session, now=datetime(2026, 5, 1, 8, tzinfo=UTC))
    small = first.file.stat().st_size
    house(session, 30)
    second = automatic_backup(session, now=datetime(2026, 5, 1, 9, tzinfo=UTC))
    copies = list((session.info.path / "backups").glob("photos-*.db"))
    assert [c.name for c in copies] == [first.contents.pictures] == [second.contents.pictures]
    assert abs(second.file.stat().st_size - small) < 50_000
    with attachments.at(copies[0], session.login.key) as database:
        assert attachments.names_in(database) == kept(session)


def test_a_backup_without_pictures_is_read_by_the_program_of_before(session: Session, tmp_path: Path) -> None:
    file = make_backup(session, tmp_path).file
    assert b'{"format": 1, ' in file.read_bytes()
    assert b'"pictures"' not in file.read_bytes()


def test_a_backup_whose_pictures_were_spoilt_is_refused(session: Session, tmp_path: Path) -> None:
    house(session, 1)
    file = make_backup(session, tmp_path).file
    content = bytearray(file.read_bytes())
    pictures = (session.info.path / ATTACHMENTS).read_bytes()
    content[content.index(pictures[1000:2000]) + 5] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputRefused, match="不是完好的"):
        restore_backup(file, tmp_path / "恢复")


@pytest.mark.parametrize("name", ["../photos-01234567.db", "/etc/passwd", "map.db", "photos-0123456.db"])
def test_a_backup_cannot_name_a_file_elsewhere_as_its_pictures(session: Session, name: str) -> None:
    house(session, 1)
    contents = automatic_backup(session).contents
    with pytest.raises(ValueError, match=re.escape(name)):
        replace(contents, pictures=name)


def test_copying_pictures_into_a_backup_is_followed(session: Session) -> None:
    house(session, 1, 2)
    asked: list[str] = []

    def said(text: str, _done: int, _total: int) -> None:
        asked.append(text)

    automatic_backup(session, watch=Watch(said))
    assert "正在复制照片" in asked


# ── Another key ──────────────────────────────────────────────────────────────────────────────────────────────


def test_another_key_for_the_project_is_another_for_its_pictures(empty_project: Path, tmp_path: Path) -> None:
    with reopened(empty_project) as session:
        row, (name,) = house(session, 1)
        before, old = automatic_backup(session), session.login.key
        rekey(session)
    with pytest.raises(ProjectUnavailable), attachments.at(empty_project / ATTACHMENTS, old):
        pass
    with reopened(empty_project) as session:
        assert photo(session, "house", row, "photos", name) == shot(1).jpeg
        automatic_backup(session, now=datetime.now(UTC) + timedelta(seconds=5))
    with reopened(restore_backup(before.file, tmp_path / "旧备份")) as restored:
        assert photo(restored, "house", row, "photos", name) == shot(1).jpeg


REKEYED = """
import os, signal, sys
from pathlib import Path
from mingqing.store import accounts, attachments
from mingqing.store.project import open_project
session = open_project(Path(sys.argv[1]), user=sys.argv[2], password=sys.argv[3])
moment, when = sys.argv[4:]
change = getattr(attachments, moment)
def die(*arguments):
    if when == "after":
        change(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(attachments, moment, die)
accounts.rekey(session)
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("moment", ["prepare_rekey", "finish_rekey"])
def test_killed_while_another_key_is_given_the_next_login_settles_the_pictures_too(
    empty_project: Path, moment: str, when: str
) -> None:
    with reopened(empty_project) as session:
        row, (name,) = house(session, 1)
    arguments = [sys.executable, "-c", REKEYED, empty_project, USER, PASSWORD, moment, when]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == -signal.SIGKILL
    assert (empty_project / NEXT_KEYRING).exists()
    with reopened(empty_project) as session:
        assert photo(session, "house", row, "photos", name) == shot(1).jpeg
        assert check_project(session) == []
    files = {p.name for p in empty_project.iterdir()}
    assert files == {"attachments.db", "backups", "keyring.json", "map.db"}


def test_pictures_that_are_damaged_keep_the_old_key_for_the_whole(empty_project: Path) -> None:
    with reopened(empty_project) as session:
        row, _ = house(session, 1)
        (empty_project / ATTACHMENTS).write_bytes(b"\0" * 20_000)
        with pytest.raises(PicturesDamaged):
            rekey(session)
    with reopened(empty_project) as session:
        assert session.row("house", row) is not None


def test_a_plain_copy_of_the_folder_has_the_pictures(session: Session, tmp_path: Path) -> None:
    row, (name,) = house(session, 1)
    with reopened(shutil.copytree(session.info.path, tmp_path / "抄.mingqing")) as copied:
        assert photo(copied, "house", row, "photos", name) == shot(1).jpeg


# ── Handed over and erased ───────────────────────────────────────────────────────────────────────────────────


def names_in_file(project: Path, password: str) -> set[str]:
    with reopened(project, USER, password) as session:
        return kept(session)


def test_a_package_holds_the_pictures_that_its_rows_name_and_its_taker_sees(
    session: Session, tmp_path: Path
) -> None:
    _, (of_house,) = house(session, 1)
    _, (elsewhere,) = house(session, 2, village=THERE)
    spot, alone = keep(session, 3), keep(session, 4)
    with edit(session, "添加资源") as e:
        e.add("resource", {"village_code": HERE, "name": "古樟", "kind": "古树", "photos": spot})
    whole = make_package(session, tmp_path / "编辑", "village_editor", [HERE], user=USER, password=TAKER)
    assert names_in_file(whole, TAKER) == {of_house, spot}
    open_only = make_package(session, tmp_path / "查阅", "viewer", [HERE], user=USER, password=TAKER)
    assert names_in_file(open_only, TAKER) == {spot}
    assert {elsewhere, alone} <= kept(session)


def family(session: Session, *seeds: int) -> tuple[int, int]:
    """A resident who lives alone and was called on, with pictures of that; resident and visit."""
    with edit(session, "添加住户") as e:
        home = e.add("household", {"village_code": HERE, "householder": "甄一一"})
        resident = e.add("resident", {"village_code": HERE, "name": "甄一一", "household": home})
        photos = "、".join(keep(session, seed) for seed in seeds)
        values = {"household": home, "visited_on": "2026-05-01", "visitor": "样干部", "photos": photos}
        visit = e.add("visit", values)
    return resident, visit


def test_erasing_a_person_deletes_the_pictures_that_only_their_rows_named(session: Session) -> None:
    resident, visit = family(session, 1, 2, 3)
    with edit(session, "去掉一张") as e:
        first = keep(session, 1)
        e.change("visit", visit, {"photos": "、".join(map(keep, [session] * 2, (2, 3)))})
    _, (shared,) = house(session, 3)
    automatic_backup(session)
    done = erase(session, resident, "本人要求")
    assert done.pictures == 2
    assert "照片 2 张" in done.as_text()
    assert kept(session) == {shared}
    assert first not in kept(session)
    copy = session.info.path / "backups" / attachments.mirror_name(session.login.key)
    with attachments.at(copy, session.login.key) as database:
        assert attachments.names_in(database) == {shared}
    assert check_project(session) == []


def test_pictures_that_cannot_be_deleted_now_are_told_and_go_later(session: Session) -> None:
    resident, _ = family(session, 1)
    file = session.info.path / ATTACHMENTS
    whole = file.read_bytes()
    file.write_bytes(b"\0" * 20_000)
    done = erase(session, resident, "本人要求")
    assert done.pictures == 0
    assert any("1 张照片没能删除" in sentence for sentence in done.kept)
    assert session.counts()["resident"] == 0
    file.write_bytes(whole)
    assert drop_abandoned(session, now=datetime.now(UTC) + ABANDONED * 2) == 1


def test_visits_to_somebody_on_the_list_go_with_them_though_the_household_stays(session: Session) -> None:
    with edit(session, "添加住户") as e:
        home = e.add("household", {"village_code": HERE, "householder": "甄二二", "people_count": 2})
        person, other = (
            e.add("resident", {"village_code": HERE, "name": name, "household": home})
            for name in ("甄一一", "甄二二")
        )
        listed = e.add("key_person", {"village_code": HERE, "resident": person, "category": "独居老人"})
        row = {"household": home, "visitor": "样干部"}
        e.add("visit", row | {"visited_on": "2026-05-01", "key_person": listed, "photos": keep(session, 1)})
        stays = e.add("visit", row | {"visited_on": "2026-05-02", "photos": keep(session, 2)})
    done = erase(session, person, "本人要求")
    assert any("还有 1 张照片，程序分不清拍的是谁" in sentence for sentence in done.kept)
    assert [i for (i,) in session.rows("visit", ["id"])] == [stays]
    assert kept(session) == {attachments.photo_id(shot(2).jpeg)}
    assert session.row("resident", other) is not None


# ── Many ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_opening_a_project_does_not_touch_its_pictures(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    house(session, 1)
    files: list[str] = []
    real = connect

    def watched(path: Path, *arguments: object, **options: object) -> object:
        files.append(path.name)
        return real(path, *arguments, **options)  # type: ignore[arg-type]

    for module in ("project", "session", "owner", "login", "attachments"):
        monkeypatch.setattr(f"mingqing.store.{module}.connect", watched)
    with closing(reopened(session.info.path)):
        assert "map.db" in files
        assert ATTACHMENTS not in files
