"""A household with all that may be held on it, a neighbour, and somebody who lives alone."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np
import pytest
import shapely

from mingqing.catalog.values import id_check_character
from mingqing.store.accounts import add_account
from mingqing.store.changes import Value
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.owner import owner
from mingqing.store.project import open_project
from mingqing.store.session import Session

VILLAGE, OTHER_VILLAGE = "331124201215", "331124201216"
SPARE = "Zhu7ying-lin4"
WHY = "本人申请删除"


def id_number(day: str, order: int) -> str:
    first = f"999999{day}{order:03d}"
    return first + id_check_character(first)


NAME, NUMBER, PHONE = "甄明远", id_number("19480312", 117), "00013570001"
WIFE, WIFE_NUMBER = "贾秀兰", id_number("19500620", 118)


@dataclass(frozen=True)
class Place:
    """A house with a couple in it, a neighbour who lives alone, and whatever names the husband."""

    session: Session
    house: int
    household: int
    man: int
    wife: int
    neighbour: int
    neighbours_household: int


def add(
    session: Session, table: str, rows: Sequence[dict[str, Value]], village: str | None = VILLAGE
) -> list[int]:
    ids = list(new_ids(len(rows)))
    names = {name for row in rows for name in row}
    columns: dict[str, Sequence[Value]] = {name: [row.get(name) for row in rows] for name in names}
    shapes = None
    if session.catalog.tables[table].has_geometry and table in {
        "house",
        "organisation",
    }:  # the others stay off the map
        shapes = encode(np.array([shapely.Point(500_000 + i, 3_140_000) for i in range(len(rows))]), 4549)
    with session.transaction("import", "导入 花名册.xlsx") as change:
        change.insert(table, ids, {**columns, "village_code": [village] * len(rows)}, shapes)
    return ids


@pytest.fixture
def place(session: Session) -> Place:
    (house,) = add(session, "house", [{"house_no": "F001", "address": "溪边3号"}])
    home, alone = add(
        session,
        "household",
        [
            {"householder": NAME, "household_no": "1", "house": house, "people_count": 2, "phone": PHONE},
            {"householder": "例独居", "household_no": "2", "people_count": 1, "phone": "00013570009"},
        ],
    )
    man, wife, neighbour = add(
        session,
        "resident",
        [
            {"name": NAME, "id_number": NUMBER, "phone": PHONE, "household": home, "purpose": "日常服务"},
            {"name": WIFE, "id_number": WIFE_NUMBER, "household": home},
            {"name": "例独居", "household": alone, "phone": "00013570009"},
        ],
    )
    add(session, "employment", [{"resident": man, "kind": "务农"}, {"resident": wife, "kind": "务农"}])
    add(
        session,
        "key_person",
        [
            {"resident": man, "name": NAME, "house": house, "category": "残疾人", "need": f"身份证 {NUMBER}"},
            {
                "resident": wife,
                "name": WIFE,
                "category": "重病患者",
                "relative": NAME,
                "relative_phone": PHONE,
            },
        ],
    )
    add(session, "assistance", [{"helper": "样干部", "household": home, "need": "就医"}])
    (office,) = add(session, "organisation", [{"name": "老年人协会", "head": NAME, "phone": PHONE}])
    add(session, "post", [{"organisation": office, "name": NAME, "title": "会长", "phone": PHONE}])
    return Place(session, house, home, man, wife, neighbour, alone)


def as_account(session: Session, name: str, role: str, villages: list[str] | None) -> Session:
    add_account(session, name, [role], villages, SPARE)
    return open_project(session.info.path, user=name, password=SPARE)


def row_of(session: Session, table: str, row: int) -> dict[str, object]:
    found = session.row(table, row)
    assert found is not None
    return found


def traces(session: Session, *words: str) -> list[str]:
    """Where one of these is: in a row of any table, a change of the history, or a page of the decrypted file."""
    found = []
    with owner(session, spatial=False) as database:
        image = database.serialize("main")
        found += [f"page: {w}" for w in words if w.encode() in image]
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if "VIRTUAL" in database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).get:
                continue
            rows = repr(database.execute(f'SELECT * FROM "{table}"').fetchall())
            found += [f"{table}: {w}" for w in words if w in rows]
        for seq, packed in database.execute("SELECT seq, changeset FROM mq_change"):
            raw = zlib.decompress(packed)
            found += [f"change {seq}: {w}" for w in words if w.encode() in raw]
    return found


def undo(session: Session, seq: int) -> None:
    with owner(session, spatial=True) as database, database:
        packed = database.execute("SELECT changeset FROM mq_change WHERE seq = ?", (seq,)).get
        apsw.Changeset.apply(apsw.Changeset.invert(zlib.decompress(packed)), database)


def last_change(session: Session) -> int:
    with owner(session, spatial=False) as database:
        return int(database.execute("SELECT max(seq) FROM mq_change").get)
