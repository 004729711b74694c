"""What an erasure would come to, without doing it."""

from mingqing.access.roles import Action
from mingqing.store.owner import owner
from mingqing.store.people import kept
from mingqing.store.people.erase import Erased
from mingqing.store.people.history import as_ever_known, column_names
from mingqing.store.people.plan import plan_for
from mingqing.store.people.who import person_of, require_whole, with_namesakes
from mingqing.store.session import Session


def foresee(session: Session, resident_id: int) -> Erased:
    """Return what `erase` would delete, blank and leave; how many changes it would rewrite is not counted.

    Raises
    ------
    NotAllowed, InputRefused
        as `erase`.
    """
    policy = session.policy
    require_whole(policy, Action.EDIT)
    with owner(session, spatial=False) as database:
        person = person_of(database, policy, resident_id)
        known = as_ever_known(database, column_names(database, session.catalog), person)
        plan = plan_for(database, session, with_namesakes(database, policy, known))
        plan.kept += kept.mentions(database, policy, plan.person, plan.gone)
        plan.kept += kept.elsewhere(database, session, plan.person)
    titles = {name: table.title for name, table in session.catalog.tables.items()}
    return Erased(
        at="",
        by=session.user,
        deleted={titles[t]: len(ids) for t, ids in plan.gone.items() if ids},
        blanked={titles[t]: len(rows) for t, rows in plan.blanks.items() if rows},
        changes=0,
        kept=tuple(plan.kept),
    )
