"""The log of who did what: its entries, the chain of hashes that holds them together, and how it is proved."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from enum import StrEnum

from mingqing.core.text import tr


class Act(StrEnum):
    """What may be in the log. Changes of data that a transaction makes are logged under its own kind."""

    LOGIN = "login"
    FAILURE = "failure"
    LOCK = "lock"
    UNLOCK = "unlock"
    UNMASK = "unmask"
    QUERY = "query"
    SEARCH = "search"
    RENDER = "render"
    EXPORT = "export"
    PUBLISH = "publish"
    PRINT = "print"
    IMPORT = "import"
    EDIT = "edit"
    UNDO = "undo"
    REDO = "redo"
    SALVAGE = "salvage"
    CORRECT = "correct"
    ERASE = "erase"
    DISCLOSE = "disclose"
    ACCOUNT = "account"
    ROLE = "role"
    PASSWORD = "password"  # noqa: S105 - the name of an act
    RECOVERY = "recovery"
    REKEY = "rekey"
    BACKUP = "backup"
    CHECK = "check"
    PACKAGE = "package"
    READ_LOG = "read_log"
    ROLLBACK = "rollback"
    UPGRADE = "upgrade"
    TEMPLATE = "template"

    @property
    def caption(self) -> str:
        """What the act is called, in Chinese."""
        return tr(_TITLES[self])


_TITLES = {
    Act.LOGIN: "登录",
    Act.FAILURE: "登录失败",
    Act.LOCK: "锁定窗口",
    Act.UNLOCK: "解锁窗口",
    Act.UNMASK: "查看完整内容",
    Act.QUERY: "查看数据",
    Act.SEARCH: "搜索",
    Act.RENDER: "出图",
    Act.EXPORT: "导出",
    Act.PUBLISH: "发布到县库",
    Act.PRINT: "打印",
    Act.IMPORT: "导入",
    Act.EDIT: "修改",
    Act.UNDO: "撤销",
    Act.REDO: "重做",
    Act.SALVAGE: "抢救",
    Act.CORRECT: "更正个人信息",
    Act.ERASE: "删除个人信息",
    Act.DISCLOSE: "提供个人信息",
    Act.ACCOUNT: "账号",
    Act.ROLE: "角色",
    Act.PASSWORD: "改密码",
    Act.RECOVERY: "恢复密钥",
    Act.REKEY: "更换数据密钥",
    Act.BACKUP: "备份",
    Act.CHECK: "检查",
    Act.PACKAGE: "工作包",
    Act.READ_LOG: "查看日志",
    Act.ROLLBACK: "项目被换旧",
    Act.UPGRADE: "升级",
    Act.TEMPLATE: "打印模板",
}

DONE, REFUSED, BEGUN = "done", "refused", "begun"


def title_of(act: str) -> str:
    """Return the Chinese name of an act of the log, itself where this program does not know it."""
    return Act(act).caption if act in set(Act) else act


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    at : local time with its zone, ISO 8601, to the second.
    act : one of `Act`, or the kind of a transaction.
    target : what it was done to: a table, an account, a file's name. Never a person's name or number.
    rows : how many rows it touched or showed; None where that means nothing.
    outcome : "done", "refused", or "begun" for what tells of its end by an entry of its own.
    detail : one Chinese phrase, such as the reason given.
    proof : SHA-256 in hex of what was done: of a changeset, an account, a file; empty where there is nothing such.
    """

    seq: int
    at: str
    account: str
    act: str
    target: str
    rows: int | None
    outcome: str
    detail: str
    proof: str


def entry_hash(previous: bytes, entry: Entry) -> bytes:
    """Return the SHA-256 that chains an entry to the one before it."""
    return hashlib.sha256(previous + json.dumps(astuple(entry), ensure_ascii=False).encode()).digest()


def broken_links(chain: Iterable[tuple[Entry, bytes]], head: tuple[int, bytes]) -> Iterator[str]:
    """Yield a Chinese sentence for every entry that was removed, moved or altered.

    Parameters
    ----------
    chain : every entry with the hash stored beside it, by number.
    head : number and hash of the last entry, as they were put down apart from the log; (0, b"") where it is empty.
    """
    expected, previous = 1, b""
    for entry, stored in chain:
        if entry.seq > expected:
            yield _removed(expected, entry.seq - 1)
        elif entry_hash(previous, entry) != stored:
            yield tr("第 {seq} 条被改动或调换过（现在写的是：{at} {account} {act}）").format(
                seq=entry.seq, at=entry.at, account=entry.account, act=title_of(entry.act)
            )
        expected, previous = entry.seq + 1, stored
    if head[0] >= expected:
        yield _removed(expected, head[0])
    elif head != (expected - 1, previous):
        yield tr("日志末尾与另外记下的不符：最后几条被改动过，或是后加的")


def _removed(first: int, last: int) -> str:
    if first == last:
        return tr("第 {seq} 条被删除").format(seq=first)
    return tr("第 {first} 到第 {last} 条被删除").format(first=first, last=last)
