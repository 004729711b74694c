# ruff: noqa: ANN401, FBT003 - QGIS's library tells nobody its types
"""QGIS's side of `benchmarks.printing`, run by the Python that QGIS was installed for: the same pages as ours.

Run as a file, since that Python has none of our packages. Argument: the plain SpatiaLite file. Layers, their
connections and the layout stay from page to page. What is told anew for a page (symbols as large as its scale wants
them, which village) is not counted: that an atlas has beforehand.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFillSymbol,
    QgsInvertedPolygonRenderer,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsRenderContext,
    QgsRuleBasedRenderer,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QRectF
from qgis.PyQt.QtGui import QColor, QFont

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.drawn.theirs import FAMILY, labeling, renderer

_MM = QgsUnitTypes.LayoutMillimeters
_DPI = 300
_A3 = QgsLayoutSize(420, 297, _MM)
_VILLAGE = "village_polygon"


def main() -> None:
    application = QgsApplication([], False)
    application.initQgis()
    atlas = Atlas(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(atlas.page(json.loads(line))), flush=True)
    del atlas
    application.exitQgis()


class Atlas:
    """A layout of A3 with a map, title, legend, scale bar and north arrow, for one village after another."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.layers: dict[str, Any] = {}
        self.project = QgsProject.instance()
        self.layout = QgsPrintLayout(self.project)
        self.layout.initializeDefaults()
        self.layout.pageCollection().page(0).setPageSize(_A3)
        self.layout.renderContext().setDpi(_DPI)
        self.coverage = self.layer(_VILLAGE)
        self.project.setCrs(self.coverage.crs())
        self.veil = self.layer(_VILLAGE, "veil")
        self.codes = self._cover()
        self.map = QgsLayoutItemMap(self.layout)
        self.layout.addLayoutItem(self.map)
        self.map.setFrameEnabled(True)
        self.map.setAtlasDriven(True)
        self.map.setAtlasScalingMode(QgsLayoutItemMap.Fixed)
        self.map.setKeepLayerSet(True)
        self.title = self._text()
        self.legend = self._explained()
        self.bar = self._measured()
        self._north()

    def layer(self, name: str, called: str = "") -> Any:
        """Return a layer of the file, opened once."""
        key = called or name
        if key not in self.layers:
            made = QgsVectorLayer(f"dbname='{self.path}' table=\"{name}\" (geometry)", key, "spatialite")
            if not made.isValid():
                raise SystemExit(f"QGIS cannot read {name}")
            self.project.addMapLayer(made)
            self.layers[key] = made
        return self.layers[key]

    # ── The layout ───────────────────────────────────────────────────────────────────────────────────────────

    def _cover(self) -> dict[str, int]:
        """Make the villages the atlas's pages, and return the page of each code."""
        atlas = self.layout.atlas()
        atlas.setCoverageLayer(self.coverage)
        atlas.setEnabled(True)
        atlas.setSortFeatures(True)
        atlas.setSortExpression('"code"')
        atlas.setHideCoverage(False)
        atlas.updateFeatures()
        codes = sorted(str(f["code"]) for f in self.coverage.getFeatures())
        return {code: n for n, code in enumerate(codes)}

    def _text(self) -> Any:
        made = QgsLayoutItemLabel(self.layout)
        font = QFont(FAMILY)
        font.setPointSizeF(34)
        made.setFont(font)
        self._put(made, 10, 8, 400, 18)
        return made

    def _explained(self) -> Any:
        """Return the legend of what is seen on the map only."""
        made = QgsLayoutItemLegend(self.layout)
        made.setLinkedMap(self.map)
        made.setLegendFilterByMapEnabled(True)
        made.setAutoUpdateModel(False)
        made.setResizeToContents(True)
        for style, size in (
            (QgsLegendStyle.Title, 12),
            (QgsLegendStyle.Subgroup, 10),
            (QgsLegendStyle.SymbolLabel, 9),
        ):
            font = QFont(FAMILY)
            font.setPointSizeF(size)
            made.setStyleFont(style, font)
        self._put(made, 330, 30, 80, 200)
        return made

    def _measured(self) -> Any:
        made = QgsLayoutItemScaleBar(self.layout)
        made.setStyle("Single Box")
        made.setLinkedMap(self.map)
        made.setUnits(QgsUnitTypes.DistanceMeters)
        made.setNumberOfSegmentsLeft(0)
        made.setNumberOfSegments(2)
        made.setUnitLabel("m")
        self._put(made, 330, 270, 80, 15)
        return made

    def _north(self) -> None:
        made = QgsLayoutItemPicture(self.layout)
        folders = (Path(p) / "arrows" for p in QgsApplication.svgPaths())
        made.setPicturePath(
            str(next(p for folder in folders for p in sorted(folder.glob("NorthArrow_0*.svg"))))
        )
        self._put(made, 300, 40, 16, 16)

    def _put(self, item: Any, x: float, y: float, width: float, height: float) -> None:
        item.attemptSetSceneRect(QRectF(x, y, width, height))
        item.attemptMove(QgsLayoutPoint(x, y, _MM))
        self.layout.addLayoutItem(item)

    # ── A page ───────────────────────────────────────────────────────────────────────────────────────────────

    def page(self, asked: Any) -> dict[str, float]:
        """Export a page, and return what that took."""
        self._prepare(asked)
        settings = QgsLayoutExporter.PdfExportSettings()
        settings.dpi = _DPI
        settings.textRenderFormat = QgsRenderContext.TextFormatAlwaysText  # as ours, and faster than outlines
        wall, cpu = time.perf_counter(), time.process_time()
        if not self.layout.atlas().seekTo(self.codes[asked["village"]]):
            raise SystemExit(f"QGIS has no page of {asked['village']}")
        failed = QgsLayoutExporter(self.layout).exportToPdf(asked["save"], settings)
        cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        if failed:
            raise SystemExit(f"QGIS: page of {asked['village']} failed: {failed}")
        return cost

    def _prepare(self, asked: Any) -> None:
        """Tell layers and layout what this page is to show, as large as its scale wants it."""
        shown = []
        for look in asked["looks"]:
            layer = self.layer(look["layer"])
            layer.setRenderer(of_village(titled(renderer(look, layer), look), look, asked["village"]))
            labelled = any(c["label"] for c in look["classes"])
            layer.setLabeling(labeling(look) if labelled else None)
            layer.setLabelsEnabled(labelled)
            shown.append(layer)
        self.veil.setRenderer(veil(asked["village"], asked["veil"]))
        self.map.setLayers([self.veil, *shown[::-1]])
        x, y, width, height = asked["frame"]
        self.map.attemptSetSceneRect(QRectF(x, y, width, height))
        self.map.zoomToExtent(QgsRectangle(*asked["extent"]))
        self.map.setScale(asked["scale"])
        self.title.setText(asked["title"])
        self.bar.setUnitsPerSegment(asked["scale"] / 50)
        root = self.legend.model().rootGroup()
        root.clear()
        for layer, look in zip(shown[::-1], asked["looks"][::-1], strict=True):
            layer.setName(look["called"])
            root.addLayer(layer)


def titled(made: Any, look: Any) -> Any:
    """Write into the legend what the classes are called."""
    if look["class_by"] is not None and hasattr(made, "categories"):
        for n, c in enumerate(look["classes"]):
            made.updateCategoryLabel(n, c["title"])
    return made


def of_village(made: Any, look: Any, code: str) -> Any:
    """Return a renderer for the rows of one village, where neighbours' are not to be seen."""
    rules = QgsRuleBasedRenderer.convertFromRenderer(made) if look["own"] else None
    if rules is None:
        return made
    root = QgsRuleBasedRenderer.Rule(None)
    own = QgsRuleBasedRenderer.Rule(None, 0, 0, f"\"village_code\" = '{code}'")
    for rule in rules.rootRule().children():
        own.appendChild(rule.clone())
    root.appendChild(own)
    return QgsRuleBasedRenderer(root)


def veil(code: str, color: Any) -> Any:
    """Return what dims everything outside of a village."""
    symbol = QgsFillSymbol.createSimple({"outline_style": "no"})
    symbol.setColor(QColor(*color))
    root = QgsRuleBasedRenderer.Rule(None)
    root.appendChild(QgsRuleBasedRenderer.Rule(symbol, 0, 0, f"\"code\" = '{code}'"))
    return QgsInvertedPolygonRenderer(QgsRuleBasedRenderer(root))


if __name__ == "__main__":
    main()
