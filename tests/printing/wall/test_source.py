"""What of a project goes on a village's wall map: its own rows, what leads one there, and only what may be printed."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import shapely

from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Role, Shows
from mingqing.catalog.model import Privacy
from mingqing.printing.wall.source import AROUND, VillageSource
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

VILLAGE, NEIGHBOUR = "331124204202", "331124204203"
CLEAR = dict.fromkeys(Privacy, Shows.CLEAR)
SEE, PRINT = frozenset({Action.SEE}), frozenset({Action.SEE, Action.PRINT})


@pytest.fixture
def everywhere(sample_session: Session) -> tuple[float, float, float, float]:
    bounds = sample_session.extent()
    assert bounds is not None
    return bounds


@pytest.fixture
def of_roles(as_role: Callable[..., Session]) -> Iterator[Callable[..., VillageSource]]:
    """Read the village as somebody of roles that are in no file."""
    opened = []

    def source(*known: Role) -> VillageSource:
        session = as_role("county_editor")
        policy = Policy.of((r.code for r in known), None, session.catalog, {r.code: r for r in known})
        opened.append(Session(session.info, session.catalog, replace(session.login, policy=policy)))
        return VillageSource(Permitted(opened[-1]), VILLAGE)

    yield source
    for session in opened:
        session.close()


def role(
    tables: dict[str, frozenset[Action]], fields: dict[str, Shows] | None = None, code: str = "r"
) -> Role:
    return Role(code, code, code, tables, {str(k): v for k, v in CLEAR.items()} if fields is None else fields)


def test_whatever_tells_of_people_ends_at_the_border(
    sample_session: Session, everywhere: tuple[float, float, float, float]
) -> None:
    source = VillageSource(Permitted(sample_session), VILLAGE)
    drawn = {draw.table for theme in sample_session.catalog.themes for draw in theme.draws}
    for table in sorted(drawn - AROUND):
        definition = sample_session.catalog.tables[table]
        found = source.features(table, bounds=everywhere, columns=["village_code"])
        assert set(found.columns["village_code"]) == {VILLAGE}, table
        assert not (definition.personal and table in AROUND)
        assert len(found) == len(sample_session.features(table, village=VILLAGE)), table


def test_what_is_drawn_around_it_leads_there_and_tells_of_nobody(
    sample_session: Session, everywhere: tuple[float, float, float, float]
) -> None:
    source, tables = VillageSource(Permitted(sample_session), VILLAGE), sample_session.catalog.tables
    for table in AROUND:
        assert not tables[table].personal
        assert len(source.features(table, bounds=everywhere)) == len(sample_session.features(table))
    roads = source.features("road", bounds=everywhere, columns=["village_code"])
    assert NEIGHBOUR in set(roads.columns["village_code"])


def test_of_what_is_around_it_only_what_is_on_the_sheet_is_read(
    sample_session: Session, everywhere: tuple[float, float, float, float]
) -> None:
    west, south, east, north = everywhere
    part = (west, south, (west + east) / 2, (south + north) / 2)
    source = VillageSource(Permitted(sample_session), VILLAGE)
    whole, cut = (len(source.features("road", bounds=b)) for b in (everywhere, part))
    assert 0 < cut < whole
    touching = sample_session.features("road", bounds=part)
    assert cut == len(touching)
    assert shapely.intersects(shapely.box(*part), shapely.union_all(touching.geometry))


def test_columns_asked_for_later_are_there_and_in_the_order_of_the_rows(
    sample_session: Session, everywhere: tuple[float, float, float, float]
) -> None:
    source = VillageSource(Permitted(sample_session), VILLAGE)
    first = source.features("house", bounds=everywhere)
    again = source.features("house", bounds=everywhere, columns=["house_no", "storeys", "source"])
    assert first.ids.tolist() == again.ids.tolist()
    own = sample_session.rows("house", ("house_no", "storeys", "source"), village=VILLAGE)
    assert list(zip(*again.columns.values(), strict=True)) == own


def test_a_table_that_may_be_seen_and_not_printed_has_no_rows(
    of_roles: Callable[..., VillageSource], everywhere: tuple[float, float, float, float]
) -> None:
    source = of_roles(role({"*": PRINT, "house": SEE, "road": SEE}))
    for table in ("house", "road"):
        found = source.features(table, bounds=everywhere, columns=["village_code"])
        assert len(found) == 0
        assert found.columns == {"village_code": ()}
    assert len(source.features("land", bounds=everywhere)) > 0


def test_a_field_that_is_seen_more_openly_than_it_is_printed_is_empty(
    of_roles: Callable[..., VillageSource], everywhere: tuple[float, float, float, float]
) -> None:
    masked = {"open": Shows.CLEAR, "personal": Shows.MASKED}
    source = of_roles(role({"*": SEE}, code="a"), role({"*": PRINT}, masked, code="b"))
    found = source.features("assistance", bounds=everywhere, columns=["helper", "village_code"])
    assert len(found) > 0
    assert set(found.columns["helper"]) == {None}
    assert set(found.columns["village_code"]) == {VILLAGE}


def test_a_name_that_is_masked_on_the_screen_is_masked_on_paper(
    of_roles: Callable[..., VillageSource], everywhere: tuple[float, float, float, float]
) -> None:
    source = of_roles(role({"*": PRINT}, {"open": Shows.CLEAR, "personal": Shows.MASKED}))
    helpers = source.features("assistance", bounds=everywhere, columns=["helper"]).columns["helper"]
    assert all("*" in str(name) for name in helpers)


def test_groups_of_rows_are_only_of_what_may_be_printed_around_the_village(
    of_roles: Callable[..., VillageSource],
    monkeypatch: pytest.MonkeyPatch,
    everywhere: tuple[float, float, float, float],
) -> None:
    asked = []
    monkeypatch.setattr(Session, "gathered", lambda _self, table, *_: asked.append(table))
    source = of_roles(role({"*": PRINT, "water": SEE}))
    for table in ("house", "key_person", "water", "road"):
        source.gathered(table, everywhere, None, 50.0)  # type: ignore[arg-type]
    assert asked == ["road"]
