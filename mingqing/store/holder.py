"""Which window edits a project: of two on one computer, the second reads only and says who holds it.

The lock is the operating system's, on a file in the project folder that nothing else opens. It goes when the process
ends, however that comes about; so none is ever left behind. On a medium that has no locks nobody is told anything.
"""

import errno
import json
import os
import platform
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.store.session import Session

if TYPE_CHECKING:
    from typing import Self

LOCK = "window.lock"
_LONGEST = 60  # characters shown of what the file says
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}

if sys.platform == "win32":
    import msvcrt

    _BEYOND = 1 << 20  # what is locked cannot be read: a byte far behind what the file says

    def _lock(handle: int) -> None:
        os.lseek(handle, _BEYOND, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who edits a project: account, name of the computer, and since when (ISO 8601)."""

    who: str
    computer: str
    since: str

    @classmethod
    def here(cls, who: str) -> "Self":
        """Return an account at this computer, from now on."""
        return cls(who, platform.node(), datetime.now(UTC).astimezone().isoformat(timespec="minutes"))

    def __str__(self) -> str:
        where = (
            tr("这台电脑")
            if self.computer == platform.node()
            else tr("电脑 {name}").format(name=self.computer)
        )
        since = ""
        with suppress(ValueError):
            at = datetime.fromisoformat(self.since)
            today = at.date() == datetime.now(UTC).astimezone().date()
            since = tr("（自 {at}）").format(at=f"{at:%H:%M}" if today else f"{at:%m-%d %H:%M}")
        return tr("{who} 正在{where}的另一个窗口编辑{since}").format(who=self.who, where=where, since=since)


class Hold:
    """The right of one window to edit one project. `held_by` is who has it instead; None where this window has.

    lock : the file's name in the folder; another one is for something else that only one may do at a time.
    """

    def __init__(self, folder: Path, who: str, lock: str = LOCK) -> None:
        self.folder, self.file, self.held_by = folder, folder / lock, None
        self._handle: int | None = None
        with suppress(OSError):  # a folder that may not be written is only read in any case
            self._handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o666)
        if self._handle is None:
            return
        try:
            _lock(self._handle)
        except OSError as error:
            if error.errno in _BUSY:
                self.held_by = self._read()
            self.release()
        else:
            self.say(who)

    held_by: Holder | None

    def say(self, who: str) -> None:
        """Let others know who has it."""
        if self._handle is not None:
            with suppress(OSError):  # on a full disk it is held all the same
                os.ftruncate(self._handle, 0)
                os.lseek(self._handle, 0, os.SEEK_SET)
                os.write(self._handle, json.dumps(asdict(Holder.here(who)), ensure_ascii=False).encode())

    def release(self) -> None:
        """Let another window have it; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _read(self) -> Holder:
        with suppress(OSError, ValueError, TypeError, KeyError):
            said = json.loads(self.file.read_bytes())
            return Holder(*(str(said[name])[:_LONGEST] for name in ("who", "computer", "since")))
        return Holder(tr("有人"), platform.node(), "")


def looking_only(session: Session, holder: Holder) -> Session:
    """Return a session that reads what another window edits, in place of `session`, which is closed."""
    with session:
        reason = tr("{holder}，那边关掉后这里才能修改").format(holder=holder)
        return Session(replace(session.info, read_only=reason), session.catalog, session.login)
