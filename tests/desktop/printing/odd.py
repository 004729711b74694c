"""Documents that show how the process fares that makes them: it has to import them, so they are no tests."""

import os

from mingqing.core.errors import InputRefused
from mingqing.desktop.printing.documents import Document, Gathered, Making

FIRST = "331124204202"


def _who(_gathered: Gathered, _code: str) -> bytes:
    return str(os.getpid()).encode()


def _end(_gathered: Gathered, code: str) -> bytes:
    if code == FIRST:
        os._exit(1)
    return b"made"


def _refuse(_gathered: Gathered, _code: str) -> bytes:
    raise InputRefused("模板写错了")


def _nobody(_gathered: Gathered, _code: str) -> None:
    return None


def _document(make: Making) -> Document:
    return Document("odd", "怪表", "", ".txt", make, ())


who_makes, ends, refused, nobody = map(_document, (_who, _end, _refuse, _nobody))
