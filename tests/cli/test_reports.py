"""`mingqing report` and `mingqing sheets`, as a script would use them."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mingqing.core.errors import ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.report.sheets import households_of
from mingqing.store.accounts import add_account
from mingqing.store.project import open_project
from tests.cli.conftest import OTHERS, Run, RunAs
from tests.printing.pdf import Pdf

VILLAGE, NAMES = (
    "331124204202",
    {"331124204200": "后畲村", "331124204202": "小竹溪村", "331124204203": "横岗村"},
)


def test_one_village_goes_to_the_file_that_was_named(run: Run, sample_project: Path, tmp_path: Path) -> None:
    told = run("report", sample_project, tmp_path / "报表.pdf", "--village", "小竹溪村")
    assert (told.code, told.out.strip()) == (0, str(tmp_path / "报表.pdf")), told.err
    assert "小竹溪村村情统计报表" in Pdf(tmp_path / "报表.pdf").text()
    told = run("report", sample_project, tmp_path / "报表.xlsx", "--village", VILLAGE, "--json")
    assert told.json == {"files": [{"village": VILLAGE, "file": str(tmp_path / "报表.xlsx")}], "failed": []}
    assert load_workbook(BytesIO((tmp_path / "报表.xlsx").read_bytes())).sheetnames[0] == "概况"


def test_several_villages_go_to_a_folder(run: Run, sample_project: Path, tmp_path: Path) -> None:
    told = run("report", sample_project, tmp_path / "报表", "--json")
    files = {f["village"]: Path(f["file"]) for f in told.json["files"]}
    assert set(files) == set(NAMES)
    for code, path in files.items():
        assert path == tmp_path / "报表" / f"{code}{NAMES[code]}村情统计报表.pdf"
        assert f"{NAMES[code]}村情统计报表" in Pdf(path).text()
    told = run("report", sample_project, tmp_path / "表", "--village", "横岗村,后畲村", "--format", "xlsx")
    assert [Path(line).name for line in told.out.split()] == [
        "331124204203横岗村村情统计报表.xlsx",
        "331124204200后畲村村情统计报表.xlsx",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--village", "没有村"), "没有村"),
        (("--format", "docx"), "不能存成 docx"),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(
    run: Run, sample_project: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    told = run("report", sample_project, tmp_path / "报表", *arguments)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "报表").exists()


def test_an_empty_project_has_no_report(run: Run, empty_project: Path, tmp_path: Path) -> None:
    told = run("report", empty_project, tmp_path / "报表")
    assert (told.code, told.err.strip().splitlines()[-1]) == (2, "项目里还没有村，请先导入数据")


def test_sheets_of_a_village_and_of_chosen_households(run: Run, sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        some = households_of(session, VILLAGE)[:2]
        heads = dict(session.rows("household", ("id", "householder")))
    chosen = [part for one in some for part in ("--household", str(one))]
    told = run("sheets", sample_project, tmp_path / "表", *chosen, "--json")
    (file,) = told.json["files"]
    assert file == {"village": VILLAGE, "file": str(tmp_path / "表" / f"{VILLAGE}小竹溪村住户信息表.pdf")}
    pdf = Pdf(Path(file["file"]))
    assert pdf.pages == 2
    assert all(heads[one] in pdf.text(n) for n, one in enumerate(some, start=1))


def test_households_that_are_not_there_are_refused(run: Run, sample_project: Path, tmp_path: Path) -> None:
    told = run("sheets", sample_project, tmp_path / "表", "--household", "7")
    assert told.code == 2
    assert "没有住户可打印" in told.err
    (tmp_path / "文件").write_bytes(b"")
    assert "请给出文件夹" in run("sheets", sample_project, tmp_path / "文件").err


def test_roles_hold(run_as: RunAs, sample_project: Path, tmp_path: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        add_account(session, "网格员", ["village_editor"], [VILLAGE], OTHERS)
        add_account(session, "查阅员", ["viewer"], None, OTHERS)
        home = households_of(session, VILLAGE)[0]
        head = dict(session.rows("household", ("id", "householder")))[home]
    told = run_as("网格员", "report", sample_project, tmp_path / "村.pdf")
    assert told.code == 0, told.err
    told = run_as("网格员", "report", sample_project, tmp_path / "村.xlsx")
    assert (told.code, (tmp_path / "村.xlsx").exists()) == (2, False)
    assert "不能导出" in told.err
    assert (
        run_as("网格员", "report", sample_project, tmp_path / "别.pdf", "--village", "331124204203").code == 2
    )
    told = run_as("查阅员", "sheets", sample_project, tmp_path / "表", "--household", str(home))
    assert told.code == 0, told.err
    assert head not in Pdf(Path(told.out.strip())).text()


def test_a_full_disk_keeps_what_is_done_and_says_what_is_not(
    run: Run, sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full(path: Path, content: bytes, _title: str) -> None:
        if len(written) == 1:
            raise ProjectUnavailable("磁盘满了")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        written.append(path)

    monkeypatch.setattr("mingqing.cli.reports.write_file", full)
    told = run("report", sample_project, tmp_path / "报表", "--json")
    assert told.code == 1
    assert [f["village"] for f in told.json["files"]] == ["331124204200"]
    assert [f["village"] for f in told.json["failed"]] == ["331124204202", "331124204203"]
    assert "小竹溪村：磁盘满了" in told.err


@pytest.mark.parametrize("role", ["auditor", "department"])
def test_sheets_of_who_may_not_print_them_are_refused_for_the_role_and_the_log_has_it(
    run: Run, run_as: RunAs, sample_project: Path, tmp_path: Path, role: str
) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        add_account(session, "无权人", [role], None, OTHERS)
    told = run_as("无权人", "sheets", sample_project, tmp_path / "表")
    assert (told.code, "您的角色" in told.err, "没有住户" in told.err) == (2, True, False)
    entries = run("audit", "list", sample_project, "--act", "print", "--json").json["entries"]
    assert [(e["target"], e["outcome"]) for e in entries if e["account"] == "无权人"] == [
        ("住户信息表", "refused")
    ]


@pytest.mark.parametrize("role", ["viewer", "auditor", "department"])
def test_cards_of_who_may_not_print_them_are_refused_first_and_the_log_has_it(
    run: Run, run_as: RunAs, sample_project: Path, tmp_path: Path, role: str
) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        add_account(session, "无权人", [role], None, OTHERS)
    told = run_as("无权人", "cards", sample_project, tmp_path / "卡")
    assert (told.code, "您的角色" in told.err, "预案，按所有" in told.err) == (2, True, False)
    entries = run("audit", "list", sample_project, "--act", "print", "--json").json["entries"]
    assert [(e["target"], e["outcome"]) for e in entries if e["account"] == "无权人"] == [
        ("避险明白卡", "refused")
    ]
