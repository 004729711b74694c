"""What the user decides on the mapping page is what the import does."""

from pathlib import Path

import pytest

from mingqing.catalog.load import catalog
from mingqing.desktop.importing.decisions import filled_by, kinds_of_files, runs
from mingqing.desktop.importing.preview import SourcePreview, look_through, remember, remembered
from mingqing.ingest.run import import_paths
from mingqing.store.project import create_project
from mingqing.store.session import Session

from .conftest import PASSWORD, USER


def look(session: Session, *paths: Path) -> list[SourcePreview]:
    return look_through(session, paths, progress=lambda *_: None, cancelled=lambda: False)


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A table that nothing here recognises by itself."""
    path = tmp_path / "表一.csv"
    path.write_text("甲,乙,丙\n避灾一,120,x\n避灾二,80,y\n", encoding="utf-8-sig")
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Session:
    return create_project(tmp_path / "空", "空", user=USER, password=PASSWORD)


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
    [run] = runs([kind], [strange], {})
    with empty as session:
        report = import_paths(session, run.paths, run.options)
        assert report.total("added") == 2
        assert sorted(session.rows("shelter", ["name", "capacity"])) == [("避灾一", 120), ("避灾二", 80)]
        remember(session, run.options)
        [again] = kinds_of_files(look(session, strange))
        assert again.match is not None
        assert again.match.fields == {"甲": "name", "乙": "capacity"}
        assert remembered(session, ["别的"]).tables == {}


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
    assert [r.paths for r in runs(kinds, [villages], {})] == [(villages,)]
    next(k for k in kinds if k.title == "花名册").take_as(catalog(), None)
    [run] = runs(kinds, [villages], {})
    assert {p.name for p in run.paths} == {"农房.shp", "村界.shp"}


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
    assert [r.paths for r in runs(kinds, given, {})] == [tuple(given)]
    first, second = runs(kinds, given, {question.key: "4549"})
    assert (first.paths, first.options.crs) == ((asks,), 4549)
    assert asks not in second.paths
    assert second.options.crs is None


def test_an_unreadable_file_is_one_sentence(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"not a workbook")
    [kind] = kinds_of_files(look(session, broken))
    assert kind.error is not None
    assert kind.state == "读不出来"
