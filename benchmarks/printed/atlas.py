"""One run of our atlas, as `mingqing atlas` makes it: every theme of the villages given, into a folder.

Arguments: project, role, folder, worker processes, and how many villages, taken at even steps; 0 for all. Prints a
line of JSON. The log of prints goes into the project, which therefore should be nobody's.
"""

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.county import account
from benchmarks.drawn.ours import as_role
from benchmarks.printed.pages import villages
from mingqing.printing.atlas.order import Options, every
from mingqing.printing.atlas.run import run
from mingqing.printing.wall.asked import Asked
from mingqing.store.project import open_project


def main() -> None:
    """Draw, and say what came of it."""
    project, role, folder, jobs, count = sys.argv[1:]
    user, password = account()
    with (
        open_project(Path(project), user=user, password=password) as opened,
        as_role(opened, role) as session,
    ):
        themes = [layer.code for layer in session.catalog.themes]
        wanted = every(Asked("", ""), themes, villages(session, int(count)))
        began = time.perf_counter()
        outcome = run(session, wanted, Path(folder), Options(jobs=int(jobs)))
        seconds = time.perf_counter() - began
    cpu = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    sizes = [file.stat().st_size for file in Path(folder).glob("*.pdf")]
    failed = [f"{f.village} {f.theme}: {f.sentence}" for f in outcome.failed]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": cpu,
                "maps": outcome.redrawn,
                "sizes": sizes,
                "failed": failed,
                "stopped": outcome.stopped,
            }
        )
    )


if __name__ == "__main__":
    main()
