"""Long text cut into pieces that columns of a fixed width hold."""


def pieces(text: str, encoding: str, width: int) -> list[bytes]:
    """Return text in pieces of at most `width` bytes, none cut within a character.

    Nor, where that can be helped, beside a space, or else at least not behind one: readers take blanks off the end of a
    column, and some off its beginning, so that the pieces put together again would lack it.

    Examples
    --------
    >>> [piece.decode("GBK") for piece in pieces("小竹溪村 东边", "GBK", 9)]
    ['小竹溪', '村 东边']
    """
    found, start = [], 0
    while start < len(text):
        end = _cut(text, start, _fitting(text, start, encoding, width))
        found.append(text[start:end].encode(encoding))
        start = end
    return found


def _cut(text: str, start: int, end: int) -> int:
    """Where a piece that could end at `end` best does."""
    if end == len(text):
        return end
    behind = [at for at in range(end, start, -1) if not text[at - 1].isspace()]
    return next((at for at in behind if not text[at].isspace()), behind[0] if behind else end)


def _fitting(text: str, start: int, encoding: str, width: int) -> int:
    """Where a piece that begins at `start` ends at the latest."""
    room, end = width, start
    while end < len(text) and (room := room - len(text[end].encode(encoding))) >= 0:
        end += 1
    return end
