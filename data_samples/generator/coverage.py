"""From a raster of labels to polygons that share their borders exactly, with smooth lines."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Polygon

from .curves import resample, smooth
from .grid import Floats, Grid, Ints

PRECISION_M = 0.01


def arcs_between(grid: Grid, labels: Ints) -> list[Floats]:
    """Return the lines between cells of different label, joined from node to node."""
    _rows, _cols = labels.shape
    r, c = np.nonzero(labels[1:] != labels[:-1])
    level = np.stack([np.column_stack([c, r + 1]), np.column_stack([c + 1, r + 1])], axis=1)
    r, c = np.nonzero(labels[:, 1:] != labels[:, :-1])
    upright = np.stack([np.column_stack([c + 1, r]), np.column_stack([c + 1, r + 1])], axis=1)
    edges = np.concatenate([level, upright]).astype(float) * grid.cell + [grid.x0, grid.y0]
    if not len(edges):
        return []
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(edges)))
    return [np.asarray(part.coords) for part in shapely.get_parts(merged)]


def smooth_arcs(arcs: list[Floats], cell: float, smooth_m: float, tolerance_m: float) -> list[LineString]:
    """Round the stairs of raster borders off and drop vertices that add less than `tolerance_m`."""
    lines = []
    for arc in arcs:
        rounded = smooth(resample(arc, cell / 2), smooth_m / cell * 2)
        lines.append(LineString(rounded).simplify(tolerance_m))
    return lines


def faces(outer: Polygon, lines: list[LineString], snap_m: float = 0.0) -> list[Polygon]:
    """Cut `outer` along `lines`; with `snap_m`, lines end on vertices that `outer` already has."""
    shapely.prepare(outer)
    inside = [
        part for part in shapely.get_parts(shapely.intersection(lines, outer)) if part.geom_type != "Point"
    ]
    pieces = [p for p in shapely.get_parts(inside) if p.geom_type == "LineString" and p.length > 1.0]
    if snap_m:
        pieces = [_snap_ends(piece, outer, snap_m) for piece in pieces]
    noded = shapely.union_all([*pieces, outer.boundary], grid_size=PRECISION_M)
    found = shapely.get_parts(shapely.polygonize([noded]))
    core = outer.buffer(0.05)
    shapely.prepare(core)
    return [face for face in found if core.contains(face.representative_point())]


def _snap_ends(line: LineString, outer: Polygon, snap_m: float) -> LineString:
    xy = np.asarray(line.coords).copy()
    corners = np.asarray(outer.exterior.coords)
    for end in (0, -1):
        if outer.exterior.distance(shapely.Point(xy[end])) < 0.5:
            gap = np.hypot(*(corners - xy[end]).T)
            if gap.min() < snap_m:
                xy[end] = corners[int(np.argmin(gap))]
    return LineString(xy)


def coverage(
    outer: Polygon,
    grid: Grid,
    labels: Ints,
    *,
    smooth_m: float,
    tolerance_m: float,
    least_m2: float = 0.0,
    snap_m: float = 0.0,
) -> list[tuple[Polygon, int]]:
    """Divide `outer` by the labels of a raster.

    Parameters
    ----------
    outer : the polygon to fill, without gap or overlap.
    labels : on `grid`, which covers `outer`.
    smooth_m : how far along a border the raster's stairs are rounded off.
    tolerance_m : how far a border may move when its vertices are thinned.
    least_m2 : smaller faces join the neighbour they share most border with.
    snap_m : borders end on vertices of `outer` if one is this near.

    Returns
    -------
    polygons with their label, in order from south-west.
    """
    window, part = _crop(grid, labels, outer.bounds)
    lines = smooth_arcs(arcs_between(window, part), window.cell, smooth_m, tolerance_m)
    found = faces(outer, lines, snap_m)
    points = np.array([[p.x, p.y] for p in (face.representative_point() for face in found)]).reshape(-1, 2)
    rows, cols = window.cell_of(points)
    pairs = [(face, int(label)) for face, label in zip(found, part[rows, cols], strict=True)]
    pairs = _absorb(pairs, least_m2) if least_m2 else pairs
    return sorted(pairs, key=lambda pair: (round(pair[0].bounds[1], 2), round(pair[0].bounds[0], 2)))


def _crop(grid: Grid, labels: Ints, bounds: tuple[float, float, float, float]) -> tuple[Grid, Ints]:
    corners = np.array([[bounds[0] - 60, bounds[1] - 60], [bounds[2] + 60, bounds[3] + 60]])
    (r0, r1), (c0, c1) = grid.cell_of(corners)
    part = labels[r0 : r1 + 1, c0 : c1 + 1]
    origin = (grid.x0 + c0 * grid.cell, grid.y0 + r0 * grid.cell)
    return Grid(*origin, grid.cell, part.shape[0], part.shape[1]), part


def _absorb(pairs: list[tuple[Polygon, int]], least_m2: float) -> list[tuple[Polygon, int]]:
    polygons = [p for p, _ in pairs]
    labels = [label for _, label in pairs]
    tree = shapely.STRtree(polygons)
    owner = list(range(len(polygons)))

    def root(i: int) -> int:
        while owner[i] != i:
            i = owner[i]
        return i

    for i in sorted(range(len(polygons)), key=lambda k: polygons[k].area):
        if polygons[i].area >= least_m2:
            break
        near = [j for j in tree.query(polygons[i], predicate="intersects") if root(int(j)) != root(i)]
        shared = [polygons[i].boundary.intersection(polygons[j].boundary).length for j in near]
        if shared and max(shared) > 0:
            owner[root(i)] = root(int(near[int(np.argmax(shared))]))
    groups: dict[int, list[Polygon]] = {}
    for i, polygon in enumerate(polygons):
        groups.setdefault(root(i), []).append(polygon)
    merged = []
    for head, members in groups.items():
        whole = shapely.union_all(members) if len(members) > 1 else members[0]
        merged += [(part, labels[head]) for part in shapely.get_parts(whole)]
    return merged
