"""Counties to measure with: generated, and imported as a user would."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import run

Account = tuple[str, str]


def account() -> Account:
    """Return the name and password that projects are opened with: those in the environment, or the benchmark's."""
    return os.environ.get("MINGQING_USER", "benchmark"), os.environ.get("MINGQING_PASSWORD", "Zhu7ying-lin4")


def generated(folder: Path, villages: int) -> Path:
    """Write a tree of villages to `folder`, and return it."""
    print(f"generating {villages} villages …", flush=True)
    run([sys.executable, "-m", "data_samples.generator", "--villages", str(villages), "--out", folder])
    return folder


def county(project: Path, villages: int, known: Account) -> Path:
    """Return a project of so many villages at `project`, made where it is not there yet."""
    if not project.exists():
        tree = generated(project.with_suffix(".tree"), villages)
        imported(project, [tree], known, ["--crs", "EPSG:4549"])
        shutil.rmtree(tree)
    return project


def imported(project: Path, paths: Sequence[Path], known: Account, options: Sequence[str] = ()) -> Path:
    """Return a new project at `project` that holds what the files at `paths` do."""
    environment = dict(zip(("MINGQING_USER", "MINGQING_PASSWORD"), known, strict=True))
    program = [sys.executable, "-m", "mingqing"]
    made = project.with_suffix(".new.mingqing")
    shutil.rmtree(made, ignore_errors=True)
    run([*program, "new", made, "--name", project.stem, *options], environment)
    run([*program, "import", made, *paths], environment, fine=(0, 1))
    return made.rename(project)
