"""A PDF made by Qt, put right in place: text is found and copied as it was written, fonts are known to be subsets.

Qt (6.9) tells a reader what each glyph stands for by the lowest character that the font draws with it. In fonts for
Chinese that is often a radical (⾼ U+2FBC) that looks like the character (高 U+9AD8), and a tab for the space: names
would be printed right, and neither found nor copied right. The tables that say so lie in the file uncompressed, each
entry four hexadecimal digits.

Of a font only the glyphs that are used lie in the file; Qt does not say so in its name (ISO 32000-1, 9.6.4), and a
printer that has the font by that name may then take its own.
"""

import re
from functools import cache

from PySide6.QtGui import QRawFont

from mingqing.render.fonts import font

_TAG = b"MQDITU+"
_NAME = re.compile(rb"(/(?:BaseFont|FontName) /)([A-Za-z][\w-]{8,})(?=\s)")
_TABLE = re.compile(rb"begincmap.*?endcmap", re.DOTALL)
_LISTED = re.compile(rb"\[([^\]]*)\]")
_ALONE = re.compile(rb"<([0-9A-F]{4})> <\1> <([0-9A-F]{4})>")
_CODE = re.compile(rb"<([0-9A-F]{4})>")
_RADICALS = (*range(0x2E80, 0x2FE0), *range(0x31C0, 0x31F0))
_UNIFIED = range(0x4E00, 0xA000)


def searchable(pdf: bytes) -> bytes:
    """Return a PDF of the same length whose text reads as it was written."""
    return _NAME.sub(_tagged, _TABLE.sub(lambda table: _mended(table[0]), pdf))


def _tagged(name: re.Match[bytes]) -> bytes:
    """Return the name of a subset, so long as the font's was: what the tag takes is cut from its end."""
    key, whole = name[1], name[2]
    kept = whole[: len(whole) - len(_TAG)].rstrip(b"-")
    return key + (_TAG + kept).ljust(len(whole))


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
