"""A file that cannot be drawn says why in one sentence that names it; the others are drawn."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mingqing.basemap import bands
from mingqing.basemap.loading import rasterio
from mingqing.basemap.model import BaseMap, BaseMapUnavailable, Kind
from mingqing.basemap.reader import Readers, kinds_of, open_base_map
from mingqing.core.sample import PASSWORD, USER
from mingqing.render.scale import Viewport
from tests.basemap.conftest import EPSG, NORTH, WEST, WriteTif

CELLS = np.full((3, 100, 100), 100, dtype=np.uint8)


def test_a_missing_file_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(BaseMapUnavailable, match=r"找不到 影像\.tif.*重新添加"):
        kinds_of(tmp_path / "影像.tif")


@pytest.mark.parametrize("content", [b"", b"II*\0", b"hello", b"II*\0\x08\0\0\0" + b"\xff" * 400])
def test_what_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "影像.tif"
    path.write_bytes(content)
    with pytest.raises(BaseMapUnavailable, match=r"影像\.tif"):
        kinds_of(path)


def test_another_kind_of_file_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(BaseMapUnavailable, match="GeoTIFF"):
        kinds_of(tmp_path / "a.jpg")


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").mkdir()
    with pytest.raises(BaseMapUnavailable, match=r"a\.tif"):
        kinds_of(tmp_path / "a.tif")


@pytest.mark.parametrize("compress", [None, "deflate"])
def test_a_file_cut_short_says_so(compress: str | None, write_tif: WriteTif, view: Viewport) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (3, 100, 100), dtype=np.uint8)
    path = write_tif(noise, compress=compress)
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size * 2 // 3)
    with pytest.raises(BaseMapUnavailable, match=r"a\.tif.*重新拷贝"):
        kinds_of(path)
    with pytest.raises(BaseMapUnavailable, match=r"a\.tif.*重新拷贝"):
        open_base_map(BaseMap(Kind.IMAGERY, path, "影像")).read(view, EPSG)


def test_a_plain_picture_is_to_be_placed_first(write_tif: WriteTif) -> None:
    path = write_tif(CELLS, transform=rasterio().Affine.identity())
    with pytest.raises(BaseMapUnavailable, match=r"a\.tif 没有地理坐标"):
        kinds_of(path)


def test_coordinates_of_no_known_system_are_not_guessed_at(write_tif: WriteTif) -> None:
    with pytest.raises(BaseMapUnavailable, match=r"a\.tif 没有写明坐标系"):
        kinds_of(write_tif(CELLS, crs=None))


@pytest.mark.parametrize("epsg", [2364, 2436])
def test_old_datums_are_refused_as_in_an_import(epsg: int, write_tif: WriteTif) -> None:
    with pytest.raises(BaseMapUnavailable, match="西安80或北京54"):
        kinds_of(write_tif(CELLS, crs=f"EPSG:{epsg}"))


def test_one_bad_file_does_not_take_the_others_with_it(
    write_tif: WriteTif, tmp_path: Path, view: Viewport
) -> None:
    good = BaseMap(Kind.IMAGERY, write_tif(CELLS), "好")
    gone = BaseMap(Kind.IMAGERY, tmp_path / "没有.tif", "没有")
    off = BaseMap(Kind.IMAGERY, tmp_path / "关着.tif", "关着", visible=False)
    backdrops, troubles = Readers().read([gone, good, off], view, EPSG)
    assert len(backdrops) == 1
    assert [t.base_map for t in troubles] == [gone]
    assert "没有.tif" in troubles[0].reason


def test_a_map_that_lies_elsewhere_is_said_to(write_tif: WriteTif) -> None:
    base_map = BaseMap(Kind.IMAGERY, write_tif(CELLS), "影像")
    backdrops, troubles = Readers().read([base_map], Viewport((520_000, 3_200_000), 10, (100, 100)), EPSG)
    assert backdrops == ()
    assert [t.base_map for t in troubles] == [base_map]


def test_a_file_that_is_mended_is_read_anew(write_tif: WriteTif, tmp_path: Path, view: Viewport) -> None:
    readers, base_map = Readers(), BaseMap(Kind.IMAGERY, tmp_path / "a.tif", "影像")
    base_map.path.write_bytes(b"half")
    assert readers.read([base_map], view, EPSG)[0] == ()
    write_tif(CELLS)
    assert len(readers.read([base_map], view, EPSG)[0]) == 1


def test_a_large_file_without_overviews_is_made_small_bit_by_bit(
    write_tif: WriteTif, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = np.full((3, 1024, 1024), 60, np.uint8)
    checks[:, :, 512:] = 200
    base_map = BaseMap(Kind.IMAGERY, write_tif(checks, "大.tif"), "影像")
    far = Viewport((WEST + 5120, NORTH - 5120), 80.0, (128, 128))
    expected = Readers().read([base_map], far, EPSG)[0]
    monkeypatch.setattr(bands, "_AT_ONCE_PX", 100_000)
    monkeypatch.setattr(bands, "_STRIP_PX", 100_000)
    monkeypatch.setattr(bands, "_COPY_PX", 60_000)
    monkeypatch.setattr(bands, "_PATIENCE_S", -1.0)
    readers, said = Readers(), []
    for _ in range(20):
        found, troubles = readers.read([base_map], far, EPSG)
        if found:
            break
        assert troubles[0].passing
        said.append(troubles[0].reason)
    assert len(said) > 3
    assert len(set(said)) == len(said)
    assert "大.tif" in said[0]
    difference = found[0].pixels.astype(int) - expected[0].pixels
    assert np.abs(difference[4:-4, 4:60]).max() <= 1
    assert np.abs(difference[4:-4, 68:-4]).max() <= 1


def test_of_a_large_file_a_closer_view_is_drawn_at_once(
    write_tif: WriteTif, view: Viewport, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tif(np.full((3, 1024, 1024), 60, np.uint8), tiled=True, blockxsize=256, blockysize=256)
    monkeypatch.setattr(bands, "_AT_ONCE_PX", 100_000)
    assert len(Readers().read([BaseMap(Kind.IMAGERY, path, "影像")], view, EPSG)[0]) == 1


def test_base_maps_can_be_read_after_a_project_was_opened(
    sample_project_once: Path, write_tif: WriteTif, tmp_path: Path
) -> None:
    """Other libraries of the same name are loaded by then, with symbols for all: once a segmentation fault."""
    path = write_tif(CELLS)
    program = f"""
from pathlib import Path
from mingqing.store.project import open_project
from mingqing.basemap.model import BaseMap, Kind
from mingqing.basemap.reader import open_base_map
from mingqing.render.scale import Viewport
import sys
with open_project(Path({str(sample_project_once)!r}), user={USER!r}, password={PASSWORD!r}) as session:
    assert "rasterio" not in sys.modules
    raster = open_base_map(BaseMap(Kind.IMAGERY, Path({str(path)!r}), "")).read(
        Viewport((449500, 3145500), 10.0, (100, 100)), {EPSG})
    print(raster.pixels[50, 50].tolist(), session.counts()["house"] > 0)
"""
    found = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"MINGQING_SETTINGS": str(tmp_path / "settings")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.strip() == "[100, 100, 100, 255] True", found.stderr
