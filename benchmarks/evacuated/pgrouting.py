"""pgRouting in a PostgreSQL cluster that lives as long as it is asked, in a temporary folder, on a socket there."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

_BEYOND_S = 1e9  # farther than anybody walks
_TIMING = re.compile(r"Time: ([0-9.]+) ms")
_DISTANCE = """pgr_drivingDistance('SELECT id, source, target, cost, reverse_cost FROM edge',
    ARRAY[{roots}]::bigint[], {beyond}, directed := true, equicost := true)"""


class PgRouting:
    """A cluster with one table of directed edges; ended and removed on leaving."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs

    def __enter__(self) -> "PgRouting":
        self._temporary = TemporaryDirectory(prefix="mingqing-benchmark-")
        self._folder = Path(self._temporary.name)
        if os.geteuid() == 0:  # initdb will not run as root
            shutil.chown(self._folder, "postgres")
        data = self._folder / "data"
        self._serve("initdb", "-D", data, "-U", "benchmark", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c jit=off -k {self._folder}"
        self._serve("pg_ctl", "-D", data, "-w", "-l", self._folder / "log", "-o", options, "start")
        self._sql("CREATE EXTENSION pgrouting CASCADE")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serve("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "stop")
        self._temporary.cleanup()

    def load(
        self,
        tail: NDArray[np.integer],
        head: NDArray[np.integer],
        forth: NDArray[np.float64],
        back: NDArray[np.float64],
    ) -> None:
        """Take edges: the nodes at their ends, and what they cost from tail to head and back, inf where closed."""
        costs = [
            np.where(np.isfinite(cost), cost, -1.0) for cost in (forth, back)
        ]  # as pgRouting says closed
        lines = zip(range(len(tail)), tail.tolist(), head.tolist(), *(c.tolist() for c in costs), strict=True)
        text = "".join(f"{i}\t{a}\t{b}\t{c!r}\t{d!r}\n" for i, a, b, c, d in lines)
        self._sql(
            "CREATE TABLE edge (id bigint, source bigint, target bigint, cost float8, reverse_cost float8)"
        )
        self._sql("COPY edge FROM STDIN", text)
        self._sql("ANALYZE edge")

    def distances(self, roots: Sequence[int], nodes: int) -> NDArray[np.float64]:
        """Return the least cost from any root to each node, inf where there is no way."""
        told = self._sql(f"COPY (SELECT node, agg_cost FROM {self._distance(roots)}) TO STDOUT")
        found = np.full(nodes, np.inf)
        pairs = np.array([line.split("\t") for line in told.splitlines()], dtype=np.float64).reshape(-1, 2)
        found[pairs[:, 0].astype(int)] = pairs[:, 1]
        return found

    def seconds(self, roots: Sequence[int]) -> float:
        """Return how long the server takes for `distances`, nothing being handed over."""
        told = self._sql("\\timing on\n", f"SELECT count(agg_cost) FROM {self._distance(roots)};\n")
        return float(_TIMING.findall(told)[-1]) / 1000

    @staticmethod
    def _distance(roots: Sequence[int]) -> str:
        return _DISTANCE.format(roots=",".join(map(str, roots)), beyond=_BEYOND_S)

    def _sql(self, command: str, more: str = "") -> str:
        program: list[str | Path] = [self._programs / "psql", "-h", self._folder, "-U", "benchmark"]
        flags = ["-d", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1"]
        if command.startswith("\\"):
            return _run([*program, *flags], command + more)
        if "STDIN" in command:
            return _run([*program, *flags, "-c", command], more)
        return _run([*program, *flags], f"{command};\n")

    def _serve(self, program: str, *arguments: str | Path) -> None:
        as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        _run([*as_server, self._programs / program, *arguments])


def pgrouting() -> PgRouting | None:
    """Return pgRouting as it is installed here, not started yet, or None."""
    try:
        if os.geteuid() == 0:
            pwd.getpwnam("postgres")
    except KeyError:
        return None
    controls = sorted(Path("/usr/share/postgresql").glob("*/extension/pgrouting.control"))
    versions = [control.parents[1].name for control in controls]
    programs = [Path("/usr/lib/postgresql", version, "bin") for version in versions]
    return next((PgRouting(path) for path in reversed(programs) if (path / "initdb").exists()), None)


def _run(command: Sequence[str | Path], told: str = "") -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, input=told, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr}")
    return done.stdout
