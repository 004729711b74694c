"""Making a picture ready to be kept: turned upright, scaled, without what the camera wrote into it.

Where and when it was taken is in the metadata of a photo, together with the make and number of the telephone. None of
it is stored; place and time are offered beside the picture, for whoever took it to use or not.
"""

import io
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

LONGEST_SIDE, THUMBNAIL_SIDE = 1600, 256  # px
_QUALITY, _THUMBNAIL_QUALITY = 80, 75
_LARGEST_FILE = 80 << 20
# The cameras of telephones have up to 108 million; a JPEG of so many is decoded at a quarter, the others whole.
_MOST_PIXELS, _MOST_PIXELS_WHOLE = 120_000_000, 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
# Pillow's own limit warns; ours, below, refuses.
Image.MAX_IMAGE_PIXELS = None
# What decoders raise on bytes that somebody made up.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    MemoryError,
    struct.error,
    UserWarning,
)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture ready to be kept, and what its file told besides.

    jpeg, thumbnail : JPEG files without metadata, at most 1600 and 256 px on the longer side.
    lonlat : where it was taken, WGS 84 (EPSG:4326), degrees; None where the file does not tell.
    taken_at : when, as the clock of the camera had it.
    """

    name: str
    jpeg: bytes
    thumbnail: bytes
    lonlat: tuple[float, float] | None = None
    taken_at: datetime | None = None


def read_photo(file: Path) -> Shot:
    """Make the picture in a file ready; otherwise as `ready`.

    Raises
    ------
    InputRefused
        if the file is missing or cannot be read.
    """
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise _refused(file.name, tr("太大（超过 {n} MB）").format(n=_LARGEST_FILE >> 20))
        content = file.read_bytes()
    except OSError as error:
        raise InputRefused(
            tr("读不了照片 {name}，请检查文件是否还在、能否打开").format(name=file.name)
        ) from error
    return ready(content, file.name)


def ready(content: bytes, name: str) -> Shot:
    """Make a picture ready: JPEG, PNG, WebP or BMP, told by its bytes and not by its name.

    Parameters
    ----------
    name : what it is called, for the sentence that refuses it.

    Raises
    ------
    InputRefused
        if it is empty, of another kind, cut off, damaged, or of too many pixels to be a photo.
    """
    if not content:
        raise _refused(name, tr("是空文件，请重新拷贝"))
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise _refused(
            name, tr("是 HEIC 格式，请在手机相机设置里把格式改为“兼容性最佳（JPG）”，或转成 JPG 再添加")
        )
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            most = _MOST_PIXELS if image.format in {"JPEG", "MPO"} else _MOST_PIXELS_WHOLE
            if image.width * image.height > most:
                raise _refused(name, tr("像素太多（超过 {n} 万），请缩小后再添加").format(n=most // 10_000))
            tags = _tags(image)
            upright = _scaled(image)
    except UnidentifiedImageError as error:
        raise _refused(name, tr("不是能识别的照片，可以用 JPG、PNG、WebP 或 BMP")) from error
    except _BROKEN as error:
        raise _refused(name, tr("不完整或已损坏，请重新拷贝或重拍")) from error
    small = upright.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Shot(
        name, _jpeg(upright, _QUALITY), _jpeg(small, _THUMBNAIL_QUALITY), _lonlat(tags), _taken_at(tags)
    )


def _refused(name: str, why: str) -> InputRefused:
    return InputRefused(tr("照片 {name} {why}").format(name=name, why=why))


def _scaled(image: Image.Image) -> Image.Image:
    """The picture upright, in colour on white, at most `LONGEST_SIDE` long, with nothing but its pixels."""
    image.draft(
        "RGB", (LONGEST_SIDE, LONGEST_SIDE)
    )  # a JPEG is decoded at a half or a quarter where that is enough
    image.load()
    orientation = _orientation(image)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    image = image.convert("RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    turn = _TURNS.get(orientation)
    bare = image.transpose(turn) if turn is not None else image.copy()
    bare.info = {}  # a comment or a colour profile would be written along
    return bare


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF 2.32, 4.6.4 A, Orientation


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


# ── What the camera wrote ────────────────────────────────────────────────────────────────────────────────────

_Tags = Mapping[int, Any]


def _tags(image: Image.Image) -> tuple[_Tags, _Tags]:
    """The tags of time and of place; empty where they cannot be read, which is no fault of the picture."""
    try:
        exif = image.getexif()
        return dict(exif.get_ifd(ExifTags.IFD.Exif)), dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except _BROKEN:
        return {}, {}


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _BROKEN:
        return 1


def _taken_at(tags: tuple[_Tags, _Tags]) -> datetime | None:
    try:
        text = str(tags[0][ExifTags.Base.DateTimeOriginal]).strip("\0 ")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the camera's clock has no zone
    except _BROKEN:
        return None


def _lonlat(tags: tuple[_Tags, _Tags]) -> tuple[float, float] | None:
    place = tags[1]
    try:
        lon = _degrees(place[ExifTags.GPS.GPSLongitude], place.get(ExifTags.GPS.GPSLongitudeRef, "E"))
        lat = _degrees(place[ExifTags.GPS.GPSLatitude], place.get(ExifTags.GPS.GPSLatitudeRef, "N"))
    except _BROKEN:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon, lat) == (0, 0):
        return None  # zero and zero: a telephone that did not know
    return lon, lat


def _degrees(parts: Any, side: Any) -> float:  # noqa: ANN401 - whatever a camera wrote
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        raise ValueError(parts)
    letter = side.decode("ascii", "replace") if isinstance(side, bytes) else str(side)
    return -value if letter.strip("\0 ").upper() in {"S", "W"} else value
