"""What this computer remembers of the logs it has seen, so that a folder put back to yesterday is noticed.

Everything inside the folder can be rolled back together; only what is kept apart from it can tell.
"""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import apsw

from mingqing.core.files import user_dir, write_whole
from mingqing.core.text import tr
from mingqing.store import audit

_KEPT = 500


def _file() -> Path:
    return user_dir() / "seen.json"


def rolled_back(database: apsw.Connection, project: str, folder: Path) -> str | None:
    """Return a sentence where a project's log lacks what this computer saw last at this place; None where it does not.

    A copy at another place is another matter: it may well be older.
    """
    seen = _seen().get(_key(project, folder))
    if seen is None:
        return None
    seq, digest, at = seen
    if (audit.hash_of(database, seq) or b"").hex() == digest:
        return None
    return tr(
        "这个项目回到了较早的状态，少了本机 {when} 打开时已有的记录。"
        "如果刚从备份恢复过，可以放心使用；如果没有，请先不要改动，告诉安全管理员核对"
    ).format(when=f"{at:%Y-%m-%d %H:%M}")


def remember(database: apsw.Connection, project: str, folder: Path) -> None:
    """Keep where the project's log ends now; nothing where this computer's disk refuses."""
    (seq, digest), key = audit.head(database), _key(project, folder)
    others = {p: v for p, v in _seen().items() if p != key}
    kept = [*others.items(), (key, (seq, digest.hex(), datetime.now().astimezone()))][-_KEPT:]
    content = {p: (s, d, at.isoformat(timespec="seconds")) for p, (s, d, at) in kept}
    with suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_whole(_file(), json.dumps(content).encode(), private=True)


def _key(project: str, folder: Path) -> str:
    return f"{project} {folder.resolve()}"


def _seen() -> dict[str, tuple[int, str, datetime]]:
    found = {}
    with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        for project, (seq, digest, at) in json.loads(_file().read_bytes()).items():
            found[str(project)] = (int(seq), str(digest), datetime.fromisoformat(at))
    return found
