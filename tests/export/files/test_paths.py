"""Every format is written where it was asked for, whatever signs a path has; or that path is refused."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from mingqing.export.writing import Options
from mingqing.ingest.reading.gdal import layers_of, read_raw
from tests.export.files.making import HOUSE, layer, ogr_summary

NASTY = "资料;新 #1%20'a=b&c" if sys.platform == "win32" else "资料;新 #1%20?'a=b&c|d:e"
FORMATS = {
    "geopackage": ".gpkg",
    "filegdb": ".gdb",
    "spatialite": ".sqlite",
    "geojson": ".geojson",
    "kml": ".kml",
    "drawing": ".dxf",
    "workbook": ".xlsx",
    "delimited": ".csv",
    "shapefile": "",
}
LON_LAT = ("geojson", "kml")
BY_GDAL = ("geopackage", "filegdb")


@pytest.mark.parametrize("form", FORMATS)
def test_signs_that_a_url_or_a_shell_reads_otherwise_are_signs_of_a_name(tmp_path: Path, form: str) -> None:
    folder = tmp_path / NASTY
    folder.mkdir()
    place = folder / (NASTY + FORMATS[form])
    made = [layer("house", {"house_no": ["一"]}, [HOUSE], epsg=4326 if form in LON_LAT else 4549)]
    import_module(f"mingqing.export.files.{form}").write(made, place, Options())
    assert [path.name for path in folder.iterdir()] == [place.name]
    assert [path.name for path in tmp_path.iterdir()] == [NASTY]
    if form in BY_GDAL:
        assert "house" in layers_of(place)
        assert read_raw(place, layer="house").meta["fields"].tolist() == ["MQID", "FWBH"]
        place = place.rename(tmp_path / f"plain{place.suffix}")
        assert "Feature Count: 1" in ogr_summary(place)


@pytest.mark.skipif(sys.platform == "win32", reason="there a path begins with a letter, and is no URL")
@pytest.mark.parametrize("form", BY_GDAL)
@pytest.mark.parametrize("name", ["急!用", "一\n二"])
def test_a_path_that_gdal_would_cut_is_refused(
    tmp_path: Path, form: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (tmp_path / name).mkdir()
    made = [layer("house", {"house_no": ["一"]}, [HOUSE])]
    with pytest.raises(InputRefused, match="感叹号"):
        import_module(f"mingqing.export.files.{form}").write(
            made, tmp_path / name / f"a{FORMATS[form]}", Options()
        )
    assert list(here.iterdir()) == []
