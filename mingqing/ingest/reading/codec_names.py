"""Encodings by the names that files and people give them."""

import codecs
import re
from functools import lru_cache

_TITLES = {
    "utf-8": "UTF-8",
    "gb18030": "GBK",
    "cp950": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "ascii": "ASCII",
}
_CODEC_BY_NUMBER = {
    "65001": "utf-8",
    "936": "gb18030",
    "54936": "gb18030",
    "950": "cp950",
    "932": "cp932",
    "949": "cp949",
}
_CODEC_BY_NAME = {
    "utf8": "utf-8",
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "cp936", "ms936", "euccn"), "gb18030"),
    **dict.fromkeys(("big5", "cp950", "big5hkscs"), "cp950"),
    **dict.fromkeys(("shiftjis", "sjis", "cp932", "ms932", "windows31j"), "cp932"),
    **dict.fromkeys(("euckr", "cp949", "ksc5601", "ksx1001"), "cp949"),
    "eucjp": "euc_jp",
    "latin1": "cp1252",
    "koi8r": "koi8_r",
}


def title(codec: str) -> str:
    """Return the name under which users know a codec."""
    return _TITLES.get(codec, codec.upper())


@lru_cache(maxsize=64)
def codec_named(name: str) -> str | None:
    """Return Python's codec for what a .cpg, an XML header or a user says; None where there is none.

    Examples
    --------
    >>> codec_named("GB2312"), codec_named("ANSI 936"), codec_named("88591"), codec_named("乱写")
    ('gb18030', 'gb18030', 'cp1252', None)
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    number = re.search(r"(\d+)$", plain)
    if plain in _CODEC_BY_NAME:
        return _CODEC_BY_NAME[plain]
    if "8859" in plain:
        part = plain.split("8859")[1]
        return "cp1252" if part in {"", "1"} else _lookup(f"iso8859_{part}")
    if number and number[1] in _CODEC_BY_NUMBER:
        return _CODEC_BY_NUMBER[number[1]]
    return (_lookup(f"cp{number[1]}") if number else None) or _lookup(name.strip())


def _lookup(name: str) -> str | None:
    """Return the codec of this name if it decodes bytes to text and keeps ASCII."""
    try:
        found = codecs.lookup(name).name
        return found if b"A1".decode(found) == "A1" else None
    except (LookupError, ValueError, AttributeError, TypeError):
        return None
