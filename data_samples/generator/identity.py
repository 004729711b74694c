"""Numbers that look right and belong to nobody: ID numbers, telephone numbers, company codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import numpy as np

NOWHERE = "999999"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_number(birth: date, sex: str, serial: int) -> str:
    """Return an 18-digit number with a right checksum for a region that does not exist.

    >>> id_number(date(1970, 1, 2), "女", 1)
    '999999197001020025'
    """
    order = serial % 499 * 2 + (1 if sex == "男" else 2)
    body = f"{NOWHERE}{birth:%Y%m%d}{order:03d}"
    total = sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True))
    return body + _ID_CHECK[total % 11]


def phone(rng: np.random.Generator) -> str:
    """Return an 11-digit telephone number that cannot be dialled: it begins with 000."""
    return "000" + "".join(str(d) for d in rng.integers(0, 10, 8))


def company_code(rng: np.random.Generator) -> str:
    """Return an 18-character company code (GB 32100) with a right check character, for the region 999999."""
    body = "93" + NOWHERE + "MA" + "".join(_USCC[i] for i in rng.integers(0, 31, 7))
    total = sum(_USCC.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _USCC[(31 - total % 31) % 31]
