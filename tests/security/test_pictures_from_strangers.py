"""A picture shows itself: whatever it names, no other file is opened and no server asked."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mingqing.basemap.loading import rasterio
from mingqing.basemap.model import BaseMap, BaseMapUnavailable, Kind
from mingqing.basemap.reader import open_base_map
from mingqing.render.scale import Viewport
from tests.basemap.conftest import EPSG, write_tif  # noqa: F401 - a fixture

_TILES = """<GDAL_WMS><Service name="TMS"><ServerUrl>http://127.0.0.1:{port}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
<DataWindow><UpperLeftX>-20037508</UpperLeftX><UpperLeftY>20037508</UpperLeftY><LowerRightX>20037508</LowerRightX>
<LowerRightY>-20037508</LowerRightY><TileLevel>18</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY>
<YOrigin>top</YOrigin></DataWindow><Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX>
<BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount></GDAL_WMS>"""
_SIDECAR = """<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{target}</MDI>
</Metadata></PAMDataset>"""
_READ = """
import sys
from pathlib import Path
from mingqing.basemap.model import BaseMap, BaseMapUnavailable, Kind
from mingqing.basemap.reader import open_base_map
from mingqing.render.scale import Viewport
try:
    raster = open_base_map(BaseMap(Kind.IMAGERY, Path(sys.argv[1]), "")).read(
        Viewport((451560, 3143440), 80.0, (64, 64)), 4549)
    print(int(raster.pixels[20:40, 20:40, 0].max()))
except BaseMapUnavailable:
    print("refused")
"""


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """A server on this computer, by its port, and what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    running = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running.server_port, asked
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.mark.parametrize("where", ["tag", "sidecar", "overview"])
@pytest.mark.parametrize("what", ["picture", "tiles", "address"])
def test_a_picture_follows_nothing(
    where: str,
    what: str,
    server: tuple[int, list[str]],
    write_tif: object,  # noqa: F811
    tmp_path: Path,
) -> None:
    port, asked = server
    assert callable(write_tif)
    secret = write_tif(np.full((3, 512, 512), 200, np.uint8), "secret.tif")
    with rasterio().open(secret, "r+") as target:
        target.build_overviews([2, 4, 8])
    tiles = tmp_path / "tiles.xml"
    tiles.write_text(_TILES.format(port=port))
    target = {"picture": secret, "tiles": tiles, "address": f"/vsicurl/http://127.0.0.1:{port}/a.tif"}[what]
    path = write_tif(np.zeros((3, 512, 512), np.uint8), "stranger.tif")
    if where == "tag":
        with rasterio().open(path, "r+") as picture:
            picture.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=str(target))
    elif where == "sidecar":
        path.with_name("stranger.tif.aux.xml").write_text(_SIDECAR.format(target=target))
    elif what == "tiles":
        path.with_name("stranger.tif.ovr").write_bytes(tiles.read_bytes())
    # In a process of its own: which drivers there are is settled when the library is loaded, here by the tests.
    found = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() in {"0", "refused"}, found.stderr
    assert asked == []


@pytest.mark.parametrize("compress", [None, "deflate"])
def test_a_picture_with_damaged_bytes_is_drawn_or_refused(
    compress: str | None,
    write_tif: object,  # noqa: F811
) -> None:
    assert callable(write_tif)
    noise = np.random.default_rng(4).integers(0, 255, (3, 64, 64), dtype=np.uint8)
    path = write_tif(noise, compress=compress)
    whole, chance = path.read_bytes(), np.random.default_rng(7)
    view, drawn, refused = Viewport((449_320.0, 3_145_680.0), 20.0, (64, 64)), 0, []
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[chance.integers(600)] = int(chance.integers(256))
        path.write_bytes(damaged)
        try:
            open_base_map(BaseMap(Kind.IMAGERY, path, "")).read(view, EPSG)
            drawn += 1
        except BaseMapUnavailable as error:
            refused.append(str(error))
    assert drawn
    assert refused
    assert [text for text in refused if path.name not in text] == []
