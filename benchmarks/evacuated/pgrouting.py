"""pgRouting in a PostgreSQL cluster that lives as long as it is asked, in a temporary folder, on a socket there."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

_BEYOND_S = 1e9  # farther than anybody walks
_TIMING = re.compile(r"Time: ([0-9.]+) ms")
_COLUMNS = "id bigint, source bigint, target bigint, cost float8, reverse_cost float8"


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """`e` edges: the nodes at their ends, and what they cost from tail to head and back, inf where closed."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    forth: NDArray[np.float64]
    back: NDArray[np.float64]


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

    def load(self, edges: Edges) -> None:
        """Take edges."""
        costs = [np.where(np.isfinite(cost), cost, -1.0) for cost in (edges.forth, edges.back)]
        columns = [c.tolist() for c in (edges.tail, edges.head, *costs)]
        lines = zip(range(len(edges.tail)), *columns, strict=True)
        text = "".join(f"{i}\t{a}\t{b}\t{c!r}\t{d!r}\n" for i, a, b, c, d in lines)
        self._sql(f"CREATE TABLE edge ({_COLUMNS})")
        self._copy("edge", text)
        self._sql("ANALYZE edge")

    def seconds(self, roots: Sequence[int]) -> float:
        """Return how long the server takes for `distances`, nothing being handed over."""
        told = self._sql("\\timing on", f"SELECT count(agg_cost) FROM {_distance('edge', roots)}")
        return float(_TIMING.findall(told)[-1]) / 1000

    def distances(self, roots: Sequence[int], nodes: int) -> NDArray[np.float64]:
        """Return the cost from the nearest root to each of `nodes`, inf where there is no way."""
        return self._read(_distance("edge", roots), nodes)

    def least(self, roots: Sequence[int], nodes: int) -> NDArray[np.float64]:
        """Return what `distances` is to, found from one root: a node more, from which the roots can be had for nothing.

        With equicost and several roots, pgRouting 3.4 says too much at some nodes, one in thirty of a random grid.
        """
        lines = (f"{-i - 1}\t-1\t{root}\t0\t-1\n" for i, root in enumerate(roots))
        self._sql(f"CREATE TABLE rooted ({_COLUMNS})", "INSERT INTO rooted SELECT * FROM edge")
        self._copy("rooted", "".join(lines))
        found = self._read(_distance("rooted", [-1]), nodes)
        self._sql("DROP TABLE rooted")
        return found

    def _read(self, distance: str, nodes: int) -> NDArray[np.float64]:
        told = self._sql(f"COPY (SELECT node, agg_cost FROM {distance} WHERE node >= 0) TO STDOUT")
        found = np.full(nodes, np.inf)
        pairs = np.array([line.split("\t") for line in told.splitlines()], dtype=np.float64).reshape(-1, 2)
        found[pairs[:, 0].astype(int)] = pairs[:, 1]
        return found

    def _sql(self, *commands: str) -> str:
        return _run(self._client(), "".join(f"{each}{_end(each)}\n" for each in commands))

    def _copy(self, table: str, text: str) -> None:
        _run([*self._client(), "-c", f"COPY {table} FROM STDIN"], text)

    def _client(self) -> list[str | Path]:
        program: list[str | Path] = [self._programs / "psql", "-h", self._folder, "-U", "benchmark"]
        return [*program, "-d", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1"]

    def _serve(self, program: str, *arguments: str | Path) -> None:
        as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        _run([*as_server, self._programs / program, *arguments])


def _distance(table: str, roots: Sequence[int]) -> str:
    edges = f"SELECT id, source, target, cost, reverse_cost FROM {table}"
    some = ",".join(map(str, roots))
    return f"pgr_drivingDistance('{edges}', ARRAY[{some}]::bigint[], {_BEYOND_S}, true, equicost := true)"


def _end(command: str) -> str:
    return "" if command.startswith("\\") else ";"


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
