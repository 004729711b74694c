"""Files that left by an exchange profile: how they called and coded what our tables hold.

Only what is needed to read them again is taken from a profile; `mingqing.export.profile` says what one is and refuses
mistakes. A file whose columns a profile does not explain is guessed at as any other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.core.definitions import read_toml
from mingqing.core.errors import DefinitionError
from mingqing.core.files import data_dir
from mingqing.core.text import tr
from mingqing.ingest.match import TableMatch
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import ID_NAME, ID_TITLE
from mingqing.ingest.returned import Layout, Means, column_key, meanings_of
from mingqing.store.templates import EXCHANGE, SUFFIX

_PLAIN = "plain"
_NAMED, _MEASURED = "named", {"area", "length"}
_TELLING = 3  # columns that several layouts have
_PADDED = re.compile(r"(\d{12})0{7}")  # the code of a village as surveys of land write it


def exchanged_as(
    names: Sequence[str], columns: tuple[str, ...], own: Sequence[Path], plain: Table | None
) -> Layout | None:
    """Return the layout by which a layer with ids left; None where none explains it better than ours does.

    Parameters
    ----------
    names : of the layer or sheet, and of the file.
    own : profiles of the project itself.
    plain : the table that it is if it left as our tables are.
    """
    fitting = []
    for layout in layouts(own):
        known, named = layout.knows(columns), layout.is_named(names)
        if known >= (1 if named else max(_TELLING, len(columns) / 2)):
            fitting.append((named, known, layout))
    if not fitting:
        return None
    named, known, layout = max(fitting, key=lambda each: each[:2])
    if plain is None:
        return layout
    ours = 1 + sum(column_key(column) in meanings_of(plain) for column in columns)  # with that of the ids
    return layout if known > ours or (known == ours and named) else None


def layouts(own: Sequence[Path] = ()) -> Iterator[Layout]:
    """Yield the layouts of a project's own profiles and of the program's."""
    ours = sorted(data_dir("resources").glob(f"{EXCHANGE}/*{SUFFIX}"))
    for file in (*own, *(file for file in ours if file.stem != _PLAIN)):
        if file.is_file():
            yield from _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(file: Path, stamp: int) -> tuple[Layout, ...]:  # noqa: ARG001 - of the file as it is now
    """The layouts of a profile; none of one that has mistakes, since nothing can have left by it."""
    try:
        said = read_toml(file)
        return tuple(_layout(said, entry) for entry in said.get("table", ()))
    except (DefinitionError, KeyError, TypeError, ValueError, AttributeError):
        return ()


def _layout(profile: Mapping[str, Any], said: Mapping[str, Any]) -> Layout:
    table = catalog().tables[said["table"]]
    meanings: dict[str, tuple[Means, str]] = {}
    values: dict[str, Mapping[str, str | None]] = {}
    empty: set[str] = set()
    # Of two columns of one field, the one that says it plainly counts: 地类编码, not 地类名称.
    for line in sorted(said.get("fields", ()), key=lambda line: isinstance(line.get("codes"), (str, dict))):
        means, of, names = _column(table, line)
        if means is None:
            empty |= names
            continue
        if means is Means.FIELD and (means, of) in meanings.values():
            means = Means.NOTHING
        meanings.update(dict.fromkeys(names, (means, of)))
        if means is Means.FIELD:
            values[of] = _values(profile, line, table.field_by_name[of])
    if said.get("other_fields", profile.get("other_fields")):
        meanings = {**meanings_of(table), **meanings}
    names = frozenset(column_key(str(name)) for name in (said.get("name"), said.get("title")) if name)
    return Layout(table, names or frozenset({table.name}), meanings, frozenset(empty), values)


def _column(table: Table, line: Mapping[str, Any]) -> tuple[Means | None, str, frozenset[str]]:
    """What the column of a line holds, of which field, and what it is called; None where it holds nothing of ours."""
    origin, of = line.get("origin"), ""
    means: Means | None = Means.NOTHING
    short, title = "", ""
    if "constant" in line:
        means = None
    elif "field" in line:
        field = table.field_by_name[line["field"]]
        short, title, of, means = field.leaves_as or field.name, field.title, field.name, Means.FIELD
        if field.references and origin == _NAMED:
            short, means = short[:8] + "MC", Means.NAMED
        elif field.references:
            title, means = title + "标识", Means.TARGET
    elif origin == "id":
        short, title = ID_NAME, ID_TITLE
    elif origin == "village":
        short, title, of, means = "CUNMC", "村名", "village_code", Means.VILLAGE
    names = (line.get("name", short), line.get("title", title))
    return means, of, frozenset(column_key(name) for name in names if name)


def _values(profile: Mapping[str, Any], line: Mapping[str, Any], field: Field) -> dict[str, str | None]:
    """What is written for a field → what is stored."""
    if field.type is FieldType.BOOLEAN:
        return {str(profile.get("true", "是")): "是", str(profile.get("false", "否")): "否"}
    codes = line.get("codes", {})
    if codes == EXCHANGE and field.codes is not None:
        codes = {code.value: code.leaves_as or code.value for code in field.codes.codes}
    elif isinstance(codes, str):
        codes = profile["codes"][codes]
    found: dict[str, str | None] = {}
    for value, written in codes.items():
        found[written] = value if found.get(written, value) == value else None
    return found


def decoded(layer: SourceLayer, match: TableMatch) -> tuple[SourceLayer, list[str]]:
    """Return a layer with values as they are stored, and a sentence for each column where some cannot be told."""
    columns, notes = dict(layer.columns), []
    for column, of in match.fields.items():
        written, raws = match.written.get(column, {}), columns[column]
        met = sorted({str(raw) for raw in raws} & {w for w, value in written.items() if value is None})
        if met:
            text = tr("“{column}”的 {codes} 各代表几种{title}，没有导入，原来的不变")
            title = match.table.field_by_name[of].title
            notes.append(text.format(column=column, codes="、".join(met), title=title))
        if of == "village_code" or (match.table.name, of) == ("village", "code"):
            columns[column] = [_PADDED.sub(r"\1", raw) if isinstance(raw, str) else raw for raw in raws]
        elif written:
            columns[column] = [raw if raw is None else written.get(str(raw), raw) for raw in raws]
    return replace(layer, columns=columns), notes
