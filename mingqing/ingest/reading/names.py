"""Column names as they stand in a file, each made usable as a key."""

from collections.abc import Iterable, Sequence

from mingqing.core.text import clean, tr

# Of the column in which our export gives the ids of rows.
ID_NAME, ID_TITLE = "MQID", "民情标识"


def unique(names: Iterable[str]) -> list[str]:
    """Trim names and tell equal ones apart by a number; a column without a name is called by its place.

    Examples
    --------
    >>> unique(["名称", " 名称", "", "名称_2"])
    ['名称', '名称_2', '第3列', '名称_2_2']
    """
    taken: set[str] = set()
    out = []
    for place, raw in enumerate(names, start=1):
        name = clean(raw) or tr("第{place}列").format(place=place)
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        out.append(candidate)
    return out


def id_column(names: Sequence[str]) -> str | None:
    """Return the column that holds the ids of rows, by which a file is one that our export gave; None without.

    Examples
    --------
    >>> id_column(["MQID", "FWBH"]), id_column(["房屋编号"])
    ('MQID', None)
    """
    return next((name for name in names if name.strip().upper() in {ID_NAME, ID_TITLE}), None)
