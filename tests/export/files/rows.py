"""Layers with columns of any name and type, and readers that are not ours."""

import json
import os
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

TEXT, INTEGER, NUMBER, DATE, YES = (
    FieldType.TEXT,
    FieldType.INTEGER,
    FieldType.NUMBER,
    FieldType.DATE,
    FieldType.BOOLEAN,
)
FIRST_ID = 2**62 + 1
POLYGON = shapely.Polygon(
    [(440_000, 3_140_000), (440_010, 3_140_000), (440_010, 3_140_008.5), (440_000, 3_140_008.5)]
)
HOLED = shapely.Polygon(
    [(0, 0), (100, 0), (100, 100), (0, 100)],
    [[(10, 10), (20, 10), (20, 20), (10, 20)], [(50, 50), (50, 60), (60, 60), (60, 50)]],
)
SEVERAL = shapely.MultiPolygon([HOLED, shapely.box(200, 0, 300, 100)])
LINE = shapely.LineString([(440_000, 3_140_000), (440_100, 3_140_020), (440_120, 3_140_090)])
LINES = shapely.MultiLineString([LINE, shapely.LineString([(0, 0), (5, 5)])])
POINT = shapely.Point(440_003.25, 3_140_004.125)


def rows(
    columns: Mapping[str, tuple[FieldType, Sequence[Any]]],
    geometry: Sequence[Any] | None = None,
    *,
    epsg: int = 4549,
    name: str = "house",
    **more: Mapping[str, Any],
) -> Layer:
    """A layer with columns of these names, types and values. more : of a column, what `Out` says besides."""
    n = len(geometry) if geometry is not None else len(next(iter(columns.values()))[1])
    table = catalog().tables[name]
    shapes = None
    if geometry is not None:
        shapes = np.empty(n, dtype=object)
        shapes[:] = list(geometry)
    return Layer(
        table,
        name,
        table.title,
        np.arange(FIRST_ID, FIRST_ID + n),
        tuple(
            replace(Out(key, f"{key}的中文", Origin.FIELD, kind), **dict(more.get(key, {})))
            for key, (kind, _) in columns.items()
        ),
        tuple(values for _, values in columns.values()),
        shapes,
        None,
        epsg if geometry is not None else 0,
    )


def qgis(path: Path, *layers: str) -> list[dict[str, Any]]:
    """What QGIS says of the layers of a file: of itself the system's, with a Python and a GDAL of its own."""
    if shutil.which("qgis") is None and not Path("/usr/share/qgis").is_dir():
        pytest.skip("QGIS is not installed (Debian: python3-qgis)")
    sources = [f"{path}|layername={layer}" for layer in layers] or [str(path)]
    told = subprocess.run(
        ["/usr/bin/python3", "-c", _ASK_QGIS, *sources],
        env={
            "PATH": os.environ["PATH"],
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(path.parent),
            "LANG": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named 'qgis'" in told.stderr:
        pytest.skip("pyqgis is not installed (Debian: python3-qgis)")
    assert told.returncode == 0, told.stderr
    answers: list[dict[str, Any]] = json.loads(told.stdout.splitlines()[-1])
    return answers


_ASK_QGIS = """
import json, sys
from qgis.core import NULL, QgsApplication, QgsVectorLayer
application = QgsApplication([], False)
application.initQgis()
answers = []
for source in sys.argv[1:]:
    layer = QgsVectorLayer(source, "asked", "ogr")
    features = list(layer.getFeatures())
    def plain(value):
        if value == NULL:
            return None
        return value if isinstance(value, (str, int, float, bool)) else value.toString("yyyy-MM-dd")
    answers.append({
        "valid": layer.isValid(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "title": layer.dataProvider().layerMetadata().title(),
        "aliases": {f.name(): layer.attributeDisplayName(i) for i, f in enumerate(layer.fields())},
        "rows": [dict(zip([f.name() for f in layer.fields()], map(plain, f.attributes()))) for f in features],
        "wkt": [f.geometry().asWkt(4) for f in features],
    })
print(json.dumps(answers))
"""
