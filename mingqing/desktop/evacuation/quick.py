"""Choices of hazards that are made in one go: by warning, by level, by what flash floods call for."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.evacuation.model import Hazards

WARNINGS = (tr("红"), tr("橙"), tr("黄"), tr("蓝"))  # of layers/: from the worst on
LEVELS = (tr("特大型"), tr("大型"), tr("中型"), tr("小型"))
FLASH_FLOOD = tr("山洪")
_PREPARE = WARNINGS[:2]  # a village is told to prepare (准备转移) from orange on


def offered(hazards: "Hazards", villages: Collection[str] | None) -> list[int]:
    """Return which hazards, as positions, can be chosen: not crossed off, of these villages or of none."""
    return [
        n
        for n in range(len(hazards))
        if not hazards.closed[n]
        and (villages is None or hazards.villages[n] is None or hazards.villages[n] in villages)
    ]


def at_least(
    values: Sequence[str | None], among: Collection[int], worst: Sequence[str], least: str
) -> list[int]:
    """Return those of `among` whose value is `least` or worse, by an order that begins with the worst.

    Examples
    --------
    >>> at_least(["蓝", "红", None, "橙"], range(4), WARNINGS, "橙")
    [1, 3]
    """
    enough = worst[: list(worst).index(least) + 1]
    return [n for n in among if values[n] in enough]


def flash_floods(hazards: "Hazards", among: Collection[int], *, at_once: bool) -> list[int]:
    """Return the flash floods from which one leaves at once (all), or prepares to (orange and red ones).

    Where none of them has a warning, preparing is for all of them too: better too many than too few.
    """
    floods = [n for n in among if hazards.kinds[n] == FLASH_FLOOD]
    warned = [n for n in floods if hazards.warnings[n] in _PREPARE]
    return floods if at_once or not warned else warned
