"""Values that templates of every kind have, read with the bounds that keep a page a page."""

from collections.abc import Collection
from difflib import get_close_matches

from mingqing.core.definitions import Reader
from mingqing.core.text import tr
from mingqing.printing.template.fill import mistake

LONGEST_TITLE = 200
LONGEST_NOTE = 500
MOST_NOTES = 12


def text(
    reader: Reader, key: str, known: Collection[str], *, longest: int = LONGEST_TITLE, default: str = ""
) -> str:
    """Return the text under `key`, on one line, whose placeholders are among `known`."""
    found = reader.take(key, str, default)
    require_text(reader, key, found, known, longest)
    return found


def texts(reader: Reader, key: str, known: Collection[str], *, most: int = MOST_NOTES) -> tuple[str, ...]:
    """Return the list of texts under `key`, each as `text` has it; empty where there is none."""
    found = reader.strings(key)
    if len(found) > most:
        raise reader.error(key, tr("最多 {most} 条，这里有 {n} 条").format(most=most, n=len(found)))
    for each in found:
        require_text(reader, key, each, known, LONGEST_NOTE)
    return found


def require_text(reader: Reader, key: str, found: str, known: Collection[str], longest: int) -> None:
    """Refuse a text that is too long, has control characters, or placeholders that there are not."""
    if len(found) > longest:
        raise reader.error(key, tr("太长，最多 {n} 个字").format(n=longest))
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in found):
        raise reader.error(key, tr("文字里不能换行，也不能有控制字符"))
    wrong = mistake(found, known)
    if wrong is not None:
        raise reader.error(key, wrong)


def number(reader: Reader, key: str, default: float, least: float, most: float) -> float:
    """Return the number under `key`, within its bounds."""
    found = reader.take(key, float, default)
    _require_within(reader, key, found, least, most)
    return found


def whole(reader: Reader, key: str, default: int, least: int, most: int) -> int:
    """Return the whole number under `key`, within its bounds."""
    found = reader.take(key, int, default)
    _require_within(reader, key, found, least, most)
    return found


def _require_within(reader: Reader, key: str, found: float, least: float, most: float) -> None:
    if not least <= found <= most:
        raise reader.error(
            key, tr("应在 {least:g} 到 {most:g} 之间，这里是 {n:g}").format(least=least, most=most, n=found)
        )


def named(reader: Reader, key: str, known: Collection[str], what: str) -> tuple[tuple[str, str], ...]:
    """Return the list under `key`: codes among `known`, each once, alone or as [code, title].

    what : what a code is, for messages: 数字, 内容.
    """
    found: list[tuple[str, str]] = []
    for entry in reader.take(key, list, []):
        parts = [entry] if isinstance(entry, str) else entry
        if not (isinstance(parts, list) and len(parts) in {1, 2} and all(isinstance(p, str) for p in parts)):
            raise reader.error(key, tr('每一项应写成 "代号" 或 ["代号", "名称"]'))
        code, title = parts[0], parts[1] if len(parts) == 2 else ""
        if code not in known:
            near = get_close_matches(code, known, 3, 0.5) or list(known)[:12]
            told = tr("没有“{code}”这项{what}，相近的有 {near}")
            raise reader.error(key, told.format(code=code, what=what, near=" ".join(near)))
        if code in dict(found):
            raise reader.error(key, tr("“{code}”写了两遍").format(code=code))
        require_text(reader, key, title, (), LONGEST_TITLE)
        found.append((code, title))
    return tuple(found)
