"""A program that draws what it is asked for: a process of its own that answers JSON, a line a request."""

import json
import os
import selectors
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, TypeAlias

from benchmarks.measure import held_mb
from mingqing.render.scale import Viewport

OURS, QGIS = SIDES = ("ours", "QGIS")
_LOOK_S = 0.02
Request: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of the processor, in all threads."""

    wall: float
    cpu: float


@dataclass
class Side:
    """One side: how it is started, and what it is told when the project is to be opened anew."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def __enter__(self) -> "Side":
        self._errors = TemporaryDirectory(prefix="mingqing-benchmark-")
        self._log = Path(self._errors.name) / "errors"
        with self._log.open("wb") as stream:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **self.environment},
            )
        self.peak_mb = 0.0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._errors.cleanup()

    def open(self, looks: Sequence[Mapping[str, Any]]) -> None:
        """Open the project anew, so that no connection remembers a page; `looks` is what QGIS is to draw."""
        self.ask({"do": "open", "looks": looks})

    def draw(self, view: Viewport, *, labels: bool, save: Path | None = None, watch: bool = False) -> Took:
        """Draw a view; with `watch` the memory held meanwhile goes into `peak_mb`."""
        request = {
            "do": "draw",
            "center": view.center,
            "m_per_px": view.metres_per_px,
            "size": view.size_px,
            "labels": labels,
            "save": save and str(save),
        }
        return Took(**self.ask(request, watch=watch))

    def pan(self, view: Viewport) -> dict[str, float]:
        """Return the seconds of a view drawn anew, and of pans to it: see `benchmarks.drawn.pans`."""
        request = {"center": view.center, "m_per_px": view.metres_per_px, "size": view.size_px}
        return self.ask(request, watch=True)

    def ask(self, request: Request, *, watch: bool = False) -> dict[str, float]:
        """Return the answer to a request; with `watch` the memory held meanwhile goes into `peak_mb`."""
        told, heard = self._process.stdin, self._process.stdout
        if told is None or heard is None:
            raise RuntimeError(self.title)
        told.write(json.dumps(request) + "\n")
        told.flush()
        with selectors.DefaultSelector() as ready:
            ready.register(heard, selectors.EVENT_READ)
            while watch and not ready.select(_LOOK_S):
                self.peak_mb = max(self.peak_mb, held_mb(self._process.pid))
        answer = heard.readline()
        if not answer:
            raise RuntimeError(f"{self.title}: {self._log.read_text(encoding='utf-8', errors='replace')}")
        found: dict[str, float] = json.loads(answer)
        return found


def ours(project: Path, role: str, theme: str) -> Side:
    """Return our side, drawing `theme` as an account with `role` for the whole county."""
    return Side(OURS, [sys.executable, "-m", "benchmarks.drawn.ours", str(project), role, theme])


def canvas(project: Path, role: str, theme: str, settings: Path) -> Side:
    """Return the window's own canvas, for pans."""
    command = [sys.executable, "-m", "benchmarks.drawn.pans", str(project), role, theme]
    return Side("canvas", command, {"MINGQING_SETTINGS": str(settings)})


def qgis(python: str, plain: Path, settings: Path) -> Side:
    """Return QGIS's side, reading `plain`; `settings` is an empty folder, so that nobody's settings count."""
    script = Path(__file__).with_name("theirs.py")
    return Side(QGIS, [python, str(script), str(plain)], {"QGIS_CUSTOM_CONFIG_PATH": str(settings)})


def qgis_python() -> str | None:
    """Return the Python that has QGIS's library, or None."""
    for name in ("python3", "/usr/bin/python3"):
        python = shutil.which(name)
        if python and _runs([python, "-c", "import qgis.core"]):
            return python
    return None


def _runs(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
