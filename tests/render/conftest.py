"""A small invented village, and a source that holds tables in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import shapely
import shapely.affinity
from shapely import LineString, Point, Polygon

from mingqing.core.features import Features
from mingqing.render.fonts import ensure_application
from mingqing.render.source import Bounds

WEST, SOUTH = 450_000.0, 3_140_000.0


@dataclass
class MemorySource:
    """`tables`: name → (geometries, columns)."""

    tables: dict[str, tuple[list[object], dict[str, list[object]]]] = field(default_factory=dict)

    def add(self, table: str, geometry: object, **columns: object) -> None:
        shapes, known = self.tables.setdefault(table, ([], {}))
        for name in columns:
            known.setdefault(name, [None] * len(shapes))
        shapes.append(None if geometry is None else shapely.affinity.translate(geometry, WEST, SOUTH))
        for name, values in known.items():
            values.append(columns.get(name))

    def features(
        self,
        table: str,
        *,
        bounds: Bounds | None = None,
        columns: Sequence[str] = (),
        village: str | None = None,  # noqa: ARG002
    ) -> Features:
        shapes, known = self.tables.get(table, ([], {}))
        geometry = np.array(shapes, dtype=object)
        rows = np.arange(len(shapes))
        if bounds is not None and len(rows):
            box = shapely.bounds(geometry)
            west, south, east, north = bounds
            near = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
            rows = np.flatnonzero(near)
        picked: Mapping[str, list[object]] = {
            name: [known[name][r] if name in known else None for r in rows] for name in columns
        }
        return Features(rows.astype(np.int64) + 1, geometry[rows], picked)

    def gathered(self, *_: object) -> None:
        """Rows are drawn one by one."""


def _houses(source: MemorySource) -> None:
    structures = ["钢筋混凝土", "砖混", "砖木", "土木", "木(竹)", None]
    for n in range(12):
        x, y = 130 + n % 6 * 22, 120 + n // 6 * 30
        source.add(
            "house",
            Polygon([(x, y), (x + 12, y), (x + 12, y + 9), (x + 5, y + 9), (x + 5, y + 14), (x, y + 14)]),
            structure=structures[n % 6],
            house_no=f"{n:03}",
            dangerous=n == 3,
            vacant=n == 4,
            use="公共服务" if n == 7 else "居住",
        )


def _themes(source: MemorySource) -> None:
    for n, crop in enumerate(["茶叶", "水稻", "高山蔬菜", "香榧"]):
        source.add("plot", shapely.box(20 + n * 90, 215, 100 + n * 90, 260), crop=crop)
    source.add("enterprise", Point(90, 190), kind="合作社", name="样本茶叶专业合作社")
    source.add("enterprise", Point(310, 185), kind="民宿", name="样本民宿")
    for kind in ("村党支部", "村民委员会", "妇联"):
        source.add("organisation", Point(200, 140), kind=kind, name=f"样本村{kind}")
    source.add("grid", shapely.box(10, 10, 200, 290), name="第一网格")
    source.add("grid", shapely.box(200, 10, 390, 290), name="第二网格")
    for category in ("独居老人", "残疾人"):
        source.add("key_person", Point(158, 127), category=category)
    source.add("key_person", Point(246, 157), category="留守儿童")
    source.add("assistance", LineString([(200, 140), (330, 60)]), helper="样一")
    source.add("assistance", Point(60, 60), helper="样二")
    source.add(
        "hazard",
        Polygon([(140, 180), (220, 175), (240, 270), (160, 280)]),
        kind="滑坡",
        level="中型",
        name="样本滑坡",
    )
    source.add(
        "hazard",
        Polygon([(20, 40), (380, 70), (380, 100), (20, 85)]),
        kind="山洪",
        level="小型",
        name="样本山洪",
    )
    source.add(
        "evacuation_route", LineString([(240, 160), (240, 105), (80, 105)]), name="样本路线", state="畅通"
    )
    source.add("shelter", Point(80, 105), name="样本学校避灾点")
    source.add("supply", Point(82, 106), name="样本仓库")
    source.add("warning_point", Point(300, 110), name="样本雨量站", kind="雨量站")


@pytest.fixture(scope="session")
def hamlet() -> MemorySource:
    """Return an invented hamlet, 400 m by 300 m, in which every table of every theme has something."""
    source = MemorySource()
    source.add("village", shapely.box(10, 10, 390, 290), name="样本村")
    source.add("village", shapely.box(390, 10, 900, 290), name="邻村")
    source.add("land", shapely.box(0, 150, 400, 300), kind="山林")
    source.add("land", shapely.box(0, 0, 400, 110), kind="农田")
    source.add(
        "land",
        Polygon(shapely.box(120, 110, 270, 210).exterior, [shapely.box(140, 190, 160, 205).exterior.coords]),
        kind="建设用地",
    )
    source.add("land", shapely.box(300, 120, 390, 210), kind="茶园")
    source.add(
        "water",
        Polygon([(0, 60), (200, 72), (400, 60), (400, 70), (200, 84), (0, 72)]),
        kind="溪",
        name="样本溪",
    )
    source.add("water", LineString([(330, 300), (310, 180), (330, 66)]), kind="渠", name="样本渠")
    source.add("road", LineString([(0, 100), (200, 106), (400, 98)]), **{"class": "县道", "name": "样本线"})
    source.add(
        "road", LineString([(200, 106), (196, 160), (120, 165)]), **{"class": "村道", "name": "样本村道"}
    )
    source.add("road", LineString([(200, 106), (205, 40)]), **{"class": "村道", "structure": "桥"})
    source.add("road", LineString([(196, 140), (290, 142)]), **{"class": "巷道"})
    source.add("road", LineString([(120, 165), (60, 230), (70, 290)]), **{"class": "步道"})
    source.add("resource", Point(285, 200), kind="古树", name="样本古樟")
    source.add("place_name", Point(210, 170), kind="自然村", name="样本坪")
    source.add("place_name", Point(60, 270), kind="山", name="样本尖")
    _houses(source)
    _themes(source)
    return source


@pytest.fixture(scope="session")
def qt() -> object:
    """Start Qt without a display."""
    return ensure_application()
