"""Long text cut into pieces that columns of a fixed width hold."""


def pieces(text: str, encoding: str, width: int) -> list[bytes]:
    """Return text in pieces of at most `width` bytes, none cut within a character.

    Nor, where that can be helped, behind a space: readers take blanks off the end of a column, so that the pieces put
    together again would lack it.

    Examples
    --------
    >>> [piece.decode("GBK") for piece in pieces("小竹溪村 东边", "GBK", 9)]
    ['小竹溪村', ' 东边']
    """
    found, start = [], 0
    while start < len(text):
        end = _fitting(text, start, encoding, width)
        whole = end
        while end < len(text) and end > start + 1 and text[end - 1].isspace():
            end -= 1
        if end == start + 1:
            end = whole
        found.append(text[start:end].encode(encoding))
        start = end
    return found


def _fitting(text: str, start: int, encoding: str, width: int) -> int:
    """Where a piece that begins at `start` ends at the latest."""
    room, end = width, start
    while end < len(text) and (room := room - len(text[end].encode(encoding))) >= 0:
        end += 1
    return end
