"""How closely fields are kept, as a project carries it along: a file changed on one computer opens nothing in it."""

import json
from collections.abc import Mapping
from dataclasses import replace

from mingqing.access.roles import mask_of, privacy_of
from mingqing.catalog.model import Catalog, Field, Mask, Privacy, Table
from mingqing.core.text import tr

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


def opened_by_adopting(deciding: Catalog, own: Catalog) -> list[tuple[Table, Field, Privacy, Privacy]]:
    """Return the fields that would be kept less closely by the program's word alone: table, field, class now, then.

    Parameters
    ----------
    deciding : the catalog by which a project decides, of `as_carried`.
    """
    return [
        (table, field, privacy_of(deciding.tables[table.name].field_by_name[field.name]), privacy_of(field))
        for table in own.tables.values()
        for field in (*table.common, *table.fields)
        if _CLOSED.index(privacy_of(field))
        < _CLOSED.index(privacy_of(deciding.tables[table.name].field_by_name[field.name]))
    ]


TITLES = {Privacy.OPEN: "公开", Privacy.PERSONAL: "个人信息", Privacy.SENSITIVE: "敏感个人信息"}


def opened_sentences(deciding: Catalog, own: Catalog) -> list[str]:
    """Return what adopting opens, a Chinese phrase a field; empty where it opens nothing."""
    return [
        tr("{table}的“{field}”：{before} → {after}").format(
            table=table.title, field=field.title, before=tr(TITLES[before]), after=tr(TITLES[after])
        )
        for table, field, before, after in opened_by_adopting(deciding, own)
    ]
