"""What the user decides on the mapping page is what the import does."""

from pathlib import Path

import pytest
import shapely
from pyproj import CRS
from pyproj.enums import WktVersion
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mingqing.catalog.load import catalog
from mingqing.desktop.importing.decisions import filled_by, kinds_of_files, options_of
from mingqing.desktop.importing.question import QuestionBox
from mingqing.ingest.memory import remember
from mingqing.ingest.prepare import Answer
from mingqing.ingest.preview import Choice, Question, SourcePreview, look_through
from mingqing.ingest.run import import_paths
from mingqing.store.project import create_project
from mingqing.store.session import Session

from .conftest import EAST, NORTH, PASSWORD, USER, write_shapes


def look(session: Session, *paths: Path) -> list[SourcePreview]:
    return look_through(session, paths, progress=lambda *_: None, cancelled=lambda: False)


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A table that nothing here recognises by itself."""
    path = tmp_path / "表一.csv"
    path.write_text("甲,乙,丙\n避灾一,120,x\n避灾二,80,y\n", encoding="utf-8-sig")
    return path


def crs_question(session: Session, folder: Path) -> Question:
    """Ask about a house whose file does not say its CRS."""
    path = folder / "农房.shp"
    write_shapes(path, [shapely.box(EAST, NORTH, EAST + 9, NORTH + 9)], "Polygon", {"门牌号": ["半岭1号"]})
    path.with_suffix(".prj").unlink()
    [preview] = look(session, path)
    assert preview.question is not None
    return preview.question


@pytest.fixture
def empty(tmp_path: Path) -> Session:
    return create_project(tmp_path / "空", "空", user=USER, password=PASSWORD)


def test_progress_tells_files_of_one_name_apart(session: Session, villages: Path) -> None:
    seen: list[str] = []
    look_through(session, [villages], progress=lambda name, *_: seen.append(name), cancelled=lambda: False)
    assert {"横岗村/农房.shp", "小竹溪村/农房.shp"} <= set(seen)
    assert len(set(seen)) == len(seen)


def test_files_of_one_kind_are_decided_together(session: Session, villages: Path) -> None:
    kinds = {k.title: k for k in kinds_of_files(look(session, villages))}
    assert {title: len(k.sources) for title, k in kinds.items()} == {"农房": 2, "村界": 2, "花名册": 2}
    assert kinds["农房"].rows == 12


def test_refused_columns_and_used_columns_are_told(session: Session, villages: Path) -> None:
    house = next(k for k in kinds_of_files(look(session, villages)) if k.title == "农房")
    assert house.match is not None
    assert dict(house.match.refused) == {"民族": "民族信息"}
    assert filled_by(catalog(), house.match, "户主") == "存入住户的户主"
    assert house.first.sample["门牌号"] == "半岭0号、半岭1号、半岭2号"


def test_what_is_not_recognised_comes_first_and_waits_for_the_user(
    session: Session, villages: Path, strange: Path
) -> None:
    kinds = kinds_of_files(look(session, villages, strange))
    assert kinds[0].first.name == "表一"
    assert kinds[0].state == "请选择图层"


def test_a_chosen_table_and_columns_are_imported_and_remembered(empty: Session, strange: Path) -> None:
    [kind] = kinds_of_files(look(empty, strange))
    kind.take_as(catalog(), "shelter")
    kind.fill(catalog(), "甲", "name")
    kind.fill(catalog(), "乙", "capacity")
    options = options_of([kind], {})
    with empty as session:
        report = import_paths(session, [strange], options)
        assert report.total("added") == 2
        assert sorted(session.rows("shelter", ["name", "capacity"])) == [("避灾一", 120), ("避灾二", 80)]
        remember(session, options)
        [again] = kinds_of_files(look(session, strange))
        assert again.match is not None
        assert again.match.fields == {"甲": "name", "乙": "capacity"}
        assert import_paths(session, [strange]).total("unchanged") == 2


def test_a_column_can_be_moved_to_another_field_and_be_left_out(session: Session, villages: Path) -> None:
    kind = next(k for k in kinds_of_files(look(session, villages)) if k.title == "农房")
    kind.fill(catalog(), "门牌号", None)
    assert kind.match is not None
    assert "address" not in kind.match.fields.values()
    kind.fill(catalog(), "结构", "address")
    assert kind.match.fields["结构"] == "address"
    assert "structure" not in kind.match.fields.values()


def test_leaving_a_kind_out_imports_the_other_files_only(session: Session, villages: Path) -> None:
    kinds = kinds_of_files(look(session, villages))
    next(k for k in kinds if k.title == "花名册").take_as(catalog(), None)
    report = import_paths(session, [villages], options_of(kinds, {}))
    assert {r.path.name for r in report.sources if r.table} == {"农房.shp", "村界.shp"}
    assert all("按您的选择没有导入" in r.notes for r in report.sources if not r.table)


def test_a_missing_crs_is_asked_with_guesses(session: Session, villages: Path, tmp_path: Path) -> None:
    bare = tmp_path / "无坐标"
    bare.mkdir()
    for part in (villages / "横岗村").glob("农房.*"):
        if part.suffix != ".prj":
            (bare / part.name).write_bytes(part.read_bytes())
    [kind] = kinds_of_files(look(session, bare))
    assert kind.question is not None
    assert kind.question.about == "crs"
    assert kind.question.choices[0][0] == "4549"


def test_the_crs_of_the_project_is_offered_first_in_few_words(session: Session, tmp_path: Path) -> None:
    choices = crs_question(session, tmp_path).choices
    assert choices[0].title == "CGCS2000 3度带 中央经线120°（与本项目相同）"
    assert "本项目" in choices[0].reason
    assert not any("本项目" in c.title for c in choices[1:])
    assert max(len(c.title) for c in choices) < 40


def test_the_reason_for_a_crs_is_read_below_the_box(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    question = crs_question(session, tmp_path)
    box = QuestionBox(question, "")
    qtbot.addWidget(box)
    assert [box.choose.itemText(i) for i in range(box.choose.count())] == [c.title for c in question.choices]
    assert question.choices[0].reason in [x.text() for x in box.findChildren(QLabel)]
    with qtbot.waitSignal(box.answered) as told:
        box.choose.setCurrentIndex(1)
        box.choose.activated.emit(1)
    assert told.args == [question.choices[1].value]
    assert question.choices[1].reason in [x.text() for x in box.findChildren(QLabel)]


def test_encodings_rare_in_china_are_offered_on_request_only(qtbot: QtBot) -> None:
    choices = [Choice("gb18030", "GBK：甄"), Choice("cp932", "Shift-JIS：ﾕ", usual=False)]
    box = QuestionBox(Question("encoding", "哪一行读得通？", tuple(choices)), "")
    qtbot.addWidget(box)

    def offered() -> list[str]:
        return [box.choose.itemText(i) for i in range(box.choose.count())]

    assert offered() == ["GBK：甄", "其他…"]
    with qtbot.assertNotEmitted(box.answered):
        box.choose.activated.emit(1)
    assert offered() == ["GBK：甄", "Shift-JIS：ﾕ"]
    box.choose.hidePopup()


def test_only_what_offices_in_china_write_is_usual(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes("姓名,备注\n甄一,竹\n".encode("gbk"))
    [preview] = look(session, path)
    assert preview.question is not None
    usual = {c.title.split("：")[0] for c in preview.question.choices if c.usual}
    assert usual <= {"GBK", "UTF-8", "Big5"}
    assert len(usual) < len(preview.question.choices)


def test_an_answer_holds_only_for_the_files_that_asked(
    session: Session, villages: Path, tmp_path: Path
) -> None:
    asks = tmp_path / "无坐标" / "农房.shp"
    asks.parent.mkdir()
    for part in (villages / "横岗村").glob("农房.*"):
        if part.suffix != ".prj":
            (asks.parent / part.name).write_bytes(part.read_bytes())
    given = [villages / "小竹溪村", asks.parent]
    kinds = kinds_of_files(look(session, *given))
    question = kinds[0].question
    assert question is not None
    options = options_of(kinds, {question.key: "4549"})
    assert options.answers == {asks: Answer(crs=4549)}
    assert options.for_file(villages / "小竹溪村" / "农房.shp").crs is None


@pytest.mark.parametrize(("epsg", "datum"), [(2385, "西安80"), (2437, "北京54")])
def test_what_the_import_refuses_for_its_crs_is_told_before(
    session: Session, tmp_path: Path, epsg: int, datum: str
) -> None:
    path = tmp_path / "农房.shp"
    house = shapely.box(EAST, NORTH, EAST + 9, NORTH + 9)
    write_shapes(path, [house], "Polygon", {"门牌号": ["半岭1号"]})
    path.with_suffix(".prj").write_text(CRS(epsg).to_wkt(WktVersion.WKT1_ESRI))
    kinds = kinds_of_files(look(session, path))
    assert [k.state for k in kinds] == ["不能导入"]
    assert datum in str(kinds[0].error)
    [source] = import_paths(session, [path], options_of(kinds, {})).sources
    assert source.error == kinds[0].error


def test_an_unreadable_file_is_one_sentence(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"not a workbook")
    [kind] = kinds_of_files(look(session, broken))
    assert kind.error is not None
    assert kind.state == "读不出来"
