"""The tables of the disaster layer: hazards, shelters, ways to them, warning devices, stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point

from .dice import pick
from .hazards import find_hazards, routes, shelters_of
from .identity import phone
from .names import person_name
from .network import Graph
from .tables import Table

if TYPE_CHECKING:
    from .organisations import Posts
    from .people import Household
    from .scene import Scene

SIGNS = {
    "滑坡": "铜锣、广播",
    "泥石流": "广播、警报器",
    "崩塌": "口哨",
    "山洪": "广播、手摇警报器",
    "不稳定斜坡": "铜锣",
}
WATCH = {
    "滑坡": "裂缝位移计、人工巡查",
    "泥石流": "雨量计、泥位计",
    "崩塌": "人工巡查",
    "山洪": "水位计、雨量计",
    "不稳定斜坡": "简易监测桩",
}
CAUSE = {
    "滑坡": "降雨、切坡建房",
    "泥石流": "强降雨",
    "崩塌": "降雨、风化",
    "山洪": "强降雨",
    "不稳定斜坡": "切坡",
}
WALK_M_PER_MIN = 60.0


def disaster_tables(
    scene: Scene, families: list[Household], posts: Posts, rng: np.random.Generator, wanted: int = 6
) -> dict[str, Table]:
    """Return 隐患点, 避灾点, 转移路线, 预警设备 and 物资仓库."""
    names = ("隐患点", "避灾点", "转移路线", "预警设备", "物资仓库")
    tables = {name: Table(name) for name in names}
    block = scene.block
    shelters = shelters_of(scene.houses)
    seed = scene.seed + scene.index
    hazards = find_hazards(
        block.relief, scene.polygon, scene.hamlets, scene.houses, scene.roads, wanted, seed
    )
    by_house = {f.house: f for f in families}
    for number, hazard in enumerate(hazards, start=1):
        hit = [by_house[i] for i in hazard.houses if i in by_house]
        people = sum(len(f.members) for f in hit)
        size = "大型" if hazard.shape.area > 60_000 else "中型" if hazard.shape.area > 12_000 else "小型"
        monitor = (person_name(rng), phone(rng))
        tables["隐患点"].add(
            hazard.shape,
            隐患编号=f"{scene.code[:6]}{scene.code[6:]}{number:03d}",
            隐患点名称=f"{hazard.hamlet}{hazard.kind}",
            灾害类型=hazard.kind,
            规模等级=size,
            险情等级="小型" if people < 100 else "中型" if people < 500 else "大型",
            诱发因素=CAUSE[hazard.kind],
            监测手段=WATCH[hazard.kind],
            预警信号=SIGNS[hazard.kind],
            监测人=monitor[0],
            监测电话=monitor[1],
            责任人=posts.head,
            责任电话=posts.phone,
            威胁户数=len(hit),
            威胁人数=people,
            销号="是" if number > 3 and rng.random() < 0.12 else "否",
        )
        kind = {"山洪": "水位站", "泥石流": "雨量站"}.get(hazard.kind, pick(rng, ["广播", "铜锣"]))
        tables["预警设备"].add(
            hazard.shape.representative_point(),
            设备名称=f"{hazard.hamlet}{kind}",
            类型=kind,
            位置=hazard.hamlet,
            责任人=monitor[0],
            联系电话=monitor[1],
        )
    for shelter in shelters:
        name, number_ = person_name(rng), phone(rng)
        title = f"{scene.name}{shelter.kind.removeprefix('村')}避灾点"
        tables["避灾点"].add(
            Point(shelter.xy),
            避灾点名称=title,
            类型=shelter.kind,
            容纳人数=shelter.capacity,
            面积=shelter.area_m2,
            负责人=name,
            联系电话=number_,
            地址=f"{scene.township}{scene.name}{scene.hamlets[0].name}",
        )
    if shelters:
        xy = shelters[-1].xy
        for goods, amount in (("发电机、照明灯、编织袋", 60), ("棉被、帐篷、饮用水", 120)):
            tables["物资仓库"].add(
                Point(xy + np.array([7.0 if amount > 60 else -7.0, 0.0])),
                仓库名称=f"{scene.name}{'应急' if amount > 60 else '防汛'}物资仓库",
                物资=goods,
                数量=amount + int(rng.integers(0, 60)),
                管理人=posts.head,
                联系电话=posts.phone,
            )
        for i, k, way in routes(Graph(scene.roads), hazards, scene.houses, shelters):
            length = LineString(way).length
            goal = f"{scene.name}{shelters[k].kind.removeprefix('村')}"
            tables["转移路线"].add(
                LineString(way),
                路线名称=f"{hazards[i].hamlet}至{goal}",
                起点=hazards[i].hamlet,
                隐患点=f"{hazards[i].hamlet}{hazards[i].kind}",
                终点=f"{goal}避灾点",
                长度=round(length),
                预计用时=max(1, round(length / WALK_M_PER_MIN)),
            )
    return tables
