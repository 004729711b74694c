"""Text tables: encoding, delimiter and header are found."""

from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.encoding import EncodingUnclear
from tests.ingest.reading.conftest import read_one, shared

_ROWS = [["户号", "户主", "住址"], ["H1", "甄一", "大竹溪村1号"], ["H2", "甄二", "大竹溪村2号"]]


def _write(path: Path, delimiter: str, encoding: str) -> Path:
    path.write_bytes("".join(delimiter.join(row) + "\r\n" for row in _ROWS).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_any_common_writing_of_a_table_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    layer = read_one(_write(tmp_path / "户.csv", delimiter, encoding))
    assert layer.columns == {
        "户号": ["H1", "H2"],
        "户主": ["甄一", "甄二"],
        "住址": ["大竹溪村1号", "大竹溪村2号"],
    }
    assert layer.rows.tolist() == [2, 3]


def test_rows_are_numbered_by_the_line_they_start_on(tmp_path: Path) -> None:
    path = tmp_path / "户.csv"
    path.write_text('户主,住址\n甄一,"大竹溪村\n1号"\n甄二,大竹溪村2号\n', encoding="utf-8")
    layer = read_one(path)
    assert layer.rows.tolist() == [2, 4]
    assert layer.columns["住址"][0] == "大竹溪村\n1号"


def test_identity_number_saved_in_scientific_notation_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "人.csv"
    path.write_text("姓名,身份证号\n甄一,9.9E+17\n", encoding="utf-8")
    layer = read_one(path)
    assert layer.columns["身份证号"] == [None]
    assert layer.problems[0].row == 2


def test_prose_is_not_taken_for_a_table(tmp_path: Path) -> None:
    path = tmp_path / "说明.txt"
    path.write_text("本文件夹的数据，由村里提供。\n请先看这里，再导入，谢谢。\n第三行\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="不是表格"):
        read_one(path)


def test_too_little_text_to_tell_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "一.csv"
    path.write_bytes("A,B\n1,一\n".encode("gbk"))
    with pytest.raises(EncodingUnclear, match="文字编码无法判断"):
        read_one(path)
    assert read_one(path, "GBK").columns == {"A": ["1"], "B": ["一"]}


def test_official_codes_are_read() -> None:
    layer = read_one(shared("codes") / "villages_331124.csv")
    assert len(layer) == 214
    assert layer.encoding is not None
    assert layer.encoding.name == "utf-8"
