"""Text a user reads, and text a user wrote."""

import gettext
import unicodedata

_translation = gettext.NullTranslations()


def tr(text: str) -> str:
    """Return `text` in the user's language. The source language is Chinese, so the catalogue may be empty."""
    return _translation.gettext(text)


def clean(text: str) -> str:
    """Return `text` without the accidents of typing: surrounding and ideographic spaces, control characters.

    Full-width letters and digits become half-width. Anything else is left as it is, punctuation and
    rare characters of the extension planes included.

    Examples
    --------
    >>> clean("　甄一一 ")
    '甄一一'
    >>> clean("１３８ ００１")
    '138 001'
    >>> clean("大竹溪村（东）")
    '大竹溪村（东）'
    """
    out = []
    for ch in text:
        code = ord(ch)
        if code in {0x3000, 0xA0}:
            out.append(" ")
        elif 0xFF10 <= code <= 0xFF19 or 0xFF21 <= code <= 0xFF3A or 0xFF41 <= code <= 0xFF5A:
            out.append(chr(code - 0xFEE0))
        elif code == 0xFEFF or (unicodedata.category(ch) == "Cc" and ch not in "\n\t"):
            continue
        else:
            out.append(ch)
    return "".join(out).strip()
