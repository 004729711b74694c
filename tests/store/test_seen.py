"""A project put back to yesterday is noticed by the computers that saw it today, and by no others."""

import json
import shutil
from pathlib import Path

import pytest

from mingqing.core.files import user_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import seen
from mingqing.store.log import entries
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session


def enter(project: Path) -> Session:
    return open_project(project, user=USER, password=PASSWORD)


def noticed(project: Path) -> bool:
    with enter(project) as session:
        said = any("较早的状态" in notice for notice in session.login.notices)
        assert said == (entries(session)[1].act == "rollback")
        return said


def test_a_project_put_back_is_noticed_once_and_stands_in_the_log(
    empty_project: Path, tmp_path: Path
) -> None:
    enter(empty_project).close()
    yesterday = shutil.copytree(empty_project, tmp_path / "昨天")
    enter(empty_project).close()
    shutil.rmtree(empty_project)
    shutil.copytree(yesterday, empty_project)
    assert noticed(empty_project)
    assert not noticed(empty_project)


def test_as_many_entries_again_do_not_hide_it(empty_project: Path, tmp_path: Path) -> None:
    enter(empty_project).close()
    yesterday = shutil.copytree(empty_project, tmp_path / "昨天")
    enter(empty_project).close()
    kept = (user_dir() / "seen.json").read_bytes()
    shutil.rmtree(empty_project)
    yesterday.rename(empty_project)
    for _ in range(2):
        enter(empty_project).close()
    (user_dir() / "seen.json").write_bytes(kept)  # that was on another computer
    assert noticed(empty_project)


def test_a_copy_at_another_place_is_another_matter(empty_project: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(empty_project, tmp_path / "恢复.mingqing")
    for _ in range(2):  # turn by turn, as one looks at a backup and goes on working
        assert not noticed(empty_project)
        assert not noticed(copy)


def test_a_project_that_went_on_elsewhere_is_nothing_to_remark(empty_project: Path) -> None:
    enter(empty_project).close()
    kept = (user_dir() / "seen.json").read_bytes()
    for _ in range(3):
        enter(empty_project).close()
    (user_dir() / "seen.json").write_bytes(kept)
    assert not noticed(empty_project)


def test_another_computer_has_nothing_to_compare_with(empty_project: Path, tmp_path: Path) -> None:
    yesterday = shutil.copytree(empty_project, tmp_path / "昨天.mingqing")
    enter(empty_project).close()
    (user_dir() / "seen.json").unlink()
    assert not noticed(yesterday)


def test_projects_are_told_apart(empty_project: Path, tmp_path: Path) -> None:
    enter(empty_project).close()
    create_project(tmp_path / "另一个", "另一个", user=USER, password=PASSWORD).close()
    assert not noticed(tmp_path / "另一个.mingqing")
    assert not noticed(empty_project)


CONTENTS = [
    *(b"", b"{", b"null", b"[]", b'{"p": 1}', b'{"p": [1, 2]}', b'{"p": ["x", "y", "z"]}', b"\xff", b"[" * 100_000),
    b'{"p": [1, "00", "2026-13-01"]}',
]  # fmt: skip


@pytest.mark.parametrize("content", CONTENTS, ids=lambda c: repr(c[:20]))
def test_what_cannot_be_read_is_begun_anew(empty_project: Path, content: bytes) -> None:
    (user_dir() / "seen.json").write_bytes(content)
    assert not noticed(empty_project)
    assert len(json.loads((user_dir() / "seen.json").read_bytes())) == 1


def test_it_holds_no_name_and_not_ever_more(empty_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_KEPT", 2)
    others = {f"p{i}": [1, "00", "2026-01-01T00:00:00+08:00"] for i in range(5)}
    (user_dir() / "seen.json").write_text(json.dumps(others), encoding="utf-8")
    enter(empty_project).close()
    raw = (user_dir() / "seen.json").read_bytes()
    assert len(json.loads(raw)) == 2
    assert USER.encode() not in raw
    assert empty_project.stem.encode() not in raw


def test_a_computer_that_keeps_nothing_opens_all_the_same(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(seen, "write_whole", refuse)
    assert not noticed(empty_project)
