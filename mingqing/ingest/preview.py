"""What an import would take, file by file, before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import shapely

from mingqing.core.errors import Cancelled, InputRefused
from mingqing.core.text import tr
from mingqing.crs.guess import guess
from mingqing.crs.zones import describe
from mingqing.ingest.match import TableMatch
from mingqing.ingest.memory import remembered
from mingqing.ingest.prepare import Options, header_key, recognise, refused_by_name
from mingqing.ingest.reading.encoding import EncodingUnclear
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.source import SourceFile, discover, read
from mingqing.store.session import Session

_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Question:
    """Something a file leaves open: `choices` are (value, title), likeliest first."""

    about: Literal["crs", "encoding"]
    text: str
    choices: tuple[tuple[str, str], ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The same for files that leave the same open, whose question is answered once."""
        return (self.about, *(value for value, _ in self.choices))


@dataclass(frozen=True)
class SourcePreview:
    """One table of one file.

    key : the same for files with the same columns; what is decided for one holds for all of them.
    match : how its columns are taken; None where its table was not recognised.
    sample : column → its first few values, as text.
    error : why nothing of it can be read.
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
        progress(source.path.name, done, len(sources))
    return found


def _look(
    session: Session, source: SourceFile, options: Options, encoding: str | None
) -> list[SourcePreview]:
    try:
        layers = read(source, encoding=encoding)
    except EncodingUnclear as error:
        choices = tuple((c.name, f"{c.title}：{c.sample}") for c in error.candidates)
        question = Question("encoding", str(error), choices) if choices else None
        return [SourcePreview(source.path, source.path.stem, question=question, error=str(error))]
    except InputRefused as error:
        return [SourcePreview(source.path, source.path.name, error=str(error))]
    return [_preview(session, layer, options) for layer in layers]


def _preview(session: Session, layer: SourceLayer, options: Options) -> SourcePreview:
    refused = refused_by_name(layer, session.catalog)
    if refused is not None:
        return SourcePreview(layer.path, layer.name, error=refused)
    columns = tuple(layer.columns)
    key = header_key(columns)
    return SourcePreview(
        layer.path,
        layer.name,
        key,
        columns,
        len(layer),
        recognise(layer, options, session.catalog),
        {
            c: "、".join(str(v) for v in values[:_SAMPLES] if v is not None)
            for c, values in layer.columns.items()
        },
        _question(session, layer),
    )


def _question(session: Session, layer: SourceLayer) -> Question | None:
    if layer.geometry is not None and layer.crs is None and len(layer):
        bounds = shapely.total_bounds(layer.geometry)
        if np.isfinite(bounds).all():
            xmin, ymin, xmax, ymax = bounds.tolist()
            guesses = guess((xmin, ymin, xmax, ymax), project_epsg=session.info.epsg)
            choices = tuple(
                (str(g.crs), f"{_crs_title(g.crs)}：{g.sentence}") for g in guesses if not g.swapped
            )
            return Question("crs", tr("这份文件没有说明坐标系，请选一个"), choices) if choices else None
    if layer.encoding is not None and not layer.encoding.certain:
        first = (layer.encoding.name, f"{layer.encoding.title}：{layer.encoding.sample}")
        others = tuple((a.name, f"{a.title}：{a.sample}") for a in layer.encoding.alternatives)
        return Question("encoding", tr("文字编码拿不准，哪一行读得通？"), (first, *others))
    return None


def _crs_title(crs: int | str) -> str:
    return describe(crs) if isinstance(crs, int) else str(crs)
