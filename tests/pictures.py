"""Pictures to be kept, made up on the spot, and the metadata that a telephone would write into them."""

import io
from datetime import datetime

from PIL import ExifTags, Image

from mingqing.ingest.photo import Shot, ready

HERE = (119.5, 28.25)  # lon, lat


def picture(
    seed: int = 0,
    size: tuple[int, int] = (64, 48),
    *,
    kind: str = "JPEG",
    mode: str = "RGB",
    orientation: int | None = None,
    lonlat: tuple[float, float] | None = None,
    taken_at: datetime | None = None,
    **written: object,
) -> bytes:
    """A picture file whose left half is red, or of another colour by `seed`, and whose right half is blue."""
    image = Image.new("RGB", size, (255, (seed * 37) % 200, (seed * 11) % 200))
    image.paste((0, 0, 255), (size[0] // 2, 0, *size))
    exif = Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    if lonlat is not None or taken_at is not None:
        exif[ExifTags.Base.Make] = "WHOSE-TELEPHONE"
    if taken_at is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    if lonlat is not None:
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for value, names, keys in zip(
            lonlat,
            ("EW", "NS"),
            (
                (ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef),
                (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef),
            ),
            strict=True,
        ):
            place[keys[0]] = _parts(abs(value))
            place[keys[1]] = names[value < 0]
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **({"exif": exif} if len(exif) else {}), **written)
    return out.getvalue()


def _parts(value: float) -> tuple[float, float, float]:
    minutes = (value % 1) * 60
    return float(int(value)), float(int(minutes)), round((minutes % 1) * 60, 4)


def shot(seed: int = 0) -> Shot:
    """A picture ready to be put, another for each seed."""
    return ready(picture(seed), f"{seed}.jpg")
