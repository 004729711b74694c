"""Short texts of a profile, each on one line."""

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
