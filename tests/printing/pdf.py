"""PDFs as another program reads them: poppler's tools."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Word:
    """A word of a page and its box, points from the upper left corner."""

    page: int
    text: str
    box: tuple[float, float, float, float]


def run(*command: str | Path) -> str:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed: poppler-utils")
    return subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="replace")


@dataclass(frozen=True)
class Pdf:
    """A PDF in a file."""

    path: Path

    @property
    def pages(self) -> int:
        return int(self._info("Pages"))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the first page in millimetres."""
        width, height = map(float, re.findall(r"([\d.]+) x ([\d.]+)", self._info("Page size"))[0])
        return width * 25.4 / 72, height * 25.4 / 72

    def _info(self, name: str) -> str:
        lines = run("pdfinfo", self.path).splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(name))

    def fonts(self) -> list[tuple[str, str]]:
        """Name, and whether it is embedded, "yes" or "no"."""
        rows = [line.split() for line in run("pdffonts", self.path).splitlines()[2:]]
        return [(row[0], row[-5]) for row in rows]

    def text(self, page: int | None = None) -> str:
        """Return the text, without any space: only what is written counts, not how it is parted."""
        pages = ["-f", str(page), "-l", str(page)] if page else []
        return "".join(run("pdftotext", *pages, self.path, "-").split())

    def words(self) -> list[Word]:
        found, page = [], 0
        for line in run("pdftotext", "-bbox", self.path, "-").splitlines():
            page += "<page " in line
            if match := re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line):
                box = tuple(map(float, match.groups()[:4]))
                found.append(Word(page, match[5], box))  # type: ignore[arg-type]
        return found


def outside(words: Sequence[Word], size_mm: tuple[float, float], margin_mm: float) -> list[str]:
    """Return the words that reach into the margin of their page, or over its edge."""
    left = top = margin_mm * 72 / 25.4
    right, bottom = ((mm - margin_mm) * 72 / 25.4 for mm in size_mm)
    return [
        w.text for w in words if w.box[0] < left or w.box[1] < top or w.box[2] > right or w.box[3] > bottom
    ]


def overlapping(words: Sequence[Word]) -> list[tuple[str, str]]:
    """Return pairs of words that are printed one over the other; boxes are higher than what is printed."""
    return [
        (a.text, b.text)
        for a, b in combinations(words, 2)
        if a.page == b.page
        and abs(a.box[1] + a.box[3] - b.box[1] - b.box[3]) < (a.box[3] - a.box[1]) * 0.7
        and min(a.box[2], b.box[2]) - max(a.box[0], b.box[0]) > 0.5
    ]
