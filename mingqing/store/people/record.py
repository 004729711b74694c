"""Everything a project holds on one person: rows, who wrote them and when, who looked, where they may have gone."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import apsw
import shapely

from mingqing.access.audit import Act, Entry, title_of
from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Field, FieldType, Privacy, Table
from mingqing.catalog.values import counted_photos
from mingqing.core.text import tr
from mingqing.crs.transform import transform
from mingqing.store.geometry import decode
from mingqing.store.owner import owner
from mingqing.store.people.looked import looked
from mingqing.store.people.who import (
    PERSON,
    How,
    Linked,
    companion,
    person_of,
    require_whole,
    rows_of,
    source,
)
from mingqing.store.session import Session

CGCS2000 = 4490
_KEPT = ("purpose", "legal_basis", "keep_until")


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One row that is held: `cells` are titles and values as people read them, blank ones left out.

    personal : whether the table is about people; then it has purpose, legal_basis and keep_until, None where nobody
        put them down.
    """

    table: str
    title: str
    id: int
    how: How
    personal: bool
    cells: tuple[tuple[str, str], ...]
    purpose: str | None
    legal_basis: str | None
    keep_until: str | None
    source: str | None
    verified_on: str | None
    created_by: str | None
    created_at: str | None
    updated_by: str | None
    updated_at: str | None


@dataclass(frozen=True, slots=True)
class Touch:
    """One change that touched one of the rows, out of the history."""

    at: str
    account: str
    act: str
    why: str
    title: str
    did: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What is held on one person at one moment, the answer to their question.

    touches : changes of the rows that are theirs, oldest first.
    seen : entries of the log that name one of these rows, oldest first.
    perhaps : lists and searches since of tables in which the person stands, by who may see the village.
    left : exports, prints, pictures and packages made since the person was entered, which may contain them.
    others : how many people besides are in the household.
    unsure : rows with the name that may be a namesake's and are not shown, by title of the table.
    """

    resident_id: int
    name: str
    village: str
    project: str
    made_by: str
    made_at: str
    rows: tuple[HeldRow, ...]
    touches: tuple[Touch, ...]
    seen: tuple[Entry, ...]
    perhaps: tuple[Entry, ...]
    left: tuple[Entry, ...]
    others: int
    unsure: Mapping[str, int]


def everything_on(session: Session, resident_id: int) -> PersonRecord:
    """Return everything held on a resident; that it was asked for is logged first.

    Raises
    ------
    NotAllowed
        to who does not see people's tables whole: a document with masks in it would be no answer.
    InputRefused
        if there is no such resident in the account's villages.
    """
    policy, catalog = session.policy, session.catalog
    require_whole(policy, Action.SEE)
    with owner(session, spatial=False) as database:
        person = person_of(database, policy, resident_id)
        session.record(Act.DISCLOSE, f"{catalog.tables[PERSON].title} {resident_id}", rows=1)
        found = rows_of(database, policy, person)
        whole = {(one.table, one.id) for one in found.sure if one.how is not How.NAMED}
        rows = tuple(
            _held(database, session, one)
            for one in found.sure
            if one.how is not How.NAMED or (one.table, one.id) not in whole
        )
        own = {(table, i) for table, i in whole if catalog.tables[table].personal}
        since = min((r.created_at for r in rows if r.how is How.SELF and r.created_at), default="")
        unsure: dict[str, int] = {}
        for one in found.unsure:
            title = catalog.tables[one.table].title
            unsure[title] = unsure.get(title, 0) + 1
        titles = {catalog.tables[name].title for name, _ in own}
        log = looked(database, person, titles, since)
        return PersonRecord(
            resident_id=resident_id,
            name="、".join(sorted(person.names)),
            village=_village(database, policy, person.villages),
            project=session.info.name,
            made_by=session.user,
            made_at=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
            rows=rows,
            touches=tuple(_touches(database, session, own)),
            seen=log.seen,
            perhaps=log.perhaps,
            left=log.left,
            others=_others(database, policy, person.ids),
            unsure=unsure,
        )


def _village(database: apsw.Connection, policy: Policy, codes: frozenset[str | None]) -> str:
    known = dict(database.execute(f"SELECT code, name FROM {source(policy, 'village')}"))
    return "、".join(f"{known.get(c, '')} {c}".strip() for c in sorted(filter(None, codes)))


def _others(database: apsw.Connection, policy: Policy, ids: frozenset[int]) -> int:
    people, listed = source(policy, PERSON), json.dumps(sorted(ids))
    return int(
        database.execute(
            f"SELECT count(*) FROM {people} WHERE id NOT IN (SELECT value FROM json_each(?1)) AND household IN"
            f" (SELECT household FROM {people} WHERE id IN (SELECT value FROM json_each(?1)))",
            (listed,),
        ).get
    )


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _held(database: apsw.Connection, session: Session, linked: Linked) -> HeldRow:
    table = session.catalog.tables[linked.table]
    shape = ["geometry"] if table.has_geometry else []
    names = [*table.column_names, *shape]
    quoted = ", ".join(f'"{n}"' for n in names)
    sql = f"SELECT {quoted} FROM {source(session.policy, table.name)} WHERE id = ?"
    row = dict(zip(names, database.execute(sql, (linked.id,)).fetchone() or (), strict=True))
    told = {n: None if row.get(n) is None else str(row[n]) for n in (*_KEPT, *_PROVENANCE)}
    cells = [
        (field.title, _text(database, session, field, row[field.name]))
        for field in _shown(table, linked)
        if row[field.name] is not None and field.type is not FieldType.DATA
    ]
    if linked.how is How.HOME and shape and row["geometry"] is not None:
        cells.append((tr("地图位置"), _place(row["geometry"], session.info.epsg)))
    return HeldRow(table.name, table.title, linked.id, linked.how, table.personal, tuple(cells), **told)


_PROVENANCE = ("source", "verified_on", "created_by", "created_at", "updated_by", "updated_at")


def _shown(table: Table, linked: Linked) -> Sequence[Field]:
    """The fields that may be told: of a row that only names the person, no more than that and what is open.

    The rest of it is somebody else's.
    """
    if linked.how is not How.NAMED:
        return table.fields
    named = table.field_by_name[linked.field]
    own = {linked.field, companion(table, named)}
    return [f for f in table.fields if f.name in own or (f.privacy is Privacy.OPEN and not f.references)]


def _text(database: apsw.Connection, session: Session, field: Field, value: object) -> str:
    if field.type is FieldType.BOOLEAN:
        return tr("是") if value else tr("否")
    if field.references:
        target = session.catalog.tables[field.references]
        sql = f'SELECT "{target.title_field}" FROM {source(session.policy, target.name)} WHERE id = ?'
        found = database.execute(sql, (value,)).fetchone()
        return str(found[0] or "") if found else ""
    if field.type is FieldType.PHOTO:
        return counted_photos(value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {field.unit}" if field.unit and field.unit != tr("年") else text


def _place(blob: bytes, epsg: int) -> str:
    point = transform(shapely.centroid(decode([blob])), epsg, CGCS2000)[0]
    if point is None or point.is_empty:
        return tr("已标在地图上")
    return tr("东经 {x:.5f}°，北纬 {y:.5f}°").format(x=point.x, y=point.y)


# ── History and log ──────────────────────────────────────────────────────────────────────────────────────────


def _touches(database: apsw.Connection, session: Session, own: set[tuple[str, int]]) -> Iterator[Touch]:
    """The changes of these rows. A changeset without the bytes of any of their ids is not looked through."""
    tables = session.catalog.tables
    columns = {t: [c[1] for c in database.execute(f'PRAGMA table_info("{t}")')] for t in {t for t, _ in own}}
    needles = [row.to_bytes(8, "big") for _, row in own]
    history = database.execute("SELECT at, account, kind, why, changeset FROM mq_change ORDER BY seq")
    for at, account, kind, why, packed in history:
        raw = zlib.decompress(packed)
        if not any(needle in raw for needle in needles):
            continue
        for change in apsw.Changeset.iter(raw):
            row = (change.old or change.new or (0,))[0]
            if (change.name, row) not in own:
                continue
            table = tables[change.name]
            fields: tuple[str, ...] = ()
            if change.op == "UPDATE":
                fields = tuple(
                    table.field_by_name[name].title
                    for name, new in zip(columns[change.name], change.new or (), strict=False)
                    if new is not apsw.no_change and name in table.field_by_name and name not in _PROVENANCE
                )
            did = {"INSERT": tr("录入"), "UPDATE": tr("修改"), "DELETE": tr("删除")}[change.op]
            yield Touch(at, account, title_of(kind), why, table.title, did, fields)
