# ruff: noqa: ANN401, FBT003 - QGIS's library tells nobody its types
"""QGIS's side of `benchmarks.drawing`, run by the Python that QGIS was installed for: the same requests as ours.

Run as a file, since that Python has none of our packages. Argument: the plain SpatiaLite file.
"""

import json
import sys
import time
from contextlib import suppress
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCentroidFillSymbolLayer,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsNullSymbolRenderer,
    QgsPalLayerSettings,
    QgsRectangle,
    QgsRendererCategory,
    QgsRuleBasedLabeling,
    QgsSimpleFillSymbolLayer,
    QgsSimpleLineSymbolLayer,
    QgsSimpleMarkerSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import QSize, Qt, QVariant
from qgis.PyQt.QtGui import QColor, QFont

_PX = QgsUnitTypes.RenderPixels
_CONNECTIONS = 4  # that QGIS keeps to one file
FAMILY = "Noto Sans CJK SC"
_PLATES = {"circle": "circle", "square": "square", "triangle": "triangle", "none": "circle"}


def main() -> None:
    application = QgsApplication([], False)
    application.initQgis()
    layers: list[Any] = []
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "open":
            layers.clear()  # with them go their connections and what these remember
            layers = opened(sys.argv[1], request["looks"])
            answer: dict[str, float] = {}
        else:
            answer = draw(layers, request)
        print(json.dumps(answer), flush=True)
    layers.clear()
    application.exitQgis()


def opened(path: str, looks: list[Any]) -> list[Any]:
    """Return the layers from bottom to top, newly made, their connections to the file open."""
    layers = []
    for look in looks:
        layer = QgsVectorLayer(
            f"dbname='{path}' table=\"{look['layer']}\" (geometry)", look["layer"], "spatialite"
        )
        if not layer.isValid():
            raise SystemExit(f"QGIS cannot read {look['layer']}")
        layer.setRenderer(renderer(look, layer))
        if any(c["label"] for c in look["classes"]):
            layer.setLabeling(labeling(look))
            layer.setLabelsEnabled(True)
        layers.append(layer)
    # As many at a time as the drawing will have, so that opening a connection is not what is measured.
    asked = [layer.getFeatures(QgsFeatureRequest().setLimit(1)) for layer in layers[:_CONNECTIONS]]
    for some in asked:
        with suppress(StopIteration):
            next(some)
    for some in asked:
        some.close()
    return layers


def draw(layers: list[Any], request: Any) -> dict[str, float]:
    (x, y), (width, height), metres = request["center"], request["size"], request["m_per_px"]
    settings = QgsMapSettings()
    settings.setLayers(layers[::-1])
    settings.setDestinationCrs(layers[0].crs() if layers else QgsCoordinateReferenceSystem())
    settings.setOutputSize(QSize(width, height))
    settings.setOutputDpi(96)
    settings.setExtent(
        QgsRectangle(
            x - width / 2 * metres, y - height / 2 * metres, x + width / 2 * metres, y + height / 2 * metres
        )
    )
    settings.setBackgroundColor(QColor("#f8f5ec"))
    settings.setFlag(QgsMapSettings.Antialiasing, True)
    settings.setFlag(QgsMapSettings.UseRenderingOptimization, True)  # as the canvas of QGIS has it
    settings.setFlag(QgsMapSettings.DrawLabeling, request["labels"])
    wall, cpu = time.perf_counter(), time.process_time()
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    if job.errors():
        raise SystemExit(f"QGIS: {job.errors()[0].message}")
    if request.get("save"):
        image.save(request["save"])
    return cost


# ── Symbols ──────────────────────────────────────────────────────────────────────────────────────────────────


def renderer(look: Any, layer: Any) -> Any:
    """Return a renderer that draws the classes shown; QGIS then reads no rows of the others."""
    shown = [c for c in look["classes"] if c["shown"]]
    if not any(c["symbols"] for c in shown):
        return QgsNullSymbolRenderer()
    if look["class_by"] is None:
        return QgsSingleSymbolRenderer(symbol(look["classes"][-1]["symbols"], layer))
    categories = []
    for c in look["classes"]:
        values = [QVariant()] if c["values"] is None else c["values"]
        value = values if len(values) > 1 else values[0]
        categories.append(QgsRendererCategory(value, symbol(c["symbols"], layer), "", c["shown"]))
    return QgsCategorizedSymbolRenderer(look["class_by"], categories)


def symbol(steps: list[Any], layer: Any) -> Any:
    kind = (QgsMarkerSymbol, QgsLineSymbol, QgsFillSymbol)[layer.geometryType()]
    if not steps:
        return invisible(kind)
    parts = [_LAYERS[step["type"]](step) for step in together(steps)]
    if kind is QgsFillSymbol:
        parts = [in_the_middle(p) if isinstance(p, QgsSimpleMarkerSymbolLayer) else p for p in parts]
    return made_of(kind, parts)


def made_of(kind: Any, parts: list[Any]) -> Any:
    made = kind.createSimple({})
    for part in parts:
        made.appendSymbolLayer(part)
    made.deleteSymbolLayer(0)
    return made


def in_the_middle(sign: Any) -> Any:
    """Return what puts a marker in the middle of an area."""
    made = QgsCentroidFillSymbolLayer()
    made.setSubSymbol(made_of(QgsMarkerSymbol, [sign]))
    return made


def together(steps: list[Any]) -> list[Any]:
    """Give a fill the outline that follows it: QGIS draws both at once."""
    joined: list[Any] = []
    for step in steps:
        last = joined[-1] if joined else {}
        if step["type"] == "line" and last.get("type") == "fill" and "line" not in last:
            joined[-1] = {**last, "line": step}
        else:
            joined.append(step)
    return joined


def invisible(kind: Any) -> Any:
    """Return a symbol for rows of which only the label is drawn."""
    made = kind.createSimple({})
    made.setOpacity(0)
    return made


def fill(step: Any) -> Any:
    line = step.get("line")
    made = QgsSimpleFillSymbolLayer(QColor(*step["color"]))
    if line is None:
        made.setStrokeStyle(Qt.NoPen)
        return made
    made.setStrokeColor(QColor(*line["color"]))
    made.setStrokeWidth(line["width"])
    made.setStrokeWidthUnit(_PX)
    return made


def stroke(step: Any) -> Any:
    made = QgsSimpleLineSymbolLayer(QColor(*step["color"]), step["width"])
    made.setWidthUnit(_PX)
    made.setPenJoinStyle(Qt.RoundJoin)
    made.setPenCapStyle(Qt.FlatCap if step["dash"] else Qt.RoundCap)
    if step["dash"]:
        made.setUseCustomDashPattern(True)
        made.setCustomDashVector(step["dash"])
        made.setCustomDashPatternUnit(_PX)
    return made


def marker(step: Any) -> Any:
    made = QgsSimpleMarkerSymbolLayer()
    made.setShape(QgsSimpleMarkerSymbolLayer.decodeShape(_PLATES[step["plate"]])[0])
    made.setColor(QColor(*step["color"]))
    made.setSize(step["size"])
    made.setSizeUnit(_PX)
    if step["width"]:
        made.setStrokeColor(QColor(*step["outline"]))
        made.setStrokeWidth(step["width"])
        made.setStrokeWidthUnit(_PX)
    else:
        made.setStrokeStyle(Qt.NoPen)
    return made


_LAYERS = {"fill": fill, "line": stroke, "marker": marker}


# ── Labels ───────────────────────────────────────────────────────────────────────────────────────────────────


def labeling(look: Any) -> Any:
    """Return one rule a class that has labels, or plain labels where there are no classes."""
    if look["class_by"] is None:
        return QgsVectorLayerSimpleLabeling(label(look["classes"][-1]["label"]))
    root = QgsRuleBasedLabeling.Rule(QgsPalLayerSettings())
    for c in look["classes"]:
        if c["label"]:
            rule = QgsRuleBasedLabeling.Rule(label(c["label"]))
            if c["values"] is None:
                rule.setIsElse(True)
            else:
                texts = ", ".join(f"'{v}'" for v in c["values"])
                rule.setFilterExpression('"{}" IN ({})'.format(look["class_by"], texts))
            root.appendChild(rule)
    return QgsRuleBasedLabeling(root)


def label(step: Any) -> Any:
    made = QgsPalLayerSettings()
    made.fieldName = step["field"]
    made.placement = {
        "line": QgsPalLayerSettings.Curved,
        "area": QgsPalLayerSettings.OverPoint,
        "point": QgsPalLayerSettings.OrderedPositionsAroundPoint,
    }[step["placement"]]
    made.priority = round(step["priority"] / 10)
    if step["placement"] == "line":
        made.repeatDistance, made.repeatDistanceUnit = step["repeat"], _PX
        lines = made.lineSettings()
        lines.setMergeLines(True)
        lines.setPlacementFlags(lines.placementFlags() & ~0x6 | 0x1)  # on the line, as ours are
        made.setLineSettings(lines)
    made.setFormat(text_format(step))
    return made


def text_format(step: Any) -> Any:
    font = QFont(FAMILY)
    font.setWeight(QFont.DemiBold if step["bold"] else QFont.Normal)
    made = QgsTextFormat()
    made.setFont(font)
    made.setSize(step["size"])
    made.setSizeUnit(_PX)
    made.setColor(QColor(*step["color"]))
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(step["halo_width"])
    halo.setSizeUnit(_PX)
    halo.setColor(QColor(*step["halo"]))
    made.setBuffer(halo)
    return made


if __name__ == "__main__":
    main()
