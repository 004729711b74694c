"""QGIS's side of `benchmarks.forms`, run by the Python that QGIS was installed for: its form of one feature, painted.

Run as a file, since that Python has none of our packages. Arguments: the plain SpatiaLite file, the layer in it.
"""

import json
import sys
import time

from qgis.core import QgsApplication, QgsFeatureRequest, QgsVectorLayer
from qgis.gui import QgsAttributeForm, QgsGui


def main() -> None:
    application = QgsApplication([], True)  # noqa: FBT003 - with widgets
    application.initQgis()
    QgsGui.editorWidgetRegistry().initEditors()
    path, name = sys.argv[1:]
    layer = QgsVectorLayer(f"dbname='{path}' table=\"{name}\" (geometry)", name, "spatialite")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot read {name}")
    ids = [f.id() for f in layer.getFeatures(QgsFeatureRequest().setLimit(1000))]
    layer.startEditing()
    for line in sys.stdin:
        started = time.perf_counter()
        form = QgsAttributeForm(layer, layer.getFeature(ids[json.loads(line)["row"]]))
        form.resize(456, 640)
        form.show()
        form.grab()
        print(json.dumps({"wall": time.perf_counter() - started}), flush=True)
        form.close()
    layer.rollBack()
    del layer
    application.exitQgis()


if __name__ == "__main__":
    main()
