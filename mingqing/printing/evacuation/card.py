"""避险明白卡: what a household should know before anything happens, one card a household."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import shapely

from mingqing.core.text import tr
from mingqing.printing.evacuation.evacuees import (
    Contact,
    Evacuee,
    Hazard,
    House,
    Household,
    Person,
    Roster,
    leads,
    roster,
    where,
)
from mingqing.printing.template.find import document
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

TITLE = tr("避险明白卡")
NEEDS = ("house", "household", "shelter", "hazard")


@dataclass(frozen=True, slots=True)
class Unit:
    """An office: its name, and whom to call."""

    name: str = ""
    contact: Contact = field(default_factory=Contact)


@dataclass(frozen=True, slots=True, eq=False)
class CardContent:
    """What stands on a card; what is empty is left to fill in by hand.

    house : the row. home, way, hazards_at, shelter_at, barred : for the sketch, project's CRS.
    stranded : whether there is no safe way; why is no matter of theirs. leader : whom they follow.
    """

    house: int
    village: str
    householder: str
    people: int
    structure: str
    address: str
    members: tuple[Person, ...]
    hazard: str
    kind: str
    scale: str
    relation: str
    trigger: str
    advice: str
    monitor: Contact
    signal: str
    announcer: Contact
    leader: Contact
    way_in_words: str
    minutes: float | None
    metres: float | None
    shelter: str
    shelter_address: str
    shelter_head: Contact
    stranded: bool
    rescue: Unit
    issuer: Unit
    home: shapely.Geometry | None = None
    way: shapely.LineString | None = None
    hazards_at: tuple[shapely.Geometry, ...] = ()
    shelter_at: shapely.Geometry | None = None
    barred: shapely.Geometry | None = None


def gather_cards(
    session: Session,
    evacuees: Sequence[Evacuee],
    *,
    rescue: Unit | None = None,
    issuer: Unit | None = None,
    reason: str = "",
) -> list[CardContent]:
    """Return the cards of the households of a plan, by village, group and number, as far as the account may print.

    Parameters
    ----------
    rescue : 救护单位. issuer : 发放单位; None for the committee of each village.
    reason : for the log, of who sees sex and age only with one; without it they are left blank.

    Raises
    ------
    NotAllowed
        if the account may not print households, shelters or hazards; the log has it.
    DefinitionError
        if the template, which says what to mind, is broken.
    """
    permitted = Permitted(session, reason=reason)
    permitted.require(TITLE, NEEDS)
    told = document(session, "card").advice
    known = roster(permitted, evacuees)
    committees = {} if issuer is not None else _committees(permitted)
    found = []
    for evacuee in evacuees:
        house = known.houses.get(evacuee.house)
        if house is not None:
            given = issuer or committees.get(house.village or "", Unit())
            found += [
                (house, h, _card(evacuee, house, h, known, rescue or Unit(), given, told)) for h in _in(house)
            ]
    found.sort(key=lambda each: (each[0].village or "", each[1].group, each[0].address, each[1].id))
    return [card for _, _, card in found]


def _in(house: House) -> Iterator[Household]:
    """Yield the households of a house; a house of which none is known gets a card to fill in."""
    yield from house.households or (Household(0, "", "", "", 0),)


def _card(
    evacuee: Evacuee,
    house: House,
    household: Household,
    known: Roster,
    rescue: Unit,
    issuer: Unit,
    told: Mapping[str, str],
) -> CardContent:
    hazards = [known.hazards[h] for h in evacuee.hazards if h in known.hazards]
    shelter = known.shelters.get(evacuee.shelter) if evacuee.shelter is not None else None
    storeys = tr("{n}层").format(n=house.storeys) if house.storeys else ""
    return CardContent(
        house=house.id,
        village=house.village_name,
        householder=household.householder,
        people=household.count,
        structure=" ".join(filter(None, (house.structure, storeys))),
        address=" ".join(dict.fromkeys(filter(None, (house.village_name, house.address, household.group)))),
        members=household.people,
        hazard=_joined(h.name for h in hazards),
        kind=_joined(h.kind for h in hazards),
        scale=_joined(h.scale for h in hazards),
        relation=_joined((where(house.shape, h.shape) for h in hazards), "；"),
        trigger=_joined(h.trigger for h in hazards),
        advice=advice((h.kind for h in hazards), told),
        monitor=_first(h.monitor for h in hazards),
        signal=_joined(h.signal for h in hazards),
        announcer=_first(h.responsible for h in hazards),
        leader=leads(house, hazards),
        way_in_words=evacuee.words if shelter else "",
        minutes=evacuee.minutes if shelter else None,
        metres=evacuee.metres if shelter else None,
        shelter=shelter.name if shelter else "",
        shelter_address=shelter.address if shelter else "",
        shelter_head=shelter.head if shelter else Contact(),
        stranded=shelter is None,
        rescue=rescue,
        issuer=issuer,
        home=house.shape,
        way=evacuee.way if shelter else None,
        hazards_at=_shapes(hazards),
        shelter_at=shelter.at if shelter else None,
        barred=None if shelter else evacuee.barred,
    )


def _shapes(hazards: Sequence[Hazard]) -> tuple[shapely.Geometry, ...]:
    return tuple(h.shape for h in hazards if h.shape is not None)


def _joined(texts: Iterator[str], between: str = "、") -> str:
    return between.join(dict.fromkeys(t for t in texts if t))


def _first(contacts: Iterator[Contact]) -> Contact:
    return next((c for c in contacts if c.name or c.phone), Contact())


def _committees(permitted: Permitted) -> dict[str, Unit]:
    """Return the committee of each village, by code."""
    rows = permitted.rows("organisation", ("village_code", "kind", "name", "head", "phone"))
    return {
        row["village_code"] or "": Unit(row["name"] or "", Contact(row["head"] or "", row["phone"] or ""))
        for row in rows
        if row["kind"] == tr("村民委员会")
    }


def advice(kinds: Iterator[str], told: Mapping[str, str]) -> str:
    """Return what to mind where these kinds of hazards are, as a card's template tells it of each."""
    own = list(dict.fromkeys(k for k in kinds if k in told))
    return "".join((*([told[k] for k in own[:2]] or [told["other"]]), told["always"]))


def alone(card: CardContent) -> str:
    """Return what a household does that has no safe way: nothing is promised, nobody is sent anywhere."""
    whom = next((c for c in (card.leader, card.announcer, card.issuer.contact) if c.phone), Contact())
    called = tr("{name} {phone}").format(name=whom.name, phone=whom.phone).strip() or tr("村委会")
    return tr(
        "目前没有查到安全的路线。听到预警，马上打电话给{whom}，说清家里几口人、谁走不动，照电话里说的做。"
        "不要自行涉水过河，不要走被淹、被冲断的路。"
    ).format(whom=called)


def in_short(card: CardContent) -> str:
    """Return the text of a card for a phone: hazard, signal, way, shelter and whom to call.

    Nothing of the household: whoever finds the card, or photographs it on a door, learns no name and no address.
    """
    lines = (
        ("", f"{TITLE} {card.village}".strip()),
        (tr("灾害"), card.hazard or card.kind),
        (tr("预警信号"), card.signal),
        (tr("监测人"), _called(card.monitor)),
        (tr("责任人"), _called(card.announcer)),
        (tr("带队人"), _called(card.leader) if card.leader != card.announcer else ""),
        (tr("安置点"), f"{card.shelter} {_called(card.shelter_head)}".strip()),
        (tr("路线"), alone(card) if card.stranded else card.way_in_words),
        (tr("救护"), f"{card.rescue.name} {card.rescue.contact.phone}".strip()),
    )
    text = "\n".join(f"{name}：{value}" if name else value for name, value in lines if value)
    return _cut(text)


_MOST_BYTES = 900  # more makes modules that a phone does not tell apart at the size of the card


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= _MOST_BYTES else raw[: _MOST_BYTES - 3].decode(errors="ignore") + "…"


def _called(contact: Contact) -> str:
    return " ".join(filter(None, (contact.name, contact.phone)))
