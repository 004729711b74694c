"""`evacuate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.audit import Act
from mingqing.cli.accounts import find_villages
from mingqing.cli.common import AsJson, ProjectPath, User, open_session, print_json, split_list, watching
from mingqing.cli.handed import leave
from mingqing.cli.planned import as_plain, planned, say_plan, write_routes
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.evacuation.model import Objective
from mingqing.evacuation.scenario import Scenario
from mingqing.store.history.since import last_change
from mingqing.store.session import Session

_EXCHANGE_EPSG = 4490
_SLOWEST_KMH, _FASTEST_KMH = 0.1, 130.0
_WIDEST_M = 10_000.0

Ids = list[str] | None


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("evacuate")(evacuate)


def evacuate(  # noqa: PLR0913 - one option of CLI.md each
    project: ProjectPath,
    hazards: Annotated[Ids, typer.Option("--hazards", help=tr("发生险情的隐患点编号，逗号隔开"))] = None,
    all_hazards: Annotated[
        bool, typer.Option("--all-hazards", help=tr("所有没有销号的隐患点，不写 --hazards 时就是这样"))
    ] = False,
    villages: Annotated[Ids, typer.Option("--villages", help=tr("村代码、村名或乡镇，逗号隔开"))] = None,
    block: Annotated[Ids, typer.Option("--block", help=tr("中断的道路编号，逗号隔开"))] = None,
    objective: Annotated[
        Objective, typer.Option("--objective", help=tr("total 总用时最少，latest 最后一户最早到"))
    ] = Objective.TOTAL,
    flood: Annotated[
        list[Path] | None, typer.Option("--flood", help=tr("淹没范围，GeoJSON 面，EPSG:4490"))
    ] = None,
    buffer: Annotated[
        float, typer.Option("--buffer", min=0, max=_WIDEST_M, help=tr("隐患范围外扩多少米"))
    ] = 0.0,
    houses: Annotated[Ids, typer.Option("--houses", help=tr("另外要转移的房屋编号，逗号隔开"))] = None,
    lock: Annotated[
        Ids, typer.Option("--lock", metavar="HOUSE=SHELTER", help=tr("指定房屋去哪个避灾点，可写多次"))
    ] = None,
    night: Annotated[bool, typer.Option("--night", help=tr("夜间，走得慢"))] = False,
    at_home: Annotated[bool, typer.Option("--at-home", help=tr("不算外出的人"))] = False,
    vehicles: Annotated[bool, typer.Option("--vehicles", help=tr("卧床的人用车接"))] = False,
    walk_kmh: Annotated[
        float | None,
        typer.Option(
            "--walk-kmh",
            min=_SLOWEST_KMH,
            max=_FASTEST_KMH,
            help=tr("所有人都按这个速度走，不分道路、坡度和身体状况"),
        ),
    ] = None,
    save: Annotated[str | None, typer.Option("--save", metavar="NAME", help=tr("存进项目的预案名称"))] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help=tr("转移人员清单和各村预案存到这个文件夹"))
    ] = None,
    routes: Annotated[
        Path | None, typer.Option("--routes", metavar="F.geojson", help=tr("转移路线存成 GeoJSON"))
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """编制转移预案：哪些户要转移、去哪个避灾点、走哪条路，谁没有安全路线。"""
    if hazards is not None and all_hazards:
        raise InputRefused(tr("--hazards 和 --all-hazards 只写一个"))
    named = None if hazards is None else _numbers(hazards, "--hazards")
    with open_session(project, user) as session:
        scenario = Scenario(
            hazards=named,
            floods=tuple(text for path in flood or () for text in _flood(path, session.info.epsg)),
            buffer_m=buffer,
            blocked=_numbers(block, "--block"),
            villages=_villages(session, villages),
            houses=_numbers(houses, "--houses"),
            locks=_locks(split_list(lock or ())),
            objective=objective,
            night=night,
            at_home=at_home,
            vehicles=vehicles,
            walk_kmh=walk_kmh,
        )
        with watching(tr("转移预案")) as watch:
            seq = last_change(session)
            made = planned(session, scenario, watch)
            session.record(Act.QUERY, tr("转移预案"), rows=len(made))
            whole = (save is None and out is None) or leave(session, made, seq, save, out, watch)
            if routes is not None:
                write_routes(session, made, routes)
        if as_json:
            print_json(as_plain(made))
        else:
            say_plan(session, made)
    if not whole:
        raise typer.Exit(1)


# ── What was asked for ───────────────────────────────────────────────────────────────────────────────────────


def _numbers(texts: Sequence[str] | None, option: str) -> tuple[int, ...]:
    return tuple(_number(text, option) for text in split_list(texts or ()))


def _number(text: str, option: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InputRefused(tr("{option} 请写编号，几个用逗号隔开：{text}").format(option=option, text=text))
    return int(text)


def _locks(texts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return house and shelter of every lock; refuse two for one house that differ."""
    found: dict[int, int] = {}
    for text in texts:
        house, sign, shelter = (part.strip() for part in text.partition("="))
        if not sign:
            raise InputRefused(tr("--lock 请写成“房屋编号=避灾点编号”：{text}").format(text=text))
        at, to = _number(house, "--lock"), _number(shelter, "--lock")
        if found.setdefault(at, to) != to:
            raise InputRefused(tr("--lock 给房屋 {house} 指定了两个避灾点，请只留一个").format(house=at))
    return tuple(found.items())


def _villages(session: Session, texts: Sequence[str] | None) -> tuple[str, ...] | None:
    if texts is not None and not split_list(texts):
        raise InputRefused(tr("--villages 请写村代码、村名或乡镇；要所有村就不写这一项"))
    codes = None if texts is None else find_villages(session, texts)
    return None if codes is None else tuple(sorted(codes))


def _flood(path: Path, epsg: int) -> list[str]:
    """Return the areas in a GeoJSON file as WKT in the project's CRS."""
    import numpy as np
    import shapely

    from mingqing.crs.transform import transform

    try:
        whole = shapely.from_geojson(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, shapely.errors.GEOSException) as error:
        raise InputRefused(tr("{path} 读不出来，请给出 GeoJSON 格式的淹没范围").format(path=path)) from error
    parts = np.array([p for p in shapely.get_parts([whole]) if shapely.get_dimensions(p) == 2], dtype=object)
    moved = transform(parts, _EXCHANGE_EPSG, epsg)
    if not len(parts) or any(shape is None for shape in moved):
        raise InputRefused(tr("{path} 里没有能用的面，淹没范围应是经纬度的面").format(path=path))
    return [shape.wkt for shape in moved]
