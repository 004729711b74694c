"""Roads that are too narrow for those who need them, the worst first, each in a sentence."""

from dataclasses import dataclass

import numpy as np

from mingqing.core.text import tr
from mingqing.evacuation.flow.loads import Loads
from mingqing.evacuation.movement import Movement
from mingqing.evacuation.network.model import Network

_LEAST_S = 30.0
_MINUTE_S = 60.0
_UNNAMED = {tr("桥"): tr("无名桥"), tr("隧"): tr("无名隧道")}


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A road at which people queue.

    road : id of its row. edge : where on it, index into the network's. measured : whether its width is.
    people : who pass. wait_s : the longest wait. queue : people who wait at the worst moment.
    begins_s, ends_s : when anybody waits. sentence : Chinese, all that in one line.
    """

    road: int
    edge: int
    name: str
    width_m: float
    measured: bool
    people: int
    wait_s: float
    queue: int
    begins_s: float
    ends_s: float
    sentence: str


def bottlenecks(
    found: Loads, network: Network, movement: Movement, *, least_s: float = _LEAST_S
) -> list[Bottleneck]:
    """Return the roads where somebody waits longer than `least_s`, those that cost people the most time first.

    Of one road the worst place is told.
    """
    road = network.road[found.lane // 2]
    order = np.lexsort((found.lane, -found.waiting_s))
    order = order[found.wait_s[order] > least_s]
    worst = order[np.sort(np.unique(road[order], return_index=True)[1])]
    width = movement.width_m(network.roads)
    return [_told(found, network, i, float(width[road[i]])) for i in worst.tolist()]


def _told(found: Loads, network: Network, at: int, width_m: float) -> Bottleneck:
    edge = int(found.lane[at]) // 2
    road, roads = int(network.road[edge]), network.roads
    unnamed = _UNNAMED.get(roads.structures[road] or "", tr("无名") + (roads.classes[road] or tr("道路")))
    name = roads.names[road] or unnamed
    measured = bool(roads.width_m[road] > 0)
    said = tr("{name}宽{width:g}米") if measured else tr("{name}宽约{width:g}米（未实测）")
    queued = tr("排队最长{wait}，最多时{queue}人等候")
    wait_s, queue = float(found.wait_s[at]), int(found.queue[at])
    return Bottleneck(
        road=int(roads.ids[road]),
        edge=edge,
        name=name,
        width_m=width_m,
        measured=measured,
        people=int(found.people[at]),
        wait_s=wait_s,
        queue=queue,
        begins_s=float(found.begins_s[at]),
        ends_s=float(found.ends_s[at]),
        sentence=tr("，").join(
            (said.format(name=name, width=width_m), queued.format(wait=spoken(wait_s), queue=queue))
        ),
    )


def spoken(seconds: float) -> str:
    """Return a length of time as one says it.

    Examples
    --------
    >>> spoken(20), spoken(61), spoken(239)
    ('不到1分钟', '1分钟', '4分钟')
    """
    if seconds < _MINUTE_S:
        return tr("不到1分钟")
    return tr("{n}分钟").format(n=round(seconds / _MINUTE_S))
