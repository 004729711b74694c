"""What helpers found when they called on the households they help, and what came of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from .dice import dice, pick

if TYPE_CHECKING:
    from .care import Help
    from .tables import Value

FOUND = {
    "家中平安，没有新的困难": "继续按月走访",
    "屋后排水沟淤塞，雨天进水": "已报村里，本周清沟",
    "药快用完了，子女不在身边": "代买药品，已送到家",
    "电线老化，插座发热": "联系电工，换好后回访",
    "想把自家茶叶卖出去": "联系合作社收购，下次走访看结果",
    "腿脚不便，出门要人扶": "申请辅助器具，等乡里答复",
    "水压小，厨房常断水": "已报水管员，三天内来修",
    "子女外出，希望有人常打电话": "约定每周日通话",
}
_EVERY_DAYS = 30


def visits_of(seed: int, code: str, helps: list[Help], houses: list[str]) -> list[dict[str, Value]]:
    """Return the rows of the register of visits: of each household helped one to three, the last as its helper says.

    houses : numbers of the houses, by the index that a household has for its own.
    """
    rng = dice(seed, "visits", code)
    rows: list[dict[str, Value]] = []
    for pair in helps:
        last = date.fromisoformat(pair.last_visit)
        for back in range(int(rng.integers(1, 4))):
            found = pick(rng, list(FOUND))
            day = last - timedelta(days=back * _EVERY_DAYS + (int(rng.integers(0, 8)) if back else 0))
            rows.append(
                {
                    "走访日期": day.isoformat(),
                    "走访人": pair.helper,
                    "走访对象": pair.household.head.name,
                    "户号": pair.household.number,
                    "房屋编号": houses[pair.household.house],
                    "了解到的情况": found,
                    "处理情况": FOUND[found],
                }
            )
    return sorted(rows, key=lambda row: (str(row["走访日期"]), str(row["户号"])))
