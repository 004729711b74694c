"""`backup`, `restore`, `salvage` as docs/commands.md has them."""

from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import SUFFIX, open_project
from tests.cli.conftest import Run, assert_refused
from tests.inside import alter
from tests.store.test_backup import flip_in_the_middle
from tests.store.test_backup_salvage import pages_of, spoil


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "U盘"
    folder.mkdir()
    return folder


def test_a_backup_comes_back_as_a_project_of_its_own(
    run: Run, sample_project: Path, stick: Path, tmp_path: Path
) -> None:
    made = run("backup", sample_project, stick, "--json")
    assert (made.code, made.err) == (0, "")
    (file,) = stick.iterdir()
    assert made.json["file"] == str(file)
    assert made.json["size_bytes"] == file.stat().st_size
    assert (made.json["verified"], made.json["newer"]) == (True, None)
    back = run("restore", file, tmp_path / "恢复", "--json")
    assert (back.code, back.err) == (0, "")
    restored = tmp_path / f"恢复{SUFFIX}"
    assert back.json == {"project": str(restored), "made_at": made.json["made_at"]}
    assert (
        run("info", restored, "--json").json["tables"] == run("info", sample_project, "--json").json["tables"]
    )
    assert run("check", restored, "--json").json["sound"]


def test_without_json_the_path_is_printed(run: Run, empty_project: Path, stick: Path, tmp_path: Path) -> None:
    made = run("backup", empty_project, stick)
    (file,) = stick.iterdir()
    assert made.out.strip() == str(file)
    assert run("restore", file, tmp_path / "恢复").out.strip() == str(tmp_path / f"恢复{SUFFIX}")


def test_restoring_over_a_project_is_refused(run: Run, empty_project: Path, stick: Path) -> None:
    run("backup", empty_project, stick)
    (file,) = stick.iterdir()
    assert_refused(run("restore", file, empty_project), "已经存在")


def test_restoring_a_damaged_backup_is_refused(
    run: Run, empty_project: Path, stick: Path, tmp_path: Path
) -> None:
    run("backup", empty_project, stick)
    (file,) = stick.iterdir()
    flip_in_the_middle(file)
    assert_refused(run("restore", file, tmp_path / "恢复"), "不是完好")
    assert not (tmp_path / f"恢复{SUFFIX}").exists()


def test_a_stick_that_is_not_there_is_refused(run: Run, empty_project: Path, stick: Path) -> None:
    assert_refused(run("backup", empty_project, stick / "没插"), "没有文件夹")


def test_a_damaged_project_is_not_backed_up(run: Run, sample_project: Path, stick: Path) -> None:
    flip_in_the_middle(sample_project / "map.db")
    assert_refused(run("backup", sample_project, stick), "没有做成备份", "salvage")
    assert list(stick.iterdir()) == []


def test_checking_a_damaged_project_is_an_answer_a_script_can_read(run: Run, sample_project: Path) -> None:
    flip_in_the_middle(sample_project / "map.db")
    told = run("check", sample_project, "--json")
    assert (told.code, told.json["sound"], len(told.json["problems"])) == (2, False, 1)
    assert "损坏" in told.json["problems"][0]
    told = run("check", sample_project)  # whether it opens at all depends on the page that was hit
    assert told.code == 2
    assert all(word in told.out + told.err for word in ("损坏", "备份"))


def test_an_older_project_in_place_of_a_newer_is_said(run: Run, sample_project: Path, stick: Path) -> None:
    run("backup", sample_project, sample_project / "backups")
    (newer,) = (sample_project / "backups").iterdir()
    first = run("backup", sample_project, stick, "--json")
    assert first.json["newer"] is None
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        alter(session, "DELETE FROM mq_change WHERE seq = (SELECT max(seq) FROM mq_change)")
    next(p for p in stick.iterdir()).unlink()
    told = run("backup", sample_project, stick, "--json")
    assert told.json["newer"] == str(newer)
    assert newer.name in told.err


def test_salvage_says_what_was_lost(run: Run, sample_project: Path, tmp_path: Path) -> None:
    whole = run("salvage", sample_project, tmp_path / "整", "--json")
    assert (whole.code, whole.err) == (0, "")
    leaves = pages_of(sample_project, "resident")
    spoil(sample_project, leaves[len(leaves) // 2])
    done = run("salvage", sample_project, tmp_path / "新", "--json")
    assert (done.code, done.err) == (1, "")
    assert done.json["project"] == str(tmp_path / f"新{SUFFIX}")
    assert done.json["lost"]["resident"] > 0
    assert run("check", tmp_path / f"新{SUFFIX}", "--json").json["sound"]
    printed = run("salvage", sample_project, tmp_path / "再")
    assert printed.code == 1
    assert "至少丢失" in printed.out
