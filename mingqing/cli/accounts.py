"""`user …` and `rekey`: who may open a project."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import typer

from mingqing.access.accounts import Account
from mingqing.access.passwords import days_left
from mingqing.access.roles import Role
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    account,
    new_password,
    open_session,
    password,
    print_json,
    print_table,
    say,
    secret,
    split_list,
    tell_notices,
)
from mingqing.core.errors import InputRefused, WrongPassword
from mingqing.core.text import tr
from mingqing.store import accounts as store
from mingqing.store.login import recover_account
from mingqing.store.project import open_project, project_folder
from mingqing.store.session import Session, Village

Name = Annotated[str, typer.Argument(metavar="NAME", help=tr("账号名"))]
Roles = Annotated[list[str], typer.Option("--role", help=tr("角色代码或名称，可写多次，或用逗号隔开"))]
Villages = Annotated[
    list[str] | None,
    typer.Option("--villages", help=tr("管辖的村：村代码、村名或 9 位乡镇代码，用逗号隔开；“全部”不限")),
]
_EVERYWHERE = "全部"
_NAMED = 5  # villages of an account are listed one by one up to so many
_MOST_UNKNOWN = 20  # codes of villages that are not there yet; more of them are a mistake


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    users = typer.Typer(help=tr("账号：添加、停用、改密码、恢复"))
    for name, command in (
        ("add", add),
        ("list", list_),
        ("disable", disable),
        ("enable", enable),
        ("password", password_),
        ("recovery-key", recovery_key),
        ("recover", recover),
    ):
        users.command(name)(command)
    app.add_typer(users, name="user")
    app.command("rekey")(rekey)


# ── What is written on a command line ────────────────────────────────────────────────────────────────────────


def find_roles(session: Session, texts: Iterable[str]) -> list[str]:
    """Return the codes of roles given by code, by title, or by the beginning of one title alone.

    Raises
    ------
    InputRefused
        naming those there are.
    """
    known = session.login.known
    return [_role(known, name) for name in split_list(texts)]


def _role(known: Mapping[str, Role], name: str) -> str:
    exact = [code for code, role in known.items() if name in (code, role.title)]
    found = exact or [code for code, role in known.items() if role.title.startswith(name)]
    if len(found) == 1:
        return found[0]
    there = "、".join(f"{code}（{known[code].title}）" for code in found or known)
    text = tr("“{name}”是哪个角色，请写明：{there}") if found else tr("没有“{name}”这个角色，可选：{there}")
    raise InputRefused(text.format(name=name, there=there))


def find_villages(session: Session, texts: Iterable[str]) -> frozenset[str] | None:
    """Return the codes of villages given by code, by name, or by township; None for “全部”.

    A village's code may be one that the project has not yet, so that accounts can be made before data is there.

    Raises
    ------
    InputRefused
        where nothing is named, a name means no village, or several.
    """
    names = split_list(texts)
    if not names:
        raise InputRefused(tr("请写明管辖的村，不限制请写“全部”"))
    if names == [_EVERYWHERE]:
        return None
    known = session.villages()
    found = frozenset(code for name in names for code in _codes(known, name))
    _tell_unknown(sorted(found - {v.code for v in known}))
    return found


def _tell_unknown(codes: Sequence[str]) -> None:
    """Say which villages the project has not yet, and refuse a list of so many: it is of another project."""
    if len(codes) > _MOST_UNKNOWN:
        raise InputRefused(
            tr("有 {n} 个村代码项目里没有，如 {some}；请核对代码，或先导入村界").format(
                n=len(codes), some="、".join(codes[:_NAMED])
            )
        )
    for code in codes:
        say(tr("注意：项目里还没有代码为 {code} 的村").format(code=code))


def _codes(known: Iterable[Village], name: str) -> list[str]:
    figures = name.isascii() and name.isdigit()
    if figures and len(name) == 12:
        return [name]
    if figures:
        found = [v.code for v in known if len(name) == 9 and v.code.startswith(name)]
    else:
        found = [v.code for v in known if v.name == name]
        if len(found) > 1:
            raise InputRefused(
                tr("叫“{name}”的村不止一个，请改用村代码：{codes}").format(name=name, codes="、".join(found))
            )
        found = found or [v.code for v in known if v.township == name]
    if not found:
        raise InputRefused(tr("没有村对应“{name}”，请写 12 位村代码、村名或 9 位乡镇代码").format(name=name))
    return found


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────


def add(
    project: ProjectPath,
    name: Name,
    role: Roles,
    villages: Villages = None,
    user: User = None,
) -> None:
    """添加账号，初始密码由对方第一次登录时改掉。"""
    with open_session(project, user) as session:
        store.require_manager(session)
        codes = find_roles(session, role)
        where = None if villages is None else find_villages(session, villages)
        added = store.add_account(session, name, codes, where, new_password())
        print(tr("已添加账号 {what}").format(what=describe(session, added)))
    say(tr("请把账号和初始密码当面交给本人，第一次登录时改成自己的密码"))


def list_(project: ProjectPath, user: User = None, as_json: AsJson = False) -> None:
    """列出账号；不管理账号、也不看日志的，只列出自己。"""
    with open_session(project, user) as session:
        found = store.accounts(session)
        rows = [(a.name, titles(session, a), places(session, a), a.changed_on, _state(a)) for a in found]
    if as_json:
        print_json({"accounts": [_as_json(a) for a in found]})
    else:
        print_table([tr(t) for t in ("账号", "角色", "管辖的村", "改密码日期", "状态")], rows)


def disable(project: ProjectPath, name: Name, user: User = None) -> None:
    """停用账号：它的密码从此打不开项目，做过的事留在日志里。"""
    with open_session(project, user) as session:
        store.disable_account(session, name)
    print(tr("账号 {name} 已停用").format(name=name))
    say(tr("如果对方手里可能有项目文件夹的拷贝，请再用 mingqing rekey 更换数据密钥"))


def enable(project: ProjectPath, name: Name, user: User = None) -> None:
    """重新启用停用的账号，同时给它一个新的初始密码。"""
    with open_session(project, user) as session:
        store.require_manager(session)
        if any(a.name == name and not a.disabled for a in store.accounts(session)):
            raise InputRefused(
                tr("账号 {name} 没有停用；重设密码请用 mingqing user password").format(name=name)
            )
        store.set_password(session, name, new_password())
    print(tr("账号 {name} 已重新启用").format(name=name))


def password_(
    project: ProjectPath,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help=tr("账号名，不写就是自己"))] = None,
    user: User = None,
) -> None:
    """改自己的密码；安全管理员也可以重设别人的。"""
    who, current = account(user), password()
    with open_project(project, user=who, password=current) as session:
        tell_notices(session)
        if name in {None, who}:
            store.set_password(session, who, new_password(), current=current)
        else:
            store.require_manager(session)
            store.set_password(session, str(name), new_password())
    print(tr("账号 {name} 的密码已改").format(name=name or who))


def recovery_key(project: ProjectPath, user: User = None) -> None:
    """生成恢复密钥，只显示这一次；以前的作废。"""
    with open_session(project, user) as session:
        print(store.make_recovery_key(session))
    say(
        tr(
            "请打印或抄写后锁进保险柜，不要存在电脑里。安全管理员忘记密码时，"
            "用 mingqing user recover 凭它重设；谁拿到它和项目文件夹，谁就能打开项目"
        )
    )


def recover(project: ProjectPath, name: Name) -> None:
    """用恢复密钥重设安全管理员的密码；这份恢复密钥随即作废。"""
    folder = project_folder(project)
    phrase = secret("MINGQING_RECOVERY_KEY", tr("恢复密钥"))
    try:
        recover_account(folder, phrase, name, new_password())
    except WrongPassword as error:
        raise WrongPassword(tr("恢复密钥不对，或已经作废；请照着最后生成的那一份再核对一遍")) from error
    print(tr("账号 {name} 的密码已重设").format(name=name))
    say(tr("恢复密钥已经作废，请登录后用 mingqing user recovery-key 重新生成一份"))


def rekey(project: ProjectPath, user: User = None) -> None:
    """更换数据密钥，把整个项目重新加密；各账号的密码不变。"""
    with open_session(project, user) as session:
        store.rekey(session)
    print(tr("已更换数据密钥"))
    say(tr("以前拷走的密钥文件不再有用；以前的备份和拷贝仍能用当时的密码打开，不再需要的请删除，并重新备份"))


# ── How an account is shown ──────────────────────────────────────────────────────────────────────────────────


def describe(session: Session, shown: Account) -> str:
    """Return an account as a phrase: its name, roles and villages."""
    return f"{shown.name}：{titles(session, shown)}；{places(session, shown)}"


def titles(session: Session, shown: Account) -> str:
    """Return the titles of an account's roles."""
    known = session.login.known
    return "、".join(known[code].title if code in known else code for code in shown.roles)


def places(session: Session, shown: Account) -> str:
    """Return the names of an account's villages, the first of them where there are many."""
    if shown.villages is None:
        return tr("全部村")
    names = {v.code: v.name for v in session.villages()}
    return first_few([names.get(code, code) for code in sorted(shown.villages)])


def first_few(villages: Sequence[str]) -> str:
    """Return villages as a phrase: all where there are few, else the first of them and how many there are."""
    text = "、".join(villages[:_NAMED])
    return text if len(villages) <= _NAMED else tr("{some}等 {n} 个村").format(some=text, n=len(villages))


def _state(shown: Account) -> str:
    if shown.disabled:
        return tr("停用")
    return tr("待改初始密码") if shown.must_change else tr("正常")


def _as_json(shown: Account) -> dict[str, object]:
    return {
        "name": shown.name,
        "roles": shown.roles,
        "villages": None if shown.villages is None else sorted(shown.villages),
        "disabled": shown.disabled,
        "must_change": shown.must_change,
        "password_changed_on": shown.changed_on,
        "password_days_left": days_left(shown.changed_on, store.today().date()),
    }
