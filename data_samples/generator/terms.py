"""Why a register keeps people's data, on what ground in law, and until when; some terms have passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .registers import Sheet

_DUTY, _CONSENT, _CONTRACT = "履行法定职责", "本人单独同意", "本人同意"
# Purpose, ground (个人信息保护法 第十三条), end of the term, and every how manieth row was to go a year ago.
_TERMS = {
    "户": ("村级日常服务和防灾转移", _DUTY, "2030-12-31", 0),
    "人口": ("村级日常服务和防灾转移", _DUTY, "2030-12-31", 250),
    "重点人员": ("走访照料和优先转移", _CONSENT, "2027-12-31", 40),
    "从业": ("就业服务", _CONTRACT, "2028-12-31", 90),
    "结对帮扶": ("结对帮扶", _CONTRACT, "2027-12-31", 15),
    "走访记录": ("走访照料和解决困难", _DUTY, "2028-12-31", 0),
    "任职": ("公开村干部联系方式", _DUTY, "2028-12-31", 0),
}
_PAST = "2025-12-31"


def with_terms(title: str, rows: Sheet) -> Sheet:
    """Return the rows of a sheet with purpose, ground and term added."""
    purpose, ground, until, every = _TERMS[title]
    return [
        {
            **row,
            "处理目的": purpose,
            "法律依据": ground,
            "保存期限": _PAST if every and i % every == every // 2 else until,
        }
        for i, row in enumerate(rows)
    ]
