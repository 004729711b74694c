"""Fields with their farmers and crops, and the enterprises of a village."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree
from shapely import Point

from .dice import pick
from .fields import CAMELLIA, DRY, ORCHARD, PADDY, TEA
from .identity import company_code, phone
from .names import person_name
from .tables import Table

if TYPE_CHECKING:
    from .people import Household
    from .scene import Scene

CROPS = {
    PADDY: (["水稻", "茭白", "油菜"], [6, 1, 2]),
    TEA: (["茶叶"], [1]),
    DRY: (["高山蔬菜", "番薯", "玉米", "中药材"], [4, 2, 2, 1]),
    ORCHARD: (["猕猴桃", "杨梅", "柑橘", "桃形李"], [2, 2, 1, 1]),
    CAMELLIA: (["油茶", "香榧"], [3, 1]),
}
ENTERPRISES = [
    ("合作社", "{v}茶叶专业合作社", "茶叶种植、加工"),
    ("民宿", "{v}{h}山居民宿", "住宿、餐饮"),
    ("家庭农场", "{v}{h}家庭农场", "高山蔬菜、水稻"),
    ("厂房", "{v}茶厂", "香茶加工"),
    ("个体户", "{v}{h}便民超市", "日用品零售"),
    ("合作社", "{v}油茶专业合作社", "油茶种植、榨油"),
    ("民宿", "{h}竹里民宿", "住宿、研学"),
    ("企业", "{v}竹制品有限公司", "竹制品加工"),
    ("家庭农场", "{h}香榧家庭农场", "香榧种植"),
    ("个体户", "{h}农家乐", "餐饮"),
]


def economy_tables(
    scene: Scene, families: list[Household], rng: np.random.Generator, most: int = 460
) -> dict[str, Table]:
    """Return 产业地块, the `most` fields nearest to houses, and 经营主体."""
    plots, firms = Table("产业地块"), Table("经营主体")
    fields = scene.block.fields[scene.index].plots
    homes = np.array([scene.houses[f.house].shape.centroid.coords[0] for f in families])
    middles = np.array([shape.centroid.coords[0] for shape, _ in fields])
    keep = set(np.argsort(cKDTree(homes).query(middles)[0], kind="stable")[:most].tolist())
    for number, (shape, kind) in enumerate((f for i, f in enumerate(fields) if i in keep), start=1):
        centre = np.array(shape.centroid.coords[0])
        near = np.argsort(np.hypot(*(homes - centre).T), kind="stable")[:12]
        family = families[int(pick(rng, near.tolist()))]
        lent = rng.random() < 0.22
        plots.add(
            shape,
            地块编号=f"{scene.code}{number:05d}",
            承包户=family.head.name,
            种植作物=pick(rng, *CROPS[kind]),
            面积亩=round(shape.area / (10_000 / 15), 2),
            承包合同=f"{scene.code}{number:06d}J",
            流转="是" if lent else "否",
        )
    homes_for_firms = [h for h in scene.houses if h.use == "住宅"]
    for sort, title, goods in ENTERPRISES[: int(rng.integers(5, 10))]:
        house = pick(rng, homes_for_firms)
        name = title.format(v=scene.name[:-1], h=scene.hamlet(house))
        firms.add(
            Point(house.shape.representative_point()),
            企业名称=name,
            统一社会信用代码=company_code(rng),
            类型=sort,
            主营=goods,
            从业人数=int(rng.integers(2, 36)),
            年产值=int(rng.integers(8, 420)),
            负责人=person_name(rng),
            联系电话=phone(rng),
        )
    return {"产业地块": plots, "经营主体": firms}
