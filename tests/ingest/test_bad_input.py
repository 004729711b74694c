"""Files that are broken, empty, locked or absent: listed with a sentence, and the rest goes in."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePath

import openpyxl
import pytest

from mingqing.core.errors import ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.watch import Watch
from mingqing.ingest import run
from mingqing.ingest.prepare import Options, Prepared
from mingqing.ingest.reading.source import discover
from mingqing.ingest.report import ImportReport
from mingqing.ingest.run import import_paths
from mingqing.ingest.write import Writer
from mingqing.store.changes import Transaction
from mingqing.store.check import check_project
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.files import box, cells, take, take_one, write_csv, write_shp, write_village, write_xlsx
from tests.inside import query, unguarded

NUMBERS = [f"{i:03}" for i in range(40)]
TENS = "甲乙丙丁戊己庚辛"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for the files to import, apart from the project."""
    (tmp_path / "资料").mkdir()
    return tmp_path / "资料"


def state(session: Session) -> object:
    """Everything but the log."""
    meta = "mq_meta WHERE key <> 'audit_head'"
    return [query(session, f"SELECT * FROM {t}") for t in [*session.catalog.tables, meta, "mq_memory"]]


def houses(folder: Path) -> Path:
    return write_shp(folder / "农房.shp", {"房屋编号": NUMBERS}, [box(i) for i in range(len(NUMBERS))])


def the_error(report: ImportReport) -> str:
    (source,) = report.sources
    assert source.error is not None
    assert report.nothing_taken
    assert "\n" not in source.error
    return source.error


# ── Broken files ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["农房.shp", "农房.dbf", "人口.xlsx", "人口.csv", "农房.gpkg", "农房.geojson", "农房.kml"]
)
def test_a_file_of_no_bytes_is_one_sentence(session: Session, data: Path, name: str) -> None:
    (data / name).write_bytes(b"")
    assert name in the_error(take(session, data / name))


@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.77, 0.99])
@pytest.mark.parametrize("suffix", [".shp", ".dbf", ".shx"])
def test_a_shapefile_cut_off_gives_its_whole_records_or_a_sentence(
    session: Session, data: Path, suffix: str, part: float
) -> None:
    path = houses(data).with_suffix(suffix)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    report = take(session, data / "农房.shp")
    found = [n for (n,) in session.rows("house", ["house_no"])]
    assert found == NUMBERS[: len(found)]
    assert found == NUMBERS or not report.complete or report.sources[0].notes
    assert check_project(session) == []


@pytest.mark.parametrize("missing", [".shx", ".dbf", ".cpg"])
def test_a_shapefile_that_lost_a_companion_is_read_as_far_as_it_goes(
    session: Session, data: Path, missing: str
) -> None:
    path = houses(data)
    path.with_suffix(missing).unlink()
    report = take_one(session, path, table="house")
    assert session.counts()["house"] == len(NUMBERS)
    if missing != ".dbf":
        assert sorted(str(n) for (n,) in session.rows("house", ["house_no"])) == NUMBERS
    assert report.error is None


@pytest.mark.parametrize(
    "name", ["人口.xlsx", "农房.gpkg", "人口.xls", "农房.shp", "农房.dbf", "农房.kml", "农房.geojson"]
)
def test_noise_in_the_place_of_a_file_is_one_sentence(session: Session, data: Path, name: str) -> None:
    (data / name).write_bytes(bytes(range(256)) * 64)
    assert name in the_error(take(session, data / name))


def test_a_broken_file_does_not_keep_the_others_out(session: Session, data: Path) -> None:
    write_village(data)
    houses(data)
    (data / "人口.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (data / "道路.shp").write_bytes(b"")
    report = take(session, data)
    assert sorted(s.path.name for s in report.sources if s.error) == ["人口.xlsx", "道路.shp"]
    assert session.counts()["house"] == len(NUMBERS)
    assert not report.complete
    assert not report.nothing_taken


# ── Absent, empty, locked ────────────────────────────────────────────────────────────────────────────────────


def test_a_path_that_is_not_there_is_one_sentence(session: Session, data: Path) -> None:
    assert "找不到" in the_error(take(session, data / "没有"))


def test_an_empty_folder_takes_nothing_and_says_so(session: Session, data: Path) -> None:
    (data / "空").mkdir()
    report = take(session, data / "空")
    assert report.nothing_taken
    assert report.sources == []


def test_a_folder_with_nothing_of_use_takes_nothing(session: Session, data: Path) -> None:
    (data / "说明.md").write_text("说明", encoding="utf-8")
    (data / ".DS_Store").write_bytes(b"\0")
    (data / "~$人口.xlsx").write_bytes(b"\0")
    assert take(session, data).sources == []


@pytest.fixture
def locked() -> Iterator[Path]:
    """Two villages' folders, one of which nobody may read, as someone who is not root."""
    top = Path(tempfile.mkdtemp(prefix="mingqing-test-"))
    top.chmod(0o755)
    for name in ("01小竹溪村", "02横岗村"):
        houses(top / name)
    (top / "02横岗村").chmod(0)
    if os.getuid() == 0:
        os.seteuid(65534)
    yield top
    if os.getuid() == 0:
        os.seteuid(0)
    (top / "02横岗村").chmod(0o755)
    shutil.rmtree(top)


def test_a_folder_without_permission_is_listed_and_the_rest_is_found(locked: Path) -> None:
    report = discover([locked])
    assert [(s.path.name, s.refusal) for s in report if s.refusal] == [("02横岗村", "没有权限打开这个文件夹")]
    assert [s.path.parent.name for s in report if not s.refusal] == ["01小竹溪村"]


# ── Workbooks as offices make them ───────────────────────────────────────────────────────────────────────────


def test_a_workbook_with_a_title_merged_headers_and_blank_rows(session: Session, data: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "人口"
    for row in (
        ["小竹溪村人口花名册（2024 年）"],
        ["户信息", None, "人员信息", None, None],
        ["户号", "户主姓名", "姓名", "性别", "手机号"],
        ["0101", "甄一一", "甄一一", "男", 12345678901],
        [None, None, "贾二二", "女", None],
        [None, None, None, None, None],
        ["0102", "样三三", "样三三", "男", "０００１２３４５６７８"],
        ["合计", None, "3 人", None, None],
    ):
        sheet.append(row)
    for area in ("A1:E1", "A2:B2", "C2:E2", "A4:A5", "B4:B5"):
        sheet.merge_cells(area)
    book.save(data / "花名册.xlsx")
    take_one(session, data / "花名册.xlsx")
    assert cells(session, "household", "householder", "household_no") == [
        ("样三三", "0102"),
        ("甄一一", "0101"),
    ]
    households = dict(session.rows("household", ["id", "household_no"]))
    found = [
        (n, p, households.get(h)) for n, p, h in session.rows("resident", ["name", "phone", "household"])
    ]
    assert sorted((f for f in found if "人" not in str(f[0])), key=str) == [
        ("样三三", "00012345678", "0102"),
        ("甄一一", "12345678901", "0101"),
        ("贾二二", None, "0101"),
    ]


def test_a_formula_gives_the_value_excel_last_showed_or_nothing(session: Session, data: Path) -> None:
    rows = [["户主", "户号", "人口数"], ["甄一一", "0101", "=1+2"], ["贾二二", "0102", 4]]
    report = take_one(session, write_xlsx(data / "住户.xlsx", {"住户": rows}))
    assert cells(session, "household", "householder", "people_count") == [("甄一一", None), ("贾二二", 4)]
    assert all("=1+2" not in str(row) for row in query(session, "SELECT * FROM household"))
    assert report.added["household"] == 2


def test_text_that_looks_like_a_formula_stays_text(session: Session, data: Path) -> None:
    path = write_csv(data / "住户.csv", [["户主", "户号"], ["=HYPERLINK(1)", "@0101"]])
    take_one(session, path)
    assert cells(session, "household", "householder", "household_no") == [("=HYPERLINK(1)", "@0101")]


def test_text_in_an_encoding_the_user_names_is_read_in_it(session: Session, data: Path) -> None:
    rows = [["户主", "户号"], ["甄一一", "0101"]]
    path = write_csv(data / "住户.csv", rows, "gb18030")
    take_one(session, path, encoding="GBK")
    assert cells(session, "household", "householder") == [("甄一一",)]


@pytest.mark.parametrize("encoding", ["胡说", "utf-7000", "base64"])
def test_an_encoding_that_is_none_is_one_sentence(session: Session, data: Path, encoding: str) -> None:
    path = write_csv(data / "住户.csv", [["户主", "户号"], ["甄一一", "0101"]])
    assert "编码" in the_error(take(session, path, encoding=encoding))


# ── Nothing half-written ─────────────────────────────────────────────────────────────────────────────────────


def test_a_trial_writes_nothing_and_says_what_would_be(empty_project: Path, data: Path) -> None:
    write_village(data / "小竹溪村")
    houses(data / "小竹溪村")
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        before = {p: p.read_bytes() for p in empty_project.rglob("*") if p.is_file()}
        trial = take(session, data / "小竹溪村", dry_run=True)
        assert {p: p.read_bytes() for p in empty_project.rglob("*") if p.is_file()} == before
        assert not session.info.epsg_chosen
        real = take(session, data / "小竹溪村")
    assert trial.dry_run
    assert "没有写入" in trial.summary()
    assert [(s.added, s.left_out) for s in trial.sources] == [(s.added, s.left_out) for s in real.sources]


def test_a_user_who_stops_keeps_the_files_that_were_done(
    session: Session, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_ROWS_A_BATCH", 10)
    for i in range(6):
        write_shp(
            data / f"0{i}{TENS[i]}溪村" / "农房.shp",
            {"房屋编号": NUMBERS[:15]},
            [box(100 * i + j) for j in range(15)],
        )
    done: list[str] = []
    watch = Watch(lambda name, *_: done.append(name), lambda: len(done) == 3)
    report = import_paths(session, [data], Options(), watch=watch)
    assert report.stopped is not None
    assert "已取消" in report.stopped
    assert not report.complete
    assert session.counts()["house"] == 15 * len(report.sources)
    assert 0 < len(report.sources) < 6
    assert check_project(session) == []
    rest = take(session, data)
    assert session.counts()["house"] == 15 * 6
    assert rest.total("unchanged") == 15 * len(report.sources)


def test_a_bug_in_the_middle_of_a_file_leaves_nothing_of_it(
    session: Session, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shp(data / "小竹溪村" / "农房.shp", {"房屋编号": NUMBERS[:3], "户主": ["甲", "乙", "丙"]})
    real = Writer._write_part
    calls: list[str] = []

    def fails_later(self: Writer, change: object, part: object, *rest: object, **named: object) -> object:
        calls.append(part.table)  # type: ignore[attr-defined]
        if len(calls) == 2:
            raise ZeroDivisionError
        return real(self, change, part, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "_write_part", fails_later)
    before = state(session)
    with pytest.raises(ZeroDivisionError):
        take(session, data / "小竹溪村")
    assert calls == ["house", "household"]
    assert state(session)[:-2] == before[:-2]  # type: ignore[index]
    assert check_project(session) == []


def test_the_sheets_of_one_workbook_are_in_together_or_not_at_all(
    session: Session, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_ROWS_A_BATCH", 5)
    sheets = {
        "户": [["户主", "户号"], *((f"甄{n}", n) for n in NUMBERS)],
        "人口": [["姓名", "户号"], *((f"子{n}", n) for n in NUMBERS)],
    }
    path = write_xlsx(data / "甲溪村" / "花名册.xlsx", sheets)
    real = Writer.write

    def fails_at_people(self: Writer, change: Transaction, prepared: Prepared, source: PurePath) -> None:
        if prepared.report.table == "resident":
            raise ZeroDivisionError
        real(self, change, prepared, source)

    monkeypatch.setattr(Writer, "write", fails_at_people)
    with pytest.raises(ZeroDivisionError):
        take(session, path)
    assert session.counts()["household"] == 0


def test_a_disk_that_fills_up_keeps_whole_files_and_says_so(
    session: Session, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_ROWS_A_BATCH", 10)
    for i in range(8):
        names = [f"{n}{'号' * 80}" for n in NUMBERS]
        write_shp(
            data / f"0{i}{TENS[i]}溪村" / "农房.shp",
            {"房屋编号": NUMBERS, "门牌号": names},
            [box(100 * i + j) for j in range(40)],
        )
    with unguarded(session) as database:
        database.pragma("max_page_count", database.pragma("page_count") + 10)
    report = take(session, data)
    assert report.stopped is not None
    assert "磁盘已满" in report.stopped
    assert 0 < len(report.sources) < 8
    assert session.counts()["house"] == 40 * len(report.sources)
    assert check_project(session) == []


def test_a_project_that_can_only_be_read_takes_nothing(
    empty_project: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mingqing.store import project

    monkeypatch.setattr(project, "is_network_share", lambda _: True)
    path = houses(data / "小竹溪村")
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        for dry_run in (False, True):
            with pytest.raises(ProjectUnavailable, match="网络共享盘"):
                take(session, path, dry_run=dry_run)


def test_the_report_lists_everything_as_json_and_as_a_table(session: Session, data: Path) -> None:
    write_shp(data / "农房.shp", {"房屋编号": ["001", "001"], "层数": ["1", "三"]})
    (data / "人口.xlsx").write_bytes(b"")
    report = take(session, data)
    told = report.as_dict()
    assert set(told) == {
        "summary",
        "dry_run",
        "stopped",
        "read",
        "added",
        "updated",
        "unchanged",
        "left_out",
        "sources",
    }
    rows = report.as_csv().splitlines()
    assert rows[0].startswith("\ufeff")
    assert len(rows) == 1 + 1 + 2


def test_the_summary_tells_only_of_what_there_is(session: Session, data: Path) -> None:
    report = take(session, write_xlsx(data / "住户.xlsx", {"住户": [["户主", "电话"], ["", "00011111111"]]}))
    assert "；1 行没有导入" in report.summary()
    write_csv(data / "甲.csv", [["呀", "哦"], ["1", "2"]])
    assert "；1 份文件没有导入" in take(session, data / "甲.csv").summary()
