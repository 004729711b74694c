"""`print`: one wall map into a file, or one sentence and no file."""

import re
from pathlib import Path

import pytest

from mingqing.core import files
from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.paper.page import Ink
from mingqing.store.log import entries
from mingqing.store.project import open_project
from tests.cli.conftest import Outcome, Run

VILLAGE = "331124204202"
MAP = ("--theme", "household", "--village", VILLAGE)


def assert_refused(told: Outcome, *words: str) -> None:
    assert told.code == 2
    assert told.out == ""
    lines = told.err.strip().splitlines()
    assert len(lines) == 1, told.err
    assert "Traceback" not in told.err
    for word in words:
        assert word in told.err


def test_a_map_is_printed_and_what_to_mind_is_said(run: Run, sample_project: Path, tmp_path: Path) -> None:
    told = run("print", sample_project, tmp_path / "图" / "a.pdf", *MAP, "--json")
    assert told.code == 0, told.err
    assert (tmp_path / "图" / "a.pdf").read_bytes().startswith(b"%PDF")
    assert told.json["files"] == [str(tmp_path / "图" / "a.pdf")]
    assert (told.json["pages"], told.json["paper"]) == (1, "A3")
    assert told.json["scale"] in {5000, 10_000, 15_000}
    assert told.json["features"] > 100
    assert "never_verified" in {each["code"] for each in told.json["warnings"]}
    for each in told.json["warnings"]:
        assert each["sentence"] in told.err


def test_the_village_may_be_named_and_the_map_by_its_title(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    told = run("print", sample_project, tmp_path / "a.pdf", "--theme", "防灾避险图", "--village", "小竹溪村")
    assert told.code == 0, told.err
    assert told.out.strip() == str(tmp_path / "a.pdf")


@pytest.mark.parametrize(("name", "head"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.dat", b"%PDF")])
def test_the_name_of_the_file_says_what_it_is(
    run: Run, sample_project: Path, tmp_path: Path, name: str, head: bytes
) -> None:
    told = run("print", sample_project, tmp_path / name, *MAP, "--dpi", "50", "--paper", "A4")
    assert told.code == 0, told.err
    assert (tmp_path / name).read_bytes().startswith(head)


def test_what_is_asked_for_is_on_the_page(run: Run, sample_project: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.svg"
    told = run(
        "print", sample_project, out, *MAP, "--title", "我村的图", "--scale", "12500", "--portrait", "--paper",
        "A2", "--secrecy", "内部资料", "--mono", "--tables", "农房,道路", "--no-footer", "--json",
    )  # fmt: skip
    assert told.code == 0, told.err
    assert (told.json["scale"], told.json["portrait"], told.json["paper"]) == (12_500, True, "A2")
    drawn = out.read_text(encoding="utf-8")
    assert "我村的图" in drawn
    assert "内部资料" in drawn
    assert "土地" not in drawn
    assert "打印 · 民情地图" not in drawn
    colours = {c.lower() for c in re.findall(r'(?:fill|stroke)="#([0-9a-fA-F]{6})"', drawn)}
    of_the_page = {ink.value.removeprefix("#") for ink in Ink}
    on_the_map = [bytes.fromhex(colour) for colour in colours - of_the_page]
    assert len(on_the_map) > 2
    assert all(max(rgb) - min(rgb) < 16 for rgb in on_the_map)


def test_pictures_of_sections_are_numbered(run: Run, sample_project: Path, tmp_path: Path) -> None:
    options = ("--sections", "--scale", "5000", "--paper", "A4", "--dpi", "40", "--json")
    told = run("print", sample_project, tmp_path / "a.png", *MAP, *options)
    assert told.code == 0, told.err
    assert len(told.json["files"]) == told.json["pages"] > 2
    assert {p.name for p in tmp_path.glob("a*.png")} == {f"a-{n}.png" for n in range(told.json["pages"])}


REFUSED = {
    "no such theme": (("--theme", "没有图", "--village", VILLAGE), ("没有图",)),
    "no such village": (("--theme", "household", "--village", "999999999999"), ("999999999999",)),
    "no such paper": ((*MAP, "--paper", "B5"), ("B5", "A4")),
    "no such format": ((*MAP, "--format", "docx"), ("docx", "pdf")),
    "no such template": ((*MAP, "--template", "没有"), ("没有",)),
    "a template of another theme": ((*MAP, "--template", "disaster"), ("disaster",)),
    "a template elsewhere": ((*MAP, "--template", "../../etc/passwd"), ("模板",)),
    "no such table": ((*MAP, "--tables", "农房,没有表"), ("没有表", "农房")),
    "no table at all": ((*MAP, "--tables", ","), ("农房",)),
    "resolution that is no number": ((*MAP, "--dpi", "nan"), ("--dpi",)),
    "no resolution": ((*MAP, "--format", "png", "--dpi", "0"), ("分辨率",)),
    "absurd resolution": ((*MAP, "--format", "png", "--dpi", "999999999"), ("分辨率",)),
    "more than memory holds": (
        (*MAP, "--format", "png", "--paper", "A0", "--dpi", "1200"),
        ("A0", "1200"),
    ),
    "scale of nothing": ((*MAP, "--scale", "0"), ("比例尺",)),
    "scale below nothing": ((*MAP, "--scale=-5000"), ("比例尺",)),
    "scale of the earth": ((*MAP, "--scale", "1000000000"), ("比例尺",)),
    "public and not approved": ((*MAP, "--secrecy", "公开"), ("审图号",)),
}


@pytest.mark.parametrize(("options", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_printed_is_refused_with_one_sentence_and_no_file(
    run: Run, sample_project: Path, tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    out = tmp_path / "out" / "a.pdf"
    assert_refused(run("print", sample_project, out, *options), *words)
    assert not list(tmp_path.rglob("a*.pdf"))
    assert not list(tmp_path.rglob("*.tmp"))


def test_personal_data_marked_public_is_refused_and_logged(
    run: Run, sample_project: Path, tmp_path: Path
) -> None:
    options = (
        "--theme",
        "key_person",
        "--village",
        VILLAGE,
        "--secrecy",
        "公开",
        "--approval",
        "浙S(2026)1号",
    )
    assert_refused(run("print", sample_project, tmp_path / "a.pdf", *options), "公开", "重点人员", "内部使用")
    assert not (tmp_path / "a.pdf").exists()
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        entry = entries(session, acts=["print"])[0]
    assert (entry.outcome, entry.target) == ("refused", "重点人员图")


def test_every_print_is_logged_with_where_it_went(run: Run, sample_project: Path, tmp_path: Path) -> None:
    assert run("print", sample_project, tmp_path / "村里.pdf", *MAP).code == 0
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        entry = entries(session, acts=["print"])[0]
    assert (entry.outcome, entry.target) == ("done", "村情民情图")
    assert "村里.pdf" in entry.detail
    assert VILLAGE in entry.detail


# ── Places that cannot be written ────────────────────────────────────────────────────────────────────────────


def test_a_folder_is_no_file(run: Run, sample_project: Path, tmp_path: Path) -> None:
    assert_refused(run("print", sample_project, tmp_path, *MAP), "文件夹", str(tmp_path))


def test_a_place_below_a_file_is_none(run: Run, sample_project: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x", encoding="utf-8")
    assert_refused(run("print", sample_project, tmp_path / "a" / "b.pdf", *MAP), "没有存到")


def test_a_full_disk_leaves_nothing_and_the_file_before(
    run: Run, sample_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.pdf"
    out.write_bytes(b"before")

    def full(_stream: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "flush_to_disk", full)
    assert_refused(run("print", sample_project, out, *MAP), "磁盘满了", "没有存到")
    assert out.read_bytes() == b"before"
    assert not list(tmp_path.glob(".*.tmp"))


def test_nothing_is_printed_over_a_project(run: Run, sample_project: Path) -> None:
    before = {path: path.read_bytes() for path in sample_project.rglob("*") if path.is_file()}
    for name in ("map.db", "keyring.json", "挂图.pdf"):
        told = run("print", sample_project, sample_project / name, *MAP, "--format", "pdf")
        assert_refused(told, "在项目文件夹里", name)
    assert {path: path.read_bytes() for path in before} == before
    assert run("atlas", sample_project, sample_project / "图").code == 2
    assert not (sample_project / "挂图.pdf").exists()
    assert not (sample_project / "图").exists()
