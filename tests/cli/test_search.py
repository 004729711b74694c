"""`mingqing search`, as a script would use it."""

from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from tests.cli.conftest import Run


@pytest.fixture
def householder(sample_project: Path) -> tuple[int, str]:
    """A householder of the samples, by id and name."""
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        row_id, name = session.rows("household", ["id", "householder"])[0]
    return row_id, name


def test_results_are_one_object_as_documented(
    run: Run, sample_project: Path, householder: tuple[int, str]
) -> None:
    row_id, name = householder
    told = run("search", sample_project, name, "--json")
    assert told.code == 0
    assert set(told.json) == {"results", "ms"}
    assert 0 < told.json["ms"] < 1000
    found = [
        result for result in told.json["results"] if (result["table"], result["id"]) == ("household", row_id)
    ]
    assert len(found) == 1
    assert set(found[0]) == {"table", "id", "title", "village", "matched"}
    assert found[0]["title"].startswith(f"{name} · ")
    assert len(found[0]["village"]) == 12
    assert found[0]["matched"] == f"户主：{name}"


def test_the_limit_is_kept_and_what_is_not_listed_is_said(run: Run, sample_project: Path) -> None:
    told = run("search", sample_project, "村", "--limit", "3", "--json")
    assert len(told.json["results"]) == 3
    assert "列出前 3 条" in told.err


def test_without_json_a_table_is_printed(run: Run, sample_project: Path) -> None:
    told = run("search", sample_project, "小竹溪村")
    assert told.code == 0
    assert "行政村" in told.out
    assert "小竹溪村" in told.out


def test_nothing_found_is_said_and_is_no_failure(run: Run, sample_project: Path) -> None:
    told = run("search", sample_project, "' OR 1=1 --", "--json")
    assert (told.code, told.json["results"]) == (0, [])
    assert "没有找到" in told.err


def test_an_empty_text_is_refused_with_an_example(run: Run, sample_project: Path) -> None:
    told = run("search", sample_project, "　")
    assert (told.code, told.out) == (2, "")
    assert "要找什么" in told.err


def test_the_log_has_the_tables_but_not_what_was_looked_for(
    run: Run, sample_project: Path, householder: tuple[int, str]
) -> None:
    run("search", sample_project, householder[1])
    entries = [
        e for e in run("audit", "list", sample_project, "--json").json["entries"] if e["act"] == "search"
    ]
    assert "住户" in {entry["target"] for entry in entries}
    assert householder[1] not in str(entries)
