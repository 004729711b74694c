"""Layers by hand, of the catalog's own tables."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Origin, Out

HOSTILE = (
    "=cmd|'/c calc'!A1",
    "𠮷田😀",
    "一行\n两行\t栏",
    'a,"b";<&>',
    "_x0041_",
    "bell\x07 end",
    " 前后 ",
    "#N/A",
    "^J %%c \\P {}",
)
BIG = 2**63 - 2
HOUSE = shapely.box(443_824.4701, 3_141_851.3102, 443_836.95, 3_141_860)
HOLED = shapely.Polygon(
    [(500_000, 3_140_000), (500_100, 3_140_000), (500_100, 3_140_100), (500_000, 3_140_100)],
    [[(500_020, 3_140_020), (500_080, 3_140_020), (500_080, 3_140_080), (500_020, 3_140_080)]],
)

_TYPES = {FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN}


def layer(
    table: str,
    columns: Mapping[str, Sequence[Any]],
    geometry: Sequence[Any] | None = None,
    *,
    epsg: int = 4549,
    ids: Sequence[int] | None = None,
) -> Layer:
    """Return rows of a table of the catalog, with ids as their first column."""
    found = catalog().tables[table]
    n = len(next(iter(columns.values())))
    ids = list(range(1, n + 1)) if ids is None else list(ids)
    fields = [found.field_by_name[name] for name in columns]
    outs = [
        Out(
            f.leaves_as or f.name[:10],
            f.title,
            Origin.FIELD,
            f.type if f.type in _TYPES else FieldType.TEXT,
            f,
        )
        for f in fields
    ]
    made = Layer(
        found,
        table,
        found.title,
        np.array(ids, np.int64),
        (Out("MQID", "民情标识", Origin.ID, FieldType.TEXT), *outs),
        ([str(i) for i in ids], *columns.values()),
    )
    if geometry is None:
        return made
    shapes = np.empty(n, dtype=object)
    shapes[:] = list(geometry)
    return replace(made, geometry=shapes, kind=next(iter(found.geometry)), epsg=epsg)


def ogr_features(path: Path, *arguments: str) -> list[dict[str, Any]]:
    """Return the features of a layer as the system's GDAL, another version than ours, reads them.

    arguments : of ogr2ogr, such as the layer's name.
    """
    _require("ogr2ogr")
    told = subprocess.run(
        [
            "ogr2ogr",
            "-f",
            "GeoJSON",
            "-lco",
            "WRITE_NAME=NO",
            "-lco",
            "COORDINATE_PRECISION=9",
            "/vsistdout/",
            path,
            *arguments,
        ],
        check=True,
        capture_output=True,
    )
    features: list[dict[str, Any]] = json.loads(told.stdout)["features"]
    return features


def ogr_summary(path: Path, *arguments: str) -> str:
    """Return what it says of the layers: their kinds, CRS, fields."""
    _require("ogrinfo")
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", *arguments, path], check=True, capture_output=True, text=True
    )
    assert not told.stderr, told.stderr
    return told.stdout


def _require(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (Debian: gdal-bin)")
