"""File geodatabases of ArcGIS through GDAL's OpenFileGDB, after a look at whether the folder is one."""

from pathlib import Path

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading import gdal
from mingqing.ingest.reading.bounds import require_layers
from mingqing.ingest.reading.geopackage import layer_named
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.source import SourceFile

# The list of its tables, which every geodatabase begins with; in another folder GDAL would look for other formats.
_CATALOG = "a00000001.gdbtable"
_VERSIONS = {
    b"\3\0\0\0",
    b"\4\0\0\0",
}  # of a table of ArcGIS 9 or 10; https://github.com/rouault/dump_gdbtable


def read_filegdb(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:  # noqa: ARG001
    """Read every layer and table of a geodatabase."""
    _inspect(file.path)
    names = gdal.layers_of(file.path)
    require_layers(len(names))
    layers = [layer_named(file, name) for name in names]
    layers = [layer for layer in layers if len(layer) or layer.problems]
    if not layers:
        raise refuse_empty()
    return layers


def _inspect(folder: Path) -> None:
    """Refuse a folder that only calls itself a geodatabase, and one that is packed so that GDAL reads nothing."""
    files = {path.name.lower(): path for path in folder.iterdir()} if folder.is_dir() else {}
    begun = b""
    if _CATALOG in files:
        with files[_CATALOG].open("rb") as stream:
            begun = stream.read(4)
    if begun not in _VERSIONS:
        raise InputRefused(tr("不是 FileGDB，或里面的文件不全，请把整个文件夹重新索取。"))
    if any(name.endswith(".cdf") for name in files):
        raise InputRefused(tr("是压缩过的 FileGDB，请在 ArcGIS 中解压缩后再导入。"))
