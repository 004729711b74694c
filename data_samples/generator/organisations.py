"""Who is who in a village: its organisations, posts and grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage
from shapely import Point

from .coverage import coverage
from .dice import dice
from .fields import warped
from .identity import phone
from .names import person_name
from .tables import Table

if TYPE_CHECKING:
    from .people import Household
    from .scene import Scene

KINDS = [
    ("村党支部", "", "书记"),
    ("村民委员会", "村党支部", "主任"),
    ("经济合作社", "村党支部", "社长"),
    ("监督委员会", "村党支部", "主任"),
    ("妇联", "村民委员会", "主席"),
    ("共青团", "村党支部", "书记"),
    ("民兵连", "村民委员会", "连长"),
    ("老年人协会", "村民委员会", "会长"),
    ("调解委员会", "村民委员会", "主任"),
    ("志愿者队伍", "村民委员会", "队长"),
    ("网格服务团队", "村民委员会", "网格长"),
]


class Posts:
    """The people who hold posts in a village; `head` leads it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rows: list[tuple[str, str, str, str, str]] = []
        self.head, self.phone = person_name(rng), phone(rng)
        self.leaders: dict[str, tuple[str, str]] = {}
        for kind, _, title in KINDS:
            leader = (person_name(rng), phone(rng))
            if kind in {"村党支部", "村民委员会", "经济合作社"}:
                leader = (self.head, self.phone)
            self.leaders[kind] = leader
            duty = {"村民委员会": "预警转移", "民兵连": "预警转移", "网格服务团队": "监测巡查"}.get(
                kind, "行政"
            )
            self.rows.append((kind, leader[0], title, "2025-2030", duty))
            others = {
                "村党支部": ["委员"] * 2,
                "村民委员会": ["副主任", "委员", "委员"],
                "志愿者队伍": ["队员"] * 3,
            }
            for other in others.get(kind, []):
                self.rows.append((kind, person_name(rng), other, "2025-2030", duty))


def grids(
    scene: Scene, families: list[Household], rng: np.random.Generator
) -> tuple[Table, list[tuple[str, str]]]:
    """Divide a village into grids around its largest hamlets; return them and their workers."""
    heads = sorted(scene.hamlets, key=lambda h: -h.houses)[: min(4, len(scene.hamlets))]
    grid = scene.block.relief.coarse.finer(2)
    points = warped(dice(scene.block.relief.spec.seed, "grids"), grid, 45.0, 300.0)
    near = np.argmin([np.hypot(*(points - h.centre).T) for h in heads], axis=0)
    labels = _by_catchment(scene, near.reshape(grid.rows, grid.cols))
    parts = coverage(scene.polygon, grid, labels, smooth_m=60.0, tolerance_m=1.5, least_m2=120_000.0)
    table, workers = Table("网格"), []
    homes = shapely.points([scene.houses[f.house].shape.representative_point().coords[0] for f in families])
    for number, (shape, label) in enumerate(parts, start=1):
        worker = (person_name(rng), phone(rng))
        workers.append(worker)
        name = f"{scene.name[:-1]}{heads[label].name}网格"
        count = int(shapely.intersects(shape, homes).sum())
        table.add(
            shape,
            网格编号=f"{scene.code}{number:03d}",
            网格名称=name,
            网格员=worker[0],
            联系电话=worker[1],
            户数=count,
        )
    return table, workers


def _by_catchment(scene: Scene, near: np.ndarray) -> np.ndarray:
    """Give whole catchments to one grid, so that borders follow ridges and gullies."""
    catchment = np.kron(scene.block.relief.catchment, np.ones((2, 2), int))
    out = near.copy()
    for number in np.unique(catchment[catchment >= 0]):
        cells = catchment == number
        out[cells] = np.bincount(near[cells]).argmax()
    shares = [ndimage.gaussian_filter((out == k).astype(float), 3.5) for k in range(int(near.max()) + 1)]
    return np.asarray(np.argmax(shares, axis=0))


def organisations(
    scene: Scene, posts: Posts, workers: list[tuple[str, str]], rng: np.random.Generator
) -> Table:
    """Set the organisations around the village hall."""
    table = Table("组织")
    halls = [h.shape for h in scene.houses if h.use == "村委会"] or [scene.houses[0].shape]
    centre = np.array(halls[0].centroid.coords[0])
    for k, (kind, parent, _) in enumerate(KINDS):
        turn = 2 * np.pi * k / len(KINDS)
        xy = centre + (16.0 + 3.0 * (k % 2)) * np.array([np.cos(turn), np.sin(turn)]) * (k > 0)
        leader = posts.leaders[kind]
        if kind == "网格服务团队" and workers:
            leader = workers[int(rng.integers(len(workers)))]
        table.add(
            Point(xy),
            组织名称=f"{scene.name}{kind.removeprefix('村')}",
            组织类型=kind,
            上级组织=f"{scene.name}{parent.removeprefix('村')}" if parent else f"{scene.township}党委",
            负责人=leader[0],
            联系电话=leader[1],
        )
    return table
