"""Artists for worker processes: quick ones, and such as fail, die, or take their time."""

import os
import time
from dataclasses import replace
from pathlib import Path

from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.printing.atlas.order import Options
from mingqing.printing.atlas.worker import Drawn
from mingqing.printing.paper.page import A4, Document
from mingqing.printing.wall.asked import Asked
from mingqing.store.session import Session

NOTES = "ATLAS_TEST_NOTES"
SCALE = "5,000"
BAD = "331124001002"


def note(kind: str, text: str) -> None:
    """Leave a file where the test can see it."""
    (Path(os.environ[NOTES]) / f"{kind} {text}").touch()


def noted(kind: str) -> set[str]:
    return {p.name.removeprefix(f"{kind} ") for p in Path(os.environ[NOTES]).glob(f"{kind} *")}


class Quick:
    """Writes down what the village holds."""

    def __init__(self, session: Session, options: Options) -> None:
        self.session, self.options = session, options
        note("pid", str(os.getpid()))

    def draw(self, asked: Asked) -> Drawn:
        note("drawn", f"{asked.village} {asked.theme}")
        found = next(v for v in self.session.villages() if v.code == asked.village)
        assert found.bounds is not None
        return Drawn((self.content(asked),), (found.bounds,), 3, (), 0.25)

    def content(self, asked: Asked) -> bytes:
        return f"{asked.theme} {asked.village} {self.session.counts(asked.village)}".encode()


class Paper(Quick):
    """Makes a PDF with a page, or with two."""

    def content(self, asked: Asked) -> bytes:
        with Document(A4, "样图") as document:
            for n in range(2 if asked.village == BAD else 1):
                document.page().text(20, 20, f"{asked.village} {asked.theme} {n}", 8)
        return document.pdf


class RefusingPaper(Paper):
    """Makes PDFs, but for one village."""

    def draw(self, asked: Asked) -> Drawn:
        if asked.village == BAD:
            raise InputRefused("这个村没有村界")
        return super().draw(asked)


class Pictures(Quick):
    """As many pages as the test says."""

    def draw(self, asked: Asked) -> Drawn:
        note("drawn", asked.village)
        pages = int(os.environ.get("ATLAS_TEST_PAGES", "2"))
        return Drawn((b"x",) * pages, ((0.0, 0.0, 1.0, 1.0),), 1)


class Refusing(Quick):
    """Cannot draw one of the villages."""

    def draw(self, asked: Asked) -> Drawn:
        if asked.village == BAD:
            raise InputRefused("这个村没有村界")
        return super().draw(asked)


class Forbidden(Quick):
    """May not draw one of the villages."""

    def draw(self, asked: Asked) -> Drawn:
        if asked.village == BAD:
            raise NotAllowed("标着“公开”的图上有个人信息")
        return super().draw(asked)


class Telling(Quick):
    """Says what the log is to have of a map."""

    def draw(self, asked: Asked) -> Drawn:
        return replace(super().draw(asked), told=f"{asked.paper}横，1:{SCALE}，2 页，公开")


class Buggy(Quick):
    """Has a mistake."""

    def draw(self, asked: Asked) -> Drawn:
        return super().draw(asked) if asked.village != BAD else {}["no such key"]


class Dying(Quick):
    """Ends its process at one map, always."""

    def draw(self, asked: Asked) -> Drawn:
        if (asked.village, asked.theme) == (BAD, "industry"):
            os._exit(9)
        return super().draw(asked)


class DyingOnce(Quick):
    """Ends its process at one map, the first time."""

    def draw(self, asked: Asked) -> Drawn:
        if (asked.village, asked.theme) == (BAD, "industry") and "once" not in noted("died"):
            note("died", "once")
            os._exit(9)
        return super().draw(asked)


class Slow(Quick):
    """Takes its time."""

    def draw(self, asked: Asked) -> Drawn:
        time.sleep(0.15)
        return super().draw(asked)


class NotStarting:
    """Does not come to drawing."""

    def __init__(self, *_: object) -> None:
        os._exit(3)

    def draw(self, asked: Asked) -> Drawn:
        raise AssertionError(asked)
