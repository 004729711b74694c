"""A program that makes an atlas until it is killed."""

import sys
from pathlib import Path

from mingqing.core.sample import PASSWORD, USER
from mingqing.printing.atlas import run as run_module
from mingqing.printing.atlas.order import Options, every
from mingqing.printing.wall.asked import Asked
from mingqing.store.project import open_project

from . import fakes

if __name__ == "__main__":
    project, folder, *villages = sys.argv[1:]
    run_module.STUDIO = fakes.Slow
    with open_project(Path(project), user=USER, password=PASSWORD) as session:
        print("open", flush=True)
        wanted = every(Asked("", ""), ("household", "industry"), villages)
        outcome = run_module.run(session, wanted, Path(folder), Options(jobs=2))
        print(outcome.maps, outcome.redrawn, outcome.stopped, flush=True)
