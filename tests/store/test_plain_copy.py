"""What the county's own tools see of a project once it is decrypted: ordinary SpatiaLite."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.connection import connect
from mingqing.store.project import open_project

OGR_TYPES = {
    FieldType.INTEGER: "Integer",
    FieldType.BOOLEAN: "Integer",
    FieldType.NUMBER: "Real",
    FieldType.REFERENCE: "Integer64",
}


@pytest.fixture(scope="module")
def plain_copy(sample_project_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project without its encryption."""
    path = tmp_path_factory.mktemp("plain") / "plain.sqlite"
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        key = session.login.key
    shutil.copy(sample_project_once / "map.db", path)
    database = connect(path, key, read_only=False)
    database.pragma("rekey", "")
    database.close()
    return path


@pytest.fixture(scope="module")
def told(plain_copy: Path) -> str:
    """What ogrinfo says of it."""
    if shutil.which("ogrinfo") is None:
        pytest.skip("ogrinfo is not installed (Debian: gdal-bin)")
    run = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", "-oo", "LIST_ALL_TABLES=YES", plain_copy],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    return run.stdout


@pytest.mark.parametrize("name", catalog().tables)
def test_ogrinfo_finds_each_table_with_its_rows_and_crs(
    told: str, sample_project_once: Path, name: str
) -> None:
    table = catalog().tables[name]
    (part,) = re.findall(rf"^Layer name: {name}\n(.*?)(?=^Layer name:|\Z)", told, re.MULTILINE | re.DOTALL)
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        rows, epsg = session.counts()[name], session.info.epsg
    assert f"Feature Count: {rows}\n" in part
    for field in table.field_by_name.values():
        kind = re.search(rf"^{field.name}: (\w+)", part, re.MULTILINE)
        assert kind is not None, field.name
        assert kind[1] == OGR_TYPES.get(field.type, "String"), field.name
    kind = re.search(r"^Geometry: (.*)$", part, re.MULTILINE)
    assert kind is not None
    if not table.has_geometry:
        assert kind[1] == "None"
        return
    assert kind[1] == ("Point" if {g.value for g in table.geometry} == {"point"} else "Unknown (any)")
    assert f'ID["EPSG",{epsg}]' in part
    assert "Geometry Column = geometry" in part


def test_the_shapes_lie_where_the_session_says(told: str, sample_project_once: Path) -> None:
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        bounds = [v.bounds for v in session.villages() if v.bounds]
    (part,) = re.findall(r"^Layer name: village\n(.*?)(?=^Layer name:)", told, re.MULTILINE | re.DOTALL)
    extent = re.search(r"Extent: \((\S+), (\S+)\) - \((\S+), (\S+)\)", part)
    assert extent is not None
    xmin, ymin, xmax, ymax = zip(*bounds, strict=True)
    wanted = (min(xmin), min(ymin), max(xmax), max(ymax))
    assert [float(v) for v in extent.groups()] == pytest.approx(wanted, abs=1)


def test_ogr2ogr_takes_the_houses_out_whole(
    plain_copy: Path, sample_project_once: Path, tmp_path: Path
) -> None:
    if shutil.which("ogr2ogr") is None:
        pytest.skip("ogr2ogr is not installed (Debian: gdal-bin)")
    import pyogrio

    subprocess.run(["ogr2ogr", tmp_path / "house.gpkg", plain_copy, "house"], check=True, capture_output=True)
    frame = pyogrio.read_dataframe(tmp_path / "house.gpkg", columns=["house_no"])
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        ours = session.features("house", columns=["house_no"])
    assert sorted(map(str, frame["house_no"])) == sorted(map(str, ours.columns["house_no"]))
    assert frame.geometry.area.sum() == pytest.approx(sum(g.area for g in ours.geometry if g is not None))
