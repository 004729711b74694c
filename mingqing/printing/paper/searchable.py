"""Text of a PDF made by Qt, so that it is found and copied as it was written.

Qt (6.9) tells a reader what each glyph stands for by the lowest character that the font draws with it. In fonts for
Chinese that is often a radical (⾼ U+2FBC) that looks like the character (高 U+9AD8), and a tab for the space: names
would be printed right, and neither found nor copied right. The tables that say so lie in the file uncompressed, each
entry four hexadecimal digits, and are put right in place.
"""

import re
from functools import cache

from PySide6.QtGui import QRawFont

from mingqing.render.fonts import font

_TABLE = re.compile(rb"begincmap.*?endcmap", re.DOTALL)
_LISTED = re.compile(rb"\[([^\]]*)\]")
_ALONE = re.compile(rb"<([0-9A-F]{4})> <\1> <([0-9A-F]{4})>")
_CODE = re.compile(rb"<([0-9A-F]{4})>")
_RADICALS = (*range(0x2E80, 0x2FE0), *range(0x31C0, 0x31F0))
_UNIFIED = range(0x4E00, 0xA000)


def searchable(pdf: bytes) -> bytes:
    """Return a PDF of the same length whose text reads as it was written."""
    return _TABLE.sub(lambda table: _mended(table[0]), pdf)


def _mended(table: bytes) -> bytes:
    table = _LISTED.sub(lambda found: _CODE.sub(_right, found[0]), table)
    return _ALONE.sub(
        lambda found: b"<%b> <%b> %b" % (found[1], found[1], _CODE.sub(_right, b"<%b>" % found[2])), table
    )


def _right(code: re.Match[bytes]) -> bytes:
    return b"<%04X>" % _meant().get(int(code[1], 16), int(code[1], 16))


@cache
def _meant() -> dict[int, int]:
    """Return the character that is meant, by the one that Qt names."""
    raw = QRawFont.fromFont(font(bold=False))
    glyphs = raw.glyphIndexesForString("".join(map(chr, _UNIFIED)))
    unified = {glyph: code for glyph, code in zip(glyphs, _UNIFIED, strict=True) if glyph}
    radicals = zip(raw.glyphIndexesForString("".join(map(chr, _RADICALS))), _RADICALS, strict=True)
    return {0x09: 0x20, 0xA0: 0x20} | {code: unified[glyph] for glyph, code in radicals if glyph in unified}
