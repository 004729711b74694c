"""Fill the tables of a village: what stands on the ground gets its numbers, names and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from .care import KeyPerson, key_people, pair_up
from .dice import dice, pick
from .disaster import disaster_tables
from .economy import economy_tables
from .fields import NAMES
from .names import HILL_NAMES
from .organisations import Posts, grids, organisations
from .people import Household, settle
from .registers import sheets_of
from .scene import Scene
from .tables import Table, Village
from .visits import visits_of

if TYPE_CHECKING:
    from .grid import Floats

MU_M2 = 10_000.0 / 15.0


def describe(scene: Scene, residents: int) -> Village:
    """Make all tables and sheets of a village with `residents` people."""
    rng = dice(scene.seed, "describe", scene.code)
    house_table, homes = _houses(scene, rng)
    families = settle(scene.seed, scene.code, homes, residents)
    _families_into_houses(house_table, families)
    posts = Posts(rng)
    grid_table, workers = grids(scene, families, rng)
    cared: list[KeyPerson] = key_people(scene.seed, scene.code, families, workers)
    helps = pair_up(scene.seed, scene.code, cared)
    tables = {"农房": house_table, "网格": grid_table, "道路": _roads(scene), "地类": _land(scene)}
    tables["水系"], tables["水面"] = _water(scene)
    tables["组织"] = organisations(scene, posts, workers, rng)
    tables |= economy_tables(scene, families, rng)
    tables |= disaster_tables(scene, families, posts, rng)
    tables |= _places(scene, rng)
    border = Table("村界")
    border.add(
        scene.polygon,
        村名=scene.name,
        村代码=scene.code,
        乡镇=scene.township,
        类型="村",
        户数=len(families),
        人口=sum(len(f.members) for f in families),
        面积=round(scene.polygon.area / 1e6, 3),
        村支书=posts.head,
        联系电话=posts.phone,
    )
    tables["村界"] = border
    sheets = sheets_of(scene.name, house_table, families, cared, helps, posts)
    numbers = [str(row["房屋编号"]) for row in house_table.rows]
    sheets["走访记录"] = visits_of(scene.seed, scene.code, helps, numbers)
    return Village(scene.name, scene.code, scene.township, tables, sheets)


def _houses(scene: Scene, rng: np.random.Generator) -> tuple[Table, list[tuple[int, str]]]:
    table, homes = Table("农房"), []
    counts: dict[str, int] = {}
    for number, house in enumerate(scene.houses, start=1):
        hamlet = scene.hamlet(house)
        counts[hamlet] = counts.get(hamlet, 0) + 1
        old = house.old
        year = int(rng.integers(1935, 1986) if old else rng.integers(1984, 2025))
        if house.use != "住宅":
            year = int(rng.integers(1998, 2020))
        structure = (
            pick(rng, ["土木", "砖木", "石木", "木(竹)", "混杂"], [5, 3, 1, 1, 0.5])
            if year < 1985
            else pick(rng, ["砖混", "钢筋混凝土", "砖木", "底框"], [6, 3 if year > 2004 else 0.5, 0.6, 0.4])
        )
        most = 2 if year < 1985 else 4
        storeys = int(np.clip(round(rng.normal(2.0 if old else 2.9, 0.7)), 1, most))
        vacant = house.use == "住宅" and rng.random() < (0.17 if old else 0.06)
        grade = pick(rng, ["无", "C级", "D级"], [0.86, 0.1, 0.04]) if year < 1985 else "无"
        use = house.use
        if use == "住宅" and not vacant:
            use = pick(rng, ["住宅", "住宅兼商铺", "民宿", "仓储"], [0.93, 0.03, 0.02, 0.02])
        table.add(
            house.shape,
            房屋编号=f"{scene.code[-6:]}F{number:04d}",
            门牌号=f"{hamlet}{counts[hamlet]}号",
            房屋结构=structure,
            层数=storeys,
            建成年份=year,
            建筑面积=round(house.shape.area * storeys * 0.94, 1),
            危房=grade,
            用途=use,
            空置="是" if vacant else "否",
            户主="",
            人口数=0,
            联系电话="",
        )
        if not vacant and use not in {"村委会", "学校", "文化礼堂", "仓储"}:
            homes.append((number - 1, scene.group(house)))
    return table, homes


def _families_into_houses(table: Table, families: list[Household]) -> None:
    for family in families:
        row = table.rows[family.house]
        row["户主"], row["人口数"], row["联系电话"] = family.head.name, len(family.members), family.phone


def _roads(scene: Scene) -> Table:
    table = Table("道路")
    surfaces = {"县道": "沥青", "乡道": "沥青", "村道": "水泥", "巷道": "水泥", "步道": "土"}
    rng = dice(scene.seed, "road surface", scene.code)
    for road in scene.roads:
        surface = surfaces[road.kind]
        if road.kind in {"步道", "巷道"} and rng.random() < 0.35:
            surface = "砂石" if road.kind == "步道" else "石板"
        width = round(2 * road.half_m + float(rng.choice([0.0, 0.0, 0.5, -0.2])), 1)
        name = road.name or ("" if road.kind in {"巷道", "步道"} else f"{scene.name[:-1]}村道")
        table.add(
            road.line, 道路名称=name, 道路等级=road.kind, 路面宽度=width, 路面类型=surface, 桥隧=road.crossing
        )
    return table


def _water(scene: Scene) -> tuple[Table, Table]:
    lines, areas = Table("水系"), Table("水面")
    waters = scene.block.waters
    main = LineString(scene.block.relief.main.bed).intersection(scene.polygon)
    stream_name = scene.block.names.stream
    for part in shapely.get_parts(main):
        if part.geom_type == "LineString" and part.length > 5:
            lines.add(part, 河流名称=stream_name, 类型="溪", 库容=0)
    for xy, kind, name in waters.lines:
        for part in shapely.get_parts(LineString(xy).intersection(scene.polygon)):
            if part.geom_type == "LineString" and part.length > 20:
                lines.add(part, 河流名称=name, 类型=kind, 库容=0)
    for part in shapely.get_parts(waters.stream.intersection(scene.polygon)):
        if part.geom_type == "Polygon" and part.area > 50:
            areas.add(part, 河流名称=stream_name, 类型="溪", 库容=0)
    for k, (pond, kind, capacity, _) in enumerate(waters.ponds):
        if scene.polygon.contains(pond):
            near = min(scene.hamlets, key=lambda h: pond.distance(Point(h.centre)))
            name = f"{near.name}{'' if k % 2 else '上'}山塘"
            areas.add(pond, 河流名称=name, 类型=kind, 库容=capacity)
    return lines, areas


def _land(scene: Scene) -> Table:
    table = Table("地类")
    for shape, kind in scene.block.fields[scene.index].land:
        main, name, code = NAMES[kind]
        table.add(shape, 地类=main, 地类名称=name, 地类编码=code, 面积亩=round(shape.area / MU_M2, 2))
    return table


def _places(scene: Scene, rng: np.random.Generator) -> dict[str, Table]:
    places, resources = Table("地名"), Table("资源")
    for hamlet in scene.hamlets:
        places.add(Point(hamlet.centre), 地名=hamlet.name, 类别="自然村")
    relief = scene.block.relief
    peaks = _peaks(scene)
    hills = dice(relief.spec.seed, "hills").permutation(len(HILL_NAMES))
    for k, xy in enumerate(peaks):
        places.add(Point(xy), 地名=HILL_NAMES[int(hills[(scene.index * 3 + k) % len(hills)])], 类别="山")
    for shape, row in zip(*_named_ponds(scene), strict=True):
        places.add(shape.representative_point(), 地名=row, 类别="水")
    centre = scene.hamlets[0].centre
    mains = [r for r in scene.roads if r.kind == "县道"]
    if mains:
        joint = min((r.xy[0] for r in mains), key=lambda xy: float(np.hypot(*(xy - centre))))
        places.add(Point(joint), 地名=f"{scene.name[:-1]}路口", 类别="路口")
    kinds = [
        ("古树", "自然资源", "{h}古樟", "树龄约{n}年"),
        ("古树", "自然资源", "{h}红豆杉", "树龄约{n}年"),
        ("祠堂", "人文资源", "{h}宗祠", "清代建筑，现为文化活动场所"),
        ("古建", "人文资源", "{h}老屋", "土木结构，三合院"),
        ("古建", "人文资源", "{h}石拱桥", "单孔石拱"),
        ("景点", "自然资源", "{h}瀑布", "落差约{m}米"),
        ("非遗", "人文资源", "{h}竹编工坊", "传统手工艺"),
        ("矿泉", "自然资源", "{h}山泉", "常年不涸"),
    ]
    for kind, group, title, note in kinds[: int(rng.integers(6, 9))]:
        hamlet = pick(rng, scene.hamlets)
        xy = _open_spot(scene, hamlet.centre, rng)
        text = note.format(n=int(rng.integers(12, 60)) * 10, m=int(rng.integers(8, 30)))
        resources.add(Point(xy), 资源名称=title.format(h=hamlet.name), 资源类型=group, 类别=kind, 说明=text)
    return {"地名": places, "资源": resources}


def _named_ponds(scene: Scene) -> tuple[list[Polygon], list[str]]:
    _, areas = _water(scene)
    pairs = [
        (s, str(r["河流名称"])) for s, r in zip(areas.shapes, areas.rows, strict=True) if r["类型"] == "山塘"
    ]
    return [s for s, _ in pairs], [n for _, n in pairs]


def _peaks(scene: Scene) -> list[Floats]:
    relief = scene.block.relief
    points = relief.grid.points()
    inside = shapely.contains_xy(scene.polygon.buffer(-40.0), points)
    heights = np.where(inside, relief.z.ravel(), -1.0)
    found: list[Floats] = []
    for i in np.argsort(-heights, kind="stable")[:4000]:
        if heights[i] > 0 and all(np.hypot(*(points[i] - other)) > 700.0 for other in found):
            found.append(points[i])
        if len(found) == 3:
            break
    return found


def _open_spot(scene: Scene, centre: Floats, rng: np.random.Generator) -> Floats:
    """Return a point near a hamlet that is neither in a house nor in the water nor outside the village."""
    taken = [h.shape for h in scene.houses]
    for _ in range(40):
        turn, away = rng.uniform(0, 2 * np.pi), rng.uniform(25.0, 130.0)
        xy = centre + away * np.array([np.cos(turn), np.sin(turn)])
        point = Point(xy)
        free = shapely.distance(taken, point).min() > 4.0 and scene.block.waters.stream.distance(point) > 5.0
        if free and scene.polygon.contains(point):
            return np.asarray(xy)
    return centre
