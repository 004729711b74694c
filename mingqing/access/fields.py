"""How closely fields are kept, as a project carries it along: a file changed on one computer opens nothing in it."""

import json
from collections.abc import Mapping
from dataclasses import replace

from mingqing.access.roles import mask_of, privacy_of
from mingqing.catalog.model import Catalog, Field, Mask, Privacy, Table

_CLOSED = list(Privacy)  # from open to sensitive


def describe(definitions: Catalog) -> str:
    """Return what a project is to carry: of every table its map, of every field its class and mask, as JSON."""
    tables = {
        t.name: {
            "layer": t.layer,
            "fields": {f.name: [privacy_of(f), mask_of(f)] for f in (*t.common, *t.fields)},
        }
        for t in definitions.tables.values()
    }
    return json.dumps(tables, ensure_ascii=False, sort_keys=True)


def as_carried(definitions: Catalog, text: str) -> Catalog:
    """Return the catalog by which to decide who sees what: the more closed of the program's and the project's word.

    Fields that the project says nothing of are sensitive until a security administrator adopts them.

    Raises
    ------
    ValueError
        if the text is not what `describe` writes.
    """
    try:
        carried = {
            str(name): (
                str(each["layer"]),
                {
                    str(f): (Privacy(p), None if m is None else Mask(m))
                    for f, (p, m) in each["fields"].items()
                },
            )
            for name, each in json.loads(text).items()
        }
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(text) from error
    tables = {
        name: _table(table, *carried.get(name, (table.layer, {})))
        for name, table in definitions.tables.items()
    }
    return replace(definitions, tables=tables)


def _table(table: Table, layer: str, said: Mapping[str, tuple[Privacy, Mask | None]]) -> Table:
    def closed(field: Field) -> Field:
        privacy, mask = said.get(field.name, (Privacy.SENSITIVE, None))
        closer = max(privacy, privacy_of(field), key=_CLOSED.index)
        return replace(field, privacy=closer, mask=mask or mask_of(field))

    return replace(
        table,
        layer=layer,
        fields=tuple(map(closed, table.fields)),
        common=tuple(map(closed, table.common)),
    )
