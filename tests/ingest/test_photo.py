"""A picture is kept upright, scaled, and without what the camera wrote; what is no picture is refused in a sentence."""

import io
import struct
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from mingqing.core.errors import InputRefused
from mingqing.ingest.photo import LONGEST_SIDE, THUMBNAIL_SIDE, read_photo, ready
from tests.pictures import HERE, picture

NOON = datetime(2026, 5, 1, 12, 30, 15)  # noqa: DTZ001 - as a camera has it


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def is_red(colour: object) -> bool:
    red, _, blue = colour  # type: ignore[misc]
    return bool(red > 150 > blue)


def test_a_large_picture_is_scaled_and_a_small_one_left_as_large_as_it_is() -> None:
    large, small = ready(picture(size=(4000, 3000)), "大"), ready(picture(size=(300, 200)), "小")
    assert opened(large.jpeg).size == (LONGEST_SIDE, 1200)
    assert opened(large.thumbnail).size == (THUMBNAIL_SIDE, 192)
    assert opened(small.jpeg).size == (300, 200)


# Where the red half, left as it lies in the file, comes to be: EXIF 2.32, Orientation.
RED_AT = {1: (0.1, 0.5), 2: (0.9, 0.5), 3: (0.9, 0.5), 4: (0.1, 0.5)}
RED_AT |= {5: (0.5, 0.1), 6: (0.5, 0.1), 7: (0.5, 0.9), 8: (0.5, 0.9)}


@pytest.mark.parametrize("orientation", RED_AT)
def test_a_picture_stands_as_the_camera_was_held(orientation: int) -> None:
    image = opened(ready(picture(size=(400, 200), orientation=orientation), "x").jpeg)
    assert image.size == ((400, 200) if orientation < 5 else (200, 400))
    x, y = RED_AT[orientation]
    assert is_red(image.getpixel((int(x * image.width), int(y * image.height))))
    assert not is_red(image.getpixel((int((1 - x) * image.width), int((1 - y) * image.height))))


def test_place_and_time_are_offered_beside_the_picture_and_not_kept_in_it() -> None:
    taken = ready(picture(lonlat=HERE, taken_at=NOON, comment=b"13800000000"), "x")
    assert taken.lonlat == pytest.approx(HERE, abs=1e-6)
    assert taken.taken_at == NOON
    for jpeg in (taken.jpeg, taken.thumbnail):
        assert not dict(opened(jpeg).getexif())
        assert not {"exif", "comment", "icc_profile", "photoshop"} & set(opened(jpeg).info)
        for trace in (b"WHOSE-TELEPHONE", b"Exif", b"2026:05:01", b"13800000000"):
            assert trace not in jpeg


def test_the_south_and_the_west_are_negative_and_nowhere_is_no_place() -> None:
    assert ready(picture(lonlat=(-70.25, -33.5)), "x").lonlat == pytest.approx((-70.25, -33.5))
    assert ready(picture(lonlat=(0.0, 0.0)), "x").lonlat is None
    assert ready(picture(lonlat=(200.0, 95.0)), "x").lonlat is None
    assert ready(picture(), "x").lonlat is ready(picture(), "x").taken_at is None


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "RGBA", "P", "L", "1", "I;16")),
        *(("WEBP", "RGB"), ("BMP", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK")),
    ],
)
def test_every_kind_that_is_taken_becomes_a_coloured_jpeg(kind: str, mode: str) -> None:
    content = picture(kind=kind, mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        out = io.BytesIO()
        Image.new("I;16", (64, 48)).save(out, "PNG")
        content = out.getvalue()
    image = opened(ready(content, "x").jpeg)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 48))


def test_what_is_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(ready(out.getvalue(), "x").jpeg).getpixel((10, 10)) == (255, 255, 255)


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as this."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


WHOLE = picture(size=(300, 200))
REFUSED = {
    "nothing in it": (b"", "空文件"),
    "text": ("甄一一".encode(), "不是能识别的照片"),
    "a page": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是能识别的照片"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "不完整或已损坏"),
    "cut off in its head": (WHOLE[:30], "照片 坏.jpg "),
    "a bomb": (png_of(100_000, 100_000), "像素太多"),
    "more than is decoded whole": (png_of(8_000, 7_000), "像素太多"),
    "pixels that do not come": (png_of(4_000, 3_000), "不完整或已损坏"),
    "a picture of an iPhone": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "HEIC"),
    "a GIF, which is no photo": (b"GIF89a" + bytes(40), "不是能识别的照片"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_picture_is_refused_by_name(content: bytes, said: str) -> None:
    with pytest.raises(InputRefused, match=r"照片 坏\.jpg") as refused:
        ready(content, "坏.jpg")
    assert said in str(refused.value)


def test_a_picture_is_told_by_its_bytes_and_not_by_what_its_file_is_called(tmp_path: Path) -> None:
    file = tmp_path / "其实是png.jpg"
    file.write_bytes(picture(kind="PNG"))
    assert opened(read_photo(file).jpeg).size == (64, 48)
    with pytest.raises(InputRefused, match=r"没有\.jpg"):
        read_photo(tmp_path / "没有.jpg")


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_a_spoiled_byte_makes_a_picture_or_a_sentence(at: int) -> None:
    content = bytearray(picture(lonlat=HERE, taken_at=NOON, size=(200, 100)))
    content[at % len(content)] ^= 0xFF
    try:
        assert ready(bytes(content), "x.jpg").jpeg.startswith(b"\xff\xd8\xff")
    except InputRefused as refused:
        assert "x.jpg" in str(refused)  # noqa: PT017 - either will do, nothing else
