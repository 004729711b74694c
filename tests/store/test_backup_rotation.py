"""Automatic backups: made when there is something new, let go by age, never the last sound one, only our own."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mingqing.access.audit import Act
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.accounts import set_password
from mingqing.store.archive import file_name, is_sound, read_backup
from mingqing.store.backup import DAY, automatic_backup, backup_due, make_backup, newest_sound, rotate
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.store.test_backup import add_house, flip_in_the_middle
from tests.store.test_backup_hostile import files_of, write

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)  # a Tuesday


def names(session: Session) -> set[str]:
    return {p.name for p in (session.info.path / "backups").iterdir()}


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_project_without_a_backup_is_due(session: Session) -> None:
    assert backup_due(session)
    assert backup_due(session, older_than=DAY)


def test_an_unchanged_project_is_never_due(session: Session) -> None:
    automatic_backup(session, now=NOW)
    assert not backup_due(session, now=NOW)
    assert not backup_due(session, older_than=DAY, now=NOW + 100 * DAY)
    session.counts()
    with session.clone() as other:
        assert not backup_due(other, now=NOW + DAY)


def test_a_changed_project_is_due_on_opening_and_a_day_later_while_open(session: Session) -> None:
    automatic_backup(session, now=NOW)
    add_house(session)
    assert backup_due(session, now=NOW)
    assert not backup_due(session, older_than=DAY, now=NOW + timedelta(hours=23))
    assert backup_due(session, older_than=DAY, now=NOW + timedelta(hours=24))
    automatic_backup(session, now=NOW + DAY)
    assert not backup_due(session, now=NOW + DAY)


def test_a_new_password_is_a_change(session: Session) -> None:
    automatic_backup(session, now=NOW)
    set_password(session, session.user, "Zhu7ying-lin4")
    assert backup_due(session, now=NOW)


def test_to_have_looked_is_no_change(session: Session) -> None:
    automatic_backup(session, now=NOW)
    open_project(session.info.path, user=USER, password=PASSWORD).close()
    session.record(Act.QUERY, "人口", rows=3)
    assert not backup_due(session, now=NOW)


def test_a_remembered_column_is_a_change(session: Session) -> None:
    automatic_backup(session, now=NOW)
    session.remember("columns", "{}")
    assert backup_due(session, now=NOW)


def test_a_clock_that_was_ahead_does_not_stop_backups(session: Session) -> None:
    automatic_backup(session, now=NOW + 1000 * DAY)
    add_house(session)
    assert backup_due(session, older_than=DAY, now=NOW)


def test_a_backup_of_another_project_counts_for_nothing(session: Session) -> None:
    made = automatic_backup(session, now=NOW)
    files = files_of(made)
    assert not backup_due(session, now=NOW)
    made.file.unlink()
    fake_backup(session, NOW, files, project="0" * 32)
    assert backup_due(session, now=NOW)


# ── Which are let go ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def history(session: Session) -> Session:
    """A project with an automatic backup every six hours for 100 days; all but the description is the same."""
    made = automatic_backup(session, now=NOW)
    with_description = files_of(made) | {"map.db": b""}
    for quarter in range(1, 400):
        at = NOW - timedelta(hours=6) * quarter
        fake_backup(session, at, with_description)
    return session


def fake_backup(session: Session, at: datetime, files: dict[str, bytes], **changed: object) -> Path:
    file = session.info.path / "backups" / file_name(session.info.path, at.astimezone())
    described = {**json.loads(files["backup.json"]), "made_at": at.isoformat(timespec="seconds"), **changed}
    write(file, list((files | {"backup.json": json.dumps(described).encode()}).items()))
    return file


def test_the_last_ones_days_and_weeks_are_kept(history: Session) -> None:
    newest = automatic_backup(history, now=NOW + timedelta(hours=1))
    kept = sorted(
        (read_backup(p).contents.made for p in (history.info.path / "backups").iterdir()), reverse=True
    )
    assert kept[0] == newest.contents.made
    assert kept[:5] == [NOW + timedelta(hours=1), *(NOW - timedelta(hours=6) * i for i in range(4))]
    days = {m.date() for m in kept}
    assert {NOW.astimezone().date() - timedelta(days=i) for i in range(7)} <= days
    weeks = {m.isocalendar()[:2] for m in kept}
    assert weeks == {(NOW.astimezone() - timedelta(weeks=i)).isocalendar()[:2] for i in range(8)}
    assert len(kept) <= 5 + 7 + 8


def test_rotating_twice_lets_nothing_more_go(history: Session) -> None:
    newest = automatic_backup(history, now=NOW + timedelta(hours=1))
    before = names(history)
    assert rotate(history.info.path, sound=newest) == []
    assert names(history) == before


def test_the_sound_one_stays_though_a_clock_put_it_last(history: Session) -> None:
    made = automatic_backup(history, now=NOW - 3000 * DAY)
    assert made.file.exists()
    assert is_sound(made)
    found = newest_sound(history.info.path)
    assert found is not None


def test_only_automatic_backups_of_this_project_by_their_own_name_are_deleted(
    session: Session, tmp_path: Path
) -> None:
    folder = session.info.path / "backups"
    files = files_of(automatic_backup(session, now=NOW))
    old = [NOW - DAY * 400 - timedelta(minutes=i) for i in range(40)]
    doomed = [fake_backup(session, at, files) for at in old[:30]]
    by_hand = make_backup(session, folder, now=old[30]).file
    others = fake_backup(session, old[31], files, project="0" * 32)
    renamed = fake_backup(session, old[32], files).rename(folder / "过年前.mingqing-backup")
    unreadable = fake_backup(session, old[33], files)
    unreadable.write_bytes(b"x")
    stranger = folder / "名单.xlsx"
    stranger.write_bytes(b"x")
    upgrade = folder / "before-upgrade-20200101-000000"
    upgrade.mkdir()
    elsewhere = shutil.move(fake_backup(session, old[34], files), tmp_path)
    link = folder / file_name(session.info.path, old[34].astimezone())
    link.symlink_to(elsewhere)
    automatic_backup(session, now=NOW + DAY)
    assert [p for p in doomed[5:] if p.exists()] == []
    kept = (by_hand, others, renamed, unreadable, stranger, upgrade, link, Path(elsewhere))
    assert [p for p in kept if not p.exists()] == []


def test_a_damaged_backup_is_passed_over_for_the_newest_sound_one(session: Session) -> None:
    sound = automatic_backup(session, now=NOW)
    flip_in_the_middle(automatic_backup(session, now=NOW + DAY).file)
    found = newest_sound(session.info.path)
    assert found is not None
    assert found.file == sound.file
