"""How quickly people move along roads and how many fit through: `resources/evacuation.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.load import catalog
from mingqing.core.definitions import Reader, read_toml
from mingqing.core.files import data_dir
from mingqing.core.text import tr
from mingqing.evacuation.model import MOBILITY, Mode, Roads, Seconds
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.slope import Slope

ONE_WAY = tr("单向")  # in the code list `one_way`, along the line as drawn
_OTHER = "other"
# Beyond these a figure is a slip of the pen.
_FASTEST_KMH, _WIDEST_M, _FARTHEST_M, _STEEPEST, _SLOWEST, _HEAVIEST, _DENSEST = (
    130.0,
    200.0,
    1e5,
    2.0,
    100.0,
    1000.0,
    10.0,
)
_KMH_PER_M_S = 3.6


@dataclass(frozen=True, slots=True, eq=False)
class EdgeCosts:
    """Seconds along each edge for one who walks alone, inf where it may not be used.

    forth : (e,) from tail to head. back : (e,) from head to tail.
    """

    forth: Seconds
    back: Seconds


@dataclass(frozen=True, slots=True)
class ByClass:
    """A figure by class of road; `other` where that is empty or has none of its own."""

    figures: Mapping[str, float]
    other: float

    def of(self, roads: Roads) -> NDArray[np.float64]:
        """Return the figure of each road, (r,)."""
        return np.array([self.figures.get(c or "", self.other) for c in roads.classes], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Movement:
    """What `resources/evacuation.toml` declares; where each group of figures comes from is in `sources`.

    kmh : on level ground; 0 where that mode may not go.
    farthest_leg_m : between a house or a shelter and its road. night : times as fast.
    paces, weights : of each of `MOBILITY`: times as long as one who walks alone; how much a second counts.
    flow : people per second on each metre of width. steepest : rise over run that a road of this class can have.
    """

    kmh: Mapping[Mode, ByClass]
    night: Mapping[Mode, float]
    leg_kmh: float
    farthest_leg_m: float
    paces: tuple[float, ...]
    weights: tuple[float, ...]
    helped_from: int
    helped_below: int
    widths: ByClass
    narrowest_m: float
    flow: float
    steepest: ByClass
    sources: Mapping[str, str]

    def costs(
        self,
        network: Network,
        mode: Mode,
        *,
        walk_kmh: float | None = None,
        slope: Slope | None = None,
        night: bool = False,
    ) -> EdgeCosts:
        """Return how long each edge takes one who walks alone, or the vehicle.

        walk_kmh : everybody moves at this speed on every road, both ways; mode, slope and night do not count.
        slope : how much longer a walk takes up and down; vehicles do not heed it.
        An edge whose length is not known cannot be used.
        """
        length = np.where(network.length_m >= 0, network.length_m, np.inf)
        if walk_kmh is not None:
            level = length * (_KMH_PER_M_S / walk_kmh)
            return EdgeCosts(level, level)
        kmh = self.kmh[mode].of(network.roads) * (self.night[mode] if night else 1.0)
        if mode is Mode.VEHICLE:
            kmh[self.width_m(network.roads) < self.narrowest_m] = 0.0
        pace = np.divide(_KMH_PER_M_S, kmh, out=np.full(len(kmh), np.inf), where=kmh > 0)[network.road]
        # Zero metres of a road that is closed would otherwise be NaN seconds.
        level = np.multiply(length, pace, out=np.full(len(length), np.inf), where=np.isfinite(pace))
        if mode is Mode.VEHICLE:
            against = np.array([w == ONE_WAY for w in network.roads.one_ways], dtype=np.bool_)[network.road]
            return EdgeCosts(level, np.where(against, np.inf, level))
        return (
            EdgeCosts(level, level) if slope is None else EdgeCosts(level * slope.forth, level * slope.back)
        )

    def pace(self, mode: Mode, *, walk_kmh: float | None = None) -> NDArray[np.float64]:
        """Return by how much those of each of `MOBILITY` take longer than `costs` say, (3,)."""
        alike = mode is Mode.VEHICLE or walk_kmh is not None
        return np.ones(len(MOBILITY)) if alike else np.array(self.paces)

    def leg_s_per_m(self, *, walk_kmh: float | None = None, night: bool = False) -> float:
        """Return seconds for a metre between a house or a shelter and its road, of one who walks alone."""
        if walk_kmh is not None:
            return _KMH_PER_M_S / walk_kmh
        return _KMH_PER_M_S / (self.leg_kmh * (self.night[Mode.FOOT] if night else 1.0))

    def width_m(self, roads: Roads) -> NDArray[np.float64]:
        """Return how wide each road is, (r,): as measured, else as its class usually is."""
        return np.where(roads.width_m > 0, roads.width_m, self.widths.of(roads))


@cache
def movement() -> Movement:
    """Return the program's figures, read once.

    Raises
    ------
    DefinitionError
        at the first mistake in the file, naming key and reason.
    """
    return read_movement(data_dir("resources") / "evacuation.toml")


def read_movement(path: Path) -> Movement:
    """Return the figures in a file. Raises DefinitionError as `movement` does."""
    file = _File(path)
    night, pace, weight = file.group("night"), file.group("pace"), file.group("weight")
    helped_from, helped_below = _ages(file.group("age"))
    made = Movement(
        kmh={mode: file.by_class(f"{mode}_kmh", _FASTEST_KMH, closed=True) for mode in Mode},
        night={mode: _figure(night, mode, 1.0) for mode in Mode},
        leg_kmh=_figure(file.group("leg_kmh"), "value", _FASTEST_KMH),
        farthest_leg_m=_figure(file.group("farthest_leg_m"), "value", _FARTHEST_M),
        paces=tuple(_figure(pace, who, _SLOWEST) for who in MOBILITY),
        weights=tuple(_figure(weight, who, _HEAVIEST) for who in MOBILITY),
        helped_from=helped_from,
        helped_below=helped_below,
        widths=file.by_class("width_m", _WIDEST_M),
        narrowest_m=_figure(file.group("vehicle_width_m"), "narrowest", _WIDEST_M),
        flow=_figure(file.group("walking_flow"), "persons_m_s", _DENSEST),
        steepest=file.by_class("steepest", _STEEPEST),
        sources=file.sources,
    )
    file.finish()
    return made


class _File:
    """The groups of a file, each with its source."""

    def __init__(self, path: Path) -> None:
        self._top = Reader(path.name, "", read_toml(path))
        self._open = [self._top]
        self.sources: dict[str, str] = {}

    def group(self, name: str) -> Reader:
        """Return a group."""
        reader = Reader(self._top.file, name, self._top.take(name, dict))
        self.sources[name] = reader.take("source", str)
        if not self.sources[name].strip():
            raise reader.error("source", tr("请写明数值的出处，没有出处的写“假设”"))
        self._open.append(reader)
        return reader

    def by_class(self, name: str, most: float, *, closed: bool = False) -> ByClass:
        """Return a group by class of road. closed : 0 may stand there."""
        reader = self.group(name)
        other = _figure(reader, _OTHER, most, zero=closed)
        known = {code.value for code in catalog().codes["road_class"].codes}
        unknown = sorted(set(reader.data) - known)
        if unknown:
            raise reader.error(unknown[0], tr("道路等级的代码表里没有它"))
        return ByClass({c: _figure(reader, c, most, zero=closed) for c in list(reader.data)}, other)

    def finish(self) -> None:
        """Refuse what nobody has taken."""
        for reader in self._open:
            reader.finish()


def _figure(reader: Reader, key: str, most: float, *, zero: bool = False) -> float:
    value = reader.take(key, float)
    if not (0 < value <= most or (zero and value == 0)):
        raise reader.error(
            key, tr("应大于 0、不超过 {most:g}，现在是 {value:g}").format(most=most, value=value)
        )
    return value


def _ages(reader: Reader) -> tuple[int, int]:
    """Return from and below which age somebody is helped."""
    least, most = reader.take("helped_below", int), reader.take("helped_from", int)
    if not 0 <= least < most:
        raise reader.error("helped_from", tr("应大于 helped_below，且都不小于 0"))
    return most, least
