"""`cards`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from mingqing.access.audit import REFUSED, Act
from mingqing.cli.common import ProjectPath, User, find_village, open_session, say, watching, write_file
from mingqing.cli.planned import planned
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.files import in_name
from mingqing.core.text import tr
from mingqing.evacuation.scenario import Scenario
from mingqing.store.session import Session

if TYPE_CHECKING:
    from mingqing.evacuation.saved.kept import Kept

_TITLE = tr("避险明白卡")


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("cards")(cards)


def cards(
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="DIR", help=tr("每村一个 PDF，存到这个文件夹"))],
    village: Annotated[
        str | None, typer.Option("--village", help=tr("村代码或村名，不写就是要转移的所有村"))
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="NAME", help=tr("照哪份预案，不写就照最近保存的"))
    ] = None,
    three: Annotated[
        bool, typer.Option("--three", help=tr("模板里的几份都印：户主、村委会、发放单位各留一份"))
    ] = False,
    user: User = None,
) -> None:
    """打印避险明白卡，每户一页：灾害、路线、避灾点、联系电话。"""
    from mingqing.printing.evacuation.card_pdf import print_cards
    from mingqing.printing.evacuation.planned import about, evacuees
    from mingqing.printing.template.find import document
    from mingqing.render.fonts import ensure_application

    ensure_application()
    with open_session(project, user) as session, watching(_TITLE) as watch:
        _require(session)
        only = None if village is None else find_village(session, village).code
        made = planned(session, _scenario(session, plan), watch)
        houses, names = made.world.houses, made.world.villages
        there = [houses.villages[i] for i in made.houses.tolist()]
        wanted = [code for code in dict.fromkeys(there) if only in (None, code)]
        if not wanted:
            raise InputRefused(tr("没有需要转移的住户，没有明白卡可打印"))
        written, which = [], about(session, made)
        for code in wanted:
            name = names.get(code or "", code or tr("未分村"))
            here = evacuees(session, made, villages={code}, watch=watch)
            copies = document(session, "card").copies
            pdf = print_cards(session, here, which, copies=copies if three else copies[:1], watch=watch)
            written.append(out / f"{in_name(name)}{_TITLE}.pdf")
            write_file(written[-1], pdf, _TITLE)
    for path in written:
        print(path)
    among = np.array([code in wanted for code in there], dtype=np.bool_)
    say(tr("{n} 户").format(n=int(houses.households[made.houses[among]].sum())))
    if made.elsewhere:
        say(
            tr(
                "有 {n} 处房屋的去处和预案不同（容量、道路或人数变了），卡上是现在能去的地方；请重新编制预案再发卡"
            ).format(n=made.elsewhere)
        )
        raise typer.Exit(1)


def _require(session: Session) -> None:
    """Refuse, and put down in the log, cards for who may not print them or cannot plan; before anything is said."""
    from mingqing.evacuation.gather import why_not
    from mingqing.printing.evacuation.card import NEEDS
    from mingqing.store.permitted import Permitted

    Permitted(session).require(_TITLE, NEEDS)
    if why := why_not(session.policy):
        session.record(Act.PRINT, _TITLE, outcome=REFUSED)
        raise NotAllowed(why)


def _scenario(session: Session, name: str | None) -> Scenario:
    """Return the case of a plan that is kept, everybody going where it sends them; else that of all hazards."""
    from mingqing.evacuation.saved.kept import load

    kept = _kept(session, name)
    if kept is None:
        say(tr("还没有保存过转移预案，按所有没有销号的隐患点编制"))
        return Scenario()
    say(tr("照转移预案{title}").format(title=kept.title))
    return load(session, kept.number).again


def _kept(session: Session, name: str | None) -> "Kept | None":
    from mingqing.evacuation.saved.kept import plans

    every = plans(session)
    if name is None:
        return every[0] if every else None
    found = next((each for each in every if name in (each.name, each.title)), None)
    if found is None:
        there = "、".join(dict.fromkeys(each.name for each in every)) or tr("一份也没有")
        raise InputRefused(tr("没有叫“{name}”的转移预案；已保存的：{there}").format(name=name, there=there))
    return found
