"""Which files there are to read, and reading one."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import cast

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading.bounds import require_columns, require_layers
from mingqing.ingest.reading.layer import RowProblem, SourceLayer

__all__ = ["Kind", "RowProblem", "SourceFile", "SourceLayer", "discover", "read"]


class Kind(StrEnum):
    """Kinds of source, by how they are read; a FileGDB is a folder."""

    SHAPEFILE = "shapefile"
    DBF = "dbf"
    GEOPACKAGE = "geopackage"
    FILEGDB = "filegdb"
    SPATIALITE = "spatialite"
    GEOJSON = "geojson"
    KML = "kml"
    GPX = "gpx"
    DELIMITED = "delimited"
    WORKBOOK = "workbook"
    UNREADABLE = "unreadable"


_BY_SUFFIX = {
    ".shp": Kind.SHAPEFILE,
    ".dbf": Kind.DBF,
    ".gpkg": Kind.GEOPACKAGE,
    ".gdb": Kind.FILEGDB,
    **dict.fromkeys((".sqlite", ".spatialite"), Kind.SPATIALITE),
    **dict.fromkeys((".geojson", ".json"), Kind.GEOJSON),
    **dict.fromkeys((".kml", ".kmz"), Kind.KML),
    ".gpx": Kind.GPX,
    **dict.fromkeys((".csv", ".txt", ".tsv"), Kind.DELIMITED),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods"), Kind.WORKBOOK),
}
# Files that hold data we cannot read: passing over them in silence would look like having read them.
_ADVICE = {
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar"), tr("请先解压再导入")),
    **dict.fromkeys((".mdb", ".accdb"), tr("请在 ArcGIS 中导出为 Shapefile 或 GeoPackage 再导入")),
    **dict.fromkeys((".dwg", ".dxf", ".tab", ".mif"), tr("请先转成 Shapefile 再导入")),
    **dict.fromkeys((".doc", ".docx", ".wps", ".pdf"), tr("请把其中的表格另存为 Excel 再导入")),
}
# What our export puts beside its files, known by the first of them: it tells of rows and holds none.
_COMPANIONS = ("校验清单.txt", "数据字典.xlsx", "元数据.json")
# Parts of a shapefile that mean nothing alone.
_PARTS = {".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix", ".qpj", ".fix"}
_READERS = {
    Kind.SHAPEFILE: "shapefile.read_shapefile",
    Kind.DBF: "shapefile.read_lone_dbf",
    Kind.GEOPACKAGE: "geopackage.read_geopackage",
    Kind.FILEGDB: "filegdb.read_filegdb",
    Kind.SPATIALITE: "spatialite.read_spatialite",
    Kind.GEOJSON: "geojson.read_geojson",
    Kind.KML: "kml.read_kml",
    Kind.GPX: "gpx.read_gpx",
    Kind.DELIMITED: "delimited.read_delimited",
    Kind.WORKBOOK: "workbook.read_workbook",
}
# What one file may weigh: where it is read into memory whole as text, less. A county's largest layer and
# register are a tenth of it.
_MOST_MB = {Kind.DELIMITED: 256, Kind.GEOJSON: 256, Kind.KML: 256, Kind.GPX: 256, Kind.WORKBOOK: 128}
_MOST_MB_ELSE = 2048


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source: a file, or a shapefile with the files beside it.

    siblings : lower-case suffix → file, for a shapefile or DBF.
    refusal : why it cannot be read, a Chinese sentence part; only where `kind` is UNREADABLE.
    """

    path: Path
    kind: Kind
    siblings: Mapping[str, Path] = field(default_factory=dict)
    refusal: str = ""


def discover(paths: Iterable[Path]) -> list[SourceFile]:
    """Find what there is to read in files and whole folder trees.

    A shapefile and its companions are one source, whichever of them is named. Lock files of office programs,
    hidden files and unrelated files in folders are passed over; a named file never is.

    Returns
    -------
    list of SourceFile
        in natural order (村2 before 村10), each once. A folder that cannot be opened, and a file that holds
        data in a form that is not supported, is there as UNREADABLE, so that it is reported.
    """
    found: dict[Path, SourceFile] = {}
    listings: dict[Path, dict[str, dict[str, Path]]] = {}
    for path in paths:
        for source in (
            _tree(path) if path.is_dir() and path.suffix.lower() != ".gdb" else _named(path, listings)
        ):
            found.setdefault(source.path, source)
    return sorted(found.values(), key=lambda s: _natural(s.path))


def read(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read every layer of a source.

    Parameters
    ----------
    encoding : of text, chosen by the user; None to find out.

    Raises
    ------
    InputRefused
        if nothing can be read: one Chinese sentence that names the file. `EncodingUnclear` where it is
        the encoding that has to be asked for.
    """
    if file.kind is Kind.UNREADABLE:
        raise InputRefused(tr("“{name}”没有导入：{why}。").format(name=file.path.name, why=file.refusal))
    module, function = _READERS[file.kind].split(".")
    reader = getattr(import_module(f"mingqing.ingest.reading.{module}"), function)
    try:
        _check_size(file)
        layers = cast("Callable[..., list[SourceLayer]]", reader)(file, encoding=encoding)
        require_layers(len(layers))
        for layer in layers:
            require_columns(len(layer.columns))
    except InputRefused as refusal:
        if not refusal.args[0].startswith("“"):
            refusal.args = (tr("“{name}”{why}").format(name=file.path.name, why=refusal.args[0]),)
        raise
    except OSError as error:
        why = tr("没有权限打开") if isinstance(error, PermissionError) else tr("打不开，磁盘或网络可能断开了")
        raise InputRefused(tr("“{name}”{why}。").format(name=file.path.name, why=why)) from error
    except MemoryError as error:
        raise InputRefused(tr("“{name}”太大，内存不够。").format(name=file.path.name)) from error
    return layers


def _check_size(file: SourceFile) -> None:
    parts = file.path.iterdir() if file.path.is_dir() else [file.path]
    size = sum(path.stat().st_size for path in parts)
    if size == 0:
        raise InputRefused(tr("是空文件（0 字节），请向提供者重新索取。"))
    most = _MOST_MB.get(file.kind, _MOST_MB_ELSE)
    if size > most * 2**20:
        raise InputRefused(tr("超过 {most} MB，请分成几个文件再导入。").format(most=most))


def _natural(path: Path) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", str(path))
    ]


def _tree(top: Path) -> Iterator[SourceFile]:
    """Yield the sources in a folder and below; each folder once, whatever links lead to it."""
    visited: set[tuple[int, int]] = set()
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                listing = list(entries)
        except OSError:
            yield SourceFile(folder, Kind.UNREADABLE, refusal=tr("没有权限打开这个文件夹"))
            continue
        files: list[Path] = []
        for entry in listing:
            if entry.name.startswith((".", "~$", "__MACOSX")):
                continue
            if entry.is_dir() and entry.name.endswith(".mingqing"):
                continue  # a project of ours that lies among the files
            is_folder = entry.is_dir() and not entry.name.lower().endswith(".gdb")
            (pending if is_folder else files).append(folder / entry.name)
        told = any(path.name == _COMPANIONS[0] for path in files)
        yield from _group(path for path in files if not (told and path.name in _COMPANIONS))


def _group(files: Iterable[Path]) -> Iterator[SourceFile]:
    """One source for each file that has data, companions with it."""
    for parts in _by_stem(files).values():
        yield from _sources(parts)


def _by_stem(files: Iterable[Path]) -> dict[str, dict[str, Path]]:
    stems: dict[str, dict[str, Path]] = {}
    for path in files:
        stem, dot, suffix = path.name.lower().rpartition(".")
        stems.setdefault(stem, {})[dot + suffix] = path
    return stems


def _sources(parts: Mapping[str, Path]) -> Iterator[SourceFile]:
    for suffix, path in parts.items():
        kind = _BY_SUFFIX.get(suffix)
        if kind is Kind.SHAPEFILE or (kind is Kind.DBF and ".shp" not in parts):
            yield SourceFile(path, kind, parts)
        elif kind is not None and kind is not Kind.DBF:
            yield SourceFile(path, kind)
        elif suffix in _ADVICE:
            yield SourceFile(path, Kind.UNREADABLE, refusal=_ADVICE[suffix])


def _named(path: Path, listings: dict[Path, dict[str, dict[str, Path]]]) -> Iterator[SourceFile]:
    """Yield the source that a named file is or belongs to; always one at least."""
    suffix = path.suffix.lower()
    if not path.exists():
        yield SourceFile(path, Kind.UNREADABLE, refusal=tr("找不到这个文件"))
        return
    if suffix in _PARTS or suffix in {".shp", ".dbf"}:
        if path.parent not in listings:
            listings[path.parent] = _by_stem(_files_beside(path))
        parts = listings[path.parent].get(path.stem.lower(), {suffix: path})
        found = [s for s in _sources(parts) if s.kind in {Kind.SHAPEFILE, Kind.DBF}]
    else:
        found = list(_sources({suffix: path}))
    yield from found or [SourceFile(path, Kind.UNREADABLE, refusal=tr("不是能导入的文件类型"))]


def _files_beside(path: Path) -> list[Path]:
    try:
        return [path.parent / name for name in os.listdir(path.parent)]  # noqa: PTH208 - names alone, and fast
    except OSError:
        return [path]
