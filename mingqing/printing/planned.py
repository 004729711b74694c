"""A plan as it is kept, as cards, lists and plans of villages take it."""

from mingqing.evacuation.saved.outcome import Outcome
from mingqing.printing.evacuees import Evacuee


def evacuees(outcome: Outcome) -> list[Evacuee]:
    """Return what a plan says of each of its houses, in its order."""
    placed, minutes, metres = outcome.placed.tolist(), outcome.minutes.tolist(), outcome.ways.metres.tolist()
    houses, shelters, hazards = (ids.tolist() for ids in (outcome.houses, outcome.shelters, outcome.hazards))
    return [
        Evacuee(
            house=houses[k],
            shelter=shelters[k] if going else None,
            minutes=minutes[k] if going else None,
            metres=metres[k] if going else None,
            words=outcome.directions[k],
            way=outcome.ways.line(outcome.network, k),
            hazards=(hazards[k],) if hazards[k] else (),
            reason=outcome.reasons[k],
            leader=outcome.leaders[k],
            phone=outcome.phones[k],
            people=int(outcome.people[k]),
        )
        for k, going in enumerate(placed)
    ]
