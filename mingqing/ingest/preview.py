"""What an import would take, file by file, before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import shapely

from mingqing.core.errors import Cancelled, InputRefused
from mingqing.core.text import tr
from mingqing.crs.guess import CrsGuess, guess
from mingqing.crs.offsets import BD09, GCJ02
from mingqing.crs.transform import require_usable
from mingqing.crs.zones import describe
from mingqing.ingest.match import TableMatch
from mingqing.ingest.memory import remembered
from mingqing.ingest.prepare import Options, crs_of, header_key, recognise, refused_by_name
from mingqing.ingest.reading.encoding import Alternative, Encoding, EncodingUnclear
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.source import SourceFile, discover, read
from mingqing.ingest.within import refusal
from mingqing.store.session import Session

_SAMPLES = 3
_USUAL_ENCODINGS = frozenset({"GBK", "UTF-8", "Big5"})


class Choice(NamedTuple):
    """One answer: the `value` an import takes, its `title`, and why it may be the right one.

    usual : whether an office in China is likely to have it; the others are offered on request.
    """

    value: str
    title: str
    reason: str = ""
    usual: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """Something a file leaves open, its `choices` likeliest first."""

    about: Literal["crs", "encoding"]
    text: str
    choices: tuple[Choice, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The same for files that leave the same open, whose question is answered once."""
        return (self.about, *(c.value for c in self.choices))


@dataclass(frozen=True)
class SourcePreview:
    """One table of one file.

    key : the same for files with the same columns; what is decided for one holds for all of them.
    match : how its columns are taken; None where its table was not recognised.
    sample : column → its first few values, as text.
    error : why nothing of it can be read, or its shapes not be placed.
    """

    path: Path
    name: str
    key: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0
    match: TableMatch | None = None
    sample: Mapping[str, str] = field(default_factory=dict)
    question: Question | None = None
    error: str | None = None


def look_through(
    session: Session,
    paths: Sequence[Path],
    *,
    encoding: str | None = None,
    progress: Callable[[str, int, int], None],
    cancelled: Callable[[], bool],
) -> list[SourcePreview]:
    """Read every source and say what it would be taken as, what was decided for its like before included.

    Raises
    ------
    Cancelled
        once `cancelled` says so.
    """
    sources, options = discover(paths), remembered(session)
    found: list[SourcePreview] = []
    for done, source in enumerate(sources, start=1):
        if cancelled():
            raise Cancelled(tr("已取消，没有导入任何数据"))
        found += _look(session, source, options, encoding)
        progress(f"{source.path.parent.name}/{source.path.name}", done, len(sources))
    return found


def _look(
    session: Session, source: SourceFile, options: Options, encoding: str | None
) -> list[SourcePreview]:
    try:
        layers = read(source, encoding=encoding)
    except EncodingUnclear as error:
        choices = tuple(map(_encoding, error.candidates))
        question = Question("encoding", str(error), choices) if choices else None
        return [SourcePreview(source.path, source.path.stem, question=question, error=str(error))]
    except InputRefused as error:
        return [SourcePreview(source.path, source.path.name, error=str(error))]
    return [_preview(session, layer, options) for layer in layers]


def _preview(session: Session, layer: SourceLayer, options: Options) -> SourcePreview:
    columns = tuple(layer.columns)
    key = header_key(columns)
    found = recognise(layer, options, session.catalog)
    refused = None
    if found is not None:
        refused = refused_by_name(layer, found.table, session.catalog)
        refused = refused or refusal(session.policy, found.table, layer.name)
    if refused is not None:
        return SourcePreview(layer.path, layer.name, error=refused)
    return SourcePreview(
        layer.path,
        layer.name,
        key,
        columns,
        len(layer),
        found,
        {
            c: "、".join(str(v) for v in values[:_SAMPLES] if v is not None)
            for c, values in layer.columns.items()
        },
        _question(session, layer),
        _refusal(layer, found, options),
    )


def _refusal(layer: SourceLayer, found: TableMatch | None, options: Options) -> str | None:
    """Say why the import will refuse the layer's shapes, None where it will not."""
    crs = crs_of(layer, options)
    if layer.geometry is None or crs is None or not (found is None or found.table.has_geometry):
        return None
    try:
        require_usable(crs)
    except InputRefused as error:
        return str(error)
    return None


def _question(session: Session, layer: SourceLayer) -> Question | None:
    if layer.geometry is not None and layer.crs is None and len(layer):
        bounds = shapely.total_bounds(layer.geometry)
        if np.isfinite(bounds).all():
            xmin, ymin, xmax, ymax = bounds.tolist()
            own = session.info.epsg
            guesses = [g for g in guess((xmin, ymin, xmax, ymax), project_epsg=own) if not g.swapped]
            guesses.sort(key=lambda g: g.crs != own)
            choices = tuple(_crs(g, own) for g in guesses)
            return Question("crs", tr("这份文件没有说明坐标系，请选一个"), choices) if choices else None
    if layer.encoding is not None and not layer.encoding.certain:
        fitting: list[Encoding | Alternative] = [layer.encoding, *layer.encoding.alternatives]
        text = tr("文字编码拿不准，哪一行读得通？")
        return Question("encoding", text, tuple(map(_encoding, fitting)))
    return None


def _encoding(found: Encoding | Alternative) -> Choice:
    return Choice(found.name, f"{found.title}：{found.sample}", usual=found.title in _USUAL_ENCODINGS)


def _crs(guessed: CrsGuess, own: int) -> Choice:
    web = {GCJ02: tr("GCJ-02（高德、腾讯等网络地图）"), BD09: tr("BD-09（百度地图）")}
    title = describe(guessed.crs) if isinstance(guessed.crs, int) else web[guessed.crs]
    if guessed.crs == own:
        title += tr("（与本项目相同）")
    return Choice(str(guessed.crs), title, guessed.sentence)
