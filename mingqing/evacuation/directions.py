"""A way in words, as somebody who lives there would tell it: by roads, bridges and turns, metres rounded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import atan2, degrees, hypot, isfinite

import shapely

from mingqing.core.text import tr

Xy = tuple[float, float]

_COMPASS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
_CROSSING = {"桥": ("桥", "过"), "隧": ("隧道", "穿")}  # by code of `road_structure`
_LOOK_M = 15.0  # how far before and after a junction one looks to tell how it turns
_STUB_M = 10.0  # shorter stretches are part of a junction, not a road to walk along
_AT_DOOR_M = 10.0  # houses are reckoned from their middle
_IN_SIGHT_M = 20.0
_BESIDE_M = 25.0
_SOON_M = 30.0  # so near its beginning or end, a bridge is told before or after the stretch, not as on it
_STRAIGHT_DEG, _BACK_DEG = 30.0, 150.0
_ASTRAY_DEG = 50.0  # between where one sets out and where a stretch leads
_WINDING = 0.5  # a stretch whose ends are nearer than this share of its length has no direction to speak of
_STEEP = 0.06


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a way, drawn in the direction one walks; project's CRS.

    length_m : on the ground. name, kind, structure : of its road, as in `layers/household.toml`; None where empty.
    junction : whether there is a choice where it begins: a node at which three or more roads meet.
    climb_m : by how much it rises; None where no heights are known.
    """

    line: shapely.LineString
    length_m: float
    name: str | None = None
    kind: str | None = None
    structure: str | None = None
    junction: bool = True
    climb_m: float | None = None


@dataclass(frozen=True, slots=True)
class Landmark:
    """Something everybody knows: its name and place, project's CRS."""

    name: str
    at: Xy


@dataclass(frozen=True, slots=True)
class Step:
    """One phrase of a way: what to do from `at`, and how many metres on the ground that takes."""

    text: str
    metres: float
    at: Xy


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Pieces walked along as one road. over : bridges and tunnels, and from where to where along it, metres."""

    road: str
    points: tuple[Xy, ...]
    length_m: float
    junction: bool
    climb_m: float | None
    over: tuple[tuple[str, float, float], ...] = ()

    def and_then(self, other: "_Stretch") -> "_Stretch":
        """Return both as one, under this one's road."""
        climb = None if self.climb_m is None or other.climb_m is None else self.climb_m + other.climb_m
        moved = [(name, a + self.length_m, b + self.length_m) for name, a, b in other.over]
        over = list(self.over)
        if over and moved and over[-1][0] == moved[0][0] and over[-1][2] >= moved[0][1]:
            over[-1] = (over[-1][0], over[-1][1], moved.pop(0)[2])  # one bridge in several pieces
        return replace(
            self,
            points=(*self.points, *other.points[1:]),
            length_m=self.length_m + other.length_m,
            climb_m=climb,
            over=(*over, *moved),
        )


def words(
    pieces: Sequence[Piece],
    *,
    first: Piece | None = None,
    last: Piece | None = None,
    shelter: str = "",
    landmarks: Sequence[Landmark] = (),
) -> str:
    """Return a way as one sentence without a full stop; arguments as in `steps`."""
    told = steps(pieces, first=first, last=last, shelter=shelter, landmarks=landmarks)
    return "，".join(step.text for step in told)


def steps(
    pieces: Sequence[Piece],
    *,
    first: Piece | None = None,
    last: Piece | None = None,
    shelter: str = "",
    landmarks: Sequence[Landmark] = (),
) -> list[Step]:
    """Return a way phrase by phrase, from the door to the shelter.

    Parameters
    ----------
    pieces : the way along roads, in order; each begins where the one before ends.
    first, last : the straight legs from the house to the road, and from the road to the shelter.
    shelter : its name; empty for one that has none.
    landmarks : what turns may be told by, where one stands close enough.

    Examples
    --------
    >>> lane = Piece(shapely.LineString([(0, 0), (320, 0)]), 320.0, kind="村道")
    >>> path = Piece(shapely.LineString([(320, 0), (320, 180)]), 180.0, kind="步道")
    >>> words([lane, path], first=Piece(shapely.LineString([(0, 40), (0, 0)]), 40.0), shelter="学校")
    '出门向南走40米到村道，沿村道向东走320米，左转，沿步道向北走180米，到学校'
    """
    stretches = _stretches(pieces)
    told = [] if first is None else [_first(first, stretches)]
    before: _Stretch | None = None
    for stretch in stretches:
        told += _along(before, stretch, landmarks)
        before = stretch
    return [*told, _last(last, stretches, first, shelter or tr("避灾点"))]


def distance(metres: float) -> str:
    """Return a length as one says it.

    Examples
    --------
    >>> distance(2), distance(43), distance(318), distance(1234), distance(2345)
    ('5米', '45米', '320米', '1250米', '2.3公里')
    """
    if not isfinite(metres):
        return tr("一段路")
    if metres >= 1975:
        return tr("{n:g}公里").format(n=round(metres / 1000, 1))
    unit = 5 if metres < 97.5 else 10 if metres < 995 else 50
    return tr("{n}米").format(n=max(5, unit * int(metres / unit + 0.5)))


def _points(piece: Piece) -> tuple[Xy, ...]:
    return tuple((float(x), float(y)) for x, y, *_ in piece.line.coords)


def _stretches(pieces: Iterable[Piece]) -> list[_Stretch]:
    """Join pieces that are walked along as one road; what is shorter than a junction is wide counts to what follows."""
    found: list[_Stretch] = []
    held: Piece | None = None
    for piece in pieces:
        if piece.length_m <= 0 or piece.line.is_empty:
            # A place on the way where roads may meet, without a length of its own.
            held = piece if piece.junction else held
            continue
        junction = piece.junction or held is not None
        held = None
        here = _stretch(piece, found[-1].road if found else None, junction=junction)
        if found and _goes_on(found[-1], here):
            found[-1] = found[-1].and_then(here)
        else:
            found.append(here)
    return _without_stubs(found)


def _stretch(piece: Piece, before: str | None, *, junction: bool) -> _Stretch:
    thing, crossing = _CROSSING.get(piece.structure or "", ("", ""))
    name = (piece.name or "").strip()
    # 石桥 is the name of the bridge; the road over it is still the road that led there.
    named = bool(thing) and name.endswith(thing)
    road = (before or piece.kind or tr("路")) if named else name or piece.kind or tr("路")
    over = ((f"{tr(crossing)}{name if named else tr(thing)}", 0.0, piece.length_m),) if thing else ()
    return _Stretch(road, _points(piece), piece.length_m, junction, piece.climb_m, over)


def _goes_on(before: _Stretch, here: _Stretch) -> bool:
    """Whether one would not say anything where `here` begins, but for a bridge."""
    turns = here.junction and abs(_turn(before.points, here.points)) > _STRAIGHT_DEG
    return before.road == here.road and not turns


def _without_stubs(stretches: list[_Stretch]) -> list[_Stretch]:
    found: list[_Stretch] = []
    stub: _Stretch | None = None
    for n, stretch in enumerate(stretches):
        whole = stretch if stub is None else replace(stub.and_then(stretch), road=stretch.road)
        if whole.length_m < _STUB_M and n + 1 < len(stretches) and not whole.over:
            stub = whole
            continue
        stub = None
        if found and (whole.length_m < _STUB_M or _goes_on(found[-1], whole)):
            found[-1] = found[-1].and_then(whole)
        else:
            found.append(whole)
    return found


def _first(leg: Piece, stretches: Sequence[_Stretch]) -> Step:
    at = _points(leg)[0]
    road = stretches[0].road if stretches else tr("路边")
    if leg.length_m < _AT_DOOR_M:
        return Step(tr("出门就是{road}").format(road=road), leg.length_m, at)
    way, far = compass(_points(leg)), distance(leg.length_m)
    if not way:
        return Step(tr("出门走{far}到{road}").format(far=far, road=road), leg.length_m, at)
    return Step(tr("出门向{way}走{far}到{road}").format(way=way, far=far, road=road), leg.length_m, at)


def _last(leg: Piece | None, stretches: Sequence[_Stretch], first: Piece | None, goal: str) -> Step:
    at = _ends_at(stretches, first)
    if leg is None:
        return Step(tr("到{goal}").format(goal=goal), 0.0, at)
    if stretches and leg.length_m < _IN_SIGHT_M:
        turn = _turn(stretches[-1].points, _points(leg))
        side = tr("前面") if abs(turn) <= _STRAIGHT_DEG else tr("左手边") if turn > 0 else tr("右手边")
        return Step(tr("{side}就是{goal}").format(side=side, goal=goal), leg.length_m, at)
    leave = tr("离开道路，") if stretches else ""
    way = compass(_points(leg)) or tr("前")
    text = tr("{leave}向{way}走{far}到{goal}")
    return Step(text.format(leave=leave, way=way, far=distance(leg.length_m), goal=goal), leg.length_m, at)


def _along(before: _Stretch | None, here: _Stretch, landmarks: Sequence[Landmark]) -> list[Step]:
    """Tell of one stretch: how one comes to it, how it goes, and what one crosses."""
    at, far = here.points[0], here.length_m
    early = [name for name, start, _ in here.over if start < min(_SOON_M, far / 3)]
    late = [name for name, start, _ in here.over if start >= min(_SOON_M, far / 3)]
    said = _turning(before, here) if before is not None else ""
    if said and (mark := _beside(at, landmarks)):
        said = tr("到{mark}{said}").format(mark=mark, said=said)
    goes = f"{_way(here, first=before is None)}{distance(far)}"
    told = []
    if before is not None and before.road == here.road and said and not early:
        told.append(Step(f"{said}{goes}", far, at))  # one lane into another of no name
    else:
        told += [Step(text, 0.0, at) for text in (said, "，".join(dict.fromkeys(early))) if text]
        told.append(Step(tr("沿{road}{goes}").format(road=here.road, goes=goes), far, at))
    if late:
        near_end = here.over[-1][2] > far - _SOON_M
        names = "、".join(dict.fromkeys(late))
        told.append(Step(names if near_end else tr("途中{names}").format(names=names), 0.0, here.points[-1]))
    return told


def _way(here: _Stretch, *, first: bool) -> str:
    """Return the direction of a stretch, upwards or by the compass, with the verb that goes before the metres."""
    if here.climb_m is not None and abs(here.climb_m) > _STEEP * here.length_m:
        return tr("上行") if here.climb_m > 0 else tr("下行")
    way = compass(here.points) if first or here.length_m >= 100 else ""
    setting_out = (here.points[0], _from_end(here.points))
    if first and _apart_deg(setting_out, (here.points[0], here.points[-1])) > _ASTRAY_DEG:
        # Who steps out of the door looks which way to turn, not where the lane leads as the crow flies.
        arriving = (_from_end(here.points[::-1]), here.points[-1])
        one, other = compass(setting_out), compass(arriving)
        return (
            tr("先向{one}走").format(one=one)
            if one == other
            else tr("先向{one}再向{other}走").format(one=one, other=other)
        )
    return tr("向{way}走").format(way=way) if way else tr("走")


def _apart_deg(one: tuple[Xy, Xy], other: tuple[Xy, Xy]) -> float:
    """Return the angle between two directions, from 0 to 180."""
    a, b = _bearing(*one), _bearing(*other)
    return 0.0 if a is None or b is None else abs((b - a + 180.0) % 360.0 - 180.0)


def _turning(before: _Stretch, here: _Stretch) -> str:
    turn = _turn(before.points, here.points)
    side = tr("左") if turn > 0 else tr("右")
    if abs(turn) > _BACK_DEG:
        return tr("掉头") if before.road == here.road else tr("向{side}后方转").format(side=side)
    if abs(turn) > _STRAIGHT_DEG:
        return tr("{side}转").format(side=side) if here.junction else tr("随路{side}拐").format(side=side)
    return tr("直行") if here.junction else ""


def _turn(before: Sequence[Xy], here: Sequence[Xy]) -> float:
    """Return by how many degrees one turns from one line into another, left positive, from -180 to 180."""
    came = _bearing(_from_end(before[::-1]), before[-1])
    goes = _bearing(here[0], _from_end(here))
    if came is None or goes is None:
        return 0.0
    return (goes - came + 180.0) % 360.0 - 180.0


def _from_end(points: Sequence[Xy]) -> Xy:
    """Return the place a little way along a line, so that a bend of a metre does not count as the direction."""
    left = _LOOK_M
    for (ax, ay), (bx, by) in pairwise(points):
        step = hypot(bx - ax, by - ay)
        if step >= left > 0:
            return ax + (bx - ax) * left / step, ay + (by - ay) * left / step
        left -= step
    return points[-1]


def _bearing(a: Xy, b: Xy) -> float | None:
    """Return the direction from `a` to `b` in degrees, anticlockwise from east; None where they coincide."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return degrees(atan2(dy, dx)) if hypot(dx, dy) > 1e-6 else None


def compass(points: Sequence[Xy]) -> str:
    """Return one of eight directions from the first point to the last; nothing where the line winds about.

    Examples
    --------
    >>> compass([(0, 0), (-3, 3)]), compass([(0, 0), (9, 0), (0, 1)])
    ('西北', '')
    """
    along = sum(hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points))
    bearing = _bearing(points[0], points[-1])
    straight = hypot(points[-1][0] - points[0][0], points[-1][1] - points[0][1])
    if bearing is None or straight < _WINDING * along:
        return ""
    return tr(_COMPASS[round(bearing / 45.0) % 8])


def _beside(at: Xy, landmarks: Sequence[Landmark]) -> str:
    near = min(landmarks, key=lambda m: hypot(m.at[0] - at[0], m.at[1] - at[1]), default=None)
    if near is None or hypot(near.at[0] - at[0], near.at[1] - at[1]) > _BESIDE_M:
        return ""
    return near.name


def _ends_at(stretches: Sequence[_Stretch], first: Piece | None) -> Xy:
    if stretches:
        return stretches[-1].points[-1]
    return _points(first)[-1] if first is not None else (0.0, 0.0)
