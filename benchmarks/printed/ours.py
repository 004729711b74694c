"""Our side of `benchmarks.printing`: makes the page it is asked for, a line of JSON each, and says what it cost."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.county import account
from benchmarks.drawn.ours import as_role
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import Maker
from mingqing.printing.wall.output import as_pdf
from mingqing.store.project import open_project


def asked_for(theme: str, village: str) -> Asked:
    """Return the page that both sides make: A3 landscape, the whole village on one sheet."""
    return Asked(theme, village, paper="A3", portrait=False, sections=False)


def main() -> None:
    """Answer until there is no request any more. Arguments: project, role."""
    project, role = sys.argv[1:]
    user, password = account()
    with (
        open_project(Path(project), user=user, password=password) as opened,
        as_role(opened, role) as session,
    ):
        maker = Maker(session)
        for line in sys.stdin:
            print(json.dumps(_page(maker, json.loads(line))), flush=True)


def _page(maker: Maker, request: Mapping[str, Any]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    walls = maker.sheets(asked_for(request["theme"], request["village"]))
    Path(request["save"]).write_bytes(as_pdf(walls))
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    main()
