"""Our side of `benchmarks.exchange`: hands on what it is asked for, a line of JSON each, and says what it cost."""

import json
import resource
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.county import account
from mingqing.access.policy import Policy
from mingqing.access.roles import parse_roles
from mingqing.export import run
from mingqing.export.asked import Asked, Format, Gate
from mingqing.store.project import open_project
from mingqing.store.session import Session

MASKED = "masked"
# Who may hand on and sees persons masked: none of the program's own roles is that.
_ROLE = f"""
[[role]]
code = "{MASKED}"
title = "打码导出"
purpose = "测量"
tables = {{ "*" = ["see", "export"] }}
fields = {{ open = "clear", personal = "masked" }}
"""


def main() -> None:
    """Answer until there is no request any more. Arguments: project, role."""
    project, role = sys.argv[1:]
    user, password = account()
    with (
        open_project(Path(project), user=user, password=password) as opened,
        _as(opened, role) as session,
    ):
        for line in sys.stdin:
            print(json.dumps(_done(session, json.loads(line))), flush=True)


def _as(opened: Session, role: str) -> Session:
    known = {**opened.login.known, **parse_roles(_ROLE, opened.catalog)}
    policy = Policy.of([role], None, opened.catalog, known)
    return Session(opened.info, opened.catalog, replace(opened.login, policy=policy))


def _done(session: Session, request: Mapping[str, Any]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    if "dsn" in request:
        from mingqing.export.postgis.publish import publish

        rows = sum(table.rows for table in publish(session, request["dsn"]).tables)
    else:
        tables = request["tables"]
        asked = Asked(Format(request["format"]), tables=tables and tuple(tables), gate=Gate.SKIP)
        alone = nullcontext() if request["companions"] else patch.object(run, "write_companions", _nothing)
        with alone:
            rows = run.export(session, asked, Path(request["save"])).rows
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": rows,
    }


def _nothing(*_: object, **__: object) -> None:
    """Write no companions."""


if __name__ == "__main__":
    main()
