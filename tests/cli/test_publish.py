"""`mingqing publish` as scripts use it."""

from pathlib import Path

from .conftest import Run, assert_refused

NOWHERE = "postgresql://u:Mi-ma88@127.0.0.1:1/county"


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(
    run: Run, sample_project: Path
) -> None:
    outcome = run("publish", sample_project, NOWHERE)
    assert_refused(outcome, "没有应答", "127.0.0.1:1/county")
    assert "Mi-ma88" not in outcome.err


def test_what_is_no_address_or_schema_is_refused(run: Run, sample_project: Path) -> None:
    assert_refused(run("publish", sample_project, "postgresql://u:Mi@ma@x/y"), "县库地址写得不对")
    assert_refused(run("publish", sample_project, NOWHERE, "--schema", "A B"), "模式名")
