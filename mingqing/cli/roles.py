"""`role …`: what each role may do, who holds it, and the separation of the three duties."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.accounts import Account, after_separation
from mingqing.access.fields import opened_sentences
from mingqing.access.policy import Policy
from mingqing.access.roles import Action, Duty, Role, Shows
from mingqing.access.roles import roles as own_roles
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Catalog, Privacy
from mingqing.cli.accounts import (
    Name,
    Roles,
    Villages,
    describe,
    find_roles,
    find_villages,
    first_few,
    places,
    titles,
)
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    confirm,
    open_session,
    print_json,
    print_table,
    say,
)
from mingqing.core.text import tr
from mingqing.store import accounts as store
from mingqing.store.roles import adopt_own
from mingqing.store.session import Session

_ACTIONS = {Action.SEE: "可看", Action.EDIT: "可编辑", Action.EXPORT: "可导出", Action.PRINT: "可打印"}
_SHOWN = {
    Shows.CLEAR: "完整",
    Shows.ON_REQUEST: "写明理由后可看",
    Shows.MASKED: "打码",
    Shows.ABSENT: "不显示",
}
_DUTIES = {Duty.UPKEEP: "系统管理员", Duty.ACCOUNTS: "安全管理员", Duty.AUDIT: "审计员"}


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help=tr("角色：各能做什么，谁担任，三员分立"))
    for name, command in (("list", list_), ("grant", grant), ("separate", separate), ("adopt", adopt)):
        group.command(name)(command)
    app.add_typer(group, name="role")


def list_(
    project: Annotated[
        Path | None, typer.Argument(metavar="[PROJECT]", help=tr("不写就是软件自带的角色"))
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """列出角色：代码、名称、用途、各能做什么。"""
    known, definitions = own_roles(), catalog()
    if project is not None:
        with open_session(project, user) as session:
            known, definitions = session.login.known, session.catalog
    if as_json:
        print_json({"roles": [_as_json(role, definitions) for role in known.values()]})
        return
    print("\n\n".join("\n".join(_lines(role, definitions)) for role in known.values()))


def grant(
    project: ProjectPath, name: Name, role: Roles, villages: Villages = None, user: User = None
) -> None:
    """让账号改任这些角色；不写 --villages 时管辖的村不变。"""
    with open_session(project, user) as session:
        store.require_manager(session)
        if villages is not None:
            where = find_villages(session, villages)
        else:
            where = next((a.villages for a in store.accounts(session) if a.name == name), None)
        print(describe(session, store.grant_roles(session, name, find_roles(session, role), where)))


def separate(
    project: ProjectPath,
    yes: Annotated[bool, typer.Option("--yes", help=tr("不再询问"))] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """启用三员分立：担任三员之一的账号不再兼任其他角色，启用后不能取消。"""
    with open_session(project, user) as session:
        store.require_manager(session)
        before = [a for a in store.accounts(session) if not a.disabled]
        known = session.login.known
        held = [replace(a, roles=after_separation(a, known)) for a in before]
        lost = {a.name: set(a.roles) - set(b.roles) for a, b in zip(before, held, strict=True)}
        taken = {a.name: titles(session, replace(a, roles=tuple(sorted(lost[a.name])))) for a in held}
        missing = [*_missing(session, held)]
        if not session.login.separate and not yes and sys.stdin.isatty():
            _confirm({name: what for name, what in taken.items() if what}, missing)
            missing = []  # has been read just now
        changed = store.separate_duties(session)
        rows = [
            (
                a.name,
                titles(session, a),
                places(session, a),
                _taken(taken[a.name]) if a.name in changed else "",
            )
            for a in held
        ]
        vacant = _vacant(known, held)
    if as_json:
        print_json({"accounts": {a.name: a.roles for a in held}, "changed": list(changed), "vacant": vacant})
    else:
        print_table([tr(t) for t in ("账号", "现在的角色", "管辖的村", "变化")], rows)
    for sentence in missing:
        say(sentence)


def _confirm(taken: Mapping[str, str], missing: Iterable[str]) -> None:
    """Ask on the terminal, after saying what goes and what nobody will hold."""
    for name, what in taken.items():
        say(tr("账号“{name}”{change}").format(name=name, change=_taken(what)))
    for sentence in missing:
        say(sentence)
    confirm(tr("三员分立启用后不能取消。确定启用吗？"))


def _taken(what: str) -> str:
    return tr("不再担任{what}").format(what=what)


def _missing(session: Session, held: Sequence[Account]) -> Iterator[str]:
    """What nobody does once these are the accounts: a duty, or the editing of some villages."""
    for duty in _vacant(session.login.known, held):
        yield tr("还没有{duty}，请用 mingqing user add 或 role grant 指定").format(duty=tr(_DUTIES[duty]))
    policies = [Policy.of(a.roles, a.villages, session.catalog, session.login.known) for a in held]
    editors = [policy for policy in policies if policy.edits]
    if not editors:
        yield tr("没有账号能编辑数据，请指定一个县级、乡镇或村级编辑")
        return
    idle = [v.name for v in session.villages() if not any(policy.in_scope(v.code) for policy in editors)]
    if idle:
        yield tr("没有账号能编辑这些村的数据：{villages}").format(villages=first_few(idle))


def adopt(project: ProjectPath, user: User = None) -> None:
    """让项目改用软件自带的角色定义和字段保密定义。"""
    with open_session(project, user) as session:
        opened = opened_sentences(session.policy.catalog, session.catalog)
        adopt_own(session)
    for sentence in opened:
        say(tr("比以前放宽：{what}").format(what=sentence))
    print(tr("项目已改用软件自带的角色和保密定义，各账号下次登录时生效"))


def _vacant(known: Mapping[str, Role], held: Iterable[Account]) -> list[Duty]:
    taken = {known[code].duty for account in held for code in account.roles if code in known}
    return [duty for duty in Duty if duty not in taken]


def _lines(role: Role, definitions: Catalog) -> Iterator[str]:
    """A role in words: what it is for, where it may do what, how much it sees of people."""
    yield tr("{code}  {title}：{purpose}").format(code=role.code, title=role.title, purpose=role.purpose)
    for action, caption in _ACTIONS.items():
        if where := _reach(role, action, definitions):
            yield tr("  {action}：{where}").format(action=tr(caption), where=where)
    personal, sensitive = (_shown(role, privacy) for privacy in (Privacy.PERSONAL, Privacy.SENSITIVE))
    yield tr("  个人信息：{personal}；敏感信息：{sensitive}").format(personal=personal, sensitive=sensitive)
    if role.bound_to_villages:
        yield tr("  要指定管辖的村")
    if role.footer_required:
        yield tr("  打印的每一页都注明打印人和时间")


def _reach(role: Role, action: Action, definitions: Catalog) -> str:
    """Where a role may do something: everywhere, on these maps, in these tables; empty for nowhere."""
    allowed = {name for name, table in definitions.tables.items() if action in role.actions(table)}
    if len(allowed) == len(definitions.tables):
        return tr("全部")
    parts = []
    for code, layer in definitions.layers.items():
        own = [t for t in definitions.tables.values() if t.layer == code]
        here = [t.title for t in own if t.name in allowed]
        parts += [layer.title] if own and len(here) == len(own) else here
    return "、".join(parts)


def _shown(role: Role, privacy: Privacy) -> str:
    """How a class of fields is shown by default, and whether some of it otherwise."""
    text = tr(_SHOWN[role.fields.get(privacy, Shows.ABSENT)])
    excepted = any(key.startswith(f"{privacy}:") or "." in key for key in role.fields)
    return tr("{shown}（部分除外）").format(shown=text) if excepted else text


def _as_json(role: Role, definitions: Catalog) -> dict[str, object]:
    seen = {name: t for name, t in definitions.tables.items() if role.actions(t)}
    closed = {
        name: {
            f: shows
            for f in t.column_names
            if (shows := role.shows(t, t.field_by_name[f])) is not Shows.CLEAR
        }
        for name, t in seen.items()
    }
    return {
        "code": role.code,
        "title": role.title,
        "purpose": role.purpose,
        "duty": role.duty,
        "bound_to_villages": role.bound_to_villages,
        "footer_required": role.footer_required,
        "tables": {name: sorted(role.actions(t)) for name, t in seen.items()},
        "fields": {name: fields for name, fields in closed.items() if fields},
    }
