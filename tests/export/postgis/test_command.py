"""`mingqing publish` against a real server, as a script runs it."""

import signal
from pathlib import Path

import psycopg
import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.export.postgis.attempt import Attempt
from mingqing.export.postgis.published import Published
from mingqing.store.project import open_project
from tests.cli.conftest import Run, assert_refused

from .conftest import County


def test_it_tells_what_it_did_and_the_next_time_that_there_is_nothing_to_do(
    run: Run, county: County, sample_project: Path
) -> None:
    first = run("publish", sample_project, county.address, "--verify", "--json")
    assert (first.code, first.json["differing"], first.json["verified"]) == (0, [], True)
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        assert {t["name"]: t["rows"] for t in first.json["tables"]} == session.counts()
    assert first.json["address"] == f"{county.server.folder}:{county.server.port}/{county.name}"
    second = run("publish", sample_project, county.address)
    assert second.code == 0
    assert len(second.out.splitlines()) == 1
    assert second.out.rstrip().endswith("没有要传的")


def test_a_trial_writes_nothing_and_a_schema_of_one_s_own_is_possible(
    run: Run, county: County, sample_project: Path
) -> None:
    schemas = "SELECT nspname::text FROM pg_namespace WHERE nspname IN ('mingqing', 'elsewhere')"
    assert (
        run("publish", sample_project, county.address, "--dry-run").out.splitlines()[-1].startswith("试运行")
    )
    assert county.rows(schemas) == []
    assert run("publish", sample_project, county.address, "--schema", "elsewhere").code == 0
    assert county.rows(schemas) == ["elsewhere"]
    assert county.rows("SELECT count(*) > 0 FROM elsewhere_viewer.resident") == [True]


def test_what_somebody_changed_there_is_named_with_exit_1(
    run: Run, county: County, sample_project: Path
) -> None:
    run("publish", sample_project, county.address)
    county.run("UPDATE mingqing.house SET storeys = 60")
    outcome = run("publish", sample_project, county.address, "--verify")
    assert outcome.code == 1
    assert "“农房”读回来与项目不一致" in outcome.err
    assert run("publish", sample_project, county.address, "--verify").code == 0


def test_a_password_comes_from_the_environment(
    run: Run, county: County, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.run("CREATE ROLE scripted LOGIN PASSWORD 'Mi-ma88'")
    try:
        county.run(f"GRANT CREATE ON DATABASE {county.name} TO scripted")
        address = county.server.address(county.name, "scripted")
        assert_refused(run("publish", sample_project, address), "用户名或密码")
        monkeypatch.setenv("PGPASSWORD", "Mi-ma88")
        outcome = run("publish", sample_project, address)
        assert outcome.code == 0
        assert "PGPASSWORD" not in outcome.err
        with psycopg.connect(county.address) as connection:
            assert connection.execute("SELECT account FROM mingqing.published").fetchone() == (USER,)
    finally:
        county.run("DROP OWNED BY scripted CASCADE; DROP ROLE scripted")


def test_the_end_of_the_session_stops_it_as_ctrl_c_does(
    run: Run, county: County, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: list[object] = []

    def stopped(self: Attempt, *, verify: bool) -> Published:
        handlers.append(signal.getsignal(signal.SIGTERM))
        raise KeyboardInterrupt

    monkeypatch.setattr(Attempt, "publish", stopped)
    assert_refused(run("publish", sample_project, county.address), "已取消")
    assert handlers == [signal.default_int_handler]
