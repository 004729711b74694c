"""What goes wrong at the county's database, each as one sentence with what to do, and without the password."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from mingqing.core.errors import Cancelled, MingqingError
from mingqing.core.text import tr


class DatabaseUnavailable(MingqingError):
    """The county's database cannot be reached, or does not let itself be written to."""


class ConnectionLost(DatabaseUnavailable):
    """The line to the database was cut; trying again goes on from there."""


class HistoryMoved(DatabaseUnavailable):
    """The project's history was rewritten meanwhile; trying again starts from what is now."""


class NewerThere(MingqingError):
    """What stands there is of a newer state of the same project, or holds no more who was erased since."""


# By the beginning of SQLSTATE, the longest first: https://www.postgresql.org/docs/15/errcodes-appendix.html
_SENTENCES = {
    "28P01": tr("县库不认这个用户名或密码，请核对后再试"),
    "28000": tr("县库不允许这个用户从这台电脑登录，请县库管理员在 pg_hba.conf 里放行"),
    "3D000": tr("县库里没有这个数据库，请核对地址最后的库名，或请县库管理员先建库"),
    "42501": tr("县库没有给这个用户足够的权限（{what}），请县库管理员授权，做法见 docs/postgis.zh-CN.md"),
    "53100": tr("县库所在的磁盘满了，没有发布；请县库管理员腾出空间后再运行一次"),
    "53200": tr("县库内存不足，没有发布；请稍后再试，或请县库管理员检查服务器"),
    "53300": tr("县库的连接数已满，请稍后再试"),
    "55P03": tr("县库里的表正被别人锁住，没有发布；请稍后再试"),
    "2BP01": tr("县库里有别人建的视图用到了要改动的列（{what}），请县库管理员先处理这些视图再发布"),
    "25006": tr("连到的是只读的备用库，请改用主库的地址"),
    "22P05": tr("县库的编码存不下项目里的汉字，请县库管理员用 UTF8 编码另建一个库"),
    "58": tr("县库服务器读写文件出错，没有发布；请县库管理员检查服务器的磁盘"),
    "XX": tr("县库服务器内部出错，没有发布；请县库管理员查看数据库日志"),
}
_LOST = ("08", "57P01", "57P02", "57P03")


def left_there(stage: str) -> str:
    """Return what is to be said of the copies of rows that an unfinished go may have left in the database."""
    return tr(
        "县库的模式 {stage} 里可能留着没发布完的居民信息，再发布一次会接着用完并清掉，不再发布请县库管理员执行"
        " DROP SCHEMA {stage} CASCADE"
    ).format(stage=stage)


@contextmanager
def told() -> Iterator[None]:
    """Turn errors of the database into `DatabaseUnavailable`, `ConnectionLost` or `Cancelled`.

    The errors themselves are not kept as causes: what libpq says may hold the address as it was typed.
    """
    try:
        yield
    except errors.QueryCanceled:
        raise Cancelled(tr("已停下，县库里原来的内容没有动")) from None
    except psycopg.Error as error:
        raise _sentence(error) from None


def _sentence(error: psycopg.Error) -> DatabaseUnavailable:
    state = error.sqlstate or ""
    if state.startswith(_LOST) or (not state and isinstance(error, psycopg.OperationalError)):
        return ConnectionLost(tr("与县库的连接断了，请检查网络后再运行一次，会接着没传完的做"))
    what = error.diag.message_primary or type(error).__name__
    for start, sentence in _SENTENCES.items():
        if state.startswith(start):
            return DatabaseUnavailable(sentence.format(what=what))
    return DatabaseUnavailable(tr("县库拒绝了这次发布（{what}），请把这句话转给县库管理员").format(what=what))
