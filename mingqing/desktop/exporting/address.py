"""The address of a database: what is typed, what is remembered of it, and how PostgreSQL wants it. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

PORT = 5432


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and as whom one logs in to it; the password is in no one of these."""

    host: str = ""
    port: int = PORT
    database: str = ""
    user: str = ""

    def require(self) -> None:
        """Refuse what is not an address, naming the first field that lacks.

        Raises
        ------
        InputRefused
            naming it.
        """
        for value, title in (
            (self.host, tr("服务器地址")),
            (self.database, tr("数据库")),
            (self.user, tr("用户名")),
        ):
            if not value:
                raise InputRefused(tr("请填{title}，不知道就问县里的数据库管理员").format(title=title))

    def dsn(self, password: str) -> str:
        """Return the address as PostgreSQL wants it.

        Examples
        --------
        >>> Address("10.1.2.3", 5432, "县库", "张三").dsn("p@ss/word")
        'postgresql://%E5%BC%A0%E4%B8%89:p%40ss%2Fword@10.1.2.3:5432/%E5%8E%BF%E5%BA%93'
        """
        who = quote(self.user, safe="") + (f":{quote(password, safe='')}" if password else "")
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
        return f"postgresql://{who}@{host}:{self.port}/{quote(self.database, safe='')}"

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"host": self.host, "port": self.port, "database": self.database, "user": self.user}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Address":
        """Return what `as_plain` gave; an empty one for anything else.

        Examples
        --------
        >>> Address.from_plain(Address("a", 5433, "b", "c").as_plain()).port, Address.from_plain({"port": "x"}).host
        (5433, '')
        """
        try:
            return cls(str(plain["host"]), int(plain["port"]), str(plain["database"]), str(plain["user"]))
        except (KeyError, TypeError, ValueError):
            return cls()
