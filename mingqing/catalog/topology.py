"""What the shapes of a table must keep to among themselves and towards others: `[[table.topology]]` in `layers/`."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from mingqing.core.definitions import Reader
from mingqing.core.text import tr


class TopologyKind(StrEnum):
    """What shapes must keep to."""

    NO_OVERLAP = "no_overlap"  # polygons of the table have no ground in common
    INSIDE = "inside"  # each lies within one polygon of the table `of`
    ENDS_JOINED = "ends_joined"  # a line's end within `within_m` of another line of the table lies on it


class Severity(StrEnum):
    """What becomes of an edit that breaks a rule: it is not taken, or the user is told."""

    REFUSE = "refuse"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class TopologyRule:
    """A rule of a table about shapes.

    of : the other table, for INSIDE.
    within_m : metres, for ENDS_JOINED.
    """

    kind: TopologyKind
    severity: Severity = Severity.TELL
    of: str | None = None
    within_m: float | None = None


_NEEDS = {TopologyKind.NO_OVERLAP: "polygon", TopologyKind.ENDS_JOINED: "line"}
_FARTHEST_M = 100.0


def read_topology(reader: Reader, geometry: AbstractSet[str]) -> TopologyRule:
    """Return one rule of a table that holds these kinds of geometry; whether `of` exists is not known yet.

    Raises
    ------
    DefinitionError
        if it is no rule, or none for such a table.
    """
    kind = reader.choice("rule", TopologyKind, reader.take("rule", str))
    rule = TopologyRule(
        kind,
        reader.choice("severity", Severity, reader.take("severity", str, Severity.TELL)),
        reader.take("of", str) if kind is TopologyKind.INSIDE else None,
        reader.take("within_m", float) if kind is TopologyKind.ENDS_JOINED else None,
    )
    reader.finish()
    if not geometry or _NEEDS.get(kind, next(iter(geometry))) not in geometry:
        raise reader.error("rule", tr("这张表没有适用“{rule}”的图形").format(rule=kind))
    if rule.within_m is not None and not 0 < rule.within_m <= _FARTHEST_M:
        raise reader.error("within_m", tr("应大于 0，且不超过 {most:.0f} 米").format(most=_FARTHEST_M))
    return rule
