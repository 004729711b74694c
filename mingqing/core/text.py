"""Text a user reads, and text a user wrote."""

import gettext
import re
from collections.abc import Sequence

_translation = gettext.NullTranslations()


def tr(text: str) -> str:
    """Return `text` in the user's language. The source language is Chinese, so the catalogue may be empty."""
    return _translation.gettext(text)


# Full-width digits and letters to half-width, ideographic and no-break space to space, controls to nothing.
_TIDY = (
    {
        code: code - 0xFEE0
        for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
        for code in range(first, last + 1)
    }
    | dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0xFEFF))
    | {0x09: 0x09, 0x0A: 0x0A, 0x3000: 0x20, 0xA0: 0x20}
)


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
    if text.isascii() and text.isprintable():
        return text.strip()
    return text.translate(_TIDY).strip()


# What turns the direction of all that follows it, what is not seen, halves of characters that no file can hold.
_ASTRAY = dict.fromkeys(
    (0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), *range(0xD800, 0xE000))
)


def one_line(text: str) -> str:
    r"""Return `text` as one line of a page: no line breaks, no control characters, nothing that turns what follows it.

    Examples
    --------
    >>> one_line(" 小竹溪村\n村情民情图\x00 ")
    '小竹溪村 村情民情图'
    """
    return " ".join(clean(text).translate(_ASTRAY).split())


# What `clean` changes, and every kind of space but the plain one, which a text may not begin or end with.
_UNTIDY = re.compile(
    f"[{re.escape(''.join(map(chr, _TIDY.keys() - {0x0A})))}\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]"
)


def all_clean(texts: Sequence[str]) -> bool:
    """Whether `clean` surely leaves every one of `texts` as it is; one with a line break is not sure.

    Examples
    --------
    >>> all_clean(["甄一一", "大竹溪村 3 号"]), all_clean(["甄一一 "]), all_clean(["１号"])
    (True, False, False)
    """
    joined = "\n".join(("", *texts, ""))
    return (
        joined.count("\n") == len(texts) + 1
        and "\n " not in joined
        and " \n" not in joined
        and _UNTIDY.search(joined) is None
    )
