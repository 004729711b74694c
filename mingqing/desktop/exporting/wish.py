"""What somebody chose on the export page, as plain values that are remembered for the next time. No Qt."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mingqing.core.text import tr
from mingqing.export.asked import Format, Gate

if TYPE_CHECKING:
    from mingqing.desktop.settings import Settings


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom it is, in the words of who hands it on; `formats` are what such people can open, the best first.

    share : everybody may have it, so there is nothing about persons in it.
    """

    code: str
    title: str
    about: str
    glyph: str
    formats: tuple[Format, ...]
    share: bool = False


AUDIENCES = {
    audience.code: audience
    for audience in (
        Audience(
            "county",
            tr("给县里的 GIS"),
            tr("Shapefile、GeoPackage"),
            "fa6s.building-columns",
            (Format.SHP, Format.GPKG, Format.GDB),
        ),
        Audience(
            "phone", tr("手机上看"), tr("一个网页，没网也能开"), "fa6s.mobile-screen-button", (Format.HTML,)
        ),
        Audience(
            "public",
            tr("公开分享"),
            tr("网页，不含个人信息"),
            "fa6s.share-nodes",
            (Format.HTML,),
            share=True,
        ),
        Audience("sheet", tr("Excel 表格"), tr("核对、汇总、打印"), "fa6s.table", (Format.XLSX, Format.CSV)),
        Audience("drawing", tr("CAD 图"), tr("DXF，给设计院"), "fa6s.compass-drafting", (Format.DXF,)),
        Audience(
            "other",
            tr("其他"),
            tr("奥维、谷歌地球等"),
            "fa6s.ellipsis",
            (Format.KML, Format.GEOJSON, Format.SPATIALITE, Format.CSV),
        ),
    )
}
WITH_ENCODING = frozenset({Format.SHP, Format.CSV})
"""Formats whose text is in an encoding that somebody has to choose."""

PLAIN = "plain"
"""The exchange format that has everything and suits every form."""

_FOLDERS = frozenset({Format.SHP, Format.GEOJSON, Format.CSV})


def is_folder(format_: Format) -> bool:
    """Whether a format comes as a folder of files, one or several a table."""
    return format_ in _FOLDERS


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is to go. suffix : of a file; empty for a folder of files."""

    folder: Path
    stem: str
    suffix: str

    def free(self) -> Path:
        """Return the file or folder to be made, one that is not there yet; asks the disk, so call it in a job."""
        place, n = self.folder / f"{self.stem}{self.suffix}", 1
        while place.exists():
            n += 1
            place = self.folder / f"{self.stem}-{n}{self.suffix}"
        return place


@dataclass(frozen=True, slots=True)
class Wish:
    """What was chosen besides villages and rows.

    off : tables that are not wanted. epsg : None for what suits. folder : where to; empty for the usual place.
    """

    audience: str = "county"
    format: Format = Format.SHP
    off: frozenset[str] = frozenset()
    epsg: int | None = None
    encoding: str = ""
    profile: str = PLAIN
    gate: Gate = Gate.TELL
    folder: str = ""

    def fitting(self, taken: Mapping[str, Collection[str]]) -> "Wish":
        """Return it with a format that its audience can open and its exchange format allows, the plain one if need be.

        taken : by exchange format, the formats that it allows; empty for all.

        Examples
        --------
        >>> survey = Wish("sheet", profile="land_survey").fitting({"land_survey": {Format.SHP}})
        >>> survey.format.value, survey.profile
        ('xlsx', 'plain')
        """
        formats, allowed = AUDIENCES[self.audience].formats, taken.get(self.profile, ())
        fit = [f for f in formats if not allowed or f in allowed]
        if not fit:
            return replace(self, profile=PLAIN).fitting(taken)
        return self if self.format in fit else replace(self, format=fit[0])

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "audience": self.audience,
            "format": self.format.value,
            "off": sorted(self.off),
            "epsg": self.epsg,
            "encoding": self.encoding,
            "profile": self.profile,
            "gate": self.gate.value,
            "folder": self.folder,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Wish":
        """Return what `as_plain` gave; what is none that this program understands is as if never chosen.

        Examples
        --------
        >>> wish = Wish("other", Format.KML, frozenset({"road"}), epsg=4528)
        >>> Wish.from_plain(wish.as_plain()) == wish, Wish.from_plain({"audience": "nobody"}) == Wish()
        (True, True)
        """
        try:
            epsg = plain["epsg"]
            wish = cls(
                str(plain["audience"]),
                Format(plain["format"]),
                frozenset(map(str, plain["off"])),
                None if epsg is None else int(epsg),
                str(plain["encoding"]),
                str(plain["profile"]),
                Gate(plain["gate"]),
                str(plain["folder"]),
            )
        except (KeyError, TypeError, ValueError):
            return cls()
        return wish if wish.audience in AUDIENCES else cls()


def recall(settings: "Settings", project: "Path") -> Wish:
    """Return what was chosen on this computer the last time for a project."""
    kept = settings.exporting.get(str(project))
    return Wish.from_plain(kept if isinstance(kept, dict) else {})


def remember(settings: "Settings", project: "Path", wish: Wish) -> None:
    """Keep it for the next time."""
    settings.exporting[str(project)] = wish.as_plain()
    settings.save()
