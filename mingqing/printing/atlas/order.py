"""What is ordered: which maps, as which files, and bound together how; plain values that are kept between runs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mingqing.core.files import in_name
from mingqing.printing.wall.asked import Asked


class Format(StrEnum):
    """What a map is written as."""

    PDF = "pdf"
    PNG = "png"


class Binding(StrEnum):
    """Which files hold several maps: none, one a township with a page that leads to them, one of all."""

    NONE = "none"
    TOWNSHIPS = "townships"
    WHOLE = "whole"


class Naming(StrEnum):
    """How files are called: 331124001001_household.pdf, or 331124001001_大竹溪村_村情民情图.pdf."""

    CODES = "codes"
    TITLES = "titles"


@dataclass(frozen=True, slots=True)
class Options:
    """How an atlas is made. jobs : worker processes; 0 for as many as suit this computer. dpi : of pictures."""

    format: Format = Format.PDF
    naming: Naming = Naming.CODES
    binding: Binding = Binding.NONE
    jobs: int = 0
    dpi: int = 300

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Options":
        """Return what `as_plain` wrote."""
        return cls(
            Format(plain["format"]),
            Naming(plain["naming"]),
            Binding(plain["binding"]),
            int(plain["jobs"]),
            int(plain["dpi"]),
        )


PLAIN = Options()


def every(like: Asked, themes: Iterable[str], villages: Iterable[str]) -> list[Asked]:
    """Return the maps of all themes for all villages, village by village, each otherwise as `like`."""
    chosen = list(themes)
    return [like.of(theme=theme, village=village) for village in villages for theme in chosen]


def stem(asked: Asked, naming: Naming, village: str, theme: str) -> str:
    """Return a map's file name without its ending; `village` and `theme` are what they are called.

    Examples
    --------
    >>> stem(Asked("household", "331124001001"), Naming.CODES, "大竹溪村", "村情民情图")
    '331124001001_household'
    >>> stem(Asked("household", "331124001001"), Naming.TITLES, "大竹溪村（东/西）", "村情民情图")
    '331124001001_大竹溪村（东_西）_村情民情图'
    """
    parts = (asked.village, asked.theme) if naming is Naming.CODES else (asked.village, village, theme)
    return "_".join(in_name(part) for part in parts)
