"""Running a command and seeing how long it took and how much memory it and its children held."""

import os
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_S = 0.25  # looking takes the kernel a walk through all pages


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost: wall seconds, and the most megabytes it and its children held at one moment."""

    seconds: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s {self.peak_mb:6.0f} MB"


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    *,
    fine: Collection[int] = (0,),
) -> Cost:
    """Run a command to its end; what it prints is dropped.

    Raises
    ------
    CalledProcessError
        where its exit code is not one of `fine`.
    """
    started, peak = time.perf_counter(), 0.0
    with subprocess.Popen(
        [str(word) for word in command],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        while True:
            try:
                _, errors = process.communicate(timeout=_LOOK_S)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, held_mb(process.pid))
    seconds = time.perf_counter() - started
    if process.returncode not in fine:
        raise subprocess.CalledProcessError(process.returncode, process.args, stderr=errors)
    return Cost(seconds, peak)


def held_mb(pid: int) -> float:
    """Return the megabytes that a process and those it started hold at this moment."""
    return sum(map(_held_mb, _family(pid)))


def largest_mb(pid: int) -> float:
    """Return the megabytes of the one that holds most, of a process and those it started."""
    return max(map(_held_mb, _family(pid)))


def _family(pid: int) -> Iterator[int]:
    """A process and those it started."""
    yield pid
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(listing).split():
            yield from _family(int(child))


def _held_mb(pid: int) -> float:
    """Proportional set size: what processes share is counted once among them."""
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:  # it has just ended
        return ""
