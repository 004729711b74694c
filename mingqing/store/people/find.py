"""Finding somebody in the register by what they say of themselves."""

from dataclasses import dataclass

from mingqing.access.audit import Act
from mingqing.access.masking import mask_id_number
from mingqing.access.roles import Action
from mingqing.catalog.values import ValueRefusedError, parse
from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.store.owner import owner
from mingqing.store.people.who import NAME, NUMBER, PERSON, PHONE, require_whole, source
from mingqing.store.session import Session

_MOST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One of those found, with what tells namesakes apart. `id_number` is masked: nobody need read it in a list."""

    id: int
    name: str
    sex: str | None
    birth_date: str | None
    id_number: str
    village: str
    household: str | None
    address: str | None


def find_people(session: Session, text: str) -> list[Found]:
    """Return the people of exactly this name, identity number or telephone, in the account's villages.

    The search is logged with the number of those found, never with what was looked for.

    Raises
    ------
    NotAllowed
        to who does not see people's tables whole.
    InputRefused
        if there is nothing to look for.
    """
    require_whole(session.policy, Action.SEE)
    wanted = clean(text)
    if not wanted:
        raise InputRefused(tr("请填写要找的人的姓名、身份证号或电话"))
    policy = session.policy
    sql = (
        f"SELECT r.id, r.{NAME}, r.sex, r.birth_date, r.{NUMBER}, coalesce(v.name, r.village_code), h.household_no,"
        f" o.address FROM {source(policy, PERSON)} r"
        f" LEFT JOIN {source(policy, 'household')} h ON h.id = r.household"
        f" LEFT JOIN {source(policy, 'house')} o ON o.id = h.house"
        f" LEFT JOIN {source(policy, 'village')} v ON v.code = r.village_code"
        f" WHERE r.{NAME} = ?1 OR r.{NUMBER} = ?2 OR instr('、' || r.{PHONE} || '、', '、' || ?3 || '、')"
        f" GROUP BY r.id ORDER BY r.village_code, r.id LIMIT {_MOST}"
    )
    values = (wanted, _as_stored(session, NUMBER, wanted), _as_stored(session, PHONE, wanted))
    with owner(session, spatial=False) as database:
        found = [
            Found(i, str(name), sex, born, mask_id_number(number or ""), village or "", household, address)
            for i, name, sex, born, number, village, household, address in database.execute(sql, values)
        ]
    session.record(Act.SEARCH, session.catalog.tables[PERSON].title, rows=len(found))
    return found


def _as_stored(session: Session, field: str, text: str) -> str | None:
    """A number as the register writes it; None where it cannot be one."""
    try:
        value = parse(session.catalog.tables[PERSON].field_by_name[field], text)
    except ValueRefusedError:
        return None
    return None if value is None else str(value)
