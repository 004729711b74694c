"""What is asked for when a wall map is printed: plain values, so that it can be kept, sent to a worker and compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

LEAST_SCALE, MOST_SCALE = 50, 5_000_000
_FARTHEST_M = 1e8  # no projected coordinate is larger
_LONGEST = 300  # characters of a text of the page
SIZES = ("A4", "A3", "A2", "A1", "A0")


@dataclass(frozen=True, slots=True)
class Asked:
    """One wall map. What is None is as the template has it, or as suits the village.

    theme, village : code of a thematic map, and of a village.
    paper : one of `SIZES`. portrait : None for whichever way shows the village larger.
    template : a template's name; empty for the theme's own.
    scale : the denominator; None for the largest round one at which the whole village is inside the frame.
    centre : of the map, project's CRS.
    title, secrecy, approval, makers : texts of the page; an empty one is left out. secrecy is 公开, 内部使用 …,
        approval the 审图号.
    only : tables switched on; None is all of the theme's.
    mono : without colours, for a laser printer.
    sections : an index sheet and sections at a larger scale; None where the village needs them.
    footer : whether it says who printed it and when.
    """

    theme: str
    village: str
    paper: str = "A3"
    portrait: bool | None = None
    template: str = ""
    scale: int | None = None
    centre: tuple[float, float] | None = None
    title: str | None = None
    secrecy: str | None = None
    approval: str | None = None
    makers: str | None = None
    only: frozenset[str] | None = None
    mono: bool = False
    sections: bool | None = None
    footer: bool = True

    def __post_init__(self) -> None:
        if self.paper not in SIZES:
            raise InputRefused(
                tr("没有“{paper}”这种纸，可选：{sizes}").format(paper=self.paper, sizes="、".join(SIZES))
            )
        if self.scale is not None and not LEAST_SCALE <= self.scale <= MOST_SCALE:
            raise InputRefused(
                tr("比例尺分母要在 {least:,} 到 {most:,} 之间").format(least=LEAST_SCALE, most=MOST_SCALE)
            )
        if self.centre is not None and not all(abs(metres) < _FARTHEST_M for metres in self.centre):
            raise InputRefused(tr("图的中心不是坐标，请重新选位置"))
        if any(len(text or "") > _LONGEST for text in (self.title, self.secrecy, self.approval, self.makers)):
            raise InputRefused(tr("图上的一段文字最多 {n} 个字，请改短").format(n=_LONGEST))

    def of(self, **changes: object) -> "Asked":
        """Return the same with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        plain = asdict(self)
        plain["only"] = sorted(self.only) if self.only is not None else None
        plain["centre"] = list(self.centre) if self.centre is not None else None
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Asked":
        """Return what `as_plain` wrote.

        Raises
        ------
        InputRefused
            if it is something else.
        """
        only, centre = plain.get("only"), plain.get("centre")
        try:
            return cls(
                **{
                    **plain,
                    "only": frozenset(only) if only is not None else None,
                    "centre": (float(centre[0]), float(centre[1])) if centre is not None else None,
                }
            )
        except (TypeError, ValueError, IndexError) as error:
            raise InputRefused(tr("记下的打印要求读不出来，请重新选择")) from error
