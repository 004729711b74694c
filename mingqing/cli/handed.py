"""What `evacuate` leaves behind: a plan kept in the project, and a folder to hand out."""

from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.cli.common import say, write_file
from mingqing.core.errors import NotAllowed, ProjectUnavailable
from mingqing.core.files import in_name
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.store.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mingqing.evacuation.planning import Plan

_ROLL, _VILLAGE = tr("转移人员清单"), tr("防灾避险预案")


def leave(
    session: Session, plan: "Plan", seq: int, name: str | None, folder: Path | None, watch: Watch
) -> bool:
    """Keep a plan under a name, and write what is handed out of it to a folder, as far as these are given.

    seq : of the last change of the project before the plan was made.
    Returns whether that was all: who may print may not always export.
    """
    if name is not None:
        _keep(session, plan, seq, name, watch)
    return folder is None or _hand_out(session, plan, folder, watch)


def _keep(session: Session, plan: "Plan", seq: int, name: str, watch: Watch) -> None:
    from mingqing.evacuation.saved.keep import save
    from mingqing.evacuation.saved.kept import plan_of
    from mingqing.evacuation.saved.of_plan import outcome

    number = save(session, outcome(session, plan, seq, watch), name, watch=watch)
    say(tr("已保存转移预案{title}").format(title=plan_of(session, number).title))


def _hand_out(session: Session, plan: "Plan", folder: Path, watch: Watch) -> bool:
    """Write the list of those who move, on paper and as a workbook, and the plan of each village."""
    from mingqing.printing.evacuation.planned import about, evacuees
    from mingqing.printing.evacuation.roll_pdf import print_roll
    from mingqing.printing.evacuation.roll_xlsx import export_roll
    from mingqing.printing.evacuation.village_plan_pdf import print_plan
    from mingqing.render.fonts import ensure_application

    ensure_application()
    told, which = evacuees(session, plan, watch=watch), about(session, plan, subject_of(plan))
    made = {folder / f"{_ROLL}.pdf": print_roll(session, told, which, watch=watch)}
    whole = True
    try:
        made[folder / f"{_ROLL}.xlsx"] = export_roll(session, told, which, watch=watch)
    except NotAllowed as error:
        say(str(error))
        whole = False
    villages = {village.code: village.name for village in session.villages()}
    for code in dict.fromkeys(plan.world.houses.villages[i] for i in plan.houses.tolist()):
        if code is not None:
            path = folder / f"{in_name(villages.get(code, code))}{_VILLAGE}.pdf"
            made[path] = print_plan(session, code, told, which, watch=watch)
    return _written(made) and whole


def _written(made: "Mapping[Path, bytes]") -> bool:
    """Write files one after another and return whether all are there; what was written before a full disk is kept.

    Raises
    ------
    ProjectUnavailable
        if not even the first could be written.
    """
    for number, (path, content) in enumerate(made.items()):
        try:
            write_file(path, content, path.stem)
        except ProjectUnavailable as error:
            if not number:
                raise
            say(str(error))
            return False
        say(str(path))
    return True


def subject_of(plan: "Plan") -> str:
    """Return what a plan is for, in words."""
    scenario, drawn = plan.scenario, len(plan.scenario.floods)
    parts = [
        tr("{n} 处隐患点发生险情").format(n=len(plan.case.hazards)) if len(plan.case.hazards) else "",
        tr("{n} 处画出的淹没范围").format(n=drawn) if drawn else "",
        tr("{n} 条道路中断").format(n=len(scenario.blocked)) if scenario.blocked else "",
        tr("夜间") if scenario.night else "",
    ]
    return "，".join(filter(None, parts))
