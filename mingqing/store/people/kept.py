"""What is left of somebody after an erasure, and why: a Chinese sentence each."""

from collections.abc import Iterable, Iterator

import apsw

from mingqing.access.audit import DONE, Act, title_of
from mingqing.access.keyring import Keyring
from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog, FieldType, Mask, Table
from mingqing.core.errors import ProjectUnavailable
from mingqing.core.text import tr
from mingqing.store.archive import KEYRING, backups_in
from mingqing.store.backup import AUTO
from mingqing.store.people.looked import LEAVING
from mingqing.store.people.who import PERSON, Person, Rows, marks, source
from mingqing.store.session import Session

_NEVER_FREE = {"village_code", "created_by", "created_at", "updated_by", "updated_at"}
_LONG_ENOUGH = 2  # a single character is in every other text


def texts(catalog: Catalog) -> Iterator[tuple[Table, list[str]]]:
    """Yield the columns of every table that people write freely into."""
    for table in catalog.tables.values():
        fields = table.field_by_name.values()
        yield table, [f.name for f in fields if f.type is FieldType.TEXT and f.name not in _NEVER_FREE]


def household(left: int, cleared: Iterable[str]) -> str:
    """Say that a household stays; `cleared` are the titles of what was taken out of it."""
    why = tr("这一户还有 {n} 人登记在册").format(n=left) if left else tr("这一户登记的人口数多于在册的人")
    what = "、".join(cleared)
    stays = tr("户的记录保留，其中此人的{what}已清空").format(what=what) if what else tr("户的记录保留")
    return f"{why}，{stays}"


def house() -> str:
    """Say that a house stays."""
    return tr("农房的位置、门牌和结构是房屋资料，保留")


def pictures(count: int) -> Iterator[str]:
    """Say how many pictures there are of the household that stays."""
    if count:
        yield tr("这一户的走访等记录里还有 {n} 张照片，程序分不清拍的是谁，请逐张核对").format(n=count)


def still_pictures(count: int, error: ProjectUnavailable) -> str:
    """Say that pictures could not be deleted, and why."""
    return tr(
        "属于这些记录的 {n} 张照片没能删除（{why}），照片文件恢复正常后，以后的自动备份会删除它们"
    ).format(n=count, why=error)


def unsure(catalog: Catalog, found: Rows) -> Iterator[str]:
    """Say which rows have the same name and may be a namesake's."""
    rows = sorted({(one.table, one.id) for one in found.unsure})
    if rows:
        where = "、".join(f"{catalog.tables[t].title} {i}" for t, i in rows[:20])
        yield tr("另有 {n} 条记录写着同样的姓名，可能是同名的人，没有改动，请逐条核对：{where}").format(
            n=len(rows), where=where
        )


def shared_phones(database: apsw.Connection, policy: Policy, person: Person) -> Iterator[str]:
    """Say how many others gave the same telephone."""
    sql = (
        f"SELECT phone FROM {source(policy, PERSON)} WHERE phone NOT NULL AND id NOT IN ({marks(person.ids)})"
    )
    if not person.phones:
        return
    count = sum(person.has_phone(phone) for (phone,) in database.execute(sql, tuple(person.ids)))
    if count:
        yield tr("同一个电话另有 {n} 人登记为自己的联系方式，保留在他们名下").format(n=count)


def mentions(
    database: apsw.Connection, policy: Policy, person: Person, gone: dict[str, set[int]]
) -> Iterator[str]:
    """Say where a text of the same villages, or a reason in history and log, speaks of the person."""
    names = [name for name in person.names if len(name) >= _LONG_ENOUGH]
    where = []
    for table, columns in texts(policy.catalog):
        free = [c for c in columns if table.field_by_name[c].mask is not Mask.NAME]
        holds = " OR ".join(f'instr("{c}", ?{i})' for c in free for i in range(1, len(names) + 1))
        if not holds or not policy.allowed(table.name, Action.SEE):
            continue
        sql = f"SELECT id, village_code FROM {source(policy, table.name)} WHERE {holds}"
        where += [
            f"{table.title} {i}"
            for i, village in database.execute(sql, tuple(names))
            if village in {*person.villages, None} and i not in gone.get(table.name, ())
        ]
    if where:
        yield tr("另有 {n} 条记录的文字里提到这个姓名，程序分不清说的是谁，请逐条核对：{where}").format(
            n=len(where), where="、".join(where[:20])
        )
    words = [*names, *person.numbers]
    yield from _in_saved(database, words)
    told = sum(
        int(database.execute("SELECT count(*) FROM mq_audit WHERE instr(target || detail, ?)", (word,)).get)
        for word in words
    )
    if told:
        yield tr("操作日志的说明里有 {n} 处提到此人（如文件名），日志不能改动").format(n=told)


def _in_saved(database: apsw.Connection, words: list[str]) -> Iterator[str]:
    """Say whose bookmarks and the like speak of the person: others' are nobody's to look into, so they are told."""
    found = {
        row
        for word in words
        for row in database.execute(
            "SELECT id, coalesce(owner, ?) FROM mq_saved WHERE instr(name || value, ?)",
            (tr("全员可见"), word),
        )
    }
    if found:
        yield tr("另有 {n} 个书签等保存的内容提到此人，请保存它们的人改名或删除（{who}）").format(
            n=len(found), who="、".join(sorted({who for _, who in found}))
        )


def compacted(database: apsw.Connection) -> Iterator[str]:
    """Write the whole file anew, so that no page keeps what a row held before it was moved; say where that fails."""
    try:
        database.execute("VACUUM")
    except (apsw.FullError, apsw.IOError, apsw.BusyError, apsw.LockedError):
        yield tr(
            "磁盘空间不够或项目正被别的窗口使用，数据文件没能重新整理，加密文件的空闲处可能还有残留；"
            "腾出空间后再删除一次任何到期记录，会一并整理"
        )


def elsewhere(database: apsw.Connection, session: Session, person: Person) -> Iterator[str]:
    """Say what is outside the reach of an erasure: the log, the files it came from, backups, and what has left."""
    what = tr("此人") if person.ids else tr("这些记录")
    yield tr("操作日志保留“某时删除过{what}”及理由，不含姓名和号码：日志依法至少保存六个月，不能改动").format(
        what=tr("一个人的信息") if person.ids else tr("到期的记录")
    )
    yield tr(
        "交来的原表（花名册等）里还有{what}，请同时在原表里删掉；再导入原表时，本项目会认出来，不再收进来"
    ).format(what=what)
    backups = list(_backups(session, what))
    if backups:
        yield from backups
        yield tr("用以前的备份恢复，会把{what}带回来，恢复后要再删除一次").format(what=what)
    acts = (*LEAVING, Act.DISCLOSE, Act.BACKUP)
    counted = database.execute(
        f"SELECT act, count(*), max(at) FROM mq_audit WHERE act IN ({marks(acts)}) AND outcome = ? GROUP BY act",
        (*acts, DONE),
    ).fetchall()
    for act, count, last in counted:
        yield tr(
            "日志里有 {n} 次“{act}”（最近一次 {when}），拿出去的文件和纸张收不回来，请通知持有的人销毁"
        ).format(n=count, act=title_of(str(act)), when=str(last)[:10])


def _backups(session: Session, what: str) -> Iterator[str]:
    folder = session.info.path / "backups"
    found = backups_in(folder, Keyring.load(session.info.path / KEYRING).project)
    automatic = [b for b in found if b.contents.kind == AUTO]
    by_hand = [b.file.name for b in found if b.contents.kind != AUTO] + sorted(
        p.name for p in folder.glob("before-upgrade-*")
    )
    if automatic:
        yield tr(
            "项目文件夹里此前的 {n} 份自动备份（最早 {first:%Y-%m-%d}）仍含有{what}，随以后的自动备份轮换，"
            "最迟在再有 8 个星期做过备份之后删除；急需清除的，可以先做一份新备份，再手工删除旧的"
        ).format(n=len(automatic), what=what, first=min(b.contents.made for b in automatic))
    if by_hand:
        yield tr("手工备份和升级前的副本不会自动删除，请按需要自行销毁：{files}").format(
            files="、".join(by_hand)
        )
