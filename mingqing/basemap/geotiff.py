"""Opening a GeoTIFF, or saying in a sentence why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from mingqing.basemap.loading import Dataset, environment, failures, rasterio
from mingqing.basemap.model import BaseMapUnavailable
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.transform import require_usable

_LARGEST_BLOCK = 400_000_000  # bytes that have to be unpacked for a single pixel


@contextmanager
def opened(path: Path) -> Iterator[Dataset]:
    """Open a GeoTIFF that lies somewhere on earth.

    Raises
    ------
    BaseMapUnavailable
        if the file is not there, no whole GeoTIFF, or does not say where it lies in a usable CRS.
    """
    require_file(path)
    library = rasterio()
    with environment():
        try:
            dataset = library.open(path, driver="GTiff")
        except failures() as error:
            raise BaseMapUnavailable(
                tr("{name} 不是完整的 GeoTIFF 影像，可能没有复制完，请重新拷贝这个文件").format(
                    name=path.name
                )
            ) from error
        with dataset:
            _require_alone(dataset, path)
            _require_place(dataset, path.name)
            try:
                yield dataset
            except failures() as error:
                raise BaseMapUnavailable(
                    tr("{name} 读不出来，文件不完整或坐标系特殊，请重新拷贝，或用 GIS 软件另存一份").format(
                        name=path.name
                    )
                ) from error


def require_file(path: Path) -> None:
    """Raise BaseMapUnavailable where there is no file, or nothing in it."""
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError:
        size = None
    if size is None:
        raise BaseMapUnavailable(
            tr("找不到 {name}，文件可能移走了或盘没有插上，请放回原处或重新添加").format(name=path.name)
        )
    if not size:
        raise BaseMapUnavailable(tr("{name} 是空文件（0 字节），请重新拷贝").format(name=path.name))


def _require_alone(dataset: Dataset, path: Path) -> None:
    """Raise where a file shows what is in another: one may name any as its overview."""
    dataset.overviews(1)  # opens it
    if any(Path(f).parent != path.parent or not Path(f).name.startswith(path.stem) for f in dataset.files):
        raise BaseMapUnavailable(
            tr("{name} 引用了别的文件，请在 GIS 软件里另存为一个完整的 GeoTIFF 再添加").format(name=path.name)
        )


def _require_place(dataset: Dataset, name: str) -> None:
    transform = dataset.transform
    if transform.is_identity or transform.is_degenerate or not np.isfinite(transform[:6]).all():
        raise BaseMapUnavailable(
            tr("{name} 没有地理坐标，只是一张图片，请先在 GIS 软件里配准").format(name=name)
        )
    if dataset.crs is None:
        raise BaseMapUnavailable(
            tr("{name} 没有写明坐标系，请在 GIS 软件里定义坐标系后再添加").format(name=name)
        )
    try:
        require_usable(dataset.crs.to_wkt())
    except InputRefused as error:
        raise BaseMapUnavailable(
            tr(
                "{name} 是西安80或北京54坐标，没有公开参数能准确转到 CGCS2000，请先转成 CGCS2000 再添加"
            ).format(name=name)
        ) from error
    rows, columns = dataset.block_shapes[0]
    if rows * columns * np.dtype(dataset.dtypes[0]).itemsize > _LARGEST_BLOCK:
        raise BaseMapUnavailable(
            tr("{name} 没有分块，读一点也要整张解开，请在 GIS 软件里另存为分块的 GeoTIFF").format(name=name)
        )
