"""What is there to read is found, each once; what cannot be read is said."""

from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.names import unique
from mingqing.ingest.reading.source import Kind, SourceFile, SourceLayer, discover, read
from tests.ingest.reading.conftest import shared, write_houses


def _names(sources: list[SourceFile]) -> list[str]:
    return [s.path.name for s in sources]


def test_parts_of_a_shapefile_are_one_source_whichever_is_named(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "农房.shp")
    for parts in ([tmp_path], [path], [path.with_suffix(".dbf")], sorted(tmp_path.iterdir())):
        assert _names(discover(parts)) == ["农房.shp"]


def test_parts_in_capitals_belong_together(tmp_path: Path) -> None:
    write_houses(tmp_path / "农房.shp")
    for part in list(tmp_path.iterdir()):
        part.rename(tmp_path / part.name.upper())
    (source,) = discover([tmp_path])
    assert set(source.siblings) >= {".shp", ".shx", ".dbf", ".prj"}
    assert len(read(source)[0]) == 5


def test_locks_hidden_and_unrelated_files_are_passed_over_in_folders(tmp_path: Path) -> None:
    for name in ("~$户.xlsx", ".户.csv", "照片.jpg", "a.sbn", "a.shp.xml", "户.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    assert _names(discover([tmp_path])) == ["户.csv"]


def test_data_in_forms_that_are_not_supported_is_refused_with_advice(tmp_path: Path) -> None:
    for name in ("a.zip", "b.dwg", "c.doc"):
        (tmp_path / name).write_text("x")
    (tmp_path / "d.mdb").write_bytes(b"x")
    sources = discover([tmp_path])
    assert [s.kind for s in sources] == [Kind.UNREADABLE] * 4
    for source in sources:
        with pytest.raises(InputRefused, match=f"“{source.path.name}”没有导入"):
            read(source)


def test_named_file_is_never_passed_over(tmp_path: Path) -> None:
    (tmp_path / "照片.jpg").write_text("x")
    (source,) = discover([tmp_path / "照片.jpg"])
    assert source.kind is Kind.UNREADABLE
    (absent,) = discover([tmp_path / "没有.shp"])
    assert "找不到" in absent.refusal


def test_villages_come_in_natural_order(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        (tmp_path / f"村{number}").mkdir()
        (tmp_path / f"村{number}" / "户.csv").write_text("a,b\n")
    assert [s.path.parent.name for s in discover([tmp_path])] == ["村1", "村2", "村10"]


def test_link_back_to_a_folder_above_does_not_loop(tmp_path: Path) -> None:
    (tmp_path / "户.csv").write_text("a,b\n")
    (tmp_path / "再来").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "断").symlink_to(tmp_path / "没有")
    assert _names(discover([tmp_path])) == ["户.csv"]


def test_folder_without_permission_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.scandir", refuse)
    (source,) = discover([tmp_path])
    assert source.kind is Kind.UNREADABLE
    assert "权限" in source.refusal


def test_file_beyond_reason_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    with path.open("wb") as stream:
        stream.truncate(300 * 2**20)
    (source,) = discover([path])
    with pytest.raises(InputRefused, match="超过 256 MB"):
        read(source)


def test_file_without_permission_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = discover([write_houses(tmp_path / "农房.shp")])

    def refuse(_: object) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputRefused, match="“农房.shp”没有权限打开。"):  # noqa: RUF043 - a whole sentence
        read(source)


def test_names_are_trimmed_and_told_apart() -> None:
    assert unique(["名称", "名称 ", "", "　编号"]) == ["名称", "名称_2", "第3列", "编号"]


def _read_or_refused(source: SourceFile) -> tuple[list[SourceLayer], str]:
    try:
        return read(source), ""
    except InputRefused as refusal:
        return [], str(refusal)


@pytest.mark.parametrize("folder", ["hostile", "admin", "andorra", "codes"])
def test_files_that_broke_other_readers_give_rows_or_one_sentence(folder: str) -> None:
    sources = discover([shared(folder)])
    assert sources
    for source in sources:
        layers, refusal = _read_or_refused(source)
        assert layers or (refusal.startswith(f"“{source.path.name}”") and refusal.endswith("。"))
        for layer in layers:
            assert {len(v) for v in layer.columns.values()} <= {len(layer)}
            assert layer.geometry is None or len(layer.geometry) == len(layer)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("mapshaper/dbf/cpg/big5.shp", "NAME", "國語"),
        ("mapshaper/dbf/cpg/shiftjis.dbf", "NAME", "カタカナひらがな"),
        ("mapshaper/dbf/cpg/euckr.dbf", "NAME", "한국말"),
        ("mapshaper/dbf/cpg/koi8r.dbf", "NAME", "русский"),
        ("mapshaper/dbf/ldid/chinese.shp", "NAME", "简体"),
        ("mapshaper/dbf/utf8.dbf", "NAME", "国语國語"),
    ],
)
def test_text_in_foreign_encodings_is_read_exactly(name: str, column: str, value: str) -> None:
    (source,) = discover([shared("hostile") / name])
    (layer,) = read(source)
    assert value in layer.columns[column]
