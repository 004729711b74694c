"""`mingqing atlas`: what it leaves behind, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.atlas.kept import FILE

from .conftest import Run

ROOT = Path(__file__).parents[2]
VILLAGE = "331124204202"


def test_maps_are_made_and_made_again_only_where_they_have_to(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    command = (
        "atlas",
        sample_project,
        tmp_path / "图",
        "--themes",
        "household,防灾避险图",
        "--villages",
        "小竹溪村",
    )
    made = run(*command, "--combined", "--jobs", "1", "--json")
    assert made.code == 0
    assert {k: made.json[k] for k in ("maps", "redrawn", "failed", "stopped")} == {
        "maps": 2,
        "redrawn": 2,
        "failed": [],
        "stopped": None,
    }
    assert made.json["combined"] == [str(tmp_path / "图" / "图册_竹源乡.pdf")]
    assert made.json["seconds"] > 0
    assert {p.name for p in (tmp_path / "图").glob("3*")} == {
        f"{VILLAGE}_{t}.pdf" for t in ("household", "disaster")
    }
    again = run(*command)
    assert again.code == 0
    assert "这次画了 0 张" in again.err


def test_what_is_written_wrong_is_refused(run: Run, sample_project: Path, tmp_path: Path) -> None:
    command = ("atlas", sample_project, tmp_path / "图")
    for wrong, told in (
        (("--themes", "nothing"), "没有“nothing”这张专题图"),
        (("--villages", "天上村"), "没有代码或名称为 天上村 的村"),
        (("--paper", "A7"), "没有“A7”这种纸"),
        (("--format", "svg"), "只能存成 pdf 或 png"),
        (("--template", "nothing"), "模板"),
        (("--format", "png", "--whole"), "只有 PDF"),
    ):
        refused = run(*command, *wrong)
        assert refused.code == 2, wrong
        assert told in refused.err
    assert not (tmp_path / "图").exists()


def test_a_village_that_cannot_be_drawn_is_listed_and_the_exit_is_1(
    run: Run, empty_project: Path, tmp_path: Path
) -> None:
    run("import", empty_project, _villages(tmp_path))
    made = run("atlas", empty_project, tmp_path / "图", "--themes", "household", "--json", "--jobs", "1")
    assert made.code == 1
    assert made.json["maps"] == 0
    assert [f["village"] for f in made.json["failed"]] == ["没有界的村"]
    assert "没有村界" in made.json["failed"][0]["reason"]


def _villages(folder: Path) -> Path:
    path = folder / "行政村.csv"
    path.write_text("村代码,村名\n331124001001,没有界的村\n", encoding="utf-8")
    return path


def test_ctrl_c_keeps_what_is_done_and_the_exit_is_1(sample_project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "图"
    environment = {**os.environ, "MINGQING_USER": USER, "MINGQING_PASSWORD": PASSWORD}
    command = [sys.executable, "-c", "from mingqing.cli import main; main()", "atlas", sample_project, folder]
    with subprocess.Popen(
        [*map(str, command), "--jobs", "1", "--format", "png"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while not list(folder.glob("*.png")):
            assert process.poll() is None
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 1, told
    assert "已停下" in told
    assert "Traceback" not in told
    assert (folder / FILE).exists()
