"""Which encoding a file's text is in: what the file declares, weighed against what the bytes say."""

import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading import scripts
from mingqing.ingest.reading.codec_names import codec_named, title
from mingqing.ingest.reading.names import ID_TITLE

_DECISIVE = 12.0  # nats: wrong once in 160,000 times, were characters independent
_PLAUSIBLE = -9.5  # nats a character: everyday Chinese is about -7.5, a wrong decoding -12 and below
_ENOUGH = 200_000  # characters of evidence looked at
_SEPARATOR = b"\0"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_FOREIGN = re.compile(r"[^\0\r\n]{0,12}[^\x00-\x7f][^\0\r\n]{0,12}")

# Encodings tried on the evidence, and the scripts each could hold.
_WIDE = {
    "utf-8": ("hans", "hant", "ja", "ko", "latin", "cyrillic", "anything"),
    "gb18030": ("hans", "hant"),
    "cp950": ("hant",),
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "cp949": ("ko",),
}
# What the text alone may decide for; Hangul and kanji lie where GBK has its commonest characters, so that
# for the rest only a declaration or the user will do.
_DECIDABLE = {"utf-8", "gb18030", "cp950"}
_NARROW = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp874",
    "koi8_r",
    "cp866",
    "cp437",
)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another encoding that fits the bytes, and what the text would be."""

    name: str
    sample: str

    @property
    def title(self) -> str:
        """Name as users know it."""
        return title(self.name)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding that text was read in.

    name : Python's name of the codec.
    how : a Chinese sentence saying how it was found.
    certain : False where another encoding fits too and the text, or what the file says of itself, leaves doubt.
    sample : some of the text, to be looked at beside that of `alternatives`.
    """

    name: str
    how: str
    certain: bool
    sample: str = ""
    alternatives: tuple[Alternative, ...] = ()

    @property
    def title(self) -> str:
        """Name as users know it."""
        return title(self.name)


class EncodingUnclear(InputRefused):
    """The encoding has to be asked for; `candidates` are what it may be, with samples to choose by."""

    candidates: tuple[Alternative, ...] = ()


OURS = math.inf  # of what our export wrote, which does not err about itself


@dataclass(frozen=True, slots=True)
class Declared:
    """An encoding that a file names for itself, where, and how far that is trusted, in nats; OURS: wholly."""

    codec: str
    where: str
    trust: float


@dataclass(frozen=True, slots=True)
class Column:
    """Undecoded text of one column; cells as wide as `width` may end in the middle of a character."""

    cells: Sequence[bytes]
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of each column.

    cut : (column, cell) whose last, halved character was dropped.
    lost : (column, cell) that cannot be decoded at all, and are ""; only where the user chose the encoding.
    """

    columns: list[list[str]]
    encoding: Encoding
    cut: tuple[tuple[int, int], ...] = ()
    lost: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()


def decode(
    columns: Sequence[Column], declared: Iterable[Declared] = (), chosen: str | None = None
) -> Decoded:
    """Decode every column in the one encoding that all text of a file is in.

    Parameters
    ----------
    declared : what the file says of itself, best first.
    chosen : what the user says; then nothing else is considered, and cells that do not fit are lost singly.

    Raises
    ------
    EncodingUnclear
        if nothing fits, or two encodings fit and the text does not decide between them.
    InputRefused
        if `chosen` is not an encoding, or hardly anything decodes in it.
    """
    joined = _SEPARATOR.join(chain.from_iterable(column.cells for column in columns))
    if chosen is not None:
        return _decode_as_chosen(columns, chosen)
    if joined.isascii():
        return Decoded(
            _split(joined.decode("ascii"), columns), Encoding("ascii", tr("只有英文字母和数字"), certain=True)
        )
    sayings = list(declared)
    for saying in sayings:
        reading = _Reading.of(saying.codec, joined, columns)
        if reading and (saying.trust == OURS or (saying.trust >= _DECISIVE and reading.plausible)):
            how = tr("由{where}指明").format(where=saying.where)
            return reading.decoded(columns, Encoding(saying.codec, how, certain=True), ())
    return _weigh(joined, columns, sayings)


def declared_by_ids(data: bytes) -> list[Declared]:
    """Return the encoding in which a text that our export wrote calls the ids of its rows; none where it does not."""
    codecs = ("utf-8", "gb18030")
    return [
        Declared(codec, tr("“{name}”一列").format(name=ID_TITLE), OURS)
        for codec in codecs
        if ID_TITLE.encode(codec) in data
    ]


def _evidence(text: str) -> str:
    """Return the part of a text that is looked at: from shortly before its first character beyond ASCII."""
    first = _BEYOND_ASCII.search(text)
    return text[max(first.start() - 12, 0) :][:_ENOUGH] if first else ""


@dataclass(slots=True)
class _Reading:
    """All text decoded in one encoding, and how likely it is as text."""

    codec: str
    text: str
    cut: tuple[tuple[int, int], ...]
    score: float

    @classmethod
    def of(cls, codec: str, joined: bytes, columns: Sequence[Column]) -> "_Reading | None":
        """Return None where the bytes do not fit."""
        cut: tuple[tuple[int, int], ...] = ()
        try:
            text = joined.decode(codec)
        except UnicodeDecodeError:
            found = _decode_with_cut_ends(codec, columns)
            if found is None:
                return None
            text, cut = found
        kinds = _WIDE.get(codec, (codec,))
        likelihood = scripts.best_score(_evidence(text), kinds) - len(cut) * 8.0
        return cls(codec, text, cut, likelihood)

    @property
    def plausible(self) -> bool:
        """Whether the text is everyday Chinese, without looking at what else it could be."""
        text = _evidence(self.text)
        foreign = len(text) - len(text.encode("ascii", "ignore"))
        return self.codec in _WIDE and self.score + 4.2 * (len(text) - foreign) > _PLAUSIBLE * foreign

    @property
    def sample(self) -> str:
        """A few of its cells, those with other than ASCII characters."""
        cells = (found[0] for found in islice(_FOREIGN.finditer(_evidence(self.text)), 20))
        return "、".join(list(dict.fromkeys(cells))[:4])

    def decoded(self, columns: Sequence[Column], encoding: Encoding, notes: tuple[str, ...]) -> Decoded:
        """Return the text by columns."""
        return Decoded(_split(self.text, columns), encoding, self.cut, (), notes)


def _weigh(joined: bytes, columns: Sequence[Column], declared: Sequence[Declared]) -> Decoded:
    """Choose among all encodings that fit, what is declared weighing by its trust."""
    trust = {d.codec: d.trust for d in reversed(declared)}
    codecs = dict.fromkeys([*trust, *_WIDE, *_NARROW])
    fitting = {codec: r for codec in codecs if (r := _Reading.of(codec, joined, columns))}
    if not fitting:
        raise _unclear(())
    weights = {codec: r.score + trust.get(codec, 0.0) for codec, r in fitting.items()}
    best = max(fitting.values(), key=lambda r: weights[r.codec])
    others = sorted(
        (r for r in fitting.values() if r.text != best.text), key=lambda r: weights[r.codec], reverse=True
    )
    trusted = {d.codec for d in declared if d.trust >= _DECISIVE}
    close = [r for r in others if best.score - r.score < 8 * _DECISIVE or r.codec in trusted][:3]
    alternatives = tuple(Alternative(r.codec, r.sample) for r in close)
    margin = weights[best.codec] - weights[others[0].codec] if others else _DECISIVE
    rivals = max((r.score for r in others if r.codec in _WIDE), default=-math.inf)
    decided = margin >= _DECISIVE or (best.codec in trusted and best.score >= rivals)
    if not decided or best.codec not in _DECIDABLE | trust.keys():
        raise _unclear((Alternative(best.codec, best.sample), *alternatives))
    where = next((d.where for d in declared if d.codec == best.codec), None)
    how = tr("由{where}指明").format(where=where) if where is not None else tr("由文字内容判断")
    certain = where is not None or best.codec == "utf-8" or not close
    encoding = Encoding(best.codec, how, certain, best.sample, () if certain else alternatives)
    return best.decoded(columns, encoding, tuple(_overruled(declared, best.codec, fitting)))


def _overruled(declared: Iterable[Declared], codec: str, fitting: Container[str]) -> Iterator[str]:
    """Say which declarations were not followed; one of little trust only where it does not fit at all."""
    for d in declared:
        words = {"where": d.where, "said": title(d.codec), "title": title(codec)}
        if d.codec not in fitting:
            yield tr("{where}写的编码 {said} 解不开文字，已按内容判断为 {title}").format(**words)
        elif d.codec != codec and d.trust >= _DECISIVE:
            yield tr("{where}写的编码是 {said}，但内容是 {title}，已按 {title} 读").format(**words)


def _unclear(candidates: tuple[Alternative, ...]) -> EncodingUnclear:
    error = EncodingUnclear(tr("的文字编码无法判断，请指定编码（常见的是 GBK 或 UTF-8）后再导入。"))
    error.candidates = candidates
    return error


def _split(text: str, columns: Sequence[Column]) -> list[list[str]]:
    """Undo the joining of all cells."""
    cells = iter(text.split("\0"))
    return [list(islice(cells, len(column.cells))) for column in columns]


def _decode_cell(codec: str, cell: bytes, width: int | None) -> tuple[str, bool] | None:
    """Text of a cell and whether half a character at its end was dropped; None where it does not fit."""
    try:
        return cell.decode(codec), False
    except UnicodeDecodeError as error:
        whole = error.start
    if width is None or len(cell) < width or len(cell) - whole > 3:
        return None
    try:
        return cell[:whole].decode(codec), True
    except UnicodeDecodeError:
        return None


def _decode_with_cut_ends(
    codec: str, columns: Sequence[Column]
) -> tuple[str, tuple[tuple[int, int], ...]] | None:
    texts, cut = [], []
    for c, column in enumerate(columns):
        for i, cell in enumerate(column.cells):
            found = _decode_cell(codec, cell, column.width)
            if found is None:
                return None
            texts.append(found[0])
            if found[1]:
                cut.append((c, i))
    return "\0".join(texts), tuple(cut)


def _decode_as_chosen(columns: Sequence[Column], chosen: str) -> Decoded:
    codec = codec_named(chosen)
    if codec is None:
        raise InputRefused(tr("不认识编码“{name}”，请填 GBK、UTF-8 或 Big5。").format(name=chosen))
    found = [[_decode_cell(codec, cell, column.width) for cell in column.cells] for column in columns]
    cells = [(c, i, cell) for c, column in enumerate(found) for i, cell in enumerate(column)]
    lost = tuple((c, i) for c, i, cell in cells if cell is None)
    if len(lost) > max(1, len(cells) // 20):
        raise InputRefused(tr("的文字不是 {title} 编码，请换一种编码再导入。").format(title=title(codec)))
    texts = [[cell[0] if cell else "" for cell in column] for column in found]
    cut = tuple((c, i) for c, i, cell in cells if cell and cell[1])
    return Decoded(texts, Encoding(codec, tr("由导入时指定"), certain=True), cut, lost)
