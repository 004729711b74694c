"""Wrong passwords, put down beside the keyring: before the first right one nothing can be written into the project.

The file is in the clear and holds names of accounts and times, nothing of what was typed. Whoever has the folder can
delete it, as he can try passwords on a copy of it; docs/security.md says what that means.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import apsw

from mingqing.access.audit import REFUSED, Act
from mingqing.core.files import write_whole
from mingqing.core.text import tr
from mingqing.store import audit

_FILE = "attempts.json"
_KEPT = 50  # of one account: lockout needs fewer, and the log says how many there were


def failures(folder: Path) -> Mapping[str, list[datetime]]:
    """Return when wrong passwords were given, by account; empty where the file is missing or unreadable."""
    found: dict[str, list[datetime]] = defaultdict(list)
    with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        for name, times in json.loads((folder / _FILE).read_bytes()).items():
            read = [datetime.fromisoformat(str(t)) for t in times[-_KEPT:]]
            found[str(name)] = [t for t in read if t.tzinfo is not None]
    return found


def add_failure(folder: Path, account: str, at: datetime) -> None:
    """Put down a wrong password of an account that exists; nothing where the folder cannot be written."""
    known = failures(folder)
    _save(folder, {**known, account: [*known.get(account, []), at][-_KEPT:]})


def log_failures(database: apsw.Connection, folder: Path) -> None:
    """Put the wrong passwords that the log has not yet into it, of every account, in the open transaction.

    They stay in the file for the wait, until `clear_failures`; the log tells which of them it has.
    """
    for account, times in failures(folder).items():
        has = {
            str(detail)
            for (detail,) in database.execute(
                "SELECT detail FROM mq_audit WHERE act = ? AND account = ?", (Act.FAILURE, account)
            )
        }
        for at in times:
            detail = tr("密码不对，{at}").format(at=f"{at.astimezone():%Y-%m-%d %H:%M:%S}")
            if detail not in has:
                audit.append(database, account, Act.FAILURE, outcome=REFUSED, detail=detail)


def clear_failures(folder: Path, account: str) -> None:
    """Forget the wrong passwords of an account, which are in the log by now."""
    _save(folder, {name: times for name, times in failures(folder).items() if name != account})


def _save(folder: Path, kept: Mapping[str, list[datetime]]) -> None:
    content = {name: [t.isoformat(timespec="seconds") for t in times] for name, times in kept.items()}
    with suppress(OSError):
        if content:
            write_whole(folder / _FILE, json.dumps(content, ensure_ascii=False).encode(), private=True)
        else:
            (folder / _FILE).unlink(missing_ok=True)
