# ruff: noqa: ANN401 - QGIS's library tells nobody its types
"""QGIS's side of `benchmarks.editing`, run by the Python that QGIS was installed for: the same edits as ours.

Run as a file, since that Python has none of our packages. Arguments: the plain SpatiaLite file, the layer in it.
"""

import json
import sys
import time
from typing import Any

from qgis.core import QgsApplication, QgsFeature, QgsFeatureRequest, QgsGeometry, QgsVectorLayer


def main() -> None:
    application = QgsApplication([], False)  # noqa: FBT003 - no window
    application.initQgis()
    path, name = sys.argv[1:]
    layer = QgsVectorLayer(f"dbname='{path}' table=\"{name}\" (geometry)", name, "spatialite")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot read {name}")
    for line in sys.stdin:
        request = json.loads(line)
        ids = [f.id() for f in layer.getFeatures(QgsFeatureRequest().setLimit(request["rows"]))]
        started = time.perf_counter()
        layer.startEditing()
        _ACTS[request["do"]](layer, ids, request)
        if not layer.commitChanges():
            raise SystemExit(f"QGIS: {layer.commitErrors()}")
        print(json.dumps({"wall": time.perf_counter() - started}), flush=True)
    del layer
    application.exitQgis()


def change(layer: Any, ids: list[int], request: Any) -> None:
    at = layer.fields().indexOf(request["field"])
    for each in ids:
        layer.changeAttributeValue(each, at, request["value"])


def add(layer: Any, _ids: list[int], request: Any) -> None:
    made = QgsFeature(layer.fields())
    made.setGeometry(QgsGeometry.fromWkt(request["wkt"]))
    layer.addFeature(made)


def move(layer: Any, ids: list[int], request: Any) -> None:
    for each in ids:
        layer.changeGeometry(each, QgsGeometry.fromWkt(request["wkt"]))


_ACTS = {"change": change, "add": add, "move": move}

if __name__ == "__main__":
    main()
