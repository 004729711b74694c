"""File geodatabases: folders that are one source."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.source import Kind, discover, read
from tests.files import box


def made(path: Path) -> Path:
    """A geodatabase of a layer and a table."""
    common = {"driver": "OpenFileGDB", "fields": ["名称"]}
    values = [np.array(["一", "二"], dtype=object)]
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb([box(0), box(1)]),
        values,
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        crs="EPSG:4549",
        layer="houses",
        **common,
    )
    pyogrio.raw.write(str(path), None, values, layer="people", **common)
    return path


def test_layers_and_tables_are_read(tmp_path: Path) -> None:
    (tmp_path / "甲").mkdir()
    made(tmp_path / "甲" / "县.gdb")
    (source,) = discover([tmp_path])
    assert source.kind is Kind.FILEGDB
    houses, people = read(source)
    assert houses.columns == people.columns == {"名称": ["一", "二"]}
    assert houses.crs is not None
    assert houses.crs.epsg == 4549
    assert houses.geometry is not None
    assert shapely.area(houses.geometry).tolist() == [100, 100]
    assert people.geometry is None


@pytest.mark.parametrize("content", [{}, {"a00000001.gdbtable": b"PK\3\4"}, {"points.shp": b"\0\0\x27\x0a"}])
def test_a_folder_that_only_calls_itself_one_is_refused(tmp_path: Path, content: dict[str, bytes]) -> None:
    folder = tmp_path / "a.gdb"
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    with pytest.raises(InputRefused, match=r"“a.gdb”(不是 FileGDB|是空文件)"):
        read(discover([folder])[0])


@pytest.mark.parametrize("kept", [0.2, 0.6])
def test_one_that_is_cut_short_is_refused_or_read_without_an_end_of_the_program(
    tmp_path: Path, kept: float
) -> None:
    folder = made(tmp_path / "a.gdb")
    for path in folder.glob("*.gdbtable"):
        data = path.read_bytes()
        path.write_bytes(data[: max(int(len(data) * kept), 4)])
    with pytest.raises(InputRefused, match=r"“a.gdb”"):
        read(discover([folder])[0])


def test_one_that_is_packed_is_refused_with_advice(tmp_path: Path) -> None:
    folder = made(tmp_path / "a.gdb")
    (folder / "a00000009.cdf").write_bytes(b"x")
    with pytest.raises(InputRefused, match="压缩过的 FileGDB"):
        read(discover([folder])[0])
