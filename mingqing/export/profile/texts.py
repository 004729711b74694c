"""Short texts of a profile, each on one line; and the names of what it may say."""

from collections.abc import Collection
from difflib import get_close_matches

from mingqing.core.definitions import Reader
from mingqing.core.text import tr

_LONGEST = 500


def text(
    reader: Reader, key: str, *, default: str = "", required: bool = False, longest: int = _LONGEST
) -> str:
    """Return the text under `key`, on one line. required : whether it must be there and say something."""
    found = reader.take(key, str) if required else reader.take(key, str, default)
    if len(found) > longest:
        raise reader.error(key, tr("太长，最多 {n} 个字").format(n=longest))
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in found):
        raise reader.error(key, tr("文字里不能换行，也不能有控制字符"))
    if required and not found.strip():
        raise reader.error(key, tr("不能是空的"))
    return found


def require_known(reader: Reader, keys: Collection[str]) -> None:
    """Refuse a key that is none of some; before what is missing is told, since it is what was written instead."""
    wrong = next((key for key in reader.data if key not in keys), None)
    if wrong is not None:
        near = get_close_matches(wrong, keys, 1) or sorted(keys)
        raise reader.error(wrong, tr("不认识这一项，可用的有 {near}").format(near=" ".join(near)))
